import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import { makeFolder } from '../make-folder.ts';
import type { Clock, Report } from './report.ts';

/**
 * Runs `work` while nobody else on this machine runs something under the same `key`. A lock is a courtesy that saves
 * rounds, never a precondition: where none can be had, `work` runs without one.
 */
export type WithLock = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/** A holder that was killed blocks nobody for longer than this; a living one renews its lock at half the time. */
const STALE_MS = 10_000;
const PAUSE_MS = 25;
/** Waiting in silence for longer than this would look like hanging. */
const SAY_SO_AFTER_MS = 2_000;

/**
 * Locks between processes of one user: a folder `<folder>/<sha256 of key>.lock` each. Waits for as long as somebody
 * alive holds the lock; rejects with the signal's reason once it is aborted. Without a folder, or when it cannot be
 * written, there is no lock and a debug line says so.
 */
export function fileLocks(
  folder: string | undefined,
  ports: { clock: Clock; report: Pick<Report, 'debug' | 'info'>; signal: AbortSignal },
): WithLock {
  const { clock, report, signal } = ports;

  const acquire = async (key: string): Promise<(() => Promise<void>) | undefined> => {
    if (folder === undefined) {
      report.debug(`no lock for ${key}: there is no home folder`);
      return undefined;
    }
    const started = clock.now();
    let saidSo = false;
    try {
      const { lock } = (await import('proper-lockfile')).default;
      makeFolder(folder);
      const file = join(folder, createHash('sha256').update(key).digest('hex'));
      for (;;) {
        signal.throwIfAborted();
        try {
          return await lock(file, {
            realpath: false,
            stale: STALE_MS,
            retries: 0,
            // A stalled process may lose its lock. It goes on: whoever writes looks again afterwards.
            onCompromised: (error) => report.debug(`the lock for ${key} was lost: ${error.message}`),
          });
        } catch (error) {
          if (!isHeld(error)) throw error;
        }
        if (!saidSo && clock.now() - started >= SAY_SO_AFTER_MS) {
          saidSo = true;
          report.info(`waiting for another ack-ram-tool that works on ${key}`);
        }
        await clock.sleep(PAUSE_MS * (1 + 2 * clock.random()), signal);
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      report.debug(`no lock for ${key}: ${messageOf(error)}`);
      return undefined;
    }
  };

  return async (key, work) => {
    const release = await acquire(key);
    try {
      return await work();
    } finally {
      await release?.().catch((error: unknown) =>
        report.debug(`the lock for ${key} was not released: ${messageOf(error)}`),
      );
    }
  };
}

function isHeld(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ELOCKED';
}
