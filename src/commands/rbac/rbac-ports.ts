import type { Cloud } from '../../cloud/clients.ts';
import { CloudApiError, ToolError, usageError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { allClusters, type RbacCluster, type RbacPorts } from '../../kubernetes/rbac-clusters.ts';
import type { Directory } from '../../kubernetes/rbac-identities.ts';
import { checkClusterId } from '../../policy/name.ts';
import type { Context } from '../context.ts';
import { connectDeps, kubeconfigOfCluster, ownKubeconfig } from '../kubernetes-connection.ts';
import type { Flags } from '../options.ts';
import { serviceLimiter } from '../service-limiter.ts';

/** Each has an API server of its own, and asks one thing of ACK. */
const clustersAtOnce = 40;

/** `--cluster-id`: an id, or `all`. */
export function clusterChoice(flags: Flags): string {
  const clusterId = checkClusterId(flags.required('cluster-id'));
  const isOwn = flags.string('kubeconfig') !== undefined || flags.string('context') !== undefined;
  if (clusterId === allClusters && isOwn) {
    throw usageError('--kubeconfig and --context mean one cluster, and --cluster-id all means every one');
  }
  return clusterId;
}

/** What the RBAC commands share, out of the flags `--private-address`, `--kubeconfig` and `--context`. */
export function rbacPorts(context: Context, flags: Flags, io: Io): RbacPorts {
  const { cloud, clock, report, log } = context;
  const limiter = serviceLimiter('CS', context, io, clustersAtOnce);
  return {
    listClusters: () => cloud.ack.listClusters(),
    getCluster: (clusterId) => getCluster(cloud, clusterId),
    readDirectory: () => readDirectory(cloud),
    async openCluster(clusterId) {
      const { connectKubernetes } = await import('../../kubernetes/client.ts');
      const source = ownKubeconfig(flags) ?? (await kubeconfigOfCluster(cloud.ack, clusterId, flags));
      return await connectKubernetes(source, connectDeps({ clock, log }, io));
    },
    limit: (work) => limiter.run(work),
    report,
    clock,
    signal: io.signal,
  };
}

/** Scanning asks for no permission to describe the cluster, whose name alone would be missing. */
async function getCluster({ ack }: Cloud, clusterId: string): Promise<RbacCluster | undefined> {
  try {
    return await ack.getCluster(clusterId);
  } catch (error) {
    if (!(error instanceof CloudApiError) || error.api.httpStatus !== 403) throw error;
    return { id: clusterId, name: '', state: '' };
  }
}

async function readDirectory({ sts, ram }: Cloud): Promise<Directory> {
  const [caller, users, roles] = await Promise.all([sts.getCallerIdentity(), ram.listUsers(), ram.listRoles()]);
  if (roles.some(({ id }) => id === '')) {
    throw new ToolError('BAD_ANSWER', 'RAM names a role without its id, so that nobody can be told to be deleted');
  }
  // The principal of a session is `<role id>:<session name>`.
  const callerUid = caller.userId ?? caller.roleId ?? /^\d+/.exec(caller.principalId)?.[0] ?? caller.accountId;
  return { accountId: caller.accountId, callerUid, users, roles };
}
