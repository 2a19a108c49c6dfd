import { ensurePassRolePolicy, passRoleDocument } from '../../eci/pass-role-policy.ts';
import { usageError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { passRoleDocumentPresenter, passRolePolicyPresenter } from '../../output/results/pass-role-policy.ts';
import { createContext } from '../context.ts';
import type { CommandInput } from '../spec.ts';

export async function run(input: CommandInput, io: Io): Promise<number> {
  const { flags } = input;
  const roleName = flags.required('role-name');
  const userName = flags.string('attach-to-user');
  const policyName = flags.string('policy-name');
  const { cloud, report, confirm, clock, print } = await createContext(input, io);
  if (!flags.boolean('create')) {
    if (userName !== undefined || policyName !== undefined) {
      throw usageError('--attach-to-user and --policy-name go with --create');
    }
    print({ roleName, document: passRoleDocument(roleName) }, passRoleDocumentPresenter);
    return 0;
  }
  const result = await ensurePassRolePolicy(
    { roleName, policyName, userName, dryRun: flags.boolean('dry-run') },
    { ram: cloud.ram, report, confirm, clock, signal: io.signal },
  );
  print(result, passRolePolicyPresenter);
  return 0;
}
