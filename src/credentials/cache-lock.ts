import type { Clock } from './cache.ts';

/** A holder that was killed blocks nobody for longer than this; a living one renews its lock at half the time. */
const staleMs = 10_000;
const pauseMs = 25;

/**
 * A lock between processes, the folder `<file>.lock`, and the function that gives it back. Waits while somebody alive
 * holds it, for `patienceMs` at most; `undefined` after that: to call STS once too often is better than to wait for one
 * that hangs. Throws what the file system says, and the signal's reason.
 */
export async function lockFile(
  file: string,
  options: { clock: Clock; signal: AbortSignal; patienceMs: number; debug(message: string): void },
): Promise<(() => Promise<void>) | undefined> {
  const { clock, signal, patienceMs, debug } = options;
  const { lock } = (await import('proper-lockfile')).default;
  const deadline = clock.now() + patienceMs;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await lock(file, {
        realpath: false,
        stale: staleMs,
        retries: 0,
        onCompromised: (error) => debug(`the lock of ${file} was lost: ${error.message}`),
      });
    } catch (error) {
      if (!isHeld(error)) throw error;
    }
    if (clock.now() >= deadline) return undefined;
    await clock.sleep(pauseMs * (1 + 2 * clock.random()), signal);
  }
}

function isHeld(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ELOCKED';
}
