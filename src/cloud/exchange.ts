import type { Exchange } from '../credentials/provider.ts';
import type { Env } from '../io.ts';
import { requireLoopbackInSandbox } from './endpoints.ts';

/** Far more than any credentials, far less than a web page that never ends. */
const maxBytes = 256 * 1024;

/** The exchange that credential sources are handed: the tool's own network rules, small answers, no redirects. */
export function createExchange(options: {
  env: Env;
  connectTimeoutMs: number;
  readTimeoutMs: number;
  signal: AbortSignal;
}): Exchange {
  const { env, connectTimeoutMs, readTimeoutMs, signal } = options;
  const timeouts = { connectMs: connectTimeoutMs, readMs: readTimeoutMs };
  return async ({ method, url, headers, body, direct }) => {
    requireLoopbackInSandbox(new URL(url), env);
    const { request } = await import('./network.ts');
    const proxies = direct ? {} : { env };
    const answer = await request({ method, url, headers, body, timeouts, signal, maxBytes, ...proxies });
    return { status: answer.status, headers: answer.headers, body: answer.body.toString('utf8') };
  };
}
