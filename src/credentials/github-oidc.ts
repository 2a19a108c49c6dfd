/** The OIDC token of a GitHub Actions job. Source: GitHub Docs, "About security hardening with OpenID Connect". */
import { messageOf, ToolError } from '../errors.ts';
import type { Env } from '../io.ts';
import { isLoopback } from './near-host.ts';
import type { Exchange } from './provider.ts';
import { parseOidcToken } from './token-file.ts';

const urlVariable = 'ACTIONS_ID_TOKEN_REQUEST_URL';
const bearerVariable = 'ACTIONS_ID_TOKEN_REQUEST_TOKEN';
/** Not as the line of a workflow file: the name and a colon before a value look like a secret to the redactor. */
const permissionHint =
  'under `permissions` of the job set `id-token` to `write`; outside of GitHub Actions use --oidc-token-source env:NAME or file:PATH';
const maxBytes = 64 * 1024;

/** How a job asks for its token. Both fields are secrets: neither may get into a message. */
export interface GithubRequest {
  url: string;
  bearer: string;
}

/** Throws `CREDENTIALS_SOURCE_BROKEN` when GitHub has not given the job the right to ask, or over plain http. */
export function githubRequest(env: Env, audience: string): GithubRequest {
  const address = env[urlVariable];
  const bearer = env[bearerVariable];
  for (const [name, value] of [
    [urlVariable, address],
    [bearerVariable, bearer],
  ]) {
    if (!value) throw broken(`${name} is not set`, { hint: permissionHint });
  }
  if (!/^[\x21-\x7e]+$/.test(bearer ?? '')) throw broken(`${bearerVariable} holds no token`);
  const url = parseAddress(address ?? '');
  // Appended as text: the rest of the query stays as GitHub wrote it.
  url.search = `${url.search || '?'}${url.search ? '&' : ''}audience=${encodeURIComponent(audience)}`;
  return { url: url.href, bearer: bearer ?? '' };
}

/** A new token. Throws `CREDENTIALS_SOURCE_BROKEN`, naming the host, when none comes back. */
export async function requestGithubToken({ url, bearer }: GithubRequest, exchange: Exchange): Promise<string> {
  const { host } = new URL(url);
  const { status, body } = await ask(url, bearer, exchange);
  if (status >= 300 && status < 400) throw broken(`${host} answered ${status}, and redirects are not followed`);
  if (status !== 200) {
    throw broken(`${host} answered ${status}`, status === 401 || status === 403 ? { hint: permissionHint } : {});
  }
  if (Buffer.byteLength(body) > maxBytes) throw broken(`${host} answered with more than ${maxBytes / 1024} KiB`);
  const token = valueIn(body);
  if (token === undefined) throw broken(`${host} answered without a token`);
  try {
    return parseOidcToken(Buffer.from(token), `the token from ${host}`);
  } catch (error) {
    throw broken(messageOf(error));
  }
}

function parseAddress(text: string): URL {
  if (/[\s\\\p{Cc}]/u.test(text) || !URL.canParse(text)) throw broken(`${urlVariable} is no URL`);
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') throw broken(`${urlVariable} must not contain a user or a password`);
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))) return url;
  throw broken(`${urlVariable} is no https URL, and the token of this job must not be asked for otherwise`);
}

async function ask(url: string, bearer: string, exchange: Exchange): ReturnType<Exchange> {
  try {
    const headers = { accept: 'application/json', authorization: `Bearer ${bearer}` };
    return await exchange({ method: 'GET', url, headers });
  } catch (error) {
    if (!(error instanceof ToolError) || (error.code !== 'NETWORK' && error.code !== 'BAD_ANSWER')) throw error;
    throw broken(error.message, { cause: error, ...(error.hint === undefined ? {} : { hint: error.hint }) });
  }
}

function valueIn(body: string): string | undefined {
  try {
    const answer: unknown = JSON.parse(body);
    const value = (answer as { value?: unknown } | null)?.value;
    return typeof value === 'string' && value !== '' ? value : undefined;
  } catch {
    return undefined;
  }
}

function broken(fault: string, options: { hint?: string; cause?: unknown } = {}): ToolError {
  return new ToolError('CREDENTIALS_SOURCE_BROKEN', `the OIDC token of GitHub Actions is unusable: ${fault}`, options);
}
