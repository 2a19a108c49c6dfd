/** One http(s) request on node's own client: proxies, timeouts, a cap on the answer, no redirects. */
import { setMaxListeners } from 'node:events';
import http, { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { ToolError, type ToolErrorOptions } from '../errors.ts';
import type { Env } from '../io.ts';
import { version } from '../version.ts';
import { proxyFor } from './proxy.ts';

export const userAgent = `ack-ram-tool/${version}`;

/** Far more than any API sends. */
const defaultMaxBytes = 16 * 1024 * 1024;

export interface Timeouts {
  /** From the call until the connection (and its TLS) stands. */
  connectMs: number;
  /** From there until the whole answer is read. */
  readMs: number;
}

export interface HttpRequest {
  method: string;
  /** Never part of a message: it may carry a secret in its query. */
  url: string;
  headers?: Readonly<Record<string, string>> | undefined;
  body?: string | Uint8Array | undefined;
  timeouts: Timeouts;
  signal?: AbortSignal | undefined;
  /** Default 16 MiB. */
  maxBytes?: number | undefined;
  /** Where proxies are looked up. Absent: none. */
  env?: Env | undefined;
}

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** What `details` of a `NETWORK` error holds. */
export interface NetworkDetails {
  /** Node's error code, `CONNECT_TIMEOUT` or `READ_TIMEOUT`. */
  reason: string;
  /** True when the same request may succeed a moment later. */
  transient: boolean;
}

/**
 * Sends it and reads the whole answer, whatever its status; a redirect is an answer, too.
 * Throws `NETWORK` (with `NetworkDetails`) without an answer, `BAD_ANSWER` for one that is too long or no HTTP,
 * the reason of `signal` when that is aborted, `USAGE` for a proxy variable that names no proxy.
 */
export async function request(options: HttpRequest): Promise<HttpAnswer> {
  const url = new URL(options.url);
  const proxy = options.env === undefined ? undefined : proxyFor(url, options.env);
  const route = await openRoute(url, proxy);
  if (options.signal?.aborted) throw abortReason(options.signal);
  return await exchange(options, route);
}

interface Route {
  /** Starts a request of this method and headers. */
  start(method: string, headers: Record<string, string>): ClientRequest;
  /** For messages: `https://ram.aliyuncs.com`, with the proxy when there is one. */
  name: string;
}

/** Agents live as long as the process: connections are kept and used again, and an idle one keeps nothing running. */
const agents = new Map<string, http.Agent>();

function agentFor<A extends http.Agent>(key: string, create: () => A): http.Agent {
  const known = agents.get(key) ?? create();
  agents.set(key, known);
  return known;
}

async function openRoute(url: URL, proxy: URL | undefined): Promise<Route> {
  if (proxy === undefined) {
    if (url.protocol !== 'https:') {
      const agent = agentFor('http', () => new http.Agent({ keepAlive: true }));
      return { name: url.origin, start: (method, headers) => http.request(url, { agent, method, headers }) };
    }
    const https = await import('node:https');
    const agent = agentFor('https', () => new https.Agent({ keepAlive: true }));
    return { name: url.origin, start: (method, headers) => https.request(url, { agent, method, headers }) };
  }
  const name = `${url.origin} through the proxy ${proxy.host}`;
  if (url.protocol === 'https:') {
    const [https, { HttpsProxyAgent }] = await Promise.all([import('node:https'), import('https-proxy-agent')]);
    const agent = agentFor(proxy.href, () => new HttpsProxyAgent(proxy, { keepAlive: true }));
    return { name, start: (method, headers) => https.request(url, { agent, method, headers }) };
  }
  return { name, start: await openForward(url, proxy) };
}

/** Plain http is handed to the proxy with the whole URL as its target; many proxies refuse a tunnel to port 80. */
async function openForward(url: URL, proxy: URL): Promise<Route['start']> {
  const client = proxy.protocol === 'https:' ? await import('node:https') : http;
  const login = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const authorization: Record<string, string> =
    login === ':' ? {} : { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` };
  const port = proxy.port || (proxy.protocol === 'https:' ? 443 : 80);
  const hostname = proxy.hostname.replace(/^\[|\]$/g, '');
  return (method, headers) =>
    client.request({
      hostname,
      port,
      path: url.href,
      method,
      headers: { host: url.host, ...headers, ...authorization },
    });
}

function exchange(options: HttpRequest, route: Route): Promise<HttpAnswer> {
  const { signal, timeouts, maxBytes = defaultMaxBytes } = options;
  return new Promise((resolve, reject) => {
    const sent = route.start(options.method, { 'user-agent': userAgent, ...options.headers });
    let timer = setTimeout(() => fail(timedOut(route, 'CONNECT_TIMEOUT', timeouts.connectMs)), timeouts.connectMs);
    let isSettled = false;
    const stop = (): void => {
      isSettled = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const fail = (error: unknown): void => {
      if (isSettled) return;
      stop();
      reject(error);
      sent.destroy();
    };
    const onAbort = (): void => fail(abortReason(signal));
    const onConnected = (): void => {
      if (isSettled) return;
      clearTimeout(timer);
      timer = setTimeout(() => fail(timedOut(route, 'READ_TIMEOUT', timeouts.readMs)), timeouts.readMs);
    };
    // One signal stops every request of a command; many at once are no leak, and need no warning on stderr.
    if (signal !== undefined) setMaxListeners(0, signal);
    signal?.addEventListener('abort', onAbort, { once: true });
    sent.on('socket', (socket) => {
      const isReady = !socket.connecting && !('secureConnecting' in socket && socket.secureConnecting === true);
      if (isReady) onConnected();
      else socket.once('encrypted' in socket ? 'secureConnect' : 'connect', onConnected);
    });
    sent.on('proxyConnect', (connect: { statusCode: number }) => {
      if (connect.statusCode !== 200) fail(noAnswer(route, `PROXY_${connect.statusCode}`));
    });
    sent.on('error', (error) => fail(brokenBy(error, route)));
    sent.on('close', () => fail(noAnswer(route, 'ECONNRESET')));
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxBytes) fail(badAnswer(route, `more than ${maxBytes} bytes`));
        else chunks.push(chunk);
      });
      response.on('error', (error) => fail(brokenBy(error, route)));
      response.on('end', () => {
        stop();
        resolve(toAnswer(response, Buffer.concat(chunks)));
      });
    });
    sent.end(options.body);
  });
}

function toAnswer(response: IncomingMessage, body: Buffer): HttpAnswer {
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}

function abortReason(signal: AbortSignal | undefined): unknown {
  return signal?.reason instanceof ToolError ? signal.reason : new ToolError('INTERRUPTED', 'interrupted');
}

const words: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'the connection was refused'],
  ['ECONNRESET', 'the connection broke'],
  ['EPIPE', 'the connection broke'],
  ['ETIMEDOUT', 'the connection timed out'],
  ['EHOSTUNREACH', 'the host cannot be reached'],
  ['ENETUNREACH', 'the network cannot be reached'],
  ['ENOTFOUND', 'the host name is not known'],
  ['EAI_AGAIN', 'the host name could not be looked up'],
]);
/** A wrong name, a refused certificate or a proxy's refusal will be the same the next time. */
const transientReasons = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN'],
  ...['EAI_AGAIN', 'CONNECT_TIMEOUT', 'READ_TIMEOUT', 'PROXY_502', 'PROXY_503', 'PROXY_504'],
]);

/** Nothing of the original error is kept but its code: node's parser errors carry the raw bytes of the answer. */
function brokenBy(error: Error, route: Route): ToolError {
  const reason = 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
  return reason.startsWith('HPE_')
    ? badAnswer(route, `something that is no HTTP (${reason})`)
    : noAnswer(route, reason);
}

function noAnswer(route: Route, reason: string, text?: string): ToolError {
  const details: NetworkDetails = { reason, transient: transientReasons.has(reason) };
  const options: ToolErrorOptions = { details: { ...details } };
  if (/CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(reason)) {
    options.hint = 'if a proxy or sandbox signs its own certificates, set NODE_EXTRA_CA_CERTS to the file of its CA';
  }
  const proxied = /^PROXY_(\d+)$/.exec(reason);
  const what = text ?? (proxied ? `the proxy answered ${proxied[1]}` : words.get(reason));
  const cause = what === undefined ? reason : `${what}${proxied || text ? '' : ` (${reason})`}`;
  return new ToolError('NETWORK', `no answer from ${route.name}: ${cause}`, options);
}

function timedOut(route: Route, reason: 'CONNECT_TIMEOUT' | 'READ_TIMEOUT', ms: number): ToolError {
  const what = reason === 'CONNECT_TIMEOUT' ? 'no connection' : 'not all of it came';
  return noAnswer(route, reason, `${what} within ${ms / 1000} s`);
}

function badAnswer(route: Route, what: string): ToolError {
  return new ToolError('BAD_ANSWER', `${route.name} answered with ${what}`);
}
