/**
 * Secrets out of what a service says. A refusal may repeat the request (`server string to sign is: …`), so what was
 * sent is removed by value, and what looks like a secret by its shape.
 */
import { secretSpellings } from '../secret-spellings.ts';

/** The secrets of one call, removed wherever they appear. */
export interface Secrets {
  /** Shown as its first 8 characters and `***`. */
  accessKeyId?: string | undefined;
  /** AccessKey secret, security token, OIDC token, password of a proxy. */
  values: readonly (string | undefined)[];
}

/** Longer texts are cut: no message of an API is that long. */
const maxTextLength = 4096;
const maxDepth = 16;
const secretNames =
  'AccessKeySecret|access_key_secret|SecurityToken|security_token|sts_token|OIDCToken|SAMLAssertion|BearerToken|Signature|x-acs-security-token|x-acs-bearer-token';
const named = new RegExp(`\\b(${secretNames})(\\\\?["']?\\s*(?:[=:]|%253D|%3D)\\s*\\\\?["']?)[^\\s"'&,;<>\\\\]+`, 'gi');
const secretKey = new RegExp(`^(?:${secretNames})$`, 'i');

export function redactText(text: string, secrets: Secrets = { values: [] }): string {
  let result = text;
  for (const value of secrets.values) {
    if (value === undefined || value.length < 4) continue;
    for (const form of secretSpellings(value)) result = result.replaceAll(form, '***');
  }
  if (secrets.accessKeyId) result = result.replaceAll(secrets.accessKeyId, maskedKeyId(secrets.accessKeyId));
  result = result
    .replace(named, '$1$2***')
    .replace(/\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g, '***')
    .replace(/\bCAIS[\w+/=%-]{16,}/g, '***')
    .replace(/\b(?:LTAI|STS\.)[A-Za-z0-9]{8,}/g, maskedKeyId);
  return result.length > maxTextLength ? `${result.slice(0, maxTextLength)}…` : result;
}

/** The same for every text within a JSON value; what is named like a secret is removed whole. */
export function redactJson(value: unknown, secrets: Secrets, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value, secrets);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= maxDepth) return '…';
  if (Array.isArray(value)) return value.map((item) => redactJson(item, secrets, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      redactText(key, secrets),
      secretKey.test(key) ? '***' : redactJson(item, secrets, depth + 1),
    ]),
  );
}

function maskedKeyId(accessKeyId: string): string {
  return `${accessKeyId.slice(0, 8)}***`;
}
