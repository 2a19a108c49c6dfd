import { messageOf } from '../errors.ts';
import type { Clock, Report } from './report.ts';
import { isThrottled } from './transient.ts';

/** How many requests of one command are under way at once; shared by everything that the command does. */
export interface Limiter {
  /**
   * Runs `work` as soon as there is room, and runs it again when the service refused it for the number of requests: only
   * for work that may happen twice. Never called from within `work`, which would wait for itself.
   */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Says that the service throttled something that survived it. */
  slowDown(): void;
}

/** Everything at once: for work that is one request after the other anyway. */
export const unlimited: Limiter = { run: (work) => work(), slowDown: () => {} };

const DEFAULT_AT_ONCE = 10;
const MAX_ATTEMPTS = 6;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/**
 * A limiter that starts with `atOnce` (default 10), halves when the service throttles, while nobody starts anything for
 * some time, and grows again with every success. Rejects with the signal's reason once it is aborted.
 */
export function createLimiter(
  ports: { clock: Clock; signal: AbortSignal; report: Pick<Report, 'debug'> },
  options: { atOnce?: number | undefined } = {},
): Limiter {
  const { clock, signal, report } = ports;
  const most = Math.max(1, options.atOnce ?? DEFAULT_AT_ONCE);
  const waiting: (() => void)[] = [];
  let room = most;
  let running = 0;
  let pauseMs = FIRST_PAUSE_MS;
  let pausedUntil = 0;

  const admit = (): void => {
    while (waiting.length > 0 && running < Math.floor(room)) {
      running += 1;
      waiting.shift()?.();
    }
  };
  const enter = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.push(resolve);
      admit();
    });
  const leave = (): void => {
    running -= 1;
    admit();
  };

  const slowDown = (): void => {
    // Requests that were refused together are one sign, not many.
    if (clock.now() < pausedUntil) return;
    room = Math.max(1, room / 2);
    pausedUntil = clock.now() + pauseMs * (0.5 + clock.random() / 2);
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
  };
  const speedUp = (): void => {
    room = Math.min(most, room + 1 / room);
    pauseMs = Math.max(FIRST_PAUSE_MS, pauseMs / 2);
  };

  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    await enter();
    try {
      for (let left = pausedUntil - clock.now(); left > 0; left = pausedUntil - clock.now()) {
        await clock.sleep(left, signal);
      }
      signal.throwIfAborted();
      const value = await work();
      speedUp();
      return value;
    } finally {
      leave();
    }
  };

  return {
    slowDown,
    async run(work) {
      for (let attempts = 1; ; attempts += 1) {
        try {
          return await attempt(work);
        } catch (error) {
          if (!isThrottled(error)) throw error;
          slowDown();
          if (attempts >= MAX_ATTEMPTS) throw error;
          report.debug(`throttled, going on more slowly: ${messageOf(error)}`);
        }
      }
    },
  };
}
