import type { PodFacts } from './kubernetes-patient.ts';
import { kubectl, type NamespacePlace } from './kubernetes-place.ts';

/** Commands that make pods anew: what owns them is restarted, and a pod that nothing which restarts owns is deleted. */
export function recreate(pods: readonly PodFacts[], place: NamespacePlace): string {
  const owners = new Set(pods.flatMap(({ restartable }) => restartable && `${restartable.kind}/${restartable.name}`));
  owners.delete(undefined);
  const alone = pods.filter(({ restartable }) => restartable === undefined).map(({ name }) => name);
  const restart = owners.size === 0 ? [] : [kubectl(place, 'rollout', 'restart', ...[...owners].map(String))];
  const remove = alone.length === 0 ? [] : [kubectl(place, 'delete', 'pod', ...alone)];
  return [...restart, ...remove].join(' && ');
}
