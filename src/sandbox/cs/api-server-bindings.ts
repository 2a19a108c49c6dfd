import type { SandboxApiServer } from '../store.ts';
import { requestJson } from './api-server-request.ts';

type Json = Record<string, unknown>;

const api = '/apis/rbac.authorization.k8s.io/v1';

/**
 * Takes a user or role out of the bindings of a real API server: one that is about nobody else goes, of others its name.
 * Throws an error that says which call failed.
 */
export async function deleteBindingsOf(server: SandboxApiServer, uid: string): Promise<void> {
  for (const kind of ['clusterrolebindings', 'rolebindings']) {
    const { items } = await requestJson(server, 'GET', `${api}/${kind}`);
    for (const binding of Array.isArray(items) ? (items as Json[]) : []) {
      const subjects = Array.isArray(binding.subjects) ? binding.subjects : [];
      const others = subjects.filter((subject) => !isUser(subject, uid));
      if (others.length === subjects.length) continue;
      const { name, namespace } = binding.metadata as { name: string; namespace?: string };
      const place = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
      const path = `${api}${place}/${kind}/${encodeURIComponent(name)}`;
      if (others.length === 0) await requestJson(server, 'DELETE', path);
      else await requestJson(server, 'PUT', path, { ...binding, subjects: others });
    }
  }
}

/** ACK names users by their id, or by it, a dash and the time of the grant. */
function isUser(subject: unknown, uid: string): boolean {
  const { kind, name } = (subject ?? {}) as Json;
  return kind === 'User' && typeof name === 'string' && name.replace(/-\d+$/, '') === uid;
}
