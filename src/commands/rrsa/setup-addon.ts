import type { Io } from '../../io.ts';
import { roleChangePresenter } from '../../output/results/role-change.ts';
import { setupAddon } from '../../rrsa/setup-addon.ts';
import { createContext } from '../context.ts';
import type { CommandInput } from '../spec.ts';
import { trustPorts } from './trust-ports.ts';

export async function run(input: CommandInput, io: Io): Promise<number> {
  const { flags } = input;
  const context = await createContext(input, io);
  const { cloud, confirm, print } = context;
  const result = await setupAddon(
    {
      clusterId: flags.required('cluster-id'),
      addonName: flags.required('addon-name'),
      dryRun: flags.boolean('dry-run'),
    },
    { ...trustPorts(context, flags, io), ack: cloud.ack, ram: cloud.ram, confirm },
  );
  print(result, roleChangePresenter);
  return 0;
}
