import { ToolError } from '../errors.ts';

/** One profile of a file, its values by key. No message holds a value. */
export interface Section {
  /** For messages: `profile "prod" of ~/.aliyun/config.json`. */
  readonly place: string;
  /** The text under a key, without white space around it; `undefined` when there is none. Throws `CREDENTIALS_SOURCE_BROKEN` for anything but one line of text. */
  text(key: string): string | undefined;
  /** The same, and throws when there is none. */
  required(key: string): string;
  /** A whole number; 0 and nothing are `undefined`. */
  number(key: string): number | undefined;
  /** `CREDENTIALS_SOURCE_BROKEN`: this profile is unusable, because of `fault`. */
  broken(fault: string, options?: BrokenOptions): ToolError;
}

export interface BrokenOptions {
  hint?: string | undefined;
  cause?: unknown;
}

export function createSection(place: string, read: (key: string) => unknown): Section {
  const broken = (fault: string, options?: BrokenOptions): ToolError => unusable(place, fault, options);

  const text = (key: string): string | undefined => {
    const value = read(key);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') throw broken(`${key} is not text`);
    const trimmed = value.trim();
    if (/\p{Cc}/u.test(trimmed)) throw broken(`${key} holds a control character`);
    return trimmed === '' ? undefined : trimmed;
  };

  return {
    place,
    broken,
    text,
    required(key) {
      const value = text(key);
      if (value === undefined) throw broken(`${key} is missing`);
      return value;
    },
    number(key) {
      const value = read(key);
      if (value === undefined || value === null || value === '') return undefined;
      const digits = typeof value === 'number' ? String(value) : value;
      if (typeof digits !== 'string' || !/^\s*\d{1,15}\s*$/.test(digits)) throw broken(`${key} is not a whole number`);
      return Number(digits) || undefined;
    },
  };
}

/** `CREDENTIALS_SOURCE_BROKEN`: `place` is unusable, because of `fault`. */
export function unusable(place: string, fault: string, options: BrokenOptions = {}): ToolError {
  return new ToolError('CREDENTIALS_SOURCE_BROKEN', `${place} is unusable: ${fault}`, {
    ...(options.hint === undefined ? {} : { hint: options.hint }),
    ...(options.cause === undefined ? {} : { cause: options.cause }),
  });
}
