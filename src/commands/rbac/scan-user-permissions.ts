import type { Io } from '../../io.ts';
import { checkUid } from '../../kubernetes/rbac-identities.ts';
import { scanUserPermissions } from '../../kubernetes/rbac-scan.ts';
import { rbacScanPresenter } from '../../output/results/rbac-scan.ts';
import { createContext } from '../context.ts';
import type { CommandInput } from '../spec.ts';
import { clusterChoice, rbacPorts } from './rbac-ports.ts';

/** Exit code 1 when some cluster could not be scanned: the list may lack something. */
export async function run(input: CommandInput, io: Io): Promise<number> {
  const { flags } = input;
  const clusterId = clusterChoice(flags);
  const userId = flags.string('user-id') ?? '';
  // The Go tool takes 0 for "not given".
  const uid = /^0*$/.test(userId) ? undefined : checkUid(userId);
  const allUsers = flags.boolean('all-users');
  const context = await createContext(input, io);
  if (uid === undefined && !allUsers) {
    context.report.info('only users and roles that are deleted are listed; pass --all-users to list all');
  }
  const result = await scanUserPermissions({ clusterId, uid, allUsers }, rbacPorts(context, flags, io));
  context.print(result, rbacScanPresenter);
  const failed = result.clusters.filter(({ error }) => error !== null);
  for (const cluster of failed) {
    context.report.warn(`cluster ${cluster.clusterId} could not be scanned: ${cluster.error}`);
  }
  return failed.length === 0 ? 0 : 1;
}
