/** Shapes of the command table: metadata only, so that help, completion and parsing load no command. */
import type { Io } from '../io.ts';
import type { Translate } from '../output/language.ts';
import type { Flags } from './options.ts';

/** `strings` may be given more than once; `duration` is Go's (`1h30m`); `path` expands a leading `~`. */
export type FlagKind = 'boolean' | 'string' | 'strings' | 'duration' | 'path';

export interface FlagSpec {
  /** Long name without dashes. */
  name: string;
  /** One letter. */
  short?: string;
  kind: FlagKind;
  /** Word for the value in help: `ID`. Absent for booleans. */
  value?: string;
  /** One sentence fragment for help. */
  summary: string;
  /** Environment variables read when the flag is not given, first set one wins. */
  env?: readonly string[];
  /** What the value of a variable stands for, where others than this tool set it. Default: itself. */
  fromEnv?: (text: string) => string;
  /** Text as a user would type it. */
  default?: string;
  /** Allowed values, in any case. */
  choices?: readonly string[];
  /** Of a duration: nothing at all is a usage error. */
  positive?: boolean;
  required?: boolean;
}

export interface CommandSpec {
  /** Words that name the command: `['rrsa', 'status']`. */
  path: readonly string[];
  summary: string;
  /** Command lines that can be pasted. */
  examples: readonly string[];
  /** Flags of its own; `flagsOf` adds the shared ones. */
  flags: readonly FlagSpec[];
  /** Positional arguments: how help shows them, how many there may be, and what the first may be. Absent: none. */
  args?: { usage: string; max: number; choices?: readonly string[] };
  /** Our flags end at the first positional argument; the rest belongs to a child. */
  passThrough?: boolean;
  /** Values of `-o`. Absent where stdout is a protocol, and `-o` a usage error. */
  outputs?: readonly string[];
  /** It talks to the cloud: takes the flags of endpoints and credentials. */
  cloud?: boolean;
  /** It changes something: takes `--dry-run`. */
  changes?: boolean;
  /** Run so often that it goes without commander: see `table/hot.ts`. */
  hot?: boolean;
  load: () => Promise<CommandModule>;
}

export interface GroupSpec {
  path: readonly string[];
  summary: string;
}

export interface CommandTable {
  groups: readonly GroupSpec[];
  commands: readonly CommandSpec[];
}

export interface CommandInput {
  spec: CommandSpec;
  flags: Flags;
  args: readonly string[];
  /** Into the language of the user, for everything that is no data. Absent: English. */
  translate?: Translate | undefined;
  /** Hears how to mask the secrets that the run comes to know, for whoever prints its error. Absent: nobody does. */
  onRedact?: ((redact: (text: string) => string) => void) | undefined;
}

export interface CommandModule {
  /** Gives the exit code. Failures are thrown. */
  run(input: CommandInput, io: Io): Promise<number>;
}
