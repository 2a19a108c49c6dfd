import { describe, expect, it } from 'vitest';
import { poll } from '../../src/rrsa/poll.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { apiError, errorOf, networkError } from './fakes.ts';

const never = new AbortController().signal;

describe('poll', () => {
  it('looks at once and does not sleep when it is so already', async () => {
    const clock = fakeClock();
    await expect(clock.run(poll(async () => 'yes', { what: 'x', timeout: 1000 }, clock, never))).resolves.toBe('yes');
    expect(clock.sleeps).toEqual([]);
  });

  it('looks again after a second, then less often, and never pauses for 2 s', async () => {
    const clock = fakeClock();
    let looks = 0;
    await clock.run(poll(async () => (++looks > 30 ? true : undefined), { what: 'x', timeout: 900_000 }, clock, never));
    expect(clock.sleeps[0]).toBe(1000);
    expect(clock.sleeps[1]).toBeGreaterThan(1000);
    expect(Math.max(...clock.sleeps)).toBeLessThan(2000);
    expect(clock.sleeps).toEqual([...clock.sleeps].sort((a, b) => a - b));
  });

  it('survives failures that pass, counts them, and goes on', async () => {
    const clock = fakeClock();
    const failures = [apiError('ServiceUnavailable', 503), networkError(), apiError('Throttling.User', 400)];
    const counts: number[] = [];
    const check = async (): Promise<true> => {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      return true;
    };
    const options = { what: 'x', timeout: 60_000, onTransient: (_error: unknown, count: number) => counts.push(count) };
    await clock.run(poll(check, options, clock, never));
    expect(counts).toEqual([1, 2, 3]);
  });

  it('ends at once on a refusal', async () => {
    const clock = fakeClock();
    const refusal = apiError('StatusForbidden', 403);
    const check = async (): Promise<true> => {
      throw refusal;
    };
    expect(await errorOf(clock.run(poll(check, { what: 'x', timeout: 60_000 }, clock, never)))).toBe(refusal);
    expect(clock.sleeps).toEqual([]);
  });

  it('gives up at the timeout, naming what it waited for and what failed last', async () => {
    const clock = fakeClock();
    const started = clock.now();
    const check = async (): Promise<true> => {
      throw apiError('ServiceUnavailable', 503);
    };
    const error = await errorOf(
      clock.run(poll(check, { what: 'task T-1 of cluster c1', timeout: 90_000, hint: 'again' }, clock, never)),
    );
    expect(error).toMatchObject({ code: 'TIMED_OUT', exitCode: 5, hint: 'again' });
    expect(error.message).toMatch(/^task T-1 of cluster c1 did not finish within 90 s, \d+ of .*ServiceUnavailable/);
    expect(clock.now() - started).toBe(90_000);
  });

  it('looks once more when the time is up', async () => {
    const clock = fakeClock();
    const end = clock.now() + 1500;
    const check = async () => (clock.now() >= end ? 'done' : undefined);
    await expect(clock.run(poll(check, { what: 'x', timeout: 1500 }, clock, never))).resolves.toBe('done');
  });

  it('stops in the middle of a pause when it is interrupted', async () => {
    const clock = fakeClock();
    const controller = new AbortController();
    const reason = new Error('stop');
    clock.at(clock.now() + 1300, () => controller.abort(reason));
    let looks = 0;
    const check = async (): Promise<undefined> => {
      looks += 1;
    };
    expect(await errorOf(clock.run(poll(check, { what: 'x', timeout: 60_000 }, clock, controller.signal)))).toBe(
      reason,
    );
    expect(looks).toBe(2);
  });
});
