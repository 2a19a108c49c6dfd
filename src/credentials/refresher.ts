import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, ToolError } from '../errors.ts';
import type { Io } from '../io.ts';
import { formatExpiration } from './exported-variables.ts';
import type { Credentials, Provider } from './provider.ts';

/** Where a long run tells what happens to its credentials. */
export interface RefreshLog {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
}

export interface RefresherOptions {
  provider: Provider;
  clock: {
    /** Milliseconds since the epoch. */
    now(): number;
    /** Rejects as soon as `signal` is aborted. Its timer must not keep the process alive. */
    sleep(ms: number, signal: AbortSignal): Promise<void>;
  };
  /** In [0, 1). */
  random: () => number;
  /** Ends the renewing in the background. */
  signal: AbortSignal;
  log: RefreshLog;
}

export interface Refresher {
  /**
   * Credentials that have not expired. The first call asks the provider, as does one that comes after a renewal could
   * not be had in time; everybody else is served what is at hand. Throws what the provider threw.
   */
  current: () => Promise<Credentials>;
  /** Ends the renewing in the background. Safe to call twice. */
  stop: () => void;
}

/** The passing of time for what goes on in the background: its timers keep no process alive. */
export function backgroundClock(io: Pick<Io, 'now'>): RefresherOptions['clock'] {
  return { now: io.now, sleep: (ms, signal) => sleep(ms, undefined, { ref: false, signal }) };
}

/** Of the life that is left when credentials arrive. Later by up to `jitterShare`, so that many runs do not ask at once. */
const renewalShare = 2 / 3;
const jitterShare = 1 / 20;
const shortestPauseMs = 1_000;
const longestPauseMs = 60_000;
/** A reader who finds nothing usable makes us ask again sooner than that, but not at every call. */
const readerPauseMs = 5_000;
/** Timers stand still while a machine sleeps, and hold no more than 24 days: the clock is looked at this often. */
const longestSleepMs = 30_000;

/**
 * Keeps the credentials of `provider` fresh: renewed in the background after two thirds of their life, with one call
 * for any number of readers. While a renewal fails the old ones are served until they expire, and it is tried again
 * after 2 s, 4 s, … 60 s, each shortened by up to a half; that is told once for each row of failures. Credentials that
 * do not expire are asked for once.
 */
export function createRefresher({ provider, clock, random, signal, log }: RefresherOptions): Refresher {
  const stopped = new AbortController();
  const ended = AbortSignal.any([stopped.signal, signal]);
  let held: Credentials | undefined;
  let renewAt = Number.NEGATIVE_INFINITY;
  let failedAt = Number.NEGATIVE_INFINITY;
  let pending: Promise<Credentials> | undefined;
  let failures = 0;
  let lastError: unknown;
  let started = false;

  const usable = (): Credentials | undefined =>
    held !== undefined && !hasExpired(held, clock.now()) ? held : undefined;

  const succeed = (credentials: Credentials): Credentials => {
    const isSame = held?.accessKeyId === credentials.accessKeyId && held.securityToken === credentials.securityToken;
    if (failures > 0) log.info('the credentials are renewed again');
    else if (held !== undefined && !isSame) log.debug(`the credentials were renewed${untilText(credentials)}`);
    failures = 0;
    held = credentials;
    renewAt = renewalTime(credentials, clock.now(), random());
    return credentials;
  };

  const fail = (error: unknown): never => {
    const old = usable();
    failures += 1;
    lastError = error;
    failedAt = clock.now();
    renewAt = failedAt + pauseMs(failures, random());
    if (failures === 1 && held !== undefined) {
      const rest = old === undefined ? '; those at hand have expired' : `; those at hand are served${untilText(old)}`;
      log.warn(`the credentials could not be renewed: ${messageOf(error)}${rest}`);
    }
    throw error;
  };

  const ask = async (): Promise<Credentials> => {
    const credentials = await provider({ renew: held !== undefined });
    if (hasExpired(credentials, clock.now())) throw arrivedExpired(credentials);
    return credentials;
  };

  const renew = (): Promise<Credentials> => {
    pending ??= ask()
      .then(succeed, fail)
      .finally(() => {
        pending = undefined;
      });
    return pending;
  };

  const keepFresh = async (): Promise<void> => {
    while (!ended.aborted && renewAt !== Number.POSITIVE_INFINITY) {
      const wait = renewAt - clock.now();
      if (wait > 0) await clock.sleep(Math.min(wait, longestSleepMs), ended);
      // A failure is told, and sets the time of the next attempt.
      else await renew().catch(() => {});
    }
  };

  return {
    async current() {
      const credentials = usable();
      if (credentials !== undefined) return credentials;
      const isTooSoon = failures > 0 && clock.now() < Math.min(renewAt, failedAt + readerPauseMs);
      if (isTooSoon && pending === undefined) throw lastError;
      const first = await renew();
      if (!started) {
        started = true;
        keepFresh().catch(() => {});
      }
      return first;
    },
    stop: () => stopped.abort(),
  };
}

function hasExpired({ expiration }: Credentials, now: number): boolean {
  return expiration !== undefined && expiration.getTime() <= now;
}

/** Infinite for credentials that do not expire. `chance` in [0, 1). */
function renewalTime({ expiration }: Credentials, now: number, chance: number): number {
  if (expiration === undefined) return Number.POSITIVE_INFINITY;
  const lifeMs = expiration.getTime() - now;
  return now + Math.max(shortestPauseMs, lifeMs * (renewalShare + jitterShare * chance));
}

/** After the n-th failure in a row: doubled each time, and somewhere between half of that and all of it. */
function pauseMs(failures: number, chance: number): number {
  const longest = Math.min(longestPauseMs, shortestPauseMs * 2 ** Math.min(failures, 10));
  return longest * (0.5 + chance / 2);
}

function untilText({ expiration }: Credentials): string {
  return expiration === undefined ? '' : ` until ${formatExpiration(expiration)}`;
}

function arrivedExpired({ expiration }: Credentials): ToolError {
  const at = expiration === undefined ? '' : ` at ${formatExpiration(expiration)}`;
  return new ToolError('CREDENTIALS_SOURCE_BROKEN', `the credentials that were given now have expired already${at}`, {
    hint: 'check the clock of this machine, and where the credentials come from',
  });
}
