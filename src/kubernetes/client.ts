/**
 * A connection to a Kubernetes API server by a kubeconfig. The only file that loads `@kubernetes/client-node`, which takes
 * half a second: it reads kubeconfigs, and runs credential plugins. Requests are node's own, on JSON as it came.
 */
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import type https from 'node:https';
import { delimiter, dirname, join, resolve } from 'node:path';
import type { Cluster, KubeConfig, User } from '@kubernetes/client-node';
import { messageOf, ToolError } from '../errors.ts';
import { readFault } from '../read-fault.ts';
import { type ApiDeps, type KubernetesClient, openClient } from './api-client.ts';
import { isNone, readSentKubeconfig } from './sent-kubeconfig.ts';
import { agentOf, serverOf } from './server-agent.ts';

/** Where the kubeconfig comes from. */
export type KubeconfigSource =
  | {
      /** One that a service sent: it is not let run a program or read a file of this machine. */
      text: string;
      /** For messages: `the kubeconfig of cluster c123`. */
      what: string;
    }
  | {
      /** Absent: the files of `KUBECONFIG`, else `~/.kube/config`. */
      file?: string | undefined;
      /** Absent: the current one. */
      context?: string | undefined;
    };

export interface ConnectDeps extends ApiDeps {
  env: Readonly<Record<string, string | undefined>>;
  home: string | undefined;
  /** The proxy for a server that its kubeconfig names none for. Absent: none. */
  proxyFor?: ((server: URL) => URL | undefined) | undefined;
}

/** Of a kubeconfig. */
const maxBytes = 4 * 1024 * 1024;

/**
 * Reads the kubeconfig and gets its credentials; nothing is asked of the server yet.
 * Throws `FILE_UNREADABLE`, `FILE_INVALID`, `BAD_ANSWER` for a text that is no kubeconfig or wants too much, `USAGE` for a
 * context that is not there, and `CREDENTIALS_SOURCE_BROKEN` when a credential plugin fails.
 */
export async function connectKubernetes(source: KubeconfigSource, deps: ConnectDeps): Promise<KubernetesClient> {
  const sent = 'text' in source ? readSentKubeconfig(source) : undefined;
  if (sent?.server !== undefined && !sent.isProxied && deps.proxyFor?.(sent.server) === undefined) {
    return openClient({ ...sent, server: sent.server, agent: agentOf(sent.server, sent.tls, sent.what) }, deps);
  }
  const library = await import('@kubernetes/client-node');
  const create = (): KubeConfig => new library.KubeConfig();
  const { config, what } = 'text' in source ? ofText(source, create) : await ofFiles(source, deps, create);
  const cluster = config.getCurrentCluster();
  const user = config.getCurrentUser();
  const server = cluster === null ? undefined : serverOf(cluster);
  if (cluster === null || user === null || server === undefined) {
    throw new ToolError(
      'text' in source ? 'BAD_ANSWER' : 'FILE_INVALID',
      `${what} names no server and user for context ${JSON.stringify(config.currentContext ?? '')}`,
    );
  }
  const proxy = cluster.proxyUrl === undefined ? deps.proxyFor?.(server) : undefined;
  if (proxy !== undefined) useProxy(config, cluster, proxy);
  return openClient(await routeOf(config, server, what), deps);
}

function ofText({ text, what }: { text: string; what: string }, create: () => KubeConfig) {
  const config = create();
  try {
    config.loadFromString(text);
  } catch {
    throw isNone(what);
  }
  return { config, what };
}

async function ofFiles(
  { file, context }: { file?: string | undefined; context?: string | undefined },
  { env, home }: ConnectDeps,
  create: () => KubeConfig,
) {
  const files = file === undefined ? defaultFiles(env, home) : [resolve(file)];
  const what = `kubeconfig ${files.join(', ')}`;
  const config = create();
  let problem: ToolError | undefined;
  for (const path of files) {
    try {
      mergeInto(config, await readConfig(path, create));
    } catch (error) {
      // Of the files of KUBECONFIG some may be missing.
      if (!(error instanceof ToolError) || error.code !== 'FILE_UNREADABLE') throw error;
      problem ??= error;
    }
  }
  if (config.contexts.length === 0 && (problem !== undefined || files.length === 0)) {
    throw problem ?? new ToolError('USAGE', 'there is no home folder with a kubeconfig', { hint: 'pass --kubeconfig' });
  }
  if (context !== undefined) {
    if (config.getContextObject(context) === null) {
      throw new ToolError('USAGE', `${what} has no context ${JSON.stringify(context)}`);
    }
    config.setCurrentContext(context);
  }
  return { config, what };
}

function defaultFiles(env: ConnectDeps['env'], home: string | undefined): string[] {
  const named = (env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  if (named.length > 0) return named.map((path) => resolve(path));
  return home === undefined ? [] : [join(home, '.kube', 'config')];
}

async function readConfig(path: string, create: () => KubeConfig): Promise<KubeConfig> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new ToolError('FILE_UNREADABLE', `cannot read kubeconfig ${path}: ${readFault(error)}`);
  });
  const config = create();
  try {
    if (text.length > maxBytes) throw new Error('it is too long');
    config.loadFromString(text);
    config.makePathsAbsolute(dirname(path));
  } catch {
    // The message of the YAML library shows lines of the file, keys among them.
    throw new ToolError('FILE_INVALID', `${path} is not a kubeconfig`);
  }
  return config;
}

/** As kubectl merges: of entries of one name, and of current contexts, the first counts. */
function mergeInto(config: KubeConfig, more: KubeConfig): void {
  const merged = <T extends { name: string }>(present: T[] | undefined, added: T[]): T[] => {
    const names = new Set(present?.map(({ name }) => name));
    return [...(present ?? []), ...added.filter(({ name }) => !names.has(name))];
  };
  config.clusters = merged(config.clusters, more.clusters);
  config.users = merged(config.users, more.users);
  config.contexts = merged(config.contexts, more.contexts);
  if (!config.currentContext && more.currentContext) config.currentContext = more.currentContext;
}

function useProxy(config: KubeConfig, cluster: Cluster, proxy: URL): void {
  config.clusters = config.clusters.map((each) =>
    each.name === cluster.name ? { ...each, proxyUrl: proxy.href } : each,
  );
}

async function routeOf(config: KubeConfig, server: URL, what: string) {
  const options: https.RequestOptions = {};
  try {
    if (server.protocol === 'https:') await config.applyToHTTPSOptions(options);
  } catch (error) {
    const user: User | null = config.getCurrentUser();
    if (user?.exec === undefined) {
      throw new ToolError(
        'CREDENTIALS_SOURCE_BROKEN',
        `the credentials of ${what} cannot be read: ${messageOf(error)}`,
      );
    }
    // What the plugin printed is the message, a token perhaps.
    throw new ToolError(
      'CREDENTIALS_SOURCE_BROKEN',
      `the credentials of ${what} cannot be had from its credential plugin`,
      { hint: 'run it by hand: what it says is not shown here' },
    );
  }
  const { ca, cert, key, rejectUnauthorized, servername, auth } = options as https.RequestOptions & {
    servername?: string;
  };
  const login = auth ? { authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {};
  const tls = { ca, cert, key, servername, ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }) };
  const isProxied = config.getCurrentCluster()?.proxyUrl !== undefined;
  const agent = isProxied && options.agent instanceof http.Agent ? options.agent : agentOf(server, tls, what);
  return { server, agent, headers: { ...(options.headers as Record<string, string>), ...login } };
}
