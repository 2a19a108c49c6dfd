/** A command line of bash up to the cursor, read without being evaluated: nothing in it is ever run or expanded. Pure. */

export interface BashLine {
  /** Without quotes; the command first, the word at the cursor (perhaps empty) last. */
  words: readonly string[];
  /** Where each word ends, in characters of the line. */
  ends: readonly number[];
  /** The quote that is open at the cursor. */
  quote: '' | "'" | '"';
  /** How much of the last word bash keeps: it replaces what stands behind the last word break, or behind an open quote. */
  kept: number;
}

/** @param wordBreaks the variable COMP_WORDBREAKS */
export function readBashLine(line: string, wordBreaks: string): BashLine {
  const breaks = new Set([...wordBreaks].filter((character) => !/[\s'"\\]/.test(character)));
  const words: string[] = [];
  const ends: number[] = [];
  let word: string | undefined;
  let quote: BashLine['quote'] = '';
  let kept = 0;
  let quotedFrom = 0;
  const characters = [...line];
  let offset = 0;
  for (let index = 0; index < characters.length; index += 1) {
    const character = characters[index] as string;
    if (quote === '' && /\s/.test(character)) {
      if (word !== undefined) {
        words.push(word);
        ends.push(offset);
      }
      word = undefined;
      kept = 0;
    } else if (character === quote) {
      quote = '';
    } else if (quote === '' && (character === "'" || character === '"')) {
      quote = character;
      word ??= '';
      quotedFrom = word.length;
    } else if (character === '\\' && quote !== "'" && isEscape(quote, characters[index + 1])) {
      index += 1;
      offset += 1;
      word = (word ?? '') + (characters[index] ?? '');
    } else {
      word = (word ?? '') + character;
      if (quote === '' && breaks.has(character)) kept = word.length;
    }
    offset += 1;
  }
  words.push(word ?? '');
  ends.push(offset);
  return { words, ends, quote, kept: quote === '' ? kept : quotedFrom };
}

/** In double quotes a backslash stands for itself before anything that means nothing there. */
const isEscape = (quote: string, next: string | undefined): boolean =>
  quote === '' || (next !== undefined && '"\\$`'.includes(next));

/**
 * `text` as it is to stand behind what is typed, so that bash reads it as itself. `undefined` for what cannot stand
 * within the open quote.
 */
export function quoteForBash(text: string, quote: BashLine['quote']): string | undefined {
  if (quote === "'") return text.replaceAll("'", "'\\''");
  if (quote === '"') return text.includes('!') ? undefined : text.replace(/["\\$`]/g, '\\$&');
  return text.replace(/[^\p{L}\p{N}_./:=@%+,-]/gu, '\\$&');
}
