import { readFile } from 'node:fs/promises';
import https from 'node:https';
import { isIPv6 } from 'node:net';
import { ToolError } from '../errors.ts';
import { readFault } from '../read-fault.ts';
import { type ApiDeps, type KubernetesClient, openClient } from './api-client.ts';

/** Where a kubelet mounts the service account of a pod. */
const folder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** True in a pod. */
export function isInCluster(env: Readonly<Record<string, string | undefined>>): boolean {
  return Boolean(env.KUBERNETES_SERVICE_HOST && env.KUBERNETES_SERVICE_PORT);
}

/**
 * The API server of the cluster that this pod is in, by the pod's own service account. The token is read now: one that
 * has run out is refused with 401 and wants a new connection. Throws `FILE_UNREADABLE`.
 * Source: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
 */
export async function connectInCluster(
  env: Readonly<Record<string, string | undefined>>,
  deps: ApiDeps,
  serviceAccountFolder = folder,
): Promise<KubernetesClient> {
  const read = async (name: string): Promise<string> => {
    const path = `${serviceAccountFolder}/${name}`;
    return (
      await readFile(path, 'utf8').catch((error: unknown) => {
        throw new ToolError('FILE_UNREADABLE', `cannot read ${path}: ${readFault(error)}`, {
          hint: 'the pod needs its service account token mounted',
        });
      })
    ).trim();
  };
  const [token, ca] = await Promise.all([read('token'), read('ca.crt')]);
  const host = env.KUBERNETES_SERVICE_HOST ?? '';
  const server = new URL(`https://${isIPv6(host) ? `[${host}]` : host}:${env.KUBERNETES_SERVICE_PORT}`);
  const agent = new https.Agent({ ca, keepAlive: true });
  return openClient({ server, agent, headers: { authorization: `Bearer ${token}` } }, deps);
}
