import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Credentials, Provider } from '../../src/credentials/provider.ts';
import { backgroundClock, createRefresher, type Refresher } from '../../src/credentials/refresher.ts';
import { ToolError } from '../../src/errors.ts';
import { type FakeClock, fakeClock, seededRandom } from '../support/fake-clock.ts';

const minute = 60_000;
const hour = 60 * minute;

interface Stage {
  clock: FakeClock;
  start: number;
  refresher: Refresher;
  /** When the provider was asked, in milliseconds since the start. */
  asked: number[];
  /** What it was asked with. */
  asks: unknown[];
  told: string[];
  abort: AbortController;
  /** Set: the provider throws it. */
  failure: { error: Error | undefined };
  id(): Promise<string>;
  pass(ms: number): Promise<void>;
}

/** A refresher on a provider that numbers what it issues, and on a clock that only moves when told to. */
function stage(lifeMs: number | undefined, options: { random?: () => number; takesMs?: number } = {}): Stage {
  const clock = fakeClock();
  const start = clock.now();
  const asked: number[] = [];
  const asks: unknown[] = [];
  const told: string[] = [];
  const failure = { error: undefined as Error | undefined };
  const abort = new AbortController();
  const provider: Provider = async (ask) => {
    asked.push(clock.now() - start);
    asks.push(ask);
    const number = asked.length;
    if (options.takesMs !== undefined) await clock.sleep(options.takesMs);
    if (failure.error !== undefined) throw failure.error;
    const keys: Credentials = { accessKeyId: `id${number}`, accessKeySecret: 'PLANTED-SECRET', securityToken: 'token' };
    return lifeMs === undefined ? keys : { ...keys, expiration: new Date(clock.now() + lifeMs) };
  };
  const tell = (level: string) => (message: string) => void told.push(`${level}: ${message}`);
  const log = { debug: tell('debug'), info: tell('info'), warn: tell('warn') };
  const random = options.random ?? (() => 0);
  const refresher = createRefresher({ provider, clock, random, signal: abort.signal, log });
  return {
    clock,
    start,
    refresher,
    asked,
    asks,
    told,
    abort,
    failure,
    id: async () => (await clock.run(refresher.current())).accessKeyId,
    pass: (ms) => clock.run(clock.sleep(ms)),
  };
}

describe('createRefresher', () => {
  test('asks nobody before somebody reads', async () => {
    const { asked, pass } = stage(hour);
    await pass(3 * hour);
    expect(asked).toEqual([]);
  });

  test('renews in the background after two thirds of their life, though nobody reads', async () => {
    const { id, asked, asks, pass } = stage(hour);
    await id();
    await pass(2 * hour + 1);
    expect(asked).toEqual([0, 40 * minute, 80 * minute, 120 * minute]);
    expect(asks).toEqual([{ renew: false }, { renew: true }, { renew: true }, { renew: true }]);
  });

  test('renews later by up to a twentieth of their life, so that not all runs ask at once', async () => {
    const { id, asked, pass } = stage(hour, { random: () => 0.999 });
    await id();
    await pass(43 * minute);
    expect(asked).toHaveLength(2);
    expect(asked[1]).toBeGreaterThan(42 * minute);
    expect(asked[1]).toBeLessThan(43 * minute);
  });

  test('asks once for any number of readers, at the start and after an outage', async () => {
    const { clock, refresher, asked, failure, pass, id } = stage(hour, { takesMs: 500 });
    const all = await clock.run(Promise.all(Array.from({ length: 1000 }, refresher.current)));
    expect(new Set(all.map(({ accessKeyId }) => accessKeyId))).toEqual(new Set(['id1']));
    expect(asked).toHaveLength(1);
    failure.error = new Error('away');
    await pass(2 * hour);
    failure.error = undefined;
    const before = asked.length;
    await pass(6_000);
    await clock.run(Promise.all(Array.from({ length: 1000 }, refresher.current)));
    await id();
    expect(asked.length).toBeLessThanOrEqual(before + 2);
  });

  test('serves the old ones while a renewal is under way, without waiting for it', async () => {
    const { id, pass, asked, clock, refresher } = stage(hour, { takesMs: 10_000 });
    await id();
    await pass(40 * minute + 5_000);
    expect(asked).toHaveLength(2);
    const before = clock.now();
    expect((await refresher.current()).accessKeyId).toBe('id1');
    expect(clock.now()).toBe(before);
    await pass(10_000);
    expect((await refresher.current()).accessKeyId).toBe('id2');
  });

  test('serves the old ones while renewals fail, backs off, and tells it once', async () => {
    const { id, pass, asked, failure, told } = stage(hour, { random: () => 0.5 });
    await id();
    failure.error = new ToolError('NETWORK', 'cannot reach STS');
    await pass(59 * minute);
    expect(await id()).toBe('id1');
    const pauses = asked.slice(1).map((time, index, times) => time - (times[index - 1] ?? time));
    expect(pauses.slice(1, 8)).toEqual([1_500, 3_000, 6_000, 12_000, 24_000, 45_000, 45_000]);
    expect(told).toEqual([
      'warn: the credentials could not be renewed: cannot reach STS; those at hand are served until 2025-01-01T01:00:00Z',
    ]);
    failure.error = undefined;
    await pass(50_000);
    expect(await id()).not.toBe('id1');
    expect(told.slice(1)).toEqual(['info: the credentials are renewed again']);
    failure.error = new ToolError('NETWORK', 'cannot reach STS');
    await pass(50 * minute);
    expect(told.filter((line) => line.startsWith('warn'))).toHaveLength(2);
  });

  test('never hands out expired ones: throws what the renewal threw, and asks no more often for many readers', async () => {
    const { id, pass, failure, asked, refresher, clock } = stage(hour);
    await id();
    const error = new ToolError('CREDENTIALS_REFUSED', 'refused');
    failure.error = error;
    await pass(hour);
    const before = asked.length;
    for (let reader = 0; reader < 100; reader += 1) await expect(clock.run(refresher.current())).rejects.toBe(error);
    expect(asked.length).toBeLessThanOrEqual(before + 1);
    failure.error = undefined;
    await pass(5_000);
    expect(await id()).toMatch(/^id/);
  });

  test('makes readers wait for a renewal that is under way when the old ones expire', async () => {
    const { id, pass, asked } = stage(hour, { takesMs: 25 * minute });
    await id();
    await pass(hour + minute);
    expect(asked).toHaveLength(2);
    expect(await id()).toBe('id2');
    expect(asked).toHaveLength(2);
  });

  test('notices at the next read that the machine has slept past the expiry, timers and all', async () => {
    const clock = fakeClock();
    let issued = 0;
    const { current } = createRefresher({
      provider: async () => {
        issued += 1;
        return { accessKeyId: `id${issued}`, accessKeySecret: 's', expiration: new Date(clock.now() + hour) };
      },
      clock: { now: clock.now, sleep: () => new Promise(() => {}) },
      random: () => 0,
      signal: new AbortController().signal,
      log: { debug() {}, info() {}, warn() {} },
    });
    expect((await current()).accessKeyId).toBe('id1');
    await clock.run(clock.sleep(2 * hour));
    expect((await current()).accessKeyId).toBe('id2');
  });

  test('never sleeps longer than a timer can, however late the expiry', async () => {
    const { clock, id, pass } = stage(100 * 365 * 24 * hour);
    await id();
    await pass(5 * minute);
    expect(Math.max(...clock.sleeps.filter((ms) => ms !== 5 * minute))).toBeLessThanOrEqual(30_000);
  });

  test('asks once for credentials that do not expire', async () => {
    const { id, asked, pass, clock } = stage(undefined);
    expect(await id()).toBe('id1');
    await pass(1000 * hour);
    expect(await id()).toBe('id1');
    expect(asked).toHaveLength(1);
    expect(clock.sleeps).toHaveLength(1);
  });

  test.each([0, -1, -hour])('refuses credentials that arrive with %i ms to live', async (lifeMs) => {
    const { clock, refresher } = stage(lifeMs);
    await expect(clock.run(refresher.current())).rejects.toMatchObject({
      code: 'CREDENTIALS_SOURCE_BROKEN',
      message: expect.stringMatching(/^the credentials that were given now have expired already at /),
    });
  });

  test('asks no more than once a second for credentials that live for an instant', async () => {
    const { id, pass, asked } = stage(10);
    await id();
    await pass(10_000);
    expect(asked.length).toBeLessThanOrEqual(11);
  });

  test('copes with a source that gives the same ones until they end', async () => {
    const clock = fakeClock();
    let asked = 0;
    const refresher = createRefresher({
      provider: async () => {
        asked += 1;
        const expiration = new Date((Math.floor(clock.now() / hour) + 1) * hour);
        return { accessKeyId: expiration.toISOString(), accessKeySecret: 's', expiration };
      },
      clock,
      random: () => 0.5,
      signal: new AbortController().signal,
      log: { debug() {}, info() {}, warn() {} },
    });
    for (let read = 0; read < 60 * 4; read += 1) {
      const { expiration } = await clock.run(refresher.current());
      expect(expiration?.getTime()).toBeGreaterThan(clock.now());
      await clock.run(clock.sleep(minute));
    }
    expect(asked).toBeLessThan(4 * 15);
  });

  test.each(['stop', 'abort'] as const)('does nothing more in the background after %s', async (how) => {
    const { id, asked, pass, refresher, abort } = stage(hour);
    await id();
    if (how === 'stop') refresher.stop();
    else abort.abort(new Error('interrupted'));
    await pass(10 * hour);
    expect(asked).toHaveLength(1);
    refresher.stop();
  });

  test('hands out nothing expired, whatever fails when and whenever somebody reads', async () => {
    const step = fc.record({ passMs: fc.integer({ min: 0, max: hour }), fails: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.integer(), async (steps, seed) => {
        const { clock, refresher, failure, pass, asked, abort } = stage(hour, {
          random: seededRandom(seed),
          takesMs: 700,
        });
        for (const { passMs, fails } of steps) {
          failure.error = fails ? new Error('down') : undefined;
          await pass(passMs);
          const found = await clock.run(refresher.current()).catch((error: Error) => error);
          if (found instanceof Error) expect(found.message).toBe('down');
          else expect(found.expiration?.getTime()).toBeGreaterThan(clock.now());
        }
        expect(asked.length).toBeLessThan(steps.length * 70 + 2);
        abort.abort();
      }),
      { numRuns: 40 },
    );
  });

  test('tells no secret', async () => {
    const { id, pass, failure, told } = stage(hour);
    await id();
    await pass(hour);
    failure.error = new Error('down');
    await pass(hour);
    expect(told.length).toBeGreaterThan(1);
    expect(told.join('\n')).not.toContain('PLANTED');
  });
});

test('the timers of the background keep no process alive, and end at once', async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const before = timers();
  const stop = new AbortController();
  const sleeping = backgroundClock({ now: Date.now }).sleep(60_000, stop.signal);
  expect(timers()).toBe(before);
  stop.abort();
  await expect(sleeping).rejects.toThrow();
});
