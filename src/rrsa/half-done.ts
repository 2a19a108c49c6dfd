import type { Report } from './report.ts';

/**
 * Runs `work`, which notes every effect in `done` as a line in the past tense. When `work` throws (an interrupt
 * included), what was done until then is reported before the error travels on.
 */
export async function reportHalfDone<T>(
  report: Pick<Report, 'warn'>,
  work: (done: string[]) => Promise<T>,
): Promise<T> {
  const done: string[] = [];
  try {
    return await work(done);
  } catch (error) {
    if (done.length > 0) report.warn(`done before it stopped: ${done.join('; ')}`);
    throw error;
  }
}
