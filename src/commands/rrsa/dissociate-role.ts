import type { Io } from '../../io.ts';
import { roleChangePresenter } from '../../output/results/role-change.ts';
import { dissociateRole } from '../../rrsa/dissociate.ts';
import { createContext } from '../context.ts';
import type { CommandInput } from '../spec.ts';
import { trustPorts } from './trust-ports.ts';

export async function run(input: CommandInput, io: Io): Promise<number> {
  const { flags } = input;
  const context = await createContext(input, io);
  const { cloud, confirm, print } = context;
  const result = await dissociateRole(
    {
      clusterId: flags.required('cluster-id'),
      roleName: flags.required('role-name'),
      namespace: flags.string('namespace'),
      serviceAccount: flags.string('service-account'),
      systemPolicies: flags.strings('detach-system-policy'),
      customPolicies: flags.strings('detach-custom-policy'),
      deleteRoleIfUnused: flags.boolean('delete-role-if-unused'),
      dryRun: flags.boolean('dry-run'),
    },
    { ...trustPorts(context, flags, io), ack: cloud.ack, ram: cloud.ram, confirm },
  );
  print(result, roleChangePresenter);
  return 0;
}
