/**
 * Command line → normal form, by the rules of pflag and cobra (which the Go tool uses): flags before or after the
 * subcommand, `-c=x`, `-cx`, `--flag=value`, `--flag=false`, `--` ends flags. Driven by the command table alone.
 */
import { usageError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import type { CommandSpec, CommandTable, FlagSpec } from './spec.ts';
import { allFlags, flagsOf, helpFlag, versionFlag } from './table/flags.ts';

export interface NormalForm {
  /** Words of the command or group, empty for the root. */
  path: readonly string[];
  /** Absent when the words name a group, or nothing. */
  spec: CommandSpec | undefined;
  /** In the order given; booleans are `true` or `false`. */
  flags: readonly { name: string; value: string }[];
  /** Positional arguments. */
  args: readonly string[];
  help: boolean;
  version: boolean;
}

const truths = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const untruths = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

/** Go's `strconv.ParseBool`; `undefined` for what it refuses. */
export function parseBoolean(text: string): boolean | undefined {
  if (truths.has(text)) return true;
  return untruths.has(text) ? false : undefined;
}

export const isFlag = (token: string): boolean => token.length > 1 && token.startsWith('-');

/** The words that may follow `path`. */
export function childrenOf(table: CommandTable, path: readonly string[]): Set<string> {
  const below = new Set<string>();
  for (const { path: other } of [...table.groups, ...table.commands]) {
    const word = other[path.length];
    if (word !== undefined && path.every((part, index) => other[index] === part)) below.add(word);
  }
  return below;
}

export function specAt(table: CommandTable, path: readonly string[]): CommandSpec | undefined {
  return table.commands.find((spec) => spec.path.length === path.length && spec.path.every((w, i) => w === path[i]));
}

/** Whether a flag token takes the next token as its value, judged by every flag that any command of the tree has. */
function takesNext(token: string, flags: readonly FlagSpec[]): boolean {
  if (token.startsWith('--')) {
    if (token.includes('=')) return false;
    const flag = flags.find(({ name }) => name === token.slice(2));
    return flag === undefined || flag.kind !== 'boolean';
  }
  for (let index = 1; index < token.length; index += 1) {
    const flag = flags.find(({ short }) => short === token[index]);
    if (flag?.kind === 'boolean') continue;
    return index === token.length - 1;
  }
  return false;
}

/** The command that argv names, and argv without its words. */
function findCommand(argv: readonly string[], table: CommandTable): { path: string[]; rest: string[] } {
  const known = [...allFlags(table), helpFlag, versionFlag];
  const path: string[] = [];
  const rest: string[] = [];
  let index = 0;
  while (index < argv.length) {
    const token = argv[index] as string;
    if (token === '--' || specAt(table, path) !== undefined) break;
    if (isFlag(token)) {
      rest.push(token);
      if (takesNext(token, known) && index + 1 < argv.length) rest.push(argv[++index] as string);
    } else if (childrenOf(table, path).has(token)) {
      path.push(token);
    } else {
      throw unknownCommand(token, path, table);
    }
    index += 1;
  }
  return { path, rest: [...rest, ...argv.slice(index)] };
}

function unknownCommand(word: string, path: readonly string[], table: CommandTable): Error {
  const where = ['ack-ram-tool', ...path].join(' ');
  const meant = meantBy(word, path, table);
  return usageError(
    `unknown command ${JSON.stringify(word)} for ${JSON.stringify(where)}`,
    meant === undefined ? `see \`${where} --help\`` : `did you mean \`${['ack-ram-tool', ...meant].join(' ')}\`?`,
  );
}

/** The command whose group was left out (`doctor`), else the nearest one at this place, else the nearest anywhere. */
function meantBy(word: string, path: readonly string[], table: CommandTable): readonly string[] | undefined {
  const endingIn = (last: string | undefined) => table.commands.find((spec) => spec.path.at(-1) === last)?.path;
  const near = nearest(word, childrenOf(table, path));
  const anywhere = endingIn(
    nearest(
      word,
      table.commands.map((spec) => spec.path.at(-1) ?? ''),
    ),
  );
  return endingIn(word) ?? (near === undefined ? anywhere : [...path, near]);
}

function unknownFlag(shown: string, name: string, path: readonly string[], table: CommandTable): Error {
  const where = ['ack-ram-tool', ...path].join(' ');
  if (allFlags(table).some((flag) => flag.name === name || flag.short === name)) {
    return usageError(`${shown} does not apply to \`${where}\``, `see \`${where} --help\``);
  }
  const spec = specAt(table, path);
  const known = [...(spec === undefined ? allFlags(table) : flagsOf(spec)), helpFlag];
  if (path.length === 0) known.push(versionFlag);
  const near = nearest(
    name,
    known.map((flag) => flag.name),
  );
  return usageError(
    `unknown flag ${shown}`,
    near === undefined ? `see \`${where} --help\`` : `did you mean \`--${near}\`?`,
  );
}

/** @throws ToolError `USAGE` for what no command of the table takes. */
export function normalize(argv: readonly string[], table: CommandTable): NormalForm {
  const { path, rest } = findCommand(argv, table);
  const spec = specAt(table, path);
  const known = [...(spec === undefined ? allFlags(table) : flagsOf(spec)), helpFlag];
  if (path.length === 0) known.push(versionFlag);
  const flags: { name: string; value: string }[] = [];
  const args: string[] = [];

  const accept = (flag: FlagSpec, value: string, shown: string): void => {
    if (flag.kind === 'boolean') {
      const truth = parseBoolean(value);
      if (truth === undefined) throw usageError(`${JSON.stringify(value)} is no value for ${shown}: use true or false`);
      flags.push({ name: flag.name, value: String(truth) });
    } else flags.push({ name: flag.name, value });
  };
  const next = (index: number, shown: string): string => {
    const value = rest[index];
    if (value === undefined) throw usageError(`${shown} needs a value`);
    return value;
  };

  let index = 0;
  while (index < rest.length) {
    const token = rest[index] as string;
    index += 1;
    if (token === '--') {
      args.push(...rest.slice(index));
      break;
    }
    if (!isFlag(token)) {
      args.push(token);
      if (spec?.passThrough !== true) continue;
      args.push(...rest.slice(index));
      break;
    }
    if (token.startsWith('--')) {
      const equals = token.indexOf('=');
      const name = token.slice(2, equals === -1 ? undefined : equals);
      if (name === '' || name.startsWith('-')) throw usageError(`bad flag syntax: ${token}`);
      const flag = known.find((other) => other.name === name);
      if (flag === undefined) throw unknownFlag(`--${name}`, name, path, table);
      if (equals !== -1) accept(flag, token.slice(equals + 1), `--${name}`);
      else if (flag.kind === 'boolean') accept(flag, 'true', `--${name}`);
      else accept(flag, next(index++, `--${name}`), `--${name}`);
      continue;
    }
    let letters = token.slice(1);
    while (letters !== '') {
      const letter = letters[0] as string;
      const shown = letters.length === token.length - 1 && token.length === 2 ? token : `-${letter} (in ${token})`;
      const flag = known.find((other) => other.short === letter);
      if (flag === undefined) throw unknownFlag(shown, letter, path, table);
      if (letters.length > 2 && letters[1] === '=') {
        accept(flag, letters.slice(2), `-${letter}`);
        letters = '';
      } else if (flag.kind === 'boolean') {
        accept(flag, 'true', `-${letter}`);
        letters = letters.slice(1);
      } else {
        accept(flag, letters.length > 1 ? letters.slice(1) : next(index++, `-${letter}`), `-${letter}`);
        letters = '';
      }
    }
  }
  const given = (name: string): boolean => flags.findLast((flag) => flag.name === name)?.value === 'true';
  return {
    path,
    spec,
    flags: flags.filter(({ name }) => name !== helpFlag.name && name !== versionFlag.name),
    args,
    help: given(helpFlag.name),
    version: given(versionFlag.name),
  };
}

/** What commander is fed: command words, `--flag=value` each, `--`, arguments. */
export function canonicalArgv({ path, flags, args }: NormalForm): string[] {
  return [...path, ...flags.map(({ name, value }) => `--${name}=${value}`), '--', ...args];
}
