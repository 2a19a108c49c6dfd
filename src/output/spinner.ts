import type { Ora } from 'ora';
import { messageOf } from '../errors.ts';
import type { Io } from '../io.ts';
import type { Count, Progress } from '../rrsa/report.ts';
import type { Colour } from './colour.ts';
import { asIs, type Translate } from './language.ts';
import type { Log } from './log.ts';
import { stripControl } from './plain.ts';
import { withBar } from './progress-bar.ts';
import { speaksUnicode } from './unicode.ts';

/** Shorter waits show no spinner and no count, in milliseconds. */
const patienceMs = 2_000;
/** Where there is no terminal: a count is a line again after a tenth more of the whole, or after so long. */
const longestSilenceMs = 10_000;

export interface ProgressOptions {
  io: Pick<Io, 'stderr' | 'env' | 'platform' | 'signal'>;
  colour: Colour;
  log: Log;
  /** Default: English. What goes into the log is translated there. */
  translate?: Translate | undefined;
  /** Milliseconds since the epoch. */
  now: () => number;
}

export type StartProgress = (text: string, count?: Count) => Progress;

/** Whole seconds, or minutes and seconds: `75 s` is `1m15s`. */
function formatElapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}

const tenthOf = ({ done, total = 0 }: Count): number => (total > 0 ? Math.floor((done / total) * 10) : 0);

/** News are lines at once; of counts the newest after a while, and then few. */
function plainProgress(first: string, count: Count | undefined, log: Log, now: () => number): Progress {
  let newest = first;
  let shown: string | undefined;
  let shownAt = now();
  let shownTenth = 0;
  let stopped = false;
  const show = (): void => {
    clearTimeout(timer);
    if (newest === shown) return;
    shown = newest;
    shownAt = now();
    log.info(newest);
  };
  const timer = setTimeout(show, patienceMs);
  timer.unref();
  const update = (text: string, next?: Count): void => {
    if (stopped) return;
    newest = text;
    if (next !== undefined) {
      const silentMs = now() - shownAt;
      const tenth = tenthOf(next);
      const isMore = shown === undefined || tenth !== shownTenth;
      if (silentMs < patienceMs || (!isMore && silentMs < longestSilenceMs)) return;
      shownTenth = tenth;
    }
    show();
  };
  update(first, count);
  return {
    update,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** On a terminal that says it is 0 columns wide (`script`, some CI) ora would clear lines without end. */
function canTurn({ stderr, env }: ProgressOptions['io']): boolean {
  return stderr.isTTY === true && env.TERM !== 'dumb' && stderr.columns !== 0;
}

/**
 * Starts progress displays on stderr. On a terminal: a spinner with the elapsed time, and a bar where there is a count,
 * once two seconds have passed; log lines written meanwhile stay whole. Elsewhere: a log line for each new text, of
 * those with a count at most one in two seconds, and none before. A new display ends the one before, an aborted
 * `io.signal` ends it as well.
 */
export function createProgress({ io, colour, log, translate = asIs, now }: ProgressOptions): StartProgress {
  let current: Progress | undefined;
  return (first, firstCount) => {
    if (!canTurn(io)) return plainProgress(first, firstCount, log, now);
    current?.stop();
    const started = now();
    const lineOf = (text: string, count: Count | undefined): string => {
      const line = translate(stripControl(text));
      if (count === undefined) return line;
      const look = { columns: io.stderr.columns ?? 80, colour, unicode: speaksUnicode(io) };
      return withBar(line, count, look);
    };
    let text = lineOf(first, firstCount);
    let spinner: Ora | undefined;
    let stopped = false;
    const onResize = (): void => void (io.stderr.columns === 0 ? spinner?.stop() : spinner?.start());
    const show = async (): Promise<void> => {
      const { default: ora } = await import('ora');
      if (stopped) return;
      spinner = ora({
        text,
        stream: io.stderr,
        isEnabled: true,
        // Raw mode would take Ctrl-C from the terminal for as long as the spinner turns.
        discardStdin: false,
        color: colour.enabled ? 'cyan' : false,
        suffixText: () => colour.dim(formatElapsed(now() - started)),
      });
      io.stderr.on('resize', onResize);
      onResize();
    };
    const timer = setTimeout(() => {
      show().catch((error: unknown) => log.debug(`no spinner: ${messageOf(error)}`));
    }, patienceMs);
    timer.unref();
    const stop = (): void => {
      stopped = true;
      clearTimeout(timer);
      spinner?.stop();
      spinner = undefined;
      io.stderr.off('resize', onResize);
      io.signal.removeEventListener('abort', stop);
    };
    io.signal.addEventListener('abort', stop, { once: true });
    current = {
      update(next, count) {
        text = lineOf(next, count);
        if (spinner !== undefined) spinner.text = text;
      },
      stop,
    };
    return current;
  };
}
