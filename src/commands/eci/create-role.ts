import { createEciRole } from '../../eci/create-role.ts';
import type { Io } from '../../io.ts';
import { roleChangePresenter } from '../../output/results/role-change.ts';
import { createContext } from '../context.ts';
import { readRoleSettings } from '../role-settings.ts';
import { trustPorts } from '../rrsa/trust-ports.ts';
import type { CommandInput } from '../spec.ts';

export async function run(input: CommandInput, io: Io): Promise<number> {
  const { flags } = input;
  const settings = await readRoleSettings(flags, io);
  const context = await createContext(input, io);
  const { cloud, confirm, print } = context;
  const result = await createEciRole(
    { ...settings, roleName: flags.required('role-name'), dryRun: flags.boolean('dry-run') },
    { ...trustPorts(context, flags, io), ram: cloud.ram, sts: cloud.sts, confirm },
  );
  print(result, roleChangePresenter);
  return 0;
}
