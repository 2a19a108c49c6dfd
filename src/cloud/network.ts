/** One http(s) request on node's own client: proxies, timeouts, a cap on the answer, no redirects. */
import { setMaxListeners } from 'node:events';
import http, { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { timerMs } from '../duration.ts';
import type { Env } from '../io.ts';
import { userAgent } from '../version.ts';
import { abortReason, badAnswer, brokenBy, type Destination, noAnswer, timedOut } from './network-error.ts';
import { proxyFor } from './proxy.ts';

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

interface Route extends Destination {
  /** Starts a request of this method and headers. */
  start(method: string, headers: Record<string, string>): ClientRequest;
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
    let timer = setTimeout(
      () => fail(timedOut(route, 'CONNECT_TIMEOUT', timeouts.connectMs)),
      timerMs(timeouts.connectMs),
    );
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
      timer = setTimeout(() => fail(timedOut(route, 'READ_TIMEOUT', timeouts.readMs)), timerMs(timeouts.readMs));
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
