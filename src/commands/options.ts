/** From flag texts and environment variables to values. */

import { expandHome } from '../credentials/expand-home.ts';
import { parseDuration } from '../duration.ts';
import { ToolError, usageError } from '../errors.ts';
import type { Env } from '../io.ts';
import { parseBoolean } from './normalize.ts';
import type { CommandSpec, FlagSpec } from './spec.ts';
import { flagsOf } from './table/flags.ts';

type Value = { text: string; from: string };

/** The values of one command line: a flag beats its variable, a variable beats the default. */
export class Flags {
  readonly #values: ReadonlyMap<string, readonly Value[]>;
  readonly #home: string | undefined;

  constructor(values: ReadonlyMap<string, readonly Value[]>, home: string | undefined) {
    this.#values = values;
    this.#home = home;
  }

  /** `undefined` when neither given nor defaulted; an empty value counts as given. */
  string(name: string): string | undefined {
    return this.#values.get(name)?.at(-1)?.text;
  }

  /** For flags that the table marks as required. */
  required(name: string): string {
    const value = this.string(name);
    if (value === undefined || value === '') throw usageError(`--${name} is required`);
    return value;
  }

  strings(name: string): string[] {
    return (this.#values.get(name) ?? []).map(({ text }) => text);
  }

  boolean(name: string): boolean {
    return this.string(name) === 'true';
  }

  path(name: string): string | undefined {
    const value = this.string(name);
    return value === undefined ? undefined : expandHome(value, this.#home);
  }

  /** A duration in milliseconds. */
  durationMs(name: string): number | undefined {
    const value = this.#values.get(name)?.at(-1);
    if (value === undefined) return undefined;
    const ms = parseDuration(value.text);
    if (ms === undefined) {
      throw usageError(
        `${JSON.stringify(value.text)} is no duration for ${value.from}`,
        'write it as 90s, 15m or 1h30m',
      );
    }
    return ms;
  }
}

function fromEnvironment(flag: FlagSpec, env: Env, warn: (message: string) => void): Value | undefined {
  for (const name of flag.env ?? []) {
    const text = env[name];
    if (text === undefined || text === '') continue;
    if (flag.kind === 'boolean') {
      const truth = parseBoolean(text);
      if (truth === undefined) {
        warn(`${name} is neither true nor false and is ignored`);
        continue;
      }
      return { text: String(truth), from: name };
    }
    return { text: flag.fromEnv?.(text) ?? text, from: name };
  }
  return undefined;
}

function checkChoice(flag: FlagSpec, value: Value, warn: (message: string) => void): Value | undefined {
  if (flag.choices === undefined) return value;
  const choice = flag.choices.find((known) => known === value.text.toLowerCase());
  if (choice !== undefined) return { ...value, text: choice };
  const known = `${flag.choices.slice(0, -1).join(', ')} or ${flag.choices.at(-1)}`;
  if (value.from !== `--${flag.name}`) {
    warn(`${value.from} is none of ${known} and is ignored`);
    return undefined;
  }
  throw usageError(`${JSON.stringify(value.text)} is no value for ${value.from}: use ${known}`);
}

/**
 * @param given canonical flags in order
 * @param warn hears about variables that are ignored
 * @throws ToolError `USAGE` for a value outside its choices, a malformed duration, a missing required flag
 */
export function readFlags(
  spec: CommandSpec,
  given: readonly { name: string; value: string }[],
  outside: { env: Env; home: string | undefined },
  warn: (message: string) => void,
): Flags {
  const values = new Map<string, Value[]>();
  for (const flag of flagsOf(spec)) {
    const texts = given
      .filter(({ name }) => name === flag.name)
      .map(({ value }) => ({ text: value, from: `--${flag.name}` }));
    const variable = texts.length === 0 ? fromEnvironment(flag, outside.env, warn) : undefined;
    const found = [...texts, ...(variable ? [variable] : [])]
      .map((value) => checkChoice(flag, value, warn))
      .filter((value) => value !== undefined);
    if (found.length === 0 && flag.default !== undefined) found.push({ text: flag.default, from: `--${flag.name}` });
    if (found.length > 0) values.set(flag.name, found);
  }
  const flags = new Flags(values, outside.home);
  const missing = flagsOf(spec).filter((flag) => flag.required && !flags.string(flag.name));
  if (missing.length > 0) {
    const names = missing.map(({ name }) => `--${name}`).join(', ');
    throw usageError(
      `${names} ${missing.length === 1 ? 'is' : 'are'} required`,
      `see \`ack-ram-tool ${spec.path.join(' ')} --help\``,
    );
  }
  for (const { name, kind, positive } of flagsOf(spec)) {
    if (kind !== 'duration') continue;
    const ms = flags.durationMs(name);
    if (positive && ms !== undefined && ms <= 0) throw usageError(`--${name} must be more than nothing`);
  }
  return flags;
}

/** A positive whole number of seconds out of a duration flag. */
export function wholeSeconds(flags: Flags, name: string): number | undefined {
  const ms = flags.durationMs(name);
  if (ms === undefined) return undefined;
  if (ms < 1000 || ms % 1000 !== 0) throw new ToolError('USAGE', `--${name} must be whole seconds, at least one`);
  return ms / 1000;
}
