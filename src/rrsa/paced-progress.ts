import type { Clock, Progress } from './report.ts';

/** Where there is no terminal every text is a line, and a count would be a flood. */
const PACE_MS = 2_000;

/** A progress display that leaves out what comes within two seconds of the text before. */
export function pacedProgress(progress: Progress, clock: Pick<Clock, 'now'>): Progress {
  let last = clock.now();
  return {
    update(text) {
      if (clock.now() - last < PACE_MS) return;
      last = clock.now();
      progress.update(text);
    },
    stop: () => progress.stop(),
  };
}
