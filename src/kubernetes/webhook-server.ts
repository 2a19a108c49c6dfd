import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { messageOf, ToolError } from '../errors.ts';
import type { PlainRecord } from './plain-object.ts';
import type { ServingCertificate } from './webhook-certificate.ts';
import type { WebhookLog } from './webhook-log.ts';

export interface WebhookServerOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  certificate: ServingCertificate;
  /** `undefined` for a body that is no review. */
  review: (body: unknown) => Promise<PlainRecord | undefined>;
  log: WebhookLog;
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Replaces some of the limits. */
  limits?: ServerOptions & { maxConnections?: number };
}

export interface WebhookServer {
  port: number;
  /** For connections from now on. */
  useCertificate(certificate: ServingCertificate): void;
  /** Says that it is not ready, goes on for a while until nobody asks it any more, then ends what is left. */
  drain(): Promise<void>;
  /** Drops every connection. */
  close(): Promise<void>;
}

const defaultLimits = {
  minVersion: 'TLSv1.2' as const,
  handshakeTimeout: 5_000,
  maxHeaderSize: 16 * 1024,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 1_000,
  maxConnections: 1_024,
};

/** An API server takes objects of at most 3 MiB, and a review holds one. */
const maxBodyBytes = 4 * 1024 * 1024;
/** Time for the cluster to send new requests elsewhere. */
const leaveMs = 3_000;
const lastRequestsMs = 10_000;

/** Serves `POST /mutate`, `GET /healthz` and `GET /readyz` over https. Throws `NETWORK` when it cannot listen. */
export async function startWebhookServer(options: WebhookServerOptions): Promise<WebhookServer> {
  const { host, certificate, log, sleep } = options;
  const { maxConnections, ...limits } = { ...defaultLimits, ...options.limits };
  let isLeaving = false;
  const handle = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    answer(incoming, options, () => !isLeaving).then(
      (result) => send(outgoing, result, isLeaving),
      (error: unknown) => {
        if (!incoming.complete) return void outgoing.destroy();
        log.error('a request failed', { error: messageOf(error) });
        send(outgoing, plain(500, 'internal error'), true);
      },
    );
  };
  const create = ({ cert, key }: ServingCertificate): Server => {
    const created = createServer({ ...limits, cert, key }, handle);
    created.maxConnections = maxConnections;
    return created.on('tlsClientError', (error: NodeJS.ErrnoException) =>
      log.debug('no TLS', { error: error.code ?? 'unknown' }),
    );
  };
  let server = create(certificate);
  try {
    server.listen(options.port, host);
    await once(server, 'listening');
  } catch (cause) {
    throw new ToolError('NETWORK', `cannot listen on ${host} port ${options.port}: ${messageOf(cause)}`, { cause });
  }
  const { port } = server.address() as AddressInfo;
  let closed: Promise<unknown> | undefined;
  const stopListening = (): Promise<unknown> => {
    if (closed === undefined) {
      closed = once(server, 'close');
      server.close();
    }
    return closed;
  };
  const close = async (): Promise<void> => {
    const end = stopListening();
    server.closeAllConnections();
    await end;
  };
  return {
    port,
    useCertificate(next) {
      if (closed !== undefined) return;
      // Not in the standalone executable, whose runtime takes a certificate only with a new server.
      if (typeof server.setSecureContext === 'function') {
        server.setSecureContext({ ...limits, cert: next.cert, key: next.key });
        return;
      }
      server.close();
      server.closeIdleConnections();
      server = create(next);
      server.on('error', (error) => log.error('cannot listen any more', { error: messageOf(error) }));
      server.listen(port, host);
    },
    async drain() {
      isLeaving = true;
      await sleep(leaveMs);
      const stop = new AbortController();
      const end = stopListening();
      server.closeIdleConnections();
      await Promise.race([end, sleep(lastRequestsMs, stop.signal).catch(() => {})]);
      stop.abort();
      await close();
    },
    close,
  };
}

interface Answer {
  status: number;
  contentType: string;
  body: string;
  headers?: Readonly<Record<string, string>>;
  /** The rest of the request is not read. */
  isLast?: boolean;
}

async function answer(
  incoming: IncomingMessage,
  { review, log }: WebhookServerOptions,
  isReady: () => boolean,
): Promise<Answer> {
  // The API server adds `?timeout=10s`.
  const path = (incoming.url ?? '').split('?', 1)[0];
  const { method } = incoming;
  if (path === '/healthz' || path === '/readyz') {
    if (method !== 'GET' && method !== 'HEAD') return notAllowed('GET, HEAD');
    return path === '/healthz' || isReady() ? plain(200, 'ok') : plain(503, 'stopping');
  }
  if (path !== '/mutate') return plain(404, 'not found');
  if (method !== 'POST') return notAllowed('POST');
  if (!/^application\/json\s*(;|$)/i.test(incoming.headers['content-type'] ?? '')) {
    return { ...plain(415, 'send application/json'), isLast: true };
  }
  const text = await readBody(incoming);
  if (text === undefined) return { ...plain(413, `a body may have ${maxBodyBytes} bytes`), isLast: true };
  const reviewed = await review(parseJson(text));
  if (reviewed === undefined) {
    log.warn('a request was no AdmissionReview of admission.k8s.io/v1');
    return plain(400, 'not an AdmissionReview of admission.k8s.io/v1');
  }
  return { status: 200, contentType: 'application/json', body: JSON.stringify(reviewed) };
}

/** `undefined` for one that is too long. */
async function readBody(incoming: IncomingMessage): Promise<string | undefined> {
  if (Number(incoming.headers['content-length'] ?? 0) > maxBodyBytes) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  // An answer is still to go out on this connection.
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    length += (chunk as Buffer).length;
    if (length > maxBodyBytes) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function plain(status: number, body: string): Answer {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${body}\n` };
}

function notAllowed(allow: string): Answer {
  return { ...plain(405, 'method not allowed'), headers: { allow }, isLast: true };
}

function send(
  outgoing: ServerResponse,
  { status, contentType, body, headers, isLast }: Answer,
  isLeaving: boolean,
): void {
  outgoing.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...(isLast || isLeaving ? { connection: 'close' } : {}),
    ...headers,
  });
  outgoing.end(body);
}
