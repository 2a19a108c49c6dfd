import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { renewalMarginMs } from './memoize.ts';
import { type Credentials, isKeyText } from './provider.ts';

/** Temporary credentials as they are kept between runs. */
export interface CacheEntry {
  /** The name of its file, so that a file under another name is found out. */
  key: string;
  credentials: Credentials & { expiration: Date };
  issuedAt: Date;
  /** Absent where it is not known. */
  accountId?: string | undefined;
}

/** Several times what the longest session token makes. */
const maximumBytes = 64 * 1024;
/** Clocks are set now and then; an entry from further ahead is no entry. */
const clockToleranceMs = 60_000;

/** The text of the file. */
export function formatEntry({ key, credentials, issuedAt, accountId }: CacheEntry): string {
  const { accessKeyId, accessKeySecret, securityToken, expiration } = credentials;
  const entry = { schemaVersion: 1, key, accountId, issuedAt, expiration, accessKeyId, accessKeySecret, securityToken };
  return `${JSON.stringify(entry)}\n`;
}

/** `undefined` for anything that `formatEntry` does not write. */
export function parseEntry(text: string): CacheEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Record<string, unknown>;
  const { key, accessKeyId, accessKeySecret, securityToken, accountId } = fields;
  const expiration = dateOf(fields.expiration);
  const issuedAt = dateOf(fields.issuedAt);
  if (fields.schemaVersion !== 1 || !isText(key) || !isKeyText(accessKeyId) || !isKeyText(accessKeySecret))
    return undefined;
  if (expiration === undefined || issuedAt === undefined || issuedAt >= expiration) return undefined;
  if (securityToken !== undefined && !isKeyText(securityToken)) return undefined;
  if (accountId !== undefined && !isText(accountId)) return undefined;
  return { key, credentials: { accessKeyId, accessKeySecret, securityToken, expiration }, issuedAt, accountId };
}

/** Whether its credentials may still be given out: not from the margin before their expiry on. */
export function isFresh({ credentials: { expiration }, issuedAt }: CacheEntry, now: number): boolean {
  const lifeMs = expiration.getTime() - issuedAt.getTime();
  return issuedAt.getTime() <= now + clockToleranceMs && now < expiration.getTime() - renewalMarginMs(lifeMs);
}

/**
 * The entry in a file, which must be a plain file of this user that nobody else can read; `undefined` when there is no
 * file. Throws an error whose message, to put behind the name of the file, says what is wrong with it.
 */
export function readEntry(file: string, key: string, uid: number | undefined): CacheEntry | undefined {
  const text = readOwnFile(file, uid);
  if (text === undefined) return undefined;
  const entry = parseEntry(text);
  if (entry?.key !== key) throw new Error('does not hold what belongs there');
  return entry;
}

/**
 * The text of a plain file of this user that nobody else can read, at most 64 KiB; `undefined` when there is no file.
 * Throws as `readEntry` does.
 */
export function readOwnFile(file: string, uid: number | undefined): string | undefined {
  const descriptor = openNoFollow(file);
  if (descriptor === undefined) return undefined;
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw new Error('is not a plain file');
    if (uid !== undefined && stat.uid !== uid) throw new Error('belongs to another user');
    if (uid !== undefined && (stat.mode & 0o077) !== 0) throw new Error('is open to other users');
    if (stat.size > maximumBytes) throw new Error(`is larger than ${maximumBytes} bytes`);
    const buffer = Buffer.alloc(maximumBytes);
    return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, maximumBytes, 0));
  } finally {
    closeSync(descriptor);
  }
}

function openNoFollow(file: string): number | undefined {
  try {
    // O_NONBLOCK, or the open of a pipe that nobody writes to would never return. Windows has neither flag.
    return openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new Error(code === 'ELOOP' ? 'is a symbolic link' : `cannot be opened (${code})`);
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function dateOf(value: unknown): Date | undefined {
  if (typeof value !== 'string') return undefined;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
