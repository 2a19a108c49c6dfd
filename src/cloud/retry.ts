/** Sending a request again when that may help and cannot harm. */
import { CloudApiError, messageOf, ToolError } from '../errors.ts';

export interface RetryPolicy {
  /** For log lines: `RAM GetRole`. */
  what: string;
  /** How often it is sent again at most. 0 for what must never be sent twice. */
  maxRetries: number;
  /** Hears of every refusal for the number of requests that is answered by another attempt. */
  onThrottled?: (() => void) | undefined;
}

export interface RetryDeps {
  clock: { sleep(ms: number, signal?: AbortSignal): Promise<void>; random(): number };
  signal?: AbortSignal | undefined;
  debug(message: string): void;
  warn(message: string): void;
}

const firstDelayMs = 300;
const maxDelayMs = 10_000;
/** A service that asks for more patience than this is not waited for that long. */
const maxRetryAfterMs = 30_000;

/**
 * Runs `operation` (with 1 for the first attempt, 2 for the second, …) until it succeeds, fails for good, or has been
 * tried `1 + maxRetries` times. Only for reads, and for writes that end in the same state when they happen twice.
 * Waits 0.3 s, 0.6 s, 1.2 s … (half of it random, 10 s at most), or as long as the service asks. Throws the last error.
 */
export async function withRetry<T>(
  operation: (attempt: number) => Promise<T>,
  policy: RetryPolicy,
  deps: RetryDeps,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    deps.signal?.throwIfAborted();
    try {
      return await operation(attempt);
    } catch (error) {
      const reason = retryReason(error);
      if (reason === undefined || attempt > policy.maxRetries) throw error;
      if (reason === 'throttled') policy.onThrottled?.();
      const delayMs = delayBefore(attempt, error, deps.clock.random());
      const line = `${policy.what}: ${messageOf(error)}; again in ${(delayMs / 1000).toFixed(1)} s (${attempt} of ${policy.maxRetries})`;
      // Somebody waits through timeouts of half a minute and wants to know; everything else is over in a moment.
      if (isTimeout(error)) deps.warn(line);
      else deps.debug(line);
      await deps.clock.sleep(delayMs, deps.signal);
    }
  }
}

/** Why it is worth another try; `undefined` when it is not: any refusal, and what will be the same the next time. */
export function retryReason(error: unknown): 'throttled' | 'server fault' | 'no answer' | undefined {
  if (error instanceof CloudApiError && error.api.apiCode.startsWith('Throttling')) return 'throttled';
  if (!(error instanceof ToolError)) return undefined;
  const status = error instanceof CloudApiError ? error.api.httpStatus : error.details?.httpStatus;
  if (status === 429) return 'throttled';
  if (typeof status === 'number') return status >= 500 ? 'server fault' : undefined;
  return error.code === 'NETWORK' && error.details?.transient === true ? 'no answer' : undefined;
}

function isTimeout(error: unknown): boolean {
  return error instanceof ToolError && /TIMEDOUT|_TIMEOUT$/.test(String(error.details?.reason));
}

function delayBefore(attempt: number, error: unknown, random: number): number {
  const backoffMs = Math.min(maxDelayMs, firstDelayMs * 2 ** (attempt - 1)) * (0.5 + random / 2);
  const asked = error instanceof ToolError ? error.details?.retryAfterMs : undefined;
  return typeof asked === 'number' ? Math.max(backoffMs, Math.min(asked, maxRetryAfterMs)) : backoffMs;
}
