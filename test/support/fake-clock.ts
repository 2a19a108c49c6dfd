import type { Clock } from '../../src/rrsa/report.ts';

export interface FakeClock extends Clock {
  /** Every `sleep` that was asked for, in milliseconds and in order. */
  readonly sleeps: number[];
  /** Runs `fn` at a point in time, for a test that wants the world to change while something waits. */
  at(time: number, fn: () => void): void;
  /**
   * Lets time pass for `work` until it settles: whenever nothing but sleepers is left, it jumps to the next of them.
   * Fails when nobody is left who could wake up.
   */
  run<T>(work: Promise<T>): Promise<T>;
}

/** A small generator of reproducible numbers in [0, 1) (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** A clock that stands still until `run` moves it. Equal times wake in the order in which they were asked for. */
export function fakeClock(options: { start?: number; random?: () => number } = {}): FakeClock {
  let now = options.start ?? Date.UTC(2025, 0, 1);
  let order = 0;
  const waiting: { time: number; order: number; wake: () => void }[] = [];
  const sleeps: number[] = [];

  const schedule = (time: number, wake: () => void): (() => void) => {
    const entry = { time, order: order++, wake };
    waiting.push(entry);
    return () => {
      const index = waiting.indexOf(entry);
      if (index >= 0) waiting.splice(index, 1);
    };
  };

  return {
    sleeps,
    now: () => now,
    random: options.random ?? (() => 0.5),
    at: (time, fn) => void schedule(time, fn),
    sleep(ms, signal) {
      sleeps.push(ms);
      return new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        const onAbort = (): void => {
          cancel();
          reject(signal?.reason);
        };
        const cancel = schedule(now + ms, () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        });
        signal?.addEventListener('abort', onAbort, { once: true });
      });
    },
    async run(work) {
      let settled = false;
      const done = (): void => {
        settled = true;
      };
      work.then(done, done);
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        if (settled) return work;
        let next: (typeof waiting)[number] | undefined;
        for (const entry of waiting) {
          if (next === undefined || entry.time < next.time || (entry.time === next.time && entry.order < next.order)) {
            next = entry;
          }
        }
        if (next === undefined) throw new Error('nothing is left that could happen, and the work is not done');
        waiting.splice(waiting.indexOf(next), 1);
        now = Math.max(now, next.time);
        next.wake();
      }
    },
  };
}
