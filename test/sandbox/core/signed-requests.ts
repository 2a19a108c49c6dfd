import { createHash, createHmac } from 'node:crypto';
import type { SandboxRequest } from '../../../src/sandbox/wire.ts';

/**
 * Signs requests for tests, written apart from the sandbox's verification so that both cannot share a mistake: it is
 * what a client does, from parameters to the wire.
 */
export interface Keys {
  accessKeyId: string;
  accessKeySecret: string;
  securityToken?: string | undefined;
}

export function requestOf(
  method: string,
  target: string,
  headers: Record<string, string | null | undefined> = {},
  body: string | Uint8Array = '',
): SandboxRequest {
  const all: Record<string, string[]> = { host: ['127.0.0.1:1234'] };
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') all[name] = [value];
    else delete all[name];
  }
  return { method, target, headers: all, body: Buffer.from(body) };
}

export interface SignOptions {
  now: number;
  nonce?: string;
  version?: string;
  method?: string;
  path?: string;
  body?: string;
  /** Headers that are neither signed nor sent. */
  without?: string[];
}

const versions: Record<string, string> = { sts: '2015-04-01', ram: '2015-05-01', ims: '2019-08-15', cs: '2015-12-15' };

let lastNonce = 0;

/** `sts.GetCallerIdentity` and its like, signed by V3. */
export function signedV3(
  api: string,
  params: Record<string, string>,
  keys: Keys,
  { now, nonce = `nonce-${++lastNonce}`, version, method = 'POST', path = '/', body = '', without = [] }: SignOptions,
): SandboxRequest {
  const [product = '', action = ''] = api.split('.');
  const sha = (text: string) => createHash('sha256').update(text).digest('hex');
  const headers: Record<string, string> = {
    host: '127.0.0.1:1234',
    'x-acs-action': action,
    'x-acs-content-sha256': sha(body),
    'x-acs-date': `${new Date(now).toISOString().slice(0, 19)}Z`,
    'x-acs-signature-nonce': nonce,
    'x-acs-version': version ?? versions[product] ?? '',
  };
  if (keys.securityToken !== undefined) headers['x-acs-security-token'] = keys.securityToken;
  for (const name of without) delete headers[name];
  const names = Object.keys(headers).sort();
  const query = Object.keys(params)
    .sort()
    .map((name) => `${name}=${encode(params[name] ?? '')}`)
    .join('&');
  const canonical = `${method}\n${path}\n${query}\n${names.map((name) => `${name}:${headers[name]}\n`).join('')}\n${names.join(';')}\n${sha(body)}`;
  const signature = createHmac('sha256', keys.accessKeySecret)
    .update(`ACS3-HMAC-SHA256\n${sha(canonical)}`)
    .digest('hex');
  headers.authorization = `ACS3-HMAC-SHA256 Credential=${keys.accessKeyId},SignedHeaders=${names.join(';')},Signature=${signature}`;
  return requestOf(method, query === '' ? path : `${path}?${query}`, headers, body);
}

export function form(params: Record<string, string>): string {
  return new URLSearchParams(params).toString();
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
