/** A real API server behind a cluster of the sandbox, as the kubeconfig of a seed describes it. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { dirname, isAbsolute, join } from 'node:path';
import { parse } from 'yaml';
import { messageOf } from '../../errors.ts';
import type { SandboxApiServer, SandboxCluster } from '../store.ts';

type Settings = Record<string, unknown>;
type ReadText = (path: string, what: string) => Promise<string>;

/** Settings that name a file, which becomes the setting beside it, in base64. */
const clusterFiles = { 'certificate-authority': 'certificate-authority-data' };
const userFiles = { 'client-certificate': 'client-certificate-data', 'client-key': 'client-key-data' };

/** The address of its API server; one that never answers where there is none. */
export function apiServerUrl({ id, apiServer }: SandboxCluster): string {
  return apiServer === undefined ? `https://${id}.cluster.invalid:6443` : String(apiServer.cluster.server);
}

/**
 * The server and user of the current context of a kubeconfig, with the files that they name read in.
 * @param readText reads a file that is named relative to where `path` is
 * Throws an error whose message says what is wrong with the kubeconfig, to put behind its name.
 */
export async function readApiServer(path: string, readText: ReadText): Promise<SandboxApiServer> {
  const config = parseSettings(await readText(path, 'the kubeconfig'));
  const contextName = config['current-context'];
  const context = entryOf(config.contexts, contextName, 'context');
  if (context === undefined) throw new Error('names no current context that it has');
  const cluster = entryOf(config.clusters, context.cluster, 'cluster');
  const user = entryOf(config.users, context.user, 'user');
  if (cluster === undefined || user === undefined) throw new Error('has a context without its cluster or user');
  const { server } = cluster;
  if (typeof server !== 'string' || !/^https?:\/\/[^\s/?#]+/.test(server))
    throw new Error('has a cluster without a server');
  const inline = async (settings: Settings, files: Readonly<Record<string, string>>): Promise<Settings> => {
    const result = { ...settings };
    for (const [name, data] of Object.entries(files)) {
      const file = result[name];
      delete result[name];
      if (typeof file !== 'string' || result[data] !== undefined) continue;
      const text = await readText(isAbsolute(file) ? file : join(dirname(path), file), `${name} of the kubeconfig`);
      result[data] = Buffer.from(text).toString('base64');
    }
    return result;
  };
  return { cluster: await inline(cluster, clusterFiles), user: await inline(user, userFiles) };
}

/**
 * The CA of `server` that `keyPem` is the key of, to issue client certificates with.
 * Throws an error whose message says what is wrong with the key, to put behind its name.
 */
export function readClientCa(server: SandboxApiServer, keyPem: string): NonNullable<SandboxCluster['clientCa']> {
  const bundle = Buffer.from(String(server.cluster['certificate-authority-data'] ?? ''), 'base64').toString('utf8');
  const certificates = bundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0) throw new Error('has no CA beside it: the kubeconfig names none');
  let key: ReturnType<typeof createPrivateKey>;
  try {
    key = createPrivateKey(keyPem);
  } catch {
    throw new Error('is not a private key in PEM');
  }
  const own = certificates.find((pem) => new X509Certificate(pem).checkPrivateKey(key));
  if (own === undefined) throw new Error('is not the key of the CA that the kubeconfig names');
  return { certificatePem: own, keyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

function parseSettings(text: string): Settings {
  let value: unknown;
  try {
    value = parse(text, { prettyErrors: false, maxAliasCount: 100, logLevel: 'error' });
  } catch (error) {
    throw new Error(`is no YAML: ${messageOf(error).split('\n', 1)[0]}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('is no kubeconfig');
  return value as Settings;
}

function entryOf(list: unknown, name: unknown, kind: string): Settings | undefined {
  if (!Array.isArray(list) || typeof name !== 'string') return undefined;
  const item: unknown = list.find((each) => (each as Settings | null)?.name === name);
  const settings = (item as Settings | undefined)?.[kind];
  return typeof settings === 'object' && settings !== null ? (settings as Settings) : undefined;
}
