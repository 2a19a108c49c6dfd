import { type Credentials, isKeyText } from './provider.ts';

/** What is asked of a document beyond an AccessKey. */
export interface IssuedJsonRules {
  /** Temporary credentials only: there must be a security token and an expiry. Default: both may be missing. */
  temporary?: boolean | undefined;
  /** The issuer may be quoted with a `Code` other than `Success`. Default false: nothing of the document is repeated. */
  showCode?: boolean | undefined;
  /** Milliseconds since the epoch. Given: credentials that have expired are a fault. */
  now?: (() => number) | undefined;
}

/** `2006-01-02T15:04:05Z`, what every issuer sends; fractions and offsets as RFC 3339 has them. */
const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * The credentials in the JSON that ECS metadata and credentials URIs answer with:
 * `{"Code":"Success","AccessKeyId","AccessKeySecret","SecurityToken","Expiration"}`. `Code` may be missing.
 * A text is what is wrong with it: a sentence fragment to put behind the name of whoever answered.
 */
export function parseIssuedJson(text: string, rules: IssuedJsonRules = {}): Credentials | string {
  const document = parseObject(text);
  if (document === undefined) return 'answered with something other than a JSON object';
  const { Code: code, Expiration: expires } = document;
  if (!isMissing(code) && code !== 'Success') return `gave no credentials${rules.showCode ? codeSuffix(code) : ''}`;
  for (const name of ['AccessKeyId', 'AccessKeySecret', ...(rules.temporary ? ['SecurityToken', 'Expiration'] : [])]) {
    if (isMissing(document[name])) return `answered without ${name}`;
  }
  for (const name of ['AccessKeyId', 'AccessKeySecret', 'SecurityToken']) {
    if (!isMissing(document[name]) && !isKeyText(document[name])) return `answered with an unusable ${name}`;
  }
  const expiration = isMissing(expires) ? undefined : parseTime(expires);
  if (expiration === null) return 'answered with an unusable Expiration';
  if (expiration && rules.now && expiration.getTime() <= rules.now()) {
    return `answered with credentials that expired at ${expiration.toISOString()}`;
  }
  return {
    accessKeyId: String(document.AccessKeyId),
    accessKeySecret: String(document.AccessKeySecret),
    ...(isMissing(document.SecurityToken) ? {} : { securityToken: String(document.SecurityToken) }),
    ...(expiration === undefined ? {} : { expiration }),
  };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** Error codes are words and dots; a key has digits, and is not shown even where a code belongs. */
function codeSuffix(code: unknown): string {
  return typeof code === 'string' && /^[A-Za-z]+(?:[._-][A-Za-z]+)*$/.test(code) && code.length <= 64
    ? `: its code is ${code}`
    : '';
}

function parseTime(value: unknown): Date | null {
  if (typeof value !== 'string' || !timestamp.test(value)) return null;
  const time = new Date(value);
  return Number.isNaN(time.getTime()) ? null : time;
}
