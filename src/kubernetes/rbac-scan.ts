import { bindingTitle, readUserBindings, type UserBinding } from './rbac-bindings.ts';
import { clustersOf, compare, forEachCluster, type RbacPorts, requireAnswering } from './rbac-clusters.ts';
import { type Identity, identifyBy } from './rbac-identities.ts';

export interface ScanInput {
  /** A cluster, or `all`. */
  clusterId: string;
  /** Absent: everybody that `allUsers` means. */
  uid?: string | undefined;
  /** False: deleted ones only. */
  allUsers: boolean;
}

export interface ScannedBinding {
  identity: Identity;
  binding: UserBinding;
}

export interface ScannedCluster {
  clusterId: string;
  name: string;
  /** Why it could not be scanned; `null` when it was. */
  error: string | null;
  /** Deleted ones first, then by id, kind, namespace and name. */
  bindings: ScannedBinding[];
}

export interface ScanResult {
  clusters: ScannedCluster[];
}

/**
 * Who has RBAC bindings in a cluster, or in all of them, several at once. Reads only. A cluster of several that cannot be
 * scanned is listed with its error. Throws what a single cluster failed with, and what the lists of RAM or of clusters do.
 */
export async function scanUserPermissions(input: ScanInput, ports: RbacPorts): Promise<ScanResult> {
  const progress = ports.report.progress('looking for the clusters, users and roles', { done: 0 });
  try {
    const [clusters, directory] = await Promise.all([clustersOf(input.clusterId, ports), ports.readDirectory()]);
    const identify = identifyBy(directory);
    const counts = new Map<string, number>();
    let done = 0;
    const tell = (): void => {
      const bindings = [...counts.values()].reduce((sum, count) => sum + count, 0);
      const total = clusters.length;
      progress.update(`${done} of ${total} clusters scanned, ${bindings} bindings read`, { done, total });
    };
    const results = await forEachCluster(clusters, input, ports, async (cluster) => {
      requireAnswering(cluster);
      const client = await ports.openCluster(cluster.id);
      const bindings = await readUserBindings(client, (count) => {
        counts.set(cluster.id, count);
        tell();
      });
      done += 1;
      tell();
      return bindings;
    });
    return {
      clusters: results.map((result) => ({
        clusterId: result.cluster.id,
        name: result.cluster.name,
        error: 'error' in result ? result.error : null,
        bindings: 'error' in result ? [] : select(result.value, input, identify),
      })),
    };
  } finally {
    progress.stop();
  }
}

function select(bindings: readonly UserBinding[], input: ScanInput, identify: (uid: string) => Identity) {
  return bindings
    .map((binding) => ({ identity: identify(binding.uid), binding }))
    .filter(({ identity }) =>
      input.uid === undefined ? input.allUsers || identity.deleted : identity.uid === input.uid,
    )
    .sort(byIdentity);
}

function byIdentity(a: ScannedBinding, b: ScannedBinding): number {
  return (
    Number(b.identity.deleted) - Number(a.identity.deleted) ||
    compare(a.identity.uid, b.identity.uid) ||
    compare(bindingTitle(a.binding), bindingTitle(b.binding))
  );
}
