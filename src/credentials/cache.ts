import { dirname } from 'node:path';
import { messageOf } from '../errors.ts';
import { formatEntry, isFresh, readEntry } from './cache-entry.ts';
import { credentialsFolder, entryFile, makePrivateFolder, removeEntries, writeWhole } from './cache-files.ts';
import { accountOf, cacheKey, type KeyParts } from './cache-key.ts';
import type { Credentials, Provider } from './provider.ts';

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Rejects with the signal's reason as soon as `signal` is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** In [0, 1). */
  random(): number;
}

export interface CacheOptions {
  /** The folder of this tool's caches; `undefined` where there is no home folder: then nothing is kept. */
  folder: string | undefined;
  /** The user id of this process. Absent on Windows. */
  uid: number | undefined;
}

/** What decides the credentials; asked at every call. `undefined`: these are not to be kept. */
export type AskKey = () => Promise<KeyParts | undefined>;

export interface CachePorts {
  clock: Clock;
  signal: AbortSignal;
  debug(message: string): void;
}

/** Longer than one call of STS with a retry or two takes. */
const lockPatienceMs = 20_000;
/** No session lives longer, so what was written before that is of no more use. */
const longestLifeMs = 24 * 60 * 60 * 1000;

/**
 * `provider`, its temporary credentials kept in a file until 5 minutes, or a fifth of their life if that is less,
 * before their expiry. What is found there costs no call and loads nothing; of any number of processes that find
 * nothing one calls, and the others take what it was given. A caller that says `renew` is never given what is kept.
 *
 * A file that is not as this tool writes it is ignored and replaced. Nothing about the cache is ever a failure: where
 * it cannot be read or written, a debug line says so and `provider` is called. Throws what `key` and `provider` throw.
 */
export function withCache(
  provider: Provider,
  options: { key: AskKey; cache: CacheOptions; ports: CachePorts },
): Provider {
  const { cache, ports } = options;
  if (cache.folder === undefined) {
    ports.debug('no cache of credentials: there is no home folder');
    return provider;
  }
  const folder = credentialsFolder(cache.folder);
  return async (ask) => {
    const parts = await options.key();
    if (parts === undefined) return provider(ask);
    const key = cacheKey(parts);
    const file = entryFile(folder, key);
    const find = (debug: CachePorts['debug']): Credentials | undefined =>
      findFresh(file, { key, uid: cache.uid, now: ports.clock.now(), debug });
    const issue = async (): Promise<Credentials> => {
      const issuedAt = new Date(ports.clock.now());
      // Whatever remembers credentials behind us is not to give what we no longer would.
      const credentials = await provider({ renew: true });
      keep({ key, credentials, issuedAt, accountId: accountOf(parts) }, file, ports);
      return credentials;
    };
    const mustRenew = ask?.renew === true;
    const found = mustRenew ? undefined : find(ports.debug);
    if (found !== undefined) return found;
    try {
      makePrivateFolder(folder, cache.uid);
    } catch (error) {
      ports.debug(`no cache of credentials: ${messageOf(error)}`);
      return provider(ask);
    }
    if (mustRenew) return issue();
    const release = await locked(file, ports);
    try {
      // Somebody else may have been faster; what is wrong with the file has been said.
      return find(() => {}) ?? (await issue());
    } finally {
      await release();
    }
  };
}

function findFresh(
  file: string,
  { key, uid, now, debug }: { key: string; uid: number | undefined; now: number; debug: CachePorts['debug'] },
): Credentials | undefined {
  try {
    const entry = readEntry(file, key, uid);
    return entry !== undefined && isFresh(entry, now) ? entry.credentials : undefined;
  } catch (error) {
    debug(`cached credentials ignored: ${file} ${messageOf(error)}`);
    return undefined;
  }
}

/** Keys that do not expire are at hand anyway, and are not written down a second time. */
function keep(
  issued: { key: string; credentials: Credentials; issuedAt: Date; accountId: string | undefined },
  file: string,
  { clock, debug }: CachePorts,
): void {
  const { expiration } = issued.credentials;
  if (expiration === undefined) return;
  try {
    removeEntries(dirname(file), clock.now() - longestLifeMs);
    writeWhole(file, formatEntry({ ...issued, credentials: { ...issued.credentials, expiration } }));
  } catch (error) {
    debug(`credentials not cached: ${messageOf(error)}`);
  }
}

/** What gives the lock back. Without a lock that can be had, work goes on: it only saves calls. */
async function locked(file: string, ports: CachePorts): Promise<() => Promise<void>> {
  const without = (reason: string): (() => Promise<void>) => {
    ports.debug(`no lock for cached credentials: ${reason}`);
    return async () => {};
  };
  try {
    const { lockFile } = await import('./cache-lock.ts');
    const release = await lockFile(file, { ...ports, patienceMs: lockPatienceMs });
    if (release === undefined) return without(`somebody else has held it for ${lockPatienceMs / 1000} s`);
    return () => release().catch((error: unknown) => ports.debug(`${file}.lock was not removed: ${messageOf(error)}`));
  } catch (error) {
    if (ports.signal.aborted) throw ports.signal.reason;
    return without(messageOf(error));
  }
}
