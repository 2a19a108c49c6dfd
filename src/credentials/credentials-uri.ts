import { ToolError } from '../errors.ts';
import type { Env } from '../io.ts';
import { sha256 } from './cache-key.ts';
import { parseIssuedJson } from './issued-json.ts';
import { isLoopback, isOnThisLink } from './near-host.ts';
import type { Exchange, Provider, Source } from './provider.ts';

const variables = ['ALIBABA_CLOUD_CREDENTIALS_URI', 'ALICLOUD_CREDENTIALS_URI'];
const maxBytes = 64 * 1024;

export interface CredentialsUriOptions {
  exchange: Exchange;
  /** How the user knows it, for messages. Default `the credentials URI`. */
  name?: string | undefined;
  /** `--allow-insecure-http`. Default false: http is for this machine and its metadata addresses. */
  allowHttp?: boolean | undefined;
  /** Milliseconds since the epoch. Absent: the expiry is passed on unchecked. */
  now?: (() => number) | undefined;
}

/**
 * Credentials from a URI that answers `{"Code":"Success","AccessKeyId","AccessKeySecret","SecurityToken",
 * "Expiration"}`, asked afresh at every call; put `memoize` around it. `Code`, `SecurityToken` and `Expiration` may be
 * missing. Throws `CREDENTIALS_SOURCE_BROKEN`: from here for a URI that may not be asked, from the provider for an
 * answer that is none. Messages name the host; the path may be as good as a password.
 */
export function fromCredentialsUri(uri: string, options: CredentialsUriOptions): Provider {
  const { name = 'the credentials URI' } = options;
  const url = parseUri(uri, name, options.allowHttp ?? false);
  const place = `${name} (${url.host})`;
  return async () => {
    const { status, body } = await ask(url, place, options.exchange);
    if (status >= 300 && status < 400) throw broken(place, `it answered ${status}, and redirects are not followed`);
    if (status !== 200) throw broken(place, `it answered ${status}`);
    if (Buffer.byteLength(body) > maxBytes) throw broken(place, `it answered with more than ${maxBytes / 1024} KiB`);
    const credentials = parseIssuedJson(body, { now: options.now });
    if (typeof credentials === 'string') throw broken(place, `it ${credentials}`);
    return credentials;
  };
}

/** `ALIBABA_CLOUD_CREDENTIALS_URI`, else `ALICLOUD_CREDENTIALS_URI`, as a source. */
export function credentialsUriSource({ env, ...options }: Omit<CredentialsUriOptions, 'name'> & { env: Env }): Source {
  const name = variables.find((variable) => env[variable]);
  const uri = name && env[name];
  return {
    name: 'credentials URI',
    lookedAt: `neither ${variables.join(' nor ')} is set`,
    resolve: async () => (uri ? fromCredentialsUri(uri, { ...options, name }) : undefined),
    identity: async () => (uri ? ['credentials-uri', sha256(uri)] : undefined),
  };
}

function parseUri(text: string, name: string, allowHttp: boolean): URL {
  const uri = text.trim();
  // The URL parser would quietly drop tabs and line ends, and take a backslash for a slash.
  if (/[\s\\\p{Cc}]/u.test(uri) || !URL.canParse(uri)) throw broken(name, 'it is no URL');
  const url = new URL(uri);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw broken(name, 'it is neither http nor https');
  if (url.username !== '' || url.password !== '') throw broken(name, 'it must not contain a user or a password');
  if (url.protocol === 'http:' && !allowHttp && !isLoopback(url) && !isOnThisLink(url)) {
    throw broken(name, `it asks for http to ${url.host}, which is for loopback only`, {
      hint: 'use https, or pass --allow-insecure-http if nobody can listen on the way',
    });
  }
  return url;
}

async function ask(url: URL, place: string, exchange: Exchange): ReturnType<Exchange> {
  try {
    return await exchange({ method: 'GET', url: url.href, headers: { accept: 'application/json' }, direct: true });
  } catch (error) {
    if (!(error instanceof ToolError) || (error.code !== 'NETWORK' && error.code !== 'BAD_ANSWER')) throw error;
    throw broken(place, error.message, { hint: error.hint, cause: error });
  }
}

function broken(place: string, fault: string, options: { hint?: string | undefined; cause?: unknown } = {}): ToolError {
  const { hint, cause } = options;
  return new ToolError('CREDENTIALS_SOURCE_BROKEN', `${place} is unusable: ${fault}`, {
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  });
}
