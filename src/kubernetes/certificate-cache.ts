/** A client certificate that is kept between runs, so that kubectl does not cost a call of ACK each time. */
import { messageOf } from '../errors.ts';

export interface ClientCertificate {
  /** PEM, possibly followed by the certificates of its issuers. */
  certificate: string;
  /** PEM. */
  privateKey: string;
  /** When it was asked for, milliseconds since the epoch. */
  issuedAt: number;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

export interface CertificateCachePorts {
  /** What is kept; `undefined` for nothing. Throws an error that says why it cannot be used. */
  read(): string | undefined;
  /** Keeps it. Throws where that is impossible. */
  write(text: string): void;
  /** Waits until nobody else renews it, and gives what lets the next one. Rejects only to end the program. */
  lock(): Promise<() => Promise<void>>;
  /** Milliseconds since the epoch. */
  now(): number;
  debug(message: string): void;
  warn(message: string): void;
  /** True for a failure that ends the program and is none of the renewal. */
  isInterruption(error: unknown): boolean;
}

const leastMarginMs = 10 * 60_000;
/** Clocks are set now and then; a certificate from further ahead is not one of ours. */
const clockToleranceMs = 60_000;

/**
 * The certificate that is kept under `key`, or one that `issue` gives: in the last fifth of its life, and in its last
 * 10 minutes at least, it is renewed. When that fails, the old one is given until it expires. What is kept and was not
 * written by this tool under this very key is as good as nothing. Of any number of processes that find nothing, one
 * asks. Where nothing can be kept, a debug line says so. Throws what `issue` does when there is nothing else to give.
 */
export async function cachedCertificate(
  key: string,
  issue: () => Promise<ClientCertificate>,
  ports: CertificateCachePorts,
): Promise<ClientCertificate> {
  const found = find(key, ports);
  if (found !== undefined && isFresh(found, ports.now())) return found;
  const release = await ports.lock();
  try {
    const latest = find(key, ports);
    if (latest !== undefined && isFresh(latest, ports.now())) return latest;
    return await renew(key, latest, issue, ports);
  } finally {
    await release();
  }
}

async function renew(
  key: string,
  old: ClientCertificate | undefined,
  issue: () => Promise<ClientCertificate>,
  ports: CertificateCachePorts,
): Promise<ClientCertificate> {
  let issued: ClientCertificate;
  try {
    issued = await issue();
  } catch (error) {
    if (old === undefined || ports.now() >= old.expiresAt || ports.isInterruption(error)) throw error;
    const end = new Date(old.expiresAt).toISOString();
    ports.warn(`the client certificate was not renewed, the old one is used until ${end}: ${messageOf(error)}`);
    return old;
  }
  try {
    ports.write(formatCertificate(key, issued));
  } catch (error) {
    ports.debug(`client certificate not cached: ${messageOf(error)}`);
  }
  return issued;
}

function find(key: string, ports: CertificateCachePorts): ClientCertificate | undefined {
  try {
    const text = ports.read();
    if (text === undefined) return undefined;
    const found = parseCertificate(key, text);
    if (found === undefined) ports.debug('cached client certificate ignored: it is not one that belongs there');
    return found;
  } catch (error) {
    ports.debug(`cached client certificate ignored: ${messageOf(error)}`);
    return undefined;
  }
}

/** Whether it may still be given out without a thought of renewing it. */
export function isFresh({ issuedAt, expiresAt }: ClientCertificate, now: number): boolean {
  const marginMs = Math.max(leastMarginMs, (expiresAt - issuedAt) / 5);
  return issuedAt <= now + clockToleranceMs && now < expiresAt - marginMs;
}

/** The text that is kept. */
export function formatCertificate(key: string, { issuedAt, expiresAt, ...pems }: ClientCertificate): string {
  const [issued, expires] = [issuedAt, expiresAt].map((ms) => new Date(ms).toISOString());
  return `${JSON.stringify({ schemaVersion: 1, key, issuedAt: issued, expiresAt: expires, ...pems })}\n`;
}

/** `undefined` for anything that `formatCertificate` does not write for that key. */
export function parseCertificate(key: string, text: string): ClientCertificate | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { schemaVersion, key: own, certificate, privateKey, ...times } = value as Record<string, unknown>;
  if (schemaVersion !== 1 || own !== key || !isPem(certificate) || !isPem(privateKey)) return undefined;
  const issuedAt = timeOf(times.issuedAt);
  const expiresAt = timeOf(times.expiresAt);
  if (issuedAt === undefined || expiresAt === undefined || issuedAt >= expiresAt) return undefined;
  return { certificate, privateKey, issuedAt, expiresAt };
}

function isPem(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith('-----BEGIN ');
}

function timeOf(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
