import type { Env } from '../io.ts';
import { type Lang, langOfLocale } from '../lang.ts';
import type { Flags } from './options.ts';

/** Variables that name the language when `--lang` does not; the first that is set counts. */
export const langVariables = ['ACK_RAM_TOOL_LANG', 'LC_ALL', 'LANG'] as const;

/** The language to speak. Without flags, as long as a command line is not read, the variables alone say it. */
export function langOf(flags: Pick<Flags, 'string'> | undefined, env: Env): Lang {
  const locale = flags === undefined ? langVariables.map((name) => env[name]).find(Boolean) : flags.string('lang');
  return langOfLocale(locale ?? '');
}

/** The language as far as can be told from a command line that may not parse: its last `--lang`, else the variables. */
export function langOnSight(argv: readonly string[], env: Env): Lang {
  const end = argv.indexOf('--');
  const own = (end === -1 ? argv : argv.slice(0, end)).join('\n');
  const given = [...own.matchAll(/^--lang[=\n](.*)$/gm)].at(-1)?.[1];
  return given === undefined ? langOf(undefined, env) : langOfLocale(given);
}
