/**
 * Puts the tool's English into another language, at the edge: rooms write English, and what is about to be shown is
 * looked up here. Nothing but `output/` and the commands that wire it knows of languages.
 */

import type { Translate } from './language.ts';

/** English → translation. `{}` stands for a value; a translation may number them, `{1}` being the first. */
export type Catalogue = Readonly<Record<string, string>>;

/** Two texts put side by side. */
export type Join = (left: string, right: string) => string;

interface Template {
  /** What stands before, between and behind the values. */
  literals: readonly string[];
  /** Characters of those; none for glue, which is tried last. */
  weight: number;
  /** Holds no word, such as `{}: {}`: applies only where a value can be translated. */
  isGlue: boolean;
  /** Says so little that a sentence from elsewhere may look like it: applies only where each value is a name or can be translated. */
  isWeak: boolean;
  /** `{}, {}` and `{}; {}` stand for any number of values, all of which can be translated. */
  isList: boolean;
  translation: string;
}

interface Fit {
  template: Template;
  values: readonly string[];
}

/** Values within values are looked up to this depth. */
const deepest = 4;

/** The block of an API error: operators and scripts know its lines. */
const sdkErrorLine = /^(?:SDKError:| {3}(?:StatusCode|Code|Message|Data): )/;

/** Longer lines are no sentences of ours. */
const longestLine = 8_000;

const isFixed = (line: string): boolean => line.length > longestLine || sdkErrorLine.test(line);

const twoWords = /[\p{L}\p{N}] [\p{L}\p{N}]/u;

const firstWord = (text: string): string | undefined => /^[^\s{}]+(?=\s)/.exec(text)?.[0];
const lastWord = (text: string): string | undefined => /\s([^\s{}]{1,80})$/.exec(text)?.[1];

function templateOf(english: string, translation: string): Template {
  const literals = english.split('{}');
  const letters = literals.join('').match(/\p{L}/gu)?.length ?? 0;
  return {
    literals,
    weight: letters === 0 ? 0 : literals.reduce((sum, literal) => sum + literal.length, 0),
    isGlue: letters === 0,
    isWeak: letters < 10 && !/: $/.test(literals[0] ?? ''),
    isList: letters === 0 && /^\{\}[,;] \{\}$/.test(english),
    translation,
  };
}

/**
 * The values that a text has where a template has `{}`; `undefined` when it is no such text. The first place that fits
 * is taken, so that it takes linear time.
 */
function valuesIn(text: string, literals: readonly string[]): string[] | undefined {
  const first = literals[0] ?? '';
  const last = literals.at(-1) ?? '';
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return undefined;
  const end = text.length - last.length;
  const values: string[] = [];
  let from = first.length;
  for (const literal of literals.slice(1, -1)) {
    const found = text.indexOf(literal, from);
    if (found === -1 || found + literal.length > end) return undefined;
    values.push(text.slice(from, found));
    from = found + literal.length;
  }
  values.push(text.slice(from, end));
  return values;
}

function partsOf(text: string, { literals }: Template): string[] | undefined {
  const parts = text.split(literals[1] ?? '');
  return parts.length > 1 ? parts : undefined;
}

function fill(translation: string, values: readonly string[], join: Join): string {
  let next = 0;
  return translation
    .split(/(\{\d?\})/)
    .map((part) => {
      const place = /^\{(\d?)\}$/.exec(part);
      if (place === null) return part;
      return values[place[1] === '' ? next++ : Number(place[1]) - 1] ?? '';
    })
    .reduce((text, part) => join(text, part));
}

/** Templates by a word that a text must begin or end with, so that few have to be tried; most specific first. */
class Index {
  readonly #byFirst = new Map<string, Template[]>();
  readonly #byLast = new Map<string, Template[]>();
  readonly #others: Template[] = [];

  constructor(templates: readonly Template[]) {
    for (const template of templates) {
      const first = firstWord(template.literals[0] ?? '');
      const last = lastWord(template.literals.at(-1) ?? '');
      if (first !== undefined) push(this.#byFirst, first, template);
      else if (last !== undefined) push(this.#byLast, last, template);
      else this.#others.push(template);
    }
  }

  for(text: string): Template[] {
    const first = this.#byFirst.get(firstWord(text) ?? '') ?? [];
    const last = this.#byLast.get(lastWord(text.slice(-100)) ?? '') ?? [];
    return [...first, ...last, ...this.#others].sort((one, other) => other.weight - one.weight);
  }
}

function push(map: Map<string, Template[]>, word: string, template: Template): void {
  const known = map.get(word);
  if (known === undefined) map.set(word, [template]);
  else known.push(template);
}

/**
 * A function that translates texts, line by line. A line is looked up as a whole, then among the templates, of which the
 * one with the longest literal part wins; its values are translated likewise. What is not in the catalogue stays as it
 * is, and so does white space at the ends of a line.
 * @param join puts a value and what stands beside it together
 */
export function createTranslator(catalogue: Catalogue, join: Join = (left, right) => left + right): Translate {
  const exact = new Map<string, string>();
  const templates: Template[] = [];
  for (const [english, translation] of Object.entries(catalogue)) {
    if (english.includes('{}')) templates.push(templateOf(english, translation));
    else exact.set(english, translation);
  }
  const index = new Index(templates);

  const find = (text: string, depth: number): string | undefined => {
    const known = exact.get(text);
    if (known !== undefined || depth === 0 || !/\p{L}/u.test(text)) return known;
    const fits = index.for(text).flatMap((template) => {
      const values = template.isList ? partsOf(text, template) : valuesIn(text, template.literals);
      return values === undefined ? [] : [{ template, values }];
    });
    // What stands before a colon or a comma is seldom the subject of what stands behind it.
    const swallows = ({ template, values }: Fit): boolean =>
      template.literals[0] === '' &&
      values.some((value, at) => (at === 0 || at < values.length - 1) && /[:,;] /.test(value));
    for (const fit of [...fits.filter((each) => !swallows(each)), ...fits.filter(swallows)]) {
      const filled = apply(fit, depth);
      if (filled !== undefined) return filled;
    }
    return undefined;
  };

  const apply = (
    { template: { isGlue, isWeak, isList, translation }, values }: Fit,
    depth: number,
  ): string | undefined => {
    // A single word is a name.
    const found = values.map((value) => (/\s/.test(value.trim()) ? findTrimmed(value, depth - 1) : undefined));
    if (isList && found.includes(undefined)) return undefined;
    if (isGlue && found.every((value) => value === undefined)) return undefined;
    const isProse = (value: string): boolean => twoWords.test(value.replace(/"[^"]*"/g, '""'));
    if (isWeak && !isGlue && values.some((value, at) => found[at] === undefined && isProse(value))) return undefined;
    const filled = found.map((value, at) => value ?? values[at] ?? '');
    if (isList) return filled.reduce((text, value) => fill(translation, [text, value], join));
    return fill(translation, filled, join);
  };

  const findTrimmed = (text: string, depth: number): string | undefined => {
    const start = text.length - text.trimStart().length;
    const end = text.trimEnd().length;
    if (end <= start) return undefined;
    const found = find(text.slice(start, end), depth);
    return found === undefined ? undefined : text.slice(0, start) + found + text.slice(end);
  };

  return (text) =>
    text
      .split('\n')
      .map((line) => (isFixed(line) ? line : (findTrimmed(line, deepest) ?? line)))
      .join('\n');
}
