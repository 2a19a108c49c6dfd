/** What may stand where the cursor is. Pure, by the command table alone, and by the same rules as `normalize`. */
import { childrenOf, isFlag, specAt } from '../normalize.ts';
import type { CommandSpec, CommandTable, FlagSpec } from '../spec.ts';
import { allFlags, flagsOf, helpFlag, versionFlag } from '../table/flags.ts';

export interface Candidate {
  /** The whole word, as the tool would read it. */
  value: string;
  /** Empty: there is nothing to say. English. */
  description: string;
}

/** Values that are not in the command table. */
export type LiveKind = 'profiles' | 'clusters' | 'roles' | 'addons';

type GivenFlags = readonly { name: string; value: string }[];

/** `prefix`: what of the current word is no part of the value, as `--file=`. */
export type Completion =
  | { kind: 'words'; candidates: readonly Candidate[] }
  | { kind: 'live'; of: LiveKind; prefix: string; given: GivenFlags }
  | { kind: 'files' | 'folders'; prefix: string }
  /** The command line of a child begins with the word of that index. */
  | { kind: 'child'; at: number };

const liveFlags: Readonly<Record<string, LiveKind>> = {
  'profile-name': 'profiles',
  'cluster-id': 'clusters',
  'role-name': 'roles',
  'addon-name': 'addons',
};

const nothing: Completion = { kind: 'words', candidates: [] };

/** How far a command line has come before the current word. */
interface Place {
  path: readonly string[];
  /** Absent as long as the words name a group, or nothing. */
  spec: CommandSpec | undefined;
  /** All that may be written here, in the order of help. */
  known: readonly FlagSpec[];
  given: GivenFlags;
  /** The flag whose value is the current word. */
  pending: FlagSpec | undefined;
  /** How many positional arguments there are. */
  args: number;
  /** Behind `--`. */
  ended: boolean;
  childAt: number | undefined;
}

/**
 * @param words without the program; the last one is the word at the cursor, up to the cursor, and may be empty
 * @returns candidates whether they begin like the current word or not: which of them match is the shell's to say
 */
export function complete(words: readonly string[], table: CommandTable): Completion {
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  if (before[0] === 'help' && before[1] !== 'permissions') return completeHelp(before.slice(1), table);
  const place = findPlace(before, table);
  if (place === undefined) return nothing;
  const { pending, childAt, spec, given } = place;
  if (pending !== undefined) return valuesOf(pending, current, 0, place);
  if (childAt !== undefined) return { kind: 'child', at: childAt };
  if (!place.ended && isFlagStart(current)) {
    const read = readFlagWord(current, place.known);
    if (read?.valueFrom !== undefined) return valuesOf(read.flag, current, read.valueFrom, place);
    return { kind: 'words', candidates: flagCandidates(current, place, read !== undefined) };
  }
  if (spec === undefined) return { kind: 'words', candidates: commandCandidates(place.path, table) };
  if (spec.passThrough) return { kind: 'child', at: before.length };
  if (spec.args !== undefined) {
    const values = place.args === 0 ? (spec.args.choices ?? []) : [];
    return { kind: 'words', candidates: values.map((value) => ({ value, description: '' })) };
  }
  const missing = place.known.filter(({ name, required }) => required && !given.some((flag) => flag.name === name));
  const wanted = missing.length > 0 ? missing.map(toLong) : flagCandidates('--', place, false);
  return { kind: 'words', candidates: place.ended ? [] : wanted };
}

const isFlagStart = (word: string): boolean => word.startsWith('-');

/** `help` takes the words of a command, and is a group of its own. */
function completeHelp(words: readonly string[], table: CommandTable): Completion {
  const place = findPlace(words, table);
  if (place === undefined || place.spec !== undefined || place.path.length !== words.length) return nothing;
  const own = words.length === 0 ? commandCandidates(['help'], table) : [];
  return { kind: 'words', candidates: [...commandCandidates(place.path, table), ...own] };
}

/** `undefined` when a word is there that the tool would refuse: nothing can follow it. */
function findPlace(before: readonly string[], table: CommandTable): Place | undefined {
  const path: string[] = [];
  const given: { name: string; value: string }[] = [];
  let spec: CommandSpec | undefined;
  let known = flagsAt(path, spec, table);
  let pending: FlagSpec | undefined;
  let ended = false;
  let args = 0;
  for (const [index, word] of before.entries()) {
    const place = { path, spec, known, given, pending, args, ended, childAt: undefined };
    if (pending !== undefined) {
      given.push({ name: pending.name, value: word });
      pending = undefined;
    } else if (ended) {
      args += 1;
    } else if (word === '--') {
      if (spec === undefined) return undefined;
      if (spec.passThrough) return { ...place, ended: true, childAt: index + 1 };
      ended = true;
    } else if (isFlag(word)) {
      const read = readFlagWord(word, known);
      if (read === undefined) return undefined;
      given.push(...read.switches.map(({ name }) => ({ name, value: 'true' })));
      if (read.valueFrom !== undefined) given.push({ name: read.flag.name, value: word.slice(read.valueFrom) });
      else if (read.flag.kind !== 'boolean') pending = read.flag;
    } else if (spec?.passThrough) {
      return { ...place, childAt: index };
    } else if (spec !== undefined) {
      args += 1;
    } else {
      if (!childrenOf(table, path).has(word)) return undefined;
      path.push(word);
      spec = specAt(table, path);
      known = flagsAt(path, spec, table);
    }
  }
  return { path, spec, known, given, pending, args, ended, childAt: undefined };
}

/** Flags may stand before the command that has them. */
function flagsAt(path: readonly string[], spec: CommandSpec | undefined, table: CommandTable): readonly FlagSpec[] {
  if (spec !== undefined) return [...flagsOf(spec), helpFlag];
  if (path.length === 0) return [...allFlags(table), helpFlag, versionFlag];
  const commands = table.commands.filter((other) => path.every((word, index) => other.path[index] === word));
  return [...allFlags({ ...table, commands }), helpFlag];
}

interface FlagWord {
  /** The last one of the word. */
  flag: FlagSpec;
  /** Where its value begins. Absent: it is not in this word. */
  valueFrom: number | undefined;
  /** Switches that the word turns on: `-yv`, `--verbose`. */
  switches: readonly FlagSpec[];
}

/** `undefined` for a word that names no flag, or the beginning of a name. */
function readFlagWord(word: string, known: readonly FlagSpec[]): FlagWord | undefined {
  if (word.startsWith('--')) {
    const equals = word.indexOf('=');
    const name = word.slice(2, equals === -1 ? undefined : equals);
    const flag = known.find((other) => other.name === name);
    if (flag === undefined) return undefined;
    const isSwitch = flag.kind === 'boolean' && equals === -1;
    return { flag, valueFrom: equals === -1 ? undefined : equals + 1, switches: isSwitch ? [flag] : [] };
  }
  const switches: FlagSpec[] = [];
  for (let index = 1; index < word.length; index += 1) {
    const flag = known.find(({ short }) => short === word[index]);
    if (flag === undefined) return undefined;
    if (word[index + 1] === '=') return { flag, valueFrom: index + 2, switches };
    if (flag.kind !== 'boolean') {
      return { flag, valueFrom: index + 1 < word.length ? index + 1 : undefined, switches };
    }
    switches.push(flag);
  }
  const flag = switches.at(-1);
  return flag && { flag, valueFrom: undefined, switches };
}

/** Values for the rest of `word`, which begins at `from`. */
function valuesOf(flag: FlagSpec, word: string, from: number, { spec, given }: Place): Completion {
  const prefix = word.slice(0, from);
  const values = flag.kind === 'boolean' ? ['true', 'false'] : flag.choices;
  if (values !== undefined) {
    return { kind: 'words', candidates: values.map((value) => ({ value: prefix + value, description: '' })) };
  }
  if (flag.kind === 'path') return { kind: flag.value === 'FOLDER' ? 'folders' : 'files', prefix };
  if (flag.value === 'NAME=FILE') {
    const equals = word.indexOf('=', from);
    return equals === -1 ? nothing : { kind: 'files', prefix: word.slice(0, equals + 1) };
  }
  const of = Object.hasOwn(liveFlags, flag.name) ? liveFlags[flag.name] : undefined;
  if (of === undefined || (spec !== undefined && !spec.cloud)) return nothing;
  return { kind: 'live', of, prefix, given };
}

/** Those not given yet, unless they may be repeated. `isWhole`: the word is made of letters of flags, and may stay. */
function flagCandidates(current: string, { known, given }: Place, isWhole: boolean): Candidate[] {
  const open = known.filter(({ name, kind }) => kind === 'strings' || !given.some((flag) => flag.name === name));
  if (current.startsWith('--')) return open.map(toLong);
  const short = open.flatMap((flag) =>
    flag.short === undefined ? [] : [{ value: `-${flag.short}`, description: flag.summary }],
  );
  if (isWhole && !short.some(({ value }) => value === current)) return [{ value: current, description: '' }];
  return [...open.map(toLong), ...short];
}

function toLong({ name, summary }: FlagSpec): Candidate {
  return { value: `--${name}`, description: summary };
}

function commandCandidates(path: readonly string[], table: CommandTable): Candidate[] {
  const found = new Map<string, Candidate>();
  for (const { path: other, summary } of [...table.groups, ...table.commands]) {
    const value = other[path.length];
    if (value === undefined || other.length !== path.length + 1) continue;
    if (path.every((word, index) => other[index] === word)) found.set(value, { value, description: summary });
  }
  return [...found.values()];
}
