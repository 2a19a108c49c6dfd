import type { CleanedCluster, CleanupResult } from '../../kubernetes/rbac-cleanup.ts';
import { asIs } from '../language.ts';
import { stripControl } from '../plain.ts';
import type { Presenter } from './presenter.ts';
import { bindingTitle } from './rbac-scan.ts';

/** `rbac cleanup-user-permissions`: what became of each cluster, and where the bindings are kept. */
export const rbacCleanupPresenter: Presenter<CleanupResult> = {
  text({ identity, clusters }, { dryRun = false, translate = asIs } = {}) {
    if (clusters.length === 0) return translate('there are no clusters\n');
    const who =
      `${identity.type} ${identity.name ?? ''} ${identity.uid}${identity.deleted ? ' (deleted)' : ''}`.replace(
        / +/g,
        ' ',
      );
    return clusters
      .flatMap((cluster) => linesOf(cluster, who, dryRun))
      .map((line) => `${translate(stripControl(line))}\n`)
      .join('');
  },
  json: ({ identity, clusters }) => ({
    uid: identity.uid,
    type: identity.type,
    name: identity.name,
    deleted: identity.deleted,
    changed: clusters.some(({ cleaned }) => cleaned),
    clusters: clusters.map(({ clusterId, name, error, cleaned, backup, activity, bindings }) => ({
      clusterId,
      name,
      error,
      cleaned,
      backup,
      active: activity?.active ?? null,
      lastActivity: activity?.lastActivity ?? null,
      bindings: bindings.map((binding) => ({
        kind: binding.kind,
        namespace: binding.namespace,
        binding: binding.name,
      })),
    })),
  }),
};

function linesOf(
  { clusterId, error, cleaned, backup, bindings }: CleanedCluster,
  who: string,
  dryRun: boolean,
): string[] {
  if (error !== null) return [`cluster ${clusterId} was not cleaned up: ${error}`];
  if (dryRun) {
    return [
      `would clean up after ${who} in cluster ${clusterId}`,
      ...bindings.map((each) => `  ${bindingTitle(each)}`),
    ];
  }
  if (!cleaned) return [`cluster ${clusterId} was not cleaned up`];
  return [
    `cleaned up after ${who} in cluster ${clusterId}`,
    ...(backup === null
      ? []
      : [`  ${bindings.length === 1 ? '1 binding is' : `${bindings.length} bindings are`} kept in ${backup}`]),
  ];
}
