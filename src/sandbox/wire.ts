import { createHash, timingSafeEqual } from 'node:crypto';
import { ApiFault } from './types.ts';

/** An HTTP request as it came, undecoded: what signatures are checked on. */
export interface SandboxRequest {
  method: string;
  /** Path and query, as on the request line. */
  target: string;
  /** Lower-case names; every value a header was sent with. */
  headers: Readonly<Record<string, readonly string[] | undefined>>;
  body: Uint8Array;
}

export interface SandboxResponse {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array;
  /** How the answer breaks on its way: `reset` sends nothing, `truncate` the first half of the body. */
  broken?: 'reset' | 'truncate';
}

/** Decoded parameters, prototype-free. */
export type Params = Record<string, string | undefined>;

/** The only, or first, value of a header, trimmed; `undefined` when absent. */
export function headerOf(request: Pick<SandboxRequest, 'headers'>, name: string): string | undefined {
  return request.headers[name]?.[0]?.trim();
}

export function pathOf(target: string): string {
  const end = target.indexOf('?');
  return end < 0 ? target : target.slice(0, end);
}

export function queryOf(target: string): string {
  const start = target.indexOf('?');
  return start < 0 ? '' : target.slice(start + 1);
}

/**
 * Decodes `a=1&b=2` of a query or a form; `+` is a space. Throws 400 `InvalidParameter` for a broken escape, and for a
 * name that has two different values, which readers would not agree about.
 */
export function parseParams(text: string): Params {
  const params: Params = Object.create(null);
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const separator = pair.indexOf('=');
    const name = decode(separator < 0 ? pair : pair.slice(0, separator));
    setParam(params, name, separator < 0 ? '' : decode(pair.slice(separator + 1)));
  }
  return params;
}

/** Query and form together. Throws as `parseParams`. */
export function mergeParams(query: Params, form: Params): Params {
  const merged: Params = Object.assign(Object.create(null), query);
  for (const [name, value] of Object.entries(form)) setParam(merged, name, value ?? '');
  return merged;
}

/** Parameters of the body, when it is a form. */
export function formOf(request: SandboxRequest): Params {
  const type = headerOf(request, 'content-type') ?? '';
  const isForm = /^application\/x-www-form-urlencoded\s*(;|$)/i.test(type);
  return parseParams(isForm ? Buffer.from(request.body).toString('utf8') : '');
}

/** RFC 3986: everything but `A-Z a-z 0-9 - _ . ~` is escaped. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Compares in a time that does not depend on where two texts differ. */
export function isSameText(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}

function setParam(params: Params, name: string, value: string): void {
  const present = params[name];
  if (present !== undefined && present !== value) {
    throw new ApiFault(400, 'InvalidParameter', `The parameter ${name} is given twice with different values.`);
  }
  params[name] = value;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new ApiFault(400, 'InvalidParameter', 'The request has a parameter that is not well encoded.');
  }
}
