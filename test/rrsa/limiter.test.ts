import { describe, expect, it } from 'vitest';
import { createLimiter } from '../../src/rrsa/limiter.ts';
import { type FakeClock, fakeClock } from '../support/fake-clock.ts';
import { apiError, errorOf, recordingReport, sharedController } from './fakes.ts';

function world(atOnce?: number) {
  const clock: FakeClock = fakeClock();
  const controller = sharedController();
  const report = recordingReport();
  const limiter = createLimiter({ clock, signal: controller.signal, report }, { atOnce });
  let running = 0;
  let most = 0;
  /** Takes 100 ms, and knows how many of its kind ran at the same time. */
  const work = async <T>(value: T): Promise<T> => {
    running += 1;
    most = Math.max(most, running);
    await clock.sleep(100);
    running -= 1;
    return value;
  };
  const forget = (): void => {
    most = 0;
  };
  return { clock, controller, report, limiter, work, most: () => most, forget };
}

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('the limiter', () => {
  it('runs no more than it may at once, and gives every result to who asked', async () => {
    const { clock, limiter, work, most } = world(4);
    const results = await clock.run(Promise.all(range(50).map((index) => limiter.run(() => work(index)))));
    expect(results).toEqual(range(50));
    expect(most()).toBe(4);
  });

  it('keeps its places when work fails', async () => {
    const { clock, limiter, work, most } = world(2);
    const outcomes = await clock.run(
      Promise.allSettled(
        range(20).map((index) =>
          limiter.run(async () => {
            await work(index);
            if (index % 2 === 0) throw new Error(`no ${index}`);
          }),
        ),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(10);
    expect(most()).toBe(2);
  });

  it('runs throttled work again, later and with fewer at once', async () => {
    const { clock, limiter, work, most, forget } = world(8);
    let refusals = 8;
    const asked = Promise.all(
      range(8).map((index) =>
        limiter.run(async () => {
          if (refusals-- > 0) throw apiError('Throttling.User', 400);
          return work(index);
        }),
      ),
    );
    const started = clock.now();
    expect(await clock.run(asked)).toEqual(range(8));
    expect(most()).toBe(4);
    expect(clock.now() - started).toBeGreaterThanOrEqual(250);
    forget();
    await clock.run(Promise.all(range(60).map((index) => limiter.run(() => work(index)))));
    expect(most()).toBe(8);
  });

  it('gives up on work that is throttled again and again, with the refusal itself', async () => {
    const { clock, limiter } = world();
    let attempts = 0;
    const refusal = apiError('Throttling', 429);
    const asked = limiter.run(async () => {
      attempts += 1;
      throw refusal;
    });
    expect(await errorOf(clock.run(asked))).toBe(refusal);
    expect(attempts).toBe(6);
  });

  it('does not run again what failed for another reason', async () => {
    const { clock, limiter } = world();
    let attempts = 0;
    const asked = limiter.run(async () => {
      attempts += 1;
      throw apiError('NoPermission', 403);
    });
    expect(await errorOf(clock.run(asked))).toMatchObject({ api: { apiCode: 'NoPermission' } });
    expect(attempts).toBe(1);
  });

  it('waits before it starts anything more when it is told of throttling', async () => {
    const { clock, limiter, work } = world();
    limiter.slowDown();
    const started = clock.now();
    await clock.run(limiter.run(() => work(1)));
    expect(clock.now() - started).toBeGreaterThanOrEqual(250 + 100);
  });

  it('starts nothing once it is interrupted', async () => {
    const { clock, limiter, controller, work } = world(1);
    const reason = new Error('stop');
    let started = 0;
    clock.at(clock.now() + 150, () => controller.abort(reason));
    const outcomes = await clock.run(
      Promise.allSettled(
        range(5).map((index) =>
          limiter.run(() => {
            started += 1;
            return work(index);
          }),
        ),
      ),
    );
    expect(started).toBe(2);
    expect(outcomes.at(-1)).toEqual({ status: 'rejected', reason });
  });
});
