import type { Io } from '../../io.ts';
import { roleChangePresenter } from '../../output/results/role-change.ts';
import { associateRole } from '../../rrsa/associate.ts';
import { createContext } from '../context.ts';
import { readRoleSettings } from '../role-settings.ts';
import type { CommandInput } from '../spec.ts';
import { trustPorts } from './trust-ports.ts';

export async function run(input: CommandInput, io: Io): Promise<number> {
  const { flags } = input;
  const settings = await readRoleSettings(flags, io);
  const context = await createContext(input, io);
  const { cloud, confirm, print } = context;
  const result = await associateRole(
    {
      ...settings,
      clusterId: flags.required('cluster-id'),
      roleName: flags.required('role-name'),
      namespace: flags.required('namespace'),
      serviceAccount: flags.required('service-account'),
      createRole: flags.boolean('create-role-if-not-exist'),
      dryRun: flags.boolean('dry-run'),
    },
    { ...trustPorts(context, flags, io), ack: cloud.ack, ram: cloud.ram, confirm },
  );
  print(result, roleChangePresenter);
  return 0;
}
