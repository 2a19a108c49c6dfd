/** One http(s) request by `fetch`, which costs the standalone executable a quarter of what node's own client does. */
import { timerMs } from '../duration.ts';
import { ToolError } from '../errors.ts';
import { userAgent } from '../version.ts';
import type { HttpAnswer, HttpRequest } from './network.ts';
import { abortReason, badAnswer, brokenBy, type Destination, timedOut } from './network-error.ts';

const defaultMaxBytes = 16 * 1024 * 1024;

/**
 * As `request` of `network.ts`, which it leaves alone what `fetch` would do otherwise: proxies by rules of its own, and
 * a limit for the connection other than that for the answer. One limit holds for both together.
 */
export async function request(options: HttpRequest): Promise<HttpAnswer> {
  const { timeouts, env = {}, signal, maxBytes = defaultMaxBytes } = options;
  const namesProxy = Object.entries(env).some(([name, value]) => value && /^(https?|all)_proxy$/i.test(name));
  if (namesProxy || timeouts.connectMs !== timeouts.readMs) {
    const { request: throughNode } = await import('./network.ts');
    return await throughNode(options);
  }
  if (signal?.aborted) throw abortReason(signal);
  const to: Destination = { name: new URL(options.url).origin };
  const stop = new AbortController();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    stop.abort();
  }, timerMs(timeouts.readMs));
  const onAbort = (): void => stop.abort();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const response = await fetch(options.url, {
      method: options.method,
      headers: { 'user-agent': userAgent, 'accept-encoding': 'identity', ...options.headers },
      body: options.body,
      // A small answer may hold a huge one.
      decompress: false,
      redirect: 'manual',
      keepalive: false,
      signal: stop.signal,
    } as RequestInit);
    const body = await readBody(response, maxBytes, to);
    return { status: response.status, headers: Object.fromEntries(response.headers), body };
  } catch (error) {
    if (isLate) throw timedOut(to, 'READ_TIMEOUT', timeouts.readMs);
    if (signal?.aborted) throw abortReason(signal);
    throw error instanceof ToolError ? error : brokenBy(error as Error, to);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    stop.abort();
  }
}

async function readBody(response: Response, maxBytes: number, to: Destination): Promise<Buffer> {
  const announced = Number(response.headers.get('content-length') ?? Number.NaN);
  if (announced <= maxBytes) return Buffer.from(await response.arrayBuffer());
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw badAnswer(to, `more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
