import type { Ora } from 'ora';
import { messageOf } from '../errors.ts';
import type { Io } from '../io.ts';
import type { Progress } from '../rrsa/report.ts';
import type { Colour } from './colour.ts';
import { asIs, type Translate } from './language.ts';
import type { Log } from './log.ts';
import { stripControl } from './plain.ts';

/** Shorter waits show no spinner, in milliseconds. */
const patienceMs = 2_000;

export interface ProgressOptions {
  io: Pick<Io, 'stderr' | 'env' | 'signal'>;
  colour: Colour;
  log: Log;
  /** Default: English. What goes into the log is translated there. */
  translate?: Translate | undefined;
  /** Milliseconds since the epoch. */
  now: () => number;
}

export type StartProgress = (text: string) => Progress;

/** Whole seconds, or minutes and seconds: `75 s` is `1m15s`. */
function formatElapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}

function plainProgress(text: string, log: Log): Progress {
  let shown: string | undefined;
  let stopped = false;
  const update = (next: string): void => {
    if (stopped || next === shown) return;
    shown = next;
    log.info(next);
  };
  update(text);
  return {
    update,
    stop: () => {
      stopped = true;
    },
  };
}

/** On a terminal that says it is 0 columns wide (`script`, some CI) the spinner would clear lines without end. */
function canTurn({ stderr, env }: ProgressOptions['io']): boolean {
  return stderr.isTTY === true && env.TERM !== 'dumb' && stderr.columns !== 0;
}

/**
 * Starts progress displays on stderr. On a terminal: a spinner with the elapsed time, once two seconds have passed;
 * log lines written meanwhile stay whole. Elsewhere: one log line for each new text. A new display ends the one before,
 * an aborted `io.signal` ends it as well.
 */
export function createProgress({ io, colour, log, translate = asIs, now }: ProgressOptions): StartProgress {
  let current: Progress | undefined;
  return (first) => {
    if (!canTurn(io)) return plainProgress(first, log);
    current?.stop();
    const started = now();
    let text = translate(stripControl(first));
    let spinner: Ora | undefined;
    let stopped = false;
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
      }).start();
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
      io.signal.removeEventListener('abort', stop);
    };
    io.signal.addEventListener('abort', stop, { once: true });
    current = {
      update(next) {
        text = translate(stripControl(next));
        if (spinner !== undefined) spinner.text = text;
      },
      stop,
    };
    return current;
  };
}
