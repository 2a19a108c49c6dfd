import { messageOf, ToolError } from '../errors.ts';
import type { Clock } from './report.ts';
import { isTransient } from './transient.ts';

export interface PollOptions {
  /** What is waited for, as a noun phrase for the user: `task T-123 (enable RRSA of cluster c123)`. */
  what: string;
  /** Milliseconds between the first two looks. Default 1000. */
  first?: number | undefined;
  /** Longest pause between two looks, in milliseconds. Default 1800, so that an end is noticed within 2 s. */
  max?: number | undefined;
  /** Milliseconds after which it gives up, counted from `since`. */
  timeout: number;
  /** Milliseconds since the epoch. Default: the first look. */
  since?: number | undefined;
  /** Shown when it gave up. */
  hint?: string | undefined;
  /** Hears every look that failed for a passing reason, and how many of them there have been. */
  onTransient?: ((error: unknown, count: number) => void) | undefined;
}

const GROWTH = 1.25;

/**
 * Looks at once, then after `first`, then less and less often, until `check` gives a value; `undefined` means not yet.
 * A look that fails for a passing reason (no answer, 5xx, throttling) is counted and survived, any other error ends the
 * waiting. Throws `TIMED_OUT`, or the signal's reason once it is aborted.
 */
export async function poll<T>(
  check: () => Promise<T | undefined>,
  options: PollOptions,
  clock: Clock,
  signal: AbortSignal,
): Promise<T> {
  const deadline = (options.since ?? clock.now()) + options.timeout;
  const max = options.max ?? 1800;
  let pause = Math.min(options.first ?? 1000, max);
  let failures = 0;
  let lastFailure: unknown;
  for (;;) {
    signal.throwIfAborted();
    try {
      const value = await check();
      if (value !== undefined) return value;
      lastFailure = undefined;
    } catch (error) {
      if (!isTransient(error)) throw error;
      failures += 1;
      lastFailure = error;
      options.onTransient?.(error, failures);
    }
    const left = deadline - clock.now();
    if (left <= 0) throw timedOut(options, failures, lastFailure);
    await clock.sleep(Math.min(pause, left), signal);
    pause = Math.min(pause * GROWTH, max);
  }
}

function timedOut(options: PollOptions, failures: number, lastFailure: unknown): ToolError {
  const looks = failures === 0 ? '' : `, ${failures} of the looks at it failed`;
  const last = lastFailure === undefined ? '' : `, the last one with: ${messageOf(lastFailure)}`;
  return new ToolError(
    'TIMED_OUT',
    `${options.what} did not finish within ${Math.round(options.timeout / 1000)} s${looks}${last}`,
    {
      ...(options.hint === undefined ? {} : { hint: options.hint }),
      ...(lastFailure === undefined ? {} : { cause: lastFailure }),
    },
  );
}
