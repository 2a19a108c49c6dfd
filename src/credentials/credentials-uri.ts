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
  const url = parseUri(uri, options.allowHttp ?? false);
  return async () => {
    const { status, body } = await ask(url, options.exchange);
    if (status >= 300 && status < 400) throw broken(url, `it answered ${status}, and redirects are not followed`);
    if (status !== 200) throw broken(url, `it answered ${status}`);
    if (Buffer.byteLength(body) > maxBytes) throw broken(url, `it answered with more than ${maxBytes / 1024} KiB`);
    const credentials = parseIssuedJson(body, { now: options.now });
    if (typeof credentials === 'string') throw broken(url, `it ${credentials}`);
    return credentials;
  };
}

/** `ALIBABA_CLOUD_CREDENTIALS_URI`, else `ALICLOUD_CREDENTIALS_URI`, as a source. */
export function credentialsUriSource({ env, ...options }: CredentialsUriOptions & { env: Env }): Source {
  const uri = variables.map((name) => env[name]).find((value) => value);
  return {
    name: 'credentials URI',
    lookedAt: `neither ${variables.join(' nor ')} is set`,
    resolve: async () => (uri === undefined ? undefined : fromCredentialsUri(uri, options)),
    identity: async () => (uri === undefined ? undefined : ['credentials-uri', sha256(uri)]),
  };
}

function parseUri(text: string, allowHttp: boolean): URL {
  const uri = text.trim();
  // The URL parser would quietly drop tabs and line ends, and take a backslash for a slash.
  if (/[\s\\\p{Cc}]/u.test(uri) || !URL.canParse(uri)) throw refused('it is no URL');
  const url = new URL(uri);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refused('it is neither http nor https');
  if (url.username !== '' || url.password !== '') throw refused('it must not contain a user or a password');
  if (url.protocol === 'http:' && !allowHttp && !isLoopback(url) && !isOnThisLink(url)) {
    throw refused(
      `it asks for http to ${url.host}, which is for loopback only`,
      'use https, or pass --allow-insecure-http if nobody can listen on the way',
    );
  }
  return url;
}

async function ask(url: URL, exchange: Exchange): ReturnType<Exchange> {
  try {
    return await exchange({ method: 'GET', url: url.href, headers: { accept: 'application/json' }, direct: true });
  } catch (error) {
    if (!(error instanceof ToolError) || (error.code !== 'NETWORK' && error.code !== 'BAD_ANSWER')) throw error;
    throw broken(url, error.message, error);
  }
}

function refused(fault: string, hint?: string): ToolError {
  return new ToolError('CREDENTIALS_SOURCE_BROKEN', `the credentials URI is unusable: ${fault}`, {
    ...(hint === undefined ? {} : { hint }),
  });
}

function broken(url: URL, fault: string, error?: ToolError): ToolError {
  return new ToolError('CREDENTIALS_SOURCE_BROKEN', `the credentials URI on ${url.host} is unusable: ${fault}`, {
    ...(error === undefined ? {} : { cause: error }),
    ...(error?.hint === undefined ? {} : { hint: error.hint }),
  });
}
