/** Documents that an issuer publishes for everybody who verifies its tokens. */
import { messageOf, ToolError } from '../../errors.ts';
import type { ReadPage } from './patient.ts';

/** Where OpenID Connect Discovery has the document of an issuer. */
export function discoveryUrl(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
}

/** Why STS cannot read from this address, completing a sentence about it; `undefined` when nothing speaks against it. */
export function whyNotPublic(address: string): string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return 'is no https URL';
  if (url.username !== '' || url.password !== '') return 'holds a user or a password';
  // Only a sandbox has one there.
  if (/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)) return undefined;
  if (url.protocol === 'http:') return 'is http, and STS reads https only';
  if (/^kubernetes\.default(\.svc(\..+)?)?$/.test(url.hostname)) return 'is known within the cluster only';
  return undefined;
}

export type JsonPage =
  | { state: 'read'; json: Record<string, unknown> }
  /** `why` completes a sentence about the document. */
  | { state: 'bad'; why: string }
  /** Not to be asked from here; `why` is a sentence. */
  | { state: 'out of reach'; why: string };

/** Throws what is neither about the page nor about the way to it. */
export async function readJson(read: ReadPage, url: string, signal: AbortSignal): Promise<JsonPage> {
  try {
    const { status, body } = await read(url, signal);
    if (status >= 300 && status < 400) return { state: 'bad', why: `is answered with a redirect (HTTP ${status})` };
    if (status !== 200) return { state: 'bad', why: `is answered with HTTP ${status}` };
    const json = parseObject(body);
    return json === undefined ? { state: 'bad', why: 'is no JSON object' } : { state: 'read', json };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    if (error.code === 'USAGE') return { state: 'out of reach', why: error.message };
    if (error.code === 'NETWORK' || error.code === 'BAD_ANSWER') {
      return { state: 'bad', why: `cannot be read from here: ${messageOf(error)}` };
    }
    throw error;
  }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
