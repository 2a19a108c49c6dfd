/**
 * Errors of the SDKs, the aliyun CLI, kubectl and logs as people paste them: what is known in such a text. No format is
 * parsed, since every SDK, wrapper and log adds one of its own; codes and sayings of the tables are found wherever they
 * stand. All of it takes linear time.
 */
import type { CloudService } from '../errors.ts';
import type { Lang } from '../lang.ts';
import { knownErrors } from './cloud-errors.ts';
import { type ErrorFacts, explainRow, findRow, hasCode, type KnownError } from './known-error.ts';
import { stsErrors } from './sts-errors.ts';

/** What an explanation rests on. */
export interface Evidence {
  what: 'code' | 'message' | 'requestId';
  /** Of the text, from 1. */
  line: number;
  text: string;
}

export interface PastedExplanation {
  /** False: no error that is known is in the text. */
  found: boolean;
  /** The code that was explained, or one that is not known. Absent where only words were found, or nothing. */
  code?: string | undefined;
  cause?: string | undefined;
  evidence: Evidence[];
  cure?: string | undefined;
  requestId?: string | undefined;
}

/** A place in the text, from `start` to before `end`. */
interface Span {
  start: number;
  end: number;
}

interface Hit extends Span {
  code: string;
}

interface Candidate {
  row: KnownError;
  facts: ErrorFacts;
  /** Where the code, or what is said, stands. */
  at: Span;
  /** What belongs to this error and to no other. */
  window: Span;
}

/** How far around a code its message and request id are looked for. */
const reach = 4096;
const longestMessage = 300;

/** Explains the error in `text` that STS refused first, else the first one that is known. */
export function explainPasted(text: string, lang: Lang): PastedExplanation {
  const plain = unescaped(text);
  const hits = findCodes(plain);
  const [found] = [...byCode(plain, hits), ...byWords(plain, hits)].sort(
    (one, other) => rankOf(one) - rankOf(other) || one.at.start - other.at.start,
  );
  if (found === undefined) return { found: false, code: unknownCode(plain), evidence: [] };
  const { cause, cure } = explainRow(found.row, found.facts, lang);
  const evidence = evidenceOf(plain, found);
  const requestId = evidence.find(({ what }) => what === 'requestId')?.text;
  return { found: true, code: found.facts.code || undefined, cause, evidence, cure, requestId };
}

/** Quotes and line breaks of JSON within JSON become what they stand for, at the same places. */
function unescaped(text: string): string {
  return text
    .replace(/(?<!\\)\\+(["'])/g, (escaped, quote: string) => quote.padStart(escaped.length))
    .replace(/(?<!\\)\\+[nrt]/g, (escaped) => ' '.repeat(escaped.length));
}

const exactCodes = new Set(knownErrors.flatMap(({ codes }) => codes.filter((code) => !code.endsWith('.'))));
const codePrefixes = knownErrors.flatMap(({ codes }) => codes.filter((code) => code.endsWith('.')));
/** More parts than any code has. */
const mostParts = 4;

function findCodes(text: string): Hit[] {
  const hits: Hit[] = [];
  for (const { 0: word, index } of text.matchAll(/[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z][A-Za-z0-9]*)*/g)) {
    const code = codeIn(word);
    if (code === undefined) continue;
    const end = index + word.length;
    const start = end - code.length;
    if (code.includes('.') || looksLikeCode(text, { start, end })) hits.push({ code, start, end });
  }
  return hits;
}

/** The known code that ends a word, which may begin with names of packages. */
function codeIn(word: string): string | undefined {
  const isKnown = (code: string): boolean =>
    exactCodes.has(code) || codePrefixes.some((prefix) => code.startsWith(prefix));
  if (!word.includes('.')) return isKnown(word) ? word : undefined;
  const parts = word.split('.');
  for (let skip = Math.max(0, parts.length - mostParts); skip < parts.length; skip += 1) {
    const code = parts.slice(skip).join('.');
    if (isKnown(code)) return code;
  }
  return undefined;
}

/** A code of one word may be a word of a sentence: `Throttling request took 1.2s`. */
function looksLikeCode(text: string, { start, end }: Span): boolean {
  const before = text.slice(Math.max(0, start - 8), start);
  const after = text.slice(end, end + 4);
  return (
    /[:=]\s{0,2}["']?$/.test(before) ||
    /^["']?\s{0,2}:/.test(after) ||
    (/(?:^|\n)\s*$/.test(before) && /^\s*(?:\n|$)/.test(after))
  );
}

function* byCode(text: string, hits: readonly Hit[]): Iterable<Candidate> {
  const seen = new Set<string>();
  for (const [index, at] of hits.entries()) {
    if (seen.has(at.code)) continue;
    seen.add(at.code);
    const before = hits.slice(0, index).findLast(({ code }) => code !== at.code);
    const after = hits.slice(index).find(({ code }) => code !== at.code);
    const window = around(text, at, before?.end, after?.start);
    const facts = factsIn(text, window, at.code);
    const row = findRow(knownErrors, facts);
    if (row !== undefined) yield { row, facts, at, window };
  }
}

/** What is said without its code, as some SDKs do: `code: 401, This JsonWebToken is expired.` */
function* byWords(text: string, hits: readonly Hit[]): Iterable<Candidate> {
  const lower = text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  for (const said of knownErrors) {
    if (hits.some(({ code }) => hasCode(said, code))) continue;
    for (const part of said.says) {
      const start = lower.indexOf(part);
      if (start === -1) continue;
      const at = { start, end: start + part.length };
      const before = hits.findLast(({ end }) => end <= start);
      const after = hits.find((hit) => hit.start >= at.end);
      const window = around(text, at, before?.end, after?.start);
      const facts = factsIn(text, window, '');
      const row = findRow(knownErrors, { ...facts, code: said.codes[0] ?? '' }) ?? said;
      yield { row, facts, at, window };
      break;
    }
  }
}

function around(text: string, at: Span, before = 0, after = text.length): Span {
  return { start: Math.max(before, at.start - reach), end: Math.min(after, at.end + reach) };
}

function factsIn(text: string, window: Span, code: string): ErrorFacts {
  const words = text.slice(window.start, window.end);
  return { code, text: words, service: serviceIn(words) };
}

function serviceIn(words: string): CloudService | undefined {
  if (
    /\bAssumeRole(?:With(?:OIDC|SAML))?\b|\bsts(?:-vpc)?\.[a-z0-9.-]{0,64}aliyuncs\.com|\bproduct=sts\b/i.test(words)
  ) {
    return 'STS';
  }
  if (/\bram\.aliyuncs\.com|\bproduct=ram\b/i.test(words)) return 'RAM';
  return /\bcs[a-z-]{0,12}\.[a-z0-9.-]{0,64}aliyuncs\.com|\bproduct=cs\b/i.test(words) ? 'CS' : undefined;
}

/** A refusal by STS is why the calls after it fail; what Kubernetes says is mostly a consequence. */
function rankOf({ row, facts }: Candidate): number {
  if (stsErrors.includes(row) || facts.service === 'STS') return 0;
  return row.codes.length > 0 ? 1 : 2;
}

function evidenceOf(text: string, { row, facts, at, window }: Candidate): Evidence[] {
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  const code: Evidence[] = facts.code === '' ? [] : [{ what: 'code', line: lineAt(at.start), text: facts.code }];
  const message = messageIn(text, at, window, row.says);
  const id = requestIdIn(text, at, window);
  return [
    ...code,
    ...(message === undefined ? [] : [{ what: 'message' as const, line: lineAt(message.start), text: message.text }]),
    ...(id === undefined ? [] : [{ what: 'requestId' as const, line: lineAt(id.start), text: id.text }]),
  ];
}

interface Found {
  start: number;
  text: string;
}

/** What the row is known by; else what is labelled as a message; else the line of the code. */
function messageIn(text: string, at: Span, window: Span, says: readonly string[]): Found | undefined {
  const words = text.slice(window.start, window.end);
  const lower = words.toLowerCase();
  const said = says.map((part) => lower.indexOf(part)).find((index) => index !== -1);
  const labelled = [...words.matchAll(/\b(?:error|err)?(?:message|msg)["']?\s{0,4}[:=]\s{0,4}(["']?)/gi)].map(
    (label) => {
      const start = label.index + label[0].length;
      return { start, end: endOf(words, start, label[1]) };
    },
  );
  const inside = (span: Span): boolean => said !== undefined && span.start <= said && said < span.end;
  const chosen =
    labelled.find(inside) ??
    (said === undefined ? labelled[0] : undefined) ??
    lineOf(words, said ?? at.start - window.start);
  const message = tidy(words.slice(chosen.start, chosen.end));
  return message === '' ? undefined : { start: window.start + chosen.start, text: message };
}

function endOf(words: string, start: number, quote = ''): number {
  const end = words.indexOf(quote === '' ? '\n' : quote, start);
  return end === -1 ? words.length : end;
}

function lineOf(words: string, offset: number): Span {
  const start = words.lastIndexOf('\n', Math.max(0, offset - 1)) + 1;
  return { start: offset === 0 ? 0 : start, end: endOf(words, offset) };
}

/** Without what the SDKs put around a message. */
function tidy(message: string): string {
  const bare = message.trim().replace(/^code: \d{3}, /, '');
  const end = bare.search(/,? request ?id\b/i);
  const words = (end > 0 ? bare.slice(0, end) : bare).trim();
  return words.length > longestMessage ? `${words.slice(0, longestMessage)}…` : words;
}

/** Behind the code, where it mostly stands; else before it. */
function requestIdIn(text: string, at: Span, window: Span): Found | undefined {
  const label = /\brequest[ _-]?id["']?\s{0,4}[:=]?\s{0,4}["']?([0-9A-Za-z][0-9A-Za-z-]{7,63}\**)/gi;
  const found = [...text.slice(window.start, window.end).matchAll(label)].map(({ 0: all, 1: id = '', index }) => ({
    start: window.start + index + all.length - id.length,
    text: id,
  }));
  return found.find(({ start }) => start >= at.end) ?? found.at(-1);
}

/** What the text itself calls a code. */
function unknownCode(text: string): string | undefined {
  const label =
    /(?:^|[^A-Za-z])(?:error ?)?code["']?\s{0,4}[:=]\s{0,4}["']?([A-Z][A-Za-z0-9]{2,63}(?:\.[A-Za-z0-9]{1,63}){0,4})/i;
  return label.exec(text)?.[1];
}
