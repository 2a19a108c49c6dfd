import type { Credentials, Provider } from './provider.ts';

const maximumMarginMs = 5 * 60 * 1000;

/**
 * How long before their expiry credentials are renewed: 5 minutes, or a fifth of their life if that is less.
 * `lifeMs` is counted from the moment they were issued.
 */
export function renewalMarginMs(lifeMs: number): number {
  return Math.max(0, Math.min(maximumMarginMs, lifeMs / 5));
}

/**
 * Remembers what `provider` gives until the renewal margin before its expiry; for ever when it does not expire.
 * Any number of concurrent callers share one call. A renewal that fails throws, unless the credentials at hand are
 * still valid: then those are given, and the next call tries again. A caller that says `renew` gets new ones, or the
 * reason why there are none.
 */
export function memoize(provider: Provider, clock: { now(): number }): Provider {
  let current: { credentials: Credentials; renewAt: number } | undefined;
  let pending: Promise<Credentials> | undefined;

  const renew = async (ask: Parameters<Provider>[0]): Promise<Credentials> => {
    try {
      const credentials = await provider(ask);
      current = { credentials, renewAt: renewalTime(credentials, clock.now()) };
      return credentials;
    } finally {
      pending = undefined;
    }
  };

  return async (ask) => {
    const mustRenew = ask?.renew === true;
    if (!mustRenew && current !== undefined && clock.now() < current.renewAt) return current.credentials;
    pending ??= renew(ask);
    try {
      return await pending;
    } catch (error) {
      if (!mustRenew && current !== undefined && isValid(current.credentials, clock.now())) return current.credentials;
      throw error;
    }
  };
}

function renewalTime({ expiration }: Credentials, issuedAt: number): number {
  if (expiration === undefined) return Number.POSITIVE_INFINITY;
  return expiration.getTime() - renewalMarginMs(expiration.getTime() - issuedAt);
}

function isValid({ expiration }: Credentials, now: number): boolean {
  return expiration === undefined || now < expiration.getTime();
}
