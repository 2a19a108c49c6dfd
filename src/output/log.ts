import type { Colour } from './colour.ts';
import { asIs, type Translate } from './language.ts';
import { stripControl } from './plain.ts';

const levels = ['debug', 'info', 'warn', 'error'] as const;

export type LogLevel = (typeof levels)[number];

/** One line an entry. Further lines of a message are indented, so that no text from elsewhere can look like an entry. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export interface LogOptions {
  stream: { write(text: string): unknown };
  /** The lowest level that is written. */
  level: LogLevel;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Minutes east of UTC. Default: the local time zone's at that moment. */
  timeZoneOffset?: number | undefined;
  redact: (text: string) => string;
  /** Of messages; levels stay as they are. Default: English. */
  translate?: Translate | undefined;
  colour?: Colour | undefined;
}

/** Local time as RFC 3339 with a numeric offset: `2023-04-20T14:30:40+08:00`, `+00:00` for UTC. */
export function formatLocalTime(ms: number, timeZoneOffset = -new Date(ms).getTimezoneOffset()): string {
  const local = new Date(ms + timeZoneOffset * 60_000).toISOString().slice(0, 19);
  const minutes = Math.abs(timeZoneOffset);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return `${local}${timeZoneOffset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

function indentFurtherLines(message: string): string {
  return message.replace(/\n(?=[^\s])/g, '\n   ');
}

/** A log that writes `2023-04-20T14:30:40+08:00 INFO message` lines. Never a stack, never a secret. */
export function createLog({ stream, level, now, timeZoneOffset, redact, translate = asIs, colour }: LogOptions): Log {
  const styles = { debug: colour?.dim, info: colour?.cyan, warn: colour?.yellow, error: colour?.red };
  const at = (own: LogLevel) => {
    if (levels.indexOf(own) < levels.indexOf(level)) return () => {};
    const word = own.toUpperCase();
    const label = styles[own]?.(word) ?? word;
    return (message: string): void => {
      const text = indentFurtherLines(translate(redact(stripControl(message, '\n\t'))).trimEnd());
      stream.write(`${formatLocalTime(now(), timeZoneOffset)} ${label} ${text}\n`);
    };
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
