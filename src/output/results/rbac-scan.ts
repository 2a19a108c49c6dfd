import type { UserBinding } from '../../kubernetes/rbac-bindings.ts';
import type { ScannedCluster, ScanResult } from '../../kubernetes/rbac-scan.ts';
import { asIs, type Translate } from '../language.ts';
import { stripControl } from '../plain.ts';
import { formatTable } from '../table.ts';
import type { Presenter } from './presenter.ts';

/** `rbac scan-user-permissions`: the table of the Go tool, one for each cluster. */
export const rbacScanPresenter: Presenter<ScanResult> = {
  text({ clusters }, { translate = asIs } = {}) {
    if (clusters.length === 0) return translate('there are no clusters\n');
    if (clusters.length === 1 && clusters[0] !== undefined) return bodyOf(clusters[0], translate);
    return clusters
      .map((cluster) =>
        `ClusterId: ${cluster.clusterId}  ${stripControl(cluster.name)}`
          .trimEnd()
          .concat('\n', bodyOf(cluster, translate)),
      )
      .join('\n');
  },
  json: ({ clusters }) => ({
    clusters: clusters.map(({ clusterId, name, error, bindings }) => ({
      clusterId,
      name,
      error,
      bindings: bindings.map(({ identity, binding }) => ({
        uid: identity.uid,
        type: identity.type,
        name: identity.name,
        deleted: identity.deleted,
        kind: binding.kind,
        namespace: binding.namespace,
        binding: binding.name,
      })),
    })),
  }),
};

function bodyOf({ error, bindings }: ScannedCluster, translate: Translate): string {
  if (error !== null) return translate(`not scanned: ${stripControl(error)}\n`);
  if (bindings.length === 0) return translate('no bindings were found\n');
  const rows = bindings.map(({ identity, binding }) => [
    `${identity.uid}${identity.deleted ? ' (deleted)' : ''}`,
    identity.type,
    stripControl(identity.name ?? '-'),
    bindingTitle(binding),
  ]);
  return formatTable(rows, ['UID', 'UserType', 'UserName', 'Binding']);
}

/** `ClusterRoleBinding/-/name` or `RoleBinding/namespace/name`, as the Go tool writes it. */
export function bindingTitle({ kind, namespace, name }: Pick<UserBinding, 'kind' | 'namespace' | 'name'>): string {
  return stripControl(`${kind}/${namespace ?? '-'}/${name}`);
}
