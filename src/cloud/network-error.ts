/** Why there is no answer to a request, in words and as `NETWORK` or `BAD_ANSWER`. */
import { ToolError, type ToolErrorOptions } from '../errors.ts';

/** What `details` of a `NETWORK` error holds. */
export interface NetworkDetails {
  /** Node's error code, `CONNECT_TIMEOUT` or `READ_TIMEOUT`. */
  reason: string;
  /** True when the same request may succeed a moment later. */
  transient: boolean;
}

/** Where a request goes. */
export interface Destination {
  /** For messages: `https://ram.aliyuncs.com`, with the proxy when there is one. */
  name: string;
}

export function abortReason(signal: AbortSignal | undefined): unknown {
  return signal?.reason instanceof ToolError ? signal.reason : new ToolError('INTERRUPTED', 'interrupted');
}

const words: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'the connection was refused'],
  ['ECONNRESET', 'the connection broke'],
  ['EPIPE', 'the connection broke'],
  ['ETIMEDOUT', 'the connection timed out'],
  ['EHOSTUNREACH', 'the host cannot be reached'],
  ['ENETUNREACH', 'the network cannot be reached'],
  ['ENOTFOUND', 'the host name is not known'],
  ['EAI_AGAIN', 'the host name could not be looked up'],
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['CERT_NOT_YET_VALID', 'its certificate is not valid yet'],
]);
/** A wrong name, a refused certificate or a proxy's refusal will be the same the next time. */
const transientReasons = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN'],
  ...['EAI_AGAIN', 'CONNECT_TIMEOUT', 'READ_TIMEOUT', 'PROXY_502', 'PROXY_503', 'PROXY_504'],
]);

/** Nothing of the original error is kept but its code: parser errors carry the raw bytes of the answer. */
export function brokenBy(error: Error, to: Destination): ToolError {
  const reason = 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
  return reason.startsWith('HPE_') || reason === 'Malformed_HTTP_Response'
    ? badAnswer(to, `something that is no HTTP (${reason})`)
    : noAnswer(to, reason);
}

export function noAnswer(to: Destination, reason: string, text?: string): ToolError {
  const details: NetworkDetails = { reason, transient: transientReasons.has(reason) };
  const options: ToolErrorOptions = { details: { ...details } };
  if (reason === 'CERT_HAS_EXPIRED' || reason === 'CERT_NOT_YET_VALID') {
    options.hint =
      'check the clock of this machine, and whether a proxy or endpoint of your own has an old certificate';
  } else if (/CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(reason)) {
    options.hint = 'if a proxy or sandbox signs its own certificates, set NODE_EXTRA_CA_CERTS to the file of its CA';
  }
  const proxied = /^PROXY_(\d+)$/.exec(reason);
  const what = text ?? (proxied ? `the proxy answered ${proxied[1]}` : words.get(reason));
  const cause = what === undefined ? reason : `${what}${proxied || text ? '' : ` (${reason})`}`;
  return new ToolError('NETWORK', `no answer from ${to.name}: ${cause}`, options);
}

export function timedOut(to: Destination, reason: 'CONNECT_TIMEOUT' | 'READ_TIMEOUT', ms: number): ToolError {
  const what = reason === 'CONNECT_TIMEOUT' ? 'no connection' : 'not all of it came';
  return noAnswer(to, reason, `${what} within ${ms / 1000} s`);
}

export function badAnswer(to: Destination, what: string): ToolError {
  return new ToolError('BAD_ANSWER', `${to.name} answered with ${what}`);
}
