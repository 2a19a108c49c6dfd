import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf, ToolError } from '../errors.ts';
import { isOwnHost, type ListenAddress, metadataAddress, parseListenAddress, urlHost } from './listen-address.ts';
import type { Credentials } from './provider.ts';
import type { RefreshLog } from './refresher.ts';
import { createServedMetadata, type MetadataVersion, servedCredentials } from './served-metadata.ts';

export interface CredentialServerOptions {
  /** Credentials that are valid now, asked at every read. Many reads may be under way at once. */
  current: () => Promise<Credentials>;
  /** `host:port`; port 0 takes a free one. */
  listen: string;
  /** Lets it listen elsewhere than on loopback. Default false. */
  allowRemote?: boolean | undefined;
  /** Answers as ECS metadata too, at paths that everybody knows. Default `off`. */
  imds?: 'off' | MetadataVersion | undefined;
  /** For ECS metadata. */
  regionId?: string | undefined;
  /** Milliseconds since the epoch. */
  now: () => number;
  log: RefreshLog;
  /** Replaces some of the limits of `node:http`. */
  limits?: ServerOptions & { maxConnections?: number };
}

export interface CredentialServer {
  /** For `ALIBABA_CLOUD_CREDENTIALS_URI`. Whoever knows it can read the credentials. */
  uri: string;
  /** `host:port`. No secret. */
  address: string;
  /** Drops every connection. */
  close(): Promise<void>;
}

const defaultLimits = {
  maxHeaderSize: 8 * 1024,
  headersTimeout: 5_000,
  requestTimeout: 5_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
  maxConnections: 256,
};

interface Answer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  contentType?: string;
  body: string;
}

/**
 * Serves `current` over http as a credentials URI: `{"Code":"Success",…}` at one path that cannot be guessed, nothing
 * at any other. Throws `USAGE` for an address that it must not listen at, `NETWORK` when it cannot.
 */
export async function startCredentialServer(options: CredentialServerOptions): Promise<CredentialServer> {
  const { listen, imds = 'off', log } = options;
  const address = parseListenAddress(listen, { allowRemote: options.allowRemote === true });
  refuseOpenMetadata(address, imds);
  const { maxConnections, ...limits } = { ...defaultLimits, ...options.limits };
  const path = `/credentials/${randomBytes(32).toString('base64url')}`;
  let answer: (incoming: IncomingMessage) => Promise<Answer> = async () => refused(404);
  const server = createServer(limits, (incoming, outgoing) => {
    answer(incoming).then(
      (result) => send(outgoing, result),
      () => outgoing.destroy(),
    );
  });
  server.maxConnections = maxConnections;
  const port = await startListening(server, address);
  const listening = { ...address, port };
  answer = answerer({ ...options, imds, path, listening });
  const shown = `${urlHost(address.host)}:${port}`;
  warnOfReaders(listening, imds, log);
  return {
    uri: `http://${shown}${path}`,
    address: shown,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function refuseOpenMetadata({ host, isLoopback }: ListenAddress, imds: 'off' | MetadataVersion): void {
  if (imds === 'off' || isLoopback || host === metadataAddress) return;
  throw new ToolError('USAGE', `ECS metadata at ${host} would give the credentials to every machine that reaches it`, {
    hint: 'serve at a loopback address, or without --imds and --imds-v1',
  });
}

function warnOfReaders({ isLoopback, host }: ListenAddress, imds: 'off' | MetadataVersion, log: RefreshLog): void {
  if (!isLoopback) {
    log.warn(`serving at ${host}: whoever sees the traffic, or is told the URI, can read the credentials`);
  }
  if (imds === 'off') return;
  const how = imds === 'v1' ? ', and so can whatever makes a program here send a request' : '';
  log.warn(`answering as ECS metadata: every local user can read the credentials${how}`);
}

async function startListening(server: Server, { host, port }: ListenAddress): Promise<number> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch (cause) {
    throw new ToolError('NETWORK', `cannot listen on ${host} port ${port}: ${messageOf(cause)}`, { cause });
  }
}

type AnswererOptions = CredentialServerOptions & {
  imds: 'off' | MetadataVersion;
  path: string;
  listening: ListenAddress;
};

/** What is answered to a request. Whoever does not know the path learns nothing from it. */
function answerer(options: AnswererOptions): (incoming: IncomingMessage) => Promise<Answer> {
  const { current, imds, path, listening, log, now, regionId } = options;
  const isPath = equals(path);
  const metadata = imds === 'off' ? undefined : createServedMetadata({ version: imds, current, regionId, now });
  let told: unknown;

  const lookUp = async (incoming: IncomingMessage): Promise<Answer> => {
    const { method = '', url: target = '', headers } = incoming;
    const fromMetadata = await metadata?.({ method, target, headers });
    if (fromMetadata !== undefined) return fromMetadata;
    if (method !== 'GET') return refused(405, { allow: 'GET' });
    if (!isPath(target)) return refused(404);
    return {
      status: 200,
      contentType: 'application/json',
      body: `${JSON.stringify(servedCredentials(await current()))}\n`,
    };
  };

  return async (incoming) => {
    if (!isFromProgram(incoming, listening)) return refused(403);
    if (hasBody(incoming)) return refused(413);
    try {
      return await lookUp(incoming);
    } catch (error) {
      // Many readers may hear of one failure.
      if (error !== told) log.warn(`the credentials could not be served: ${messageOf(error)}`);
      told = error;
      return unavailable(error instanceof ToolError ? 503 : 500);
    }
  };
}

/** Comparison that takes as long for any text. */
function equals(wanted: string): (text: string) => boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const own = digest(wanted);
  return (text) => timingSafeEqual(own, digest(text));
}

/**
 * True unless a browser sent it, or somebody to whom this server has another name. Programs that use `fetch` of Node
 * send `Sec-Fetch-Mode`, so that is no sign of a browser.
 */
function isFromProgram({ headers, headersDistinct }: IncomingMessage, listening: ListenAddress): boolean {
  const [host, ...others] = headersDistinct.host ?? [];
  if (host === undefined || others.length > 0 || !isOwnHost(host, listening)) return false;
  return !['origin', 'sec-fetch-site', 'sec-fetch-dest', 'sec-fetch-user'].some((name) => headers[name] !== undefined);
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

function refused(status: number, headers: Answer['headers'] = {}): Answer {
  return { status, headers: { connection: 'close', ...headers }, body: '' };
}

function unavailable(status: number): Answer {
  const body = { Code: 'CredentialsUnavailable', Message: 'There are no valid credentials; the log tells why.' };
  return {
    status,
    headers: { 'retry-after': '5' },
    contentType: 'application/json',
    body: `${JSON.stringify(body)}\n`,
  };
}

function send(outgoing: ServerResponse, { status, headers, contentType, body }: Answer): void {
  outgoing.writeHead(status, {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-length': Buffer.byteLength(body),
    ...(contentType === undefined ? {} : { 'content-type': contentType }),
    ...headers,
  });
  outgoing.end(body);
}
