/** What `__complete` prints, for the script of each shell. Pure. */
import { stripControl } from '../../output/plain.ts';
import { columnsOf } from '../../output/table.ts';
import { type BashLine, quoteForBash } from './bash-line.ts';
import type { Candidate } from './complete.ts';

/**
 * Candidates that can be shown and written on a line. Names from the cloud are other people's: a value with a control
 * character is left out, since its like on the screen would be another one; a description loses what cannot be seen.
 */
export function harmless(candidates: readonly Candidate[]): Candidate[] {
  return candidates
    .filter(({ value }) => value !== '' && stripControl(value) === value)
    .map(({ value, description }) => ({ value, description: stripControl(description).replace(/\s+/g, ' ').trim() }));
}

/** `value<TAB>description`, which fish reads as it is. */
export function fishLines(candidates: readonly Candidate[]): string[] {
  return candidates.map(({ value, description }) => (description === '' ? value : `${value}\t${description}`));
}

/** `value:description` of `_describe`. */
export function zshLines(candidates: readonly Candidate[]): string[] {
  const escaped = (text: string): string => text.replace(/[\\:]/g, '\\$&');
  return candidates.map(({ value, description }) =>
    description === '' ? escaped(value) : `${escaped(value)}:${escaped(description)}`,
  );
}

/** `text<TAB>value<TAB>description`: the text is quoted where PowerShell would read the value as something else. */
export function powershellLines(candidates: readonly Candidate[], current: string): string[] {
  return candidates
    .filter(({ value }) => value.toLowerCase().startsWith(current.toLowerCase()))
    .map(({ value, description }) => `${quoteForPowershell(value)}\t${value}\t${description || value}`);
}

/** Its quotes are more than one: the typographic ones count as well. */
function quoteForPowershell(text: string): string {
  return /^[A-Za-z0-9_./:=+-]+$/.test(text) ? text : `'${text.replace(/['\u2018-\u201b]/g, '$&$&')}'`;
}

/**
 * What bash puts behind the part of the word that it keeps.
 * @param columns how wide a list may be that is only shown; 0: this is written into the command line
 */
export function bashLines(candidates: readonly Candidate[], line: BashLine, columns: number): string[] {
  const current = line.words.at(-1) ?? '';
  const fitting = candidates.flatMap(({ value, description }) => {
    const text = value.startsWith(current) ? quoteForBash(value.slice(line.kept), line.quote) : undefined;
    return text === undefined ? [] : [{ text, description }];
  });
  if (columns === 0 || fitting.length < 2) return fitting.map(({ text }) => text);
  const width = Math.max(...fitting.map(({ text }) => columnsOf(text)));
  return fitting.map(({ text, description }) => {
    const shown = cut(description, columns - width - 4);
    return shown === '' ? text : `${text}${' '.repeat(width - columnsOf(text))}  (${shown})`;
  });
}

/** Empty where hardly anything would be left. */
function cut(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  if (columns < 10) return '';
  let shown = '';
  for (const character of text) {
    if (columnsOf(shown + character) > columns - 1) break;
    shown += character;
  }
  return `${shown}…`;
}
