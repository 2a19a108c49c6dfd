import type { Io } from '../../io.ts';
import { roleChangePresenter } from '../../output/results/role-change.ts';
import { checkClusterId } from '../../policy/name.ts';
import { dissociateRole } from '../../rrsa/dissociate.ts';
import { createContext } from '../context.ts';
import type { CommandInput } from '../spec.ts';

export async function run(input: CommandInput, io: Io): Promise<number> {
  const { flags } = input;
  checkClusterId(flags.required('cluster-id'));
  const { cloud, report, confirm, print } = await createContext(input, io);
  const result = await dissociateRole(
    {
      roleName: flags.required('role-name'),
      systemPolicies: flags.strings('detach-system-policy'),
      customPolicies: flags.strings('detach-custom-policy'),
      dryRun: flags.boolean('dry-run'),
    },
    { ram: cloud.ram, report, confirm, signal: io.signal },
  );
  print(result, roleChangePresenter);
  return 0;
}
