import { once, setMaxListeners } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf, ToolError, usageError } from '../errors.ts';
import { sleepFor } from '../io.ts';
import { AccessLog, type AccessLogEntry } from './access-log.ts';
import { parseFault } from './faults.ts';
import { handle } from './handle.ts';
import { createServer } from './http-server.ts';
import { parseListen } from './loopback.ts';
import { operations } from './operations.ts';
import type { SandboxSeed } from './seed.ts';
import { createState, type SandboxState } from './state.ts';
import type { Store } from './store.ts';
import { makeTlsIdentity, type TlsIdentity } from './tls.ts';

export type { AccessLogEntry } from './access-log.ts';
export type { SandboxSeed } from './seed.ts';

export interface SandboxOptions {
  /** Loopback address and port. Default `127.0.0.1:0`: a free port. */
  listen?: string;
  /** Serves https, with a CA made on the spot. Default false. */
  tls?: boolean;
  /** What it starts with, as a file; else `seed`; else an administrator and three clusters. */
  seedFile?: string;
  seed?: SandboxSeed;
  /** Waited before every answer. Default 0. */
  latencyMs?: number;
  /** `API[:WHICH]=WHAT`, see `parseFault`. */
  faults?: readonly string[];
  /** How long a change of a cluster takes. Default 2000. */
  updateTimeMs?: number;
  /** Shortens every session to this. Default: as asked. */
  sessionTtlMs?: number;
  /** Gets a JSON line a request, 0600. */
  accessLogFile?: string;
  /** Milliseconds since the epoch. */
  now?: () => number;
  /** Hears of faults of the sandbox itself, whose callers get a 500. */
  onInternalError?: (error: unknown) => void;
}

export interface Sandbox {
  /** `http://127.0.0.1:1234`, or `https://…`. */
  endpoint: string;
  /** What makes this tool and the SDKs use it, with the administrator's keys. */
  env: Record<string, string>;
  /** The CA's certificate; absent without TLS. */
  caFile?: string;
  /** Below it: `POST token`, `POST reset`, `GET state`, `GET access-log`. */
  url: string;
  /** The live state; another object after a reset. */
  readonly store: Store;
  /** The last 10000 requests, oldest first. */
  accessLog(): AccessLogEntry[];
  /** Back to the seed: sessions, nonces, metadata tokens, counted faults and the access log in memory are gone. */
  reset(): void;
  /** Ends it, with every connection. A second call does nothing. */
  close(): Promise<void>;
}

/** Names that faults may be planned for. */
const faultyApis = [...operations.map(({ action }) => action), 'OidcConfiguration', 'OidcKeys', 'Metadata'];

/**
 * Starts a sandbox and resolves when it answers. Throws a `ToolError`: `USAGE` for options, `FILE_UNREADABLE` and
 * `FILE_INVALID` for files, `NETWORK` when it cannot listen there or the API server of a cluster does not answer.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { host, port } = parseListen(options.listen ?? '127.0.0.1:0');
  const allFaults = (options.faults ?? []).map((spec) => parseFault(spec, faultyApis));
  const faults = allFaults.filter(({ action }) => action.kind !== 'expired-certificate');
  const isExpired = faults.length < allFaults.length;
  if (isExpired && !options.tls) throw usageError('--fault with expired-certificate needs --tls');
  const seed = await seedOf(options);
  const onInternalError = options.onInternalError ?? (() => {});
  const log = new AccessLog(onInternalError);
  const stopping = new AbortController();
  // Any number of requests may be kept waiting at once, and each listens.
  setMaxListeners(0, stopping.signal);
  let state: SandboxState | undefined;
  const identity = options.tls ? await makeTlsIdentity(host, Date.now(), isExpired) : undefined;
  const server = createServer((request) => {
    if (state === undefined) throw new Error('a request came before the sandbox was ready');
    return handle(state, request);
  }, identity);
  try {
    if (options.accessLogFile !== undefined) await log.openFile(options.accessLogFile);
    const address = await listen(server, host, port);
    const endpoint = `${identity === undefined ? 'http' : 'https'}://${address}`;
    const { latencyMs, updateTimeMs, sessionTtlMs, now = () => Date.now() } = options;
    const sleep = (ms: number) => sleepFor(ms, stopping.signal);
    const timing = { latencyMs, updateTimeMs, sessionTtlMs, now, sleep };
    state = createState({ ...timing, endpoint, seed, faults, log, onInternalError });
    return sandboxOf(state, address, identity, async () => {
      stopping.abort();
      await closeServer(server);
      await log.close();
      await identity?.remove();
    });
  } catch (error) {
    await closeServer(server);
    await log.close();
    await identity?.remove();
    throw error;
  }
}

async function seedOf({ seedFile, seed }: SandboxOptions): Promise<SandboxSeed | undefined> {
  const given = seedFile === undefined ? seed : await (await import('./seed-file.ts')).readSeedFile(seedFile);
  if (given === undefined) return undefined;
  const { withApiServerKeys } = await import('./cs/api-server-keys.ts');
  return withApiServerKeys(given);
}

function sandboxOf(
  state: SandboxState,
  address: string,
  identity: TlsIdentity | undefined,
  stop: () => Promise<void>,
): Sandbox {
  let closed: Promise<void> | undefined;
  const url = `${state.endpoint}${state.adminPath}`;
  return {
    endpoint: state.endpoint,
    env: environmentOf(state, address, url, identity?.caFile),
    ...(identity === undefined ? {} : { caFile: identity.caFile }),
    url,
    get store() {
      return state.store;
    },
    accessLog: () => state.log.entries(),
    reset: () => state.reset(),
    close: () => {
      closed ??= stop();
      return closed;
    },
  };
}

function environmentOf(
  { store, endpoint }: SandboxState,
  address: string,
  url: string,
  caFile: string | undefined,
): Record<string, string> {
  const api = caFile === undefined ? endpoint : address;
  const key = administratorKey(store);
  return {
    ACK_RAM_TOOL_SANDBOX_URL: url,
    ACK_RAM_TOOL_STS_ENDPOINT: api,
    ACK_RAM_TOOL_RAM_ENDPOINT: api,
    ACK_RAM_TOOL_CS_ENDPOINT: api,
    ACK_RAM_TOOL_IMS_ENDPOINT: api,
    ALIBABA_CLOUD_IMDS_ENDPOINT: endpoint,
    ACK_RAM_TOOL_REGION_ID: store.accounts.flatMap(({ clusters }) => clusters)[0]?.regionId ?? 'cn-hangzhou',
    ...(key && { ALIBABA_CLOUD_ACCESS_KEY_ID: key.id, ALIBABA_CLOUD_ACCESS_KEY_SECRET: key.secret }),
    ...(caFile === undefined ? {} : { SSL_CERT_FILE: caFile, NODE_EXTRA_CA_CERTS: caFile }),
  };
}

/** Of the first user with AdministratorAccess and keys, else of the first user with keys. */
function administratorKey(store: Store) {
  const users = store.accounts.flatMap((account) => account.users).filter(({ accessKeys }) => accessKeys.length > 0);
  const administrator = users.find(({ systemPolicies }) => systemPolicies.includes('AdministratorAccess'));
  return (administrator ?? users[0])?.accessKeys[0];
}

/** Resolves to `host:port`. */
async function listen(server: Server, host: string, port: number): Promise<string> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    throw new ToolError('NETWORK', `cannot listen on ${host} port ${port}: ${messageOf(cause)}`, { cause });
  }
  const { port: actual } = server.address() as AddressInfo;
  return `${host.includes(':') ? `[${host}]` : host}:${actual}`;
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
