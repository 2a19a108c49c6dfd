/** The clusters that an RBAC command is about: one, or all of them. */
import { messageOf, ToolError } from '../errors.ts';
import type { Clock, Report } from '../rrsa/report.ts';
import type { KubernetesClient } from './api-client.ts';
import type { Directory } from './rbac-identities.ts';

export interface RbacCluster {
  id: string;
  name: string;
  /** As the API spells it. */
  state: string;
}

export interface RbacPorts {
  listClusters(): Promise<readonly RbacCluster[]>;
  /** `undefined` when there is no such cluster. */
  getCluster(clusterId: string): Promise<RbacCluster | undefined>;
  readDirectory(): Promise<Directory>;
  openCluster(clusterId: string): Promise<KubernetesClient>;
  /** Runs work of several clusters, some of it at once. It may run it again. */
  limit<T>(work: () => Promise<T>): Promise<T>;
  report: Pick<Report, 'info' | 'warn' | 'show' | 'progress'>;
  clock: Pick<Clock, 'now'>;
  signal: AbortSignal;
}

/** `-c all` */
export const allClusters = 'all';

/** In these states a cluster has no API server that answers. Source: the Go tool. */
const silentStates = new Set([
  ...['initial', 'failed', 'create_timeout', 'waiting', 'disconnected', 'unavailable'],
  ...['deleting', 'deleted', 'delete_failed'],
]);

/** Sorted by name, then by id. Throws `CLUSTER_NOT_FOUND` for one that was named. */
export async function clustersOf(
  clusterId: string,
  ports: Pick<RbacPorts, 'listClusters' | 'getCluster'>,
): Promise<readonly RbacCluster[]> {
  if (clusterId === allClusters) {
    return [...(await ports.listClusters())].sort((a, b) => compare(a.name, b.name) || compare(a.id, b.id));
  }
  const cluster = await ports.getCluster(clusterId);
  if (cluster !== undefined) return [cluster];
  throw new ToolError('CLUSTER_NOT_FOUND', `there is no cluster ${clusterId}`, {
    hint: 'check the cluster id, the account of these credentials, and --region-id',
  });
}

/** Throws `CLUSTER_NOT_READY` for a cluster that cannot be asked now. */
export function requireAnswering({ id, state }: RbacCluster): void {
  if (!silentStates.has(state)) return;
  throw new ToolError('CLUSTER_NOT_READY', `the API server of cluster ${id} cannot be asked, its state is '${state}'`);
}

/**
 * Does `work` for every cluster. Of one cluster its failure is thrown; of several each failure is a result, so that it
 * hides nobody else's. An interrupt is always thrown.
 */
export async function forEachCluster<T>(
  clusters: readonly RbacCluster[],
  input: { clusterId: string },
  ports: Pick<RbacPorts, 'limit' | 'signal'>,
  work: (cluster: RbacCluster) => Promise<T>,
): Promise<({ cluster: RbacCluster; value: T } | { cluster: RbacCluster; error: string })[]> {
  return await Promise.all(
    clusters.map(async (cluster) => {
      try {
        return { cluster, value: await ports.limit(() => work(cluster)) };
      } catch (error) {
        ports.signal.throwIfAborted();
        if (input.clusterId !== allClusters) throw error;
        return { cluster, error: messageOf(error) };
      }
    }),
  );
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
