/** RBAC bindings of RAM users and roles, as ACK makes them. */
import type { KubernetesClient, KubernetesObject } from './api-client.ts';

export type BindingKind = 'ClusterRoleBinding' | 'RoleBinding';

/** One user of one binding. A binding of several users is there several times. */
export interface UserBinding {
  /** Digits. */
  uid: string;
  kind: BindingKind;
  /** `null` for the whole cluster. */
  namespace: string | null;
  /** The binding's own. */
  name: string;
  /** As the API server sent it, within a list: without `apiVersion` and `kind`. */
  object: KubernetesObject;
}

export const rbacApi = 'rbac.authorization.k8s.io/v1';

/**
 * The id of the RAM user, role or account that a subject means: ACK names users by it, or by it, a dash and the time of the
 * grant. `undefined` for every other subject, groups and service accounts of such a name among them.
 */
export function uidOf(subject: unknown): string | undefined {
  const { kind, apiGroup, name } = (subject ?? {}) as Record<string, unknown>;
  const isUser = kind === 'User' && (apiGroup === undefined || apiGroup === 'rbac.authorization.k8s.io');
  if (!isUser) return undefined;
  return typeof name === 'string' ? /^([1-9]\d{0,31})(?:-\d{1,32})?$/.exec(name)?.[1] : undefined;
}

/** The users of a binding, each once; empty for one that is about somebody else, or no binding. */
export function usersOf(kind: BindingKind, object: KubernetesObject): UserBinding[] {
  const { name, namespace } = (object.metadata ?? {}) as Record<string, unknown>;
  if (typeof name !== 'string' || !Array.isArray(object.subjects)) return [];
  const uids = new Set(object.subjects.map(uidOf).filter((uid) => uid !== undefined));
  const where = kind === 'RoleBinding' && typeof namespace === 'string' ? namespace : null;
  return [...uids].map((uid) => ({ uid, kind, namespace: where, name, object }));
}

/** Reads all bindings of a cluster. `onCount` hears how many have been looked at. */
export async function readUserBindings(
  client: Pick<KubernetesClient, 'list'>,
  onCount: (count: number) => void = () => {},
): Promise<UserBinding[]> {
  const kinds = [
    { kind: 'ClusterRoleBinding', path: `/apis/${rbacApi}/clusterrolebindings` },
    { kind: 'RoleBinding', path: `/apis/${rbacApi}/rolebindings` },
  ] as const;
  const counts = kinds.map(() => 0);
  const lists = await Promise.all(
    kinds.map(async ({ kind, path }, index) => {
      const objects = await client.list(path, (count) => {
        counts[index] = count;
        onCount(counts.reduce((sum, each) => sum + each, 0));
      });
      return objects.flatMap((object) => usersOf(kind, object));
    }),
  );
  return lists.flat();
}

/** `ClusterRoleBinding/-/name` or `RoleBinding/namespace/name`, as the Go tool writes it. */
export function bindingTitle({ kind, namespace, name }: Pick<UserBinding, 'kind' | 'namespace' | 'name'>): string {
  return `${kind}/${namespace ?? '-'}/${name}`;
}
