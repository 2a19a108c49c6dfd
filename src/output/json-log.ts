import type { Writable } from 'node:stream';
import type { LogLevel } from './log.ts';
import { escapeControl } from './plain.ts';

const levels = ['debug', 'info', 'warn', 'error'] as const;

export interface JsonLogOptions {
  stream: Pick<Writable, 'write'>;
  /** The lowest level that is written. */
  level: LogLevel;
  /** Milliseconds since the epoch. */
  now: () => number;
  redact: (text: string) => string;
}

type Write = (message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** A log of JSON lines for programs that collect logs: `{"time":"2025-01-01T00:00:00.000Z","level":"info","message":…}`. */
export function createJsonLog({ stream, level, now, redact }: JsonLogOptions): Record<LogLevel, Write> {
  const clean = (_key: string, value: unknown): unknown => (typeof value === 'string' ? redact(value) : value);
  const at = (own: LogLevel): Write => {
    if (levels.indexOf(own) < levels.indexOf(level)) return () => {};
    return (message, fields = {}) => {
      const entry = { time: new Date(now()).toISOString(), level: own, message, ...fields };
      stream.write(`${escapeControl(JSON.stringify(entry, clean))}\n`);
    };
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
