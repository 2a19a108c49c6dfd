import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoize, renewalMarginMs } from '../../src/credentials/memoize.ts';
import type { Credentials, Provider } from '../../src/credentials/provider.ts';

const start = Date.parse('2026-01-01T00:00:00Z');
const minute = 60_000;

/** A provider that numbers what it issues, on a clock that stands still unless it is moved. */
function issuer(lifeMs: number | undefined) {
  const state = { now: start, issued: 0, failure: undefined as Error | undefined };
  const provider: Provider = async () => {
    await Promise.resolve();
    if (state.failure !== undefined) throw state.failure;
    state.issued += 1;
    const keys: Credentials = { accessKeyId: `id${state.issued}`, accessKeySecret: 'secret' };
    return lifeMs === undefined ? keys : { ...keys, expiration: new Date(state.now + lifeMs) };
  };
  const remembered = memoize(provider, { now: () => state.now });
  return { state, remembered, id: async () => (await remembered()).accessKeyId };
}

describe('memoize', () => {
  test('asks nothing before the first call', () => {
    expect(issuer(60 * minute).state.issued).toBe(0);
  });

  test('asks once for credentials that do not expire', async () => {
    const { state, id } = issuer(undefined);
    await id();
    state.now += 1000 * 365 * 24 * 60 * minute;
    expect(await id()).toBe('id1');
  });

  test('renews an hour 5 minutes before its end', async () => {
    const { state, id } = issuer(60 * minute);
    await id();
    state.now = start + 55 * minute - 1;
    expect(await id()).toBe('id1');
    state.now = start + 55 * minute;
    expect(await id()).toBe('id2');
  });

  test('renews a short session after four fifths of its life, not at every call', async () => {
    const { state, id } = issuer(5_000);
    await id();
    state.now = start + 3_999;
    expect(await id()).toBe('id1');
    state.now = start + 4_000;
    expect(await id()).toBe('id2');
    expect(await id()).toBe('id2');
  });

  test('renews before it is due for a caller that says so, and remembers that', async () => {
    const { remembered, id } = issuer(60 * minute);
    expect(await id()).toBe('id1');
    expect((await remembered({ renew: true })).accessKeyId).toBe('id2');
    expect(await id()).toBe('id2');
  });

  test('tells a caller that says so why there are no new ones, and gives others those at hand', async () => {
    const { state, remembered, id } = issuer(60 * minute);
    await id();
    state.failure = new Error('refused');
    await expect(remembered({ renew: true })).rejects.toThrow('refused');
    expect(await id()).toBe('id1');
  });

  test('shares one renewal among concurrent callers, each time', async () => {
    const { state, id } = issuer(60 * minute);
    for (const round of [1, 2, 3]) {
      const ids = await Promise.all(Array.from({ length: 50 }, id));
      expect(new Set(ids)).toEqual(new Set([`id${round}`]));
      expect(state.issued).toBe(round);
      state.now += 56 * minute;
    }
  });

  test('throws what the first call throws to every caller, and asks again next time', async () => {
    const { state, id } = issuer(60 * minute);
    state.failure = new Error('no network');
    const results = await Promise.allSettled([id(), id()]);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected']);
    state.failure = undefined;
    expect(await id()).toBe('id1');
  });

  test('keeps credentials that are still valid when their renewal fails, and tries again', async () => {
    const { state, id } = issuer(60 * minute);
    await id();
    state.now = start + 56 * minute;
    state.failure = new Error('no network');
    expect(await id()).toBe('id1');
    state.failure = undefined;
    expect(await id()).toBe('id2');
  });

  test('throws when the renewal fails and the credentials have expired', async () => {
    const { state, id } = issuer(60 * minute);
    await id();
    state.now = start + 60 * minute;
    state.failure = new Error('no network');
    await expect(id()).rejects.toThrow('no network');
  });

  test('asks again when what was issued has expired already', async () => {
    const { id } = issuer(-1);
    expect(await id()).toBe('id1');
    expect(await id()).toBe('id2');
  });

  test('never gives credentials beyond their expiry, whatever the times of the calls', async () => {
    const steps = fc.array(fc.integer({ min: 0, max: 90 * minute }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 12 * 60 * minute }), steps, async (lifeMs, waits) => {
        const { state, remembered } = issuer(lifeMs);
        for (const wait of waits) {
          state.now += wait;
          expect((await remembered()).expiration?.getTime()).toBeGreaterThan(state.now);
        }
      }),
    );
  });
});

test('the renewal margin is 5 minutes, or a fifth of a shorter life, and never negative', () => {
  expect([12 * 60 * minute, 25 * minute, 15 * minute, 0, -5].map(renewalMarginMs)).toEqual([
    5 * minute,
    5 * minute,
    3 * minute,
    0,
    0,
  ]);
});
