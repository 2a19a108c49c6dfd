/** The kubeconfig that a service sent, which is not let run a program or read a file of this machine. */
import { parse } from 'yaml';
import { ToolError } from '../errors.ts';
import { serverOf, type TlsSettings } from './server-agent.ts';

const maxBytes = 4 * 1024 * 1024;

export function isNone(what: string): ToolError {
  return new ToolError('BAD_ANSWER', `${what} is none, or wants to run a program or read a file of this machine`);
}

const userKeys = new Set(['client-certificate-data', 'client-key-data', 'token', 'username', 'password']);

/**
 * The current context of a kubeconfig that brings everything it needs, or `BAD_ANSWER`. Read here, since the library takes
 * long to load, and would read a `tokenFile` as soon as it reads the kubeconfig.
 */
export function readSentKubeconfig({ text, what }: { text: string; what: string }): SentKubeconfig {
  try {
    if (text.length > maxBytes) throw new Error('it is too long');
    const config = parse(text, { maxAliasCount: 100, logLevel: 'error' });
    const { clusters, users, contexts } = config;
    const bringsAll =
      [clusters, users, contexts].every((list) => Array.isArray(list)) &&
      users.every(({ user }: { user?: object | null }) => Object.keys(user ?? {}).every((key) => userKeys.has(key))) &&
      clusters.every(({ cluster }: { cluster: object }) => !('certificate-authority' in cluster));
    if (!bringsAll) throw new Error('it wants too much');
    return { ...sentOf(config), what };
  } catch {
    throw isNone(what);
  }
}

export interface SentKubeconfig {
  /** For messages. */
  what: string;
  /** Absent without a server that may be asked. */
  server: URL | undefined;
  /** It names a proxy itself. */
  isProxied: boolean;
  tls: TlsSettings;
  headers: Record<string, string>;
}

type Named<K extends string> = { name?: unknown } & Partial<Record<K, Record<string, unknown> | null>>;

function sentOf(config: {
  'current-context'?: unknown;
  contexts: Named<'context'>[];
  clusters: Named<'cluster'>[];
  users: Named<'user'>[];
}): Omit<SentKubeconfig, 'what'> {
  const context = config.contexts.find(({ name }) => name === config['current-context'])?.context;
  const cluster = config.clusters.find(({ name }) => name === context?.cluster)?.cluster;
  const user = config.users.find(({ name }) => name === context?.user)?.user;
  const decoded = (data: unknown) => (typeof data === 'string' ? Buffer.from(data, 'base64') : undefined);
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
  const login = text(user?.username) && `${user?.username}:${text(user?.password) ?? ''}`;
  const token = text(user?.token);
  const server = user && typeof cluster?.server === 'string' ? serverOf({ server: cluster.server }) : undefined;
  const isSecure = server?.protocol === 'https:';
  return {
    server,
    isProxied: cluster?.['proxy-url'] !== undefined,
    tls: {
      ca: decoded(cluster?.['certificate-authority-data']),
      cert: decoded(user?.['client-certificate-data']),
      key: decoded(user?.['client-key-data']),
      servername: text(cluster?.['tls-server-name']),
      ...(cluster?.['insecure-skip-tls-verify'] === true ? { rejectUnauthorized: false } : {}),
    },
    headers: {
      ...(login === undefined || !isSecure ? {} : { authorization: `Basic ${Buffer.from(login).toString('base64')}` }),
      ...(token === undefined || !isSecure ? {} : { authorization: `Bearer ${token}` }),
    },
  };
}
