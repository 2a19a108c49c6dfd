/** `--emit-policy`: the least RAM policy of a command line, which is read and not run. */
import { usageError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { createLog, type Log } from '../../output/log.ts';
import { parseRoleArn } from '../../policy/arn.ts';
import { quoted } from '../../policy/name.ts';
import type { Flags } from '../options.ts';
import type { CommandInput } from '../spec.ts';
import { leastPolicy, type Need, needsOf } from './least-policy.ts';
import { allRoles, type CommandLine, type CommandPermissions, reads } from './permission.ts';
import { permissionsOf } from './permissions-of.ts';

/** Characters of a custom policy that RAM takes. */
const longestDocument = 6144;

/** Prints the policy on stdout, and what there is to know about it on stderr. Calls nothing, needs no credentials. */
export async function emitPolicy({ spec, flags, translate }: CommandInput, io: Io): Promise<number> {
  const log = createLog({ stream: io.stderr, level: 'info', now: io.now, redact: (text) => text, translate });
  const ofCommand = permissionsOf(spec.path) ?? { permissions: [] };
  const secondHop = spec.flags.some(({ name }) => name === 'role-arn') ? undefined : flags.string('role-arn');
  const { permissions } = secondHop ? assuming(secondHop) : ofCommand;
  const all = needsOf(permissions, await commandLine(spec.path, flags, io));
  const needs = all.filter(({ permission }) => permission.without === undefined);
  const policy = leastPolicy(needs);
  io.stdout.write(`${JSON.stringify(policy, null, 2)}\n`);

  if (secondHop) log.info(`role ${secondHop} does the rest: leave --role-arn out to see what it needs`);
  else tellCommand(ofCommand, needs, log);
  for (const { permission, resources } of all.filter((need) => !needs.includes(need))) {
    log.info(`${permission.action} on ${resources.join(', ')} is not needed: without it, ${permission.without}`);
  }
  tellDoubts(all, needs, log);
  const { length } = JSON.stringify(policy);
  if (length > longestDocument) {
    log.warn(`the policy has ${length} characters, and RAM takes ${longestDocument}: make several of its statements`);
  }
  return 0;
}

async function commandLine(path: readonly string[], flags: Flags, io: Io): Promise<CommandLine> {
  if (!['rrsa plan', 'rrsa apply'].includes(path.join(' '))) return { flags };
  const { readAssociations } = await import('../../rrsa/read-associations.ts');
  return { flags, file: await readAssociations(flags.path('file') ?? '', io.cwd) };
}

/** What whoever runs a command with `--role-arn` needs: the role does everything else. */
function assuming(roleArn: string): CommandPermissions {
  const role = parseRoleArn(roleArn);
  if (role === undefined) throw usageError(`--role-arn ${quoted(roleArn)} is not the ARN of a RAM role`);
  const resource = `acs:ram:*:${role.accountId}:role/${role.roleName}`;
  return { permissions: [reads('sts:AssumeRole', 'role', () => [resource])] };
}

function tellCommand({ note }: CommandPermissions, needs: readonly Need[], log: Log): void {
  if (needs.length === 0) log.info('this command line needs no RAM permission');
  if (note !== undefined) log.info(note);
}

/** What is not known for sure of the names and resources. */
function tellDoubts(all: readonly Need[], needs: readonly Need[], log: Log): void {
  const unconfirmed = all.filter(({ permission }) => !permission.confirmed).map(({ permission }) => permission.action);
  if (unconfirmed.length > 0) {
    log.warn(`the names of these actions are those of the APIs and not confirmed: ${unconfirmed.join(', ')}`);
  }
  for (const { permission } of needs) {
    const whole = creations[permission.action];
    if (whole === undefined) continue;
    log.warn(`where RAM refuses ${permission.action} with this policy, allow that action on ${whole}`);
  }
}

/** What RAM's older table of authorizations names for what does not exist yet, instead of the name it is to get. */
const creations: Readonly<Record<string, string | undefined>> = {
  'ram:CreateRole': allRoles,
  'ram:CreatePolicy': 'acs:ram:*:*:policy/*',
};
