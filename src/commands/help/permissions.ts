import type { Io } from '../../io.ts';
import { formatJson } from '../../output/json.ts';
import { asIs } from '../../output/language.ts';
import { formatTable } from '../../output/table.ts';
import type { Permission } from '../permissions/permission.ts';
import { permissionTable } from '../permissions/permissions-of.ts';
import type { CommandInput } from '../spec.ts';

export async function run({ flags, translate = asIs }: CommandInput, io: Io): Promise<number> {
  const rows = Object.entries(permissionTable).flatMap(([command, { permissions }]) =>
    permissions.map((permission) => ({ command, permission })),
  );
  if (flags.string('output') === 'json') {
    io.stdout.write(formatJson({ permissions: rows.map(({ command, permission }) => toJson(command, permission)) }));
    return 0;
  }
  const table = rows.map(({ command, permission: { action, confirmed, resource, write, when = '', without } }) => [
    command,
    confirmed ? action : `${action} *`,
    resource,
    write ? 'write' : 'read',
    [when, without === undefined ? '' : `optional: without it, ${without}`]
      .filter((text) => text !== '')
      .map(translate)
      .join('; '),
  ]);
  io.stdout.write(formatTable(table, ['COMMAND', 'ACTION', 'ON', 'ACCESS', 'WHEN']));
  const none = Object.entries(permissionTable).filter(([, { permissions }]) => permissions.length === 0);
  io.stdout.write(translate(`\nNo permission of their own: ${none.map(([command]) => command).join(', ')}\n`));
  io.stdout.write(translate('With --role-arn: sts:AssumeRole on that role; the role then needs what stands above.\n'));
  io.stdout.write(translate('* The name is that of the API and not confirmed as the name of an action.\n'));
  io.stdout.write(translate('COMMAND --emit-policy prints the policy for one command line.\n'));
  return 0;
}

function toJson(command: string, { action, resource, write, confirmed, when, without }: Permission): object {
  return { command, action, resource, write, confirmed, when, without };
}
