/** Documents as nobody should write them, many of them, and what must not happen then. */
import fc from 'fast-check';
import { expect, TestRunner } from 'vitest';
import { type ErrorCode, ToolError } from '../../src/errors.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** Lines for the end of the log. */
    hostile?: string[];
  }
}

/** So many random documents each parser is given. */
const perParser = 10_000;

/** `HOSTILE_SEED` runs the documents of another run again. */
const seed = Number(process.env.HOSTILE_SEED ?? Math.trunc(Math.random() * 2 ** 31));

/**
 * Gives `check` random documents, says how many and by which seed at the end of the log, and fails with seed and
 * document when it throws, or when any prototype that everybody shares is not what it was.
 */
export async function documents<T>(
  parser: string,
  arbitrary: fc.Arbitrary<T>,
  check: (document: T) => unknown,
  numRuns = perParser,
): Promise<void> {
  const before = prototypes();
  const property = fc.asyncProperty(arbitrary, async (document) => void (await check(document)));
  await fc.assert(property, { seed, numRuns, interruptAfterTimeLimit: 100_000, markInterruptAsFailure: true });
  expect(prototypes()).toEqual(before);
  const test = TestRunner.getCurrentTest();
  const line = `hostile: ${parser} ${numRuns} documents (seed ${seed})`;
  if (test !== undefined) test.meta.hostile = [...(test.meta.hostile ?? []), line];
}

/** What `work` gives, or `undefined` when it is refused with one of these codes; throws for any other error. */
export async function refusedAs<T>(codes: readonly ErrorCode[], work: () => T): Promise<Awaited<T> | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ToolError) || !codes.includes(error.code)) throw error;
    if (error.message.length > 20_000) throw new Error(`a message of ${error.message.length} characters`);
    return undefined;
  }
}

/** Throws for a text that could do something to a terminal. */
export function expectPlain(text: string): void {
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(text.replaceAll(/[\n\t]/g, ''))) {
    throw new Error(`not plain: ${JSON.stringify(text).slice(0, 500)}`);
  }
}

function prototypes(): string[] {
  return [Object, Array, String, Number, Boolean, Function, Map, Set, Promise, Error, Date, RegExp].map(
    ({ prototype }) => Reflect.ownKeys(prototype).map(String).join(),
  );
}

/** What means something to one parser or another. */
const fragments = [
  '\0',
  '\uFEFF',
  '\r\n',
  '\n',
  '\r',
  '\t',
  '\u2028',
  '\ud800',
  '\udc00',
  '\x1b[31m',
  '\x1b]0;title\x07',
  '\u202e',
  '"',
  "'",
  '\\',
  '\\u0000',
  '\\ud800',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  ': ',
  '- ',
  '---\n',
  '...\n',
  '&a ',
  '*a',
  '<<: *a\n',
  '!!js/function "function(){}"',
  '!!binary x',
  '!!python/object/apply:os.system ["id"]',
  '! ',
  '|\n',
  '>-\n',
  '? ',
  '# ',
  '; ',
  '%TAG ! tag:x,2000:\n',
  '= ',
  '[__proto__]\n',
  '"__proto__":{"polluted":true},',
  '__proto__: {polluted: true}\n',
  '"constructor":{"prototype":{"polluted":true}},',
  'null',
  'true',
  '~',
  '-0',
  '9007199254740993',
  '1e999',
  '0x1F',
  '0o17',
  '1_000',
  '.inf',
  'NaN',
  '2001-01-01',
  '9'.repeat(400),
  'x'.repeat(3_000),
  '['.repeat(150),
  '{"a":'.repeat(150),
  '../../../etc/passwd',
  '%00',
  '%zz',
  '$(id)',
  '`id`',
  '${HOME}',
  'constructor',
  'hasOwnProperty',
  'toString',
] as const;

/** Texts that once were good, with a few things put in, taken out, doubled or cut off. */
export function spoiltTexts(good: readonly string[]): fc.Arbitrary<string> {
  const place = fc.nat(0xffff);
  const edits = fc.array(fc.tuple(fc.nat(5), place, place, fc.nat(fragments.length - 1)), {
    minLength: 1,
    maxLength: 5,
  });
  return fc.tuple(fc.nat(good.length - 1), edits).map(([index, list]) => list.reduce(edited, good[index] ?? ''));
}

function edited(text: string, [kind, first, second, fragment]: [number, number, number, number]): string {
  const at = first % (text.length + 1);
  const end = Math.min(text.length, at + (second % 24));
  const put = fragments[fragment] ?? '';
  if (kind === 0) return text.slice(0, at) + text.slice(end);
  if (kind === 1) return text.slice(0, at) + put + text.slice(end);
  if (kind === 2) return text.slice(0, end) + text.slice(at, end).repeat(1 + (second % 3)) + text.slice(end);
  if (kind === 3 && second % 8 === 0) return text.slice(0, at);
  if (kind === 4) {
    const line = text.slice(0, at).lastIndexOf('\n') + 1;
    return text.slice(0, line) + put + text.slice(line);
  }
  return text.slice(0, at) + put + text.slice(at);
}

/** Values that are none of what was asked for. JSON all of them, `__proto__` as a key of their own included. */
export const wrongValues: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  0.5,
  1e308,
  2 ** 53,
  -(2 ** 63),
  '',
  ' ',
  '0',
  '12345678901234567890',
  'true',
  'null',
  '\0',
  '\ud800',
  '\uFEFFx',
  '\x1b[2J\x1b[31mred',
  '\x1b]8;;http://evil.example\x07link\x1b]8;;\x07',
  'a\r\nb: c\nerror: forged',
  '\u202egnp.exe',
  '\x9b31m',
  '__proto__',
  'constructor',
  '../../../../etc/passwd',
  'https://evil.example/',
  'x'.repeat(5_000),
  '2026-01-01T00:00:00Z',
  '9999999-99-99',
  [],
  [null],
  [[]],
  ['x', 1, {}],
  Array.from({ length: 300 }, (_, index) => index),
  {},
  { length: 4_294_967_295 },
  { toString: 1, valueOf: 'x', toJSON: {} },
  JSON.parse('{"then":"x"}'),
  JSON.parse('{"__proto__":{"polluted":true}}'),
  JSON.parse('{"constructor":{"prototype":{"polluted":true}}}'),
  JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`),
  JSON.parse(`${'{"a":'.repeat(200)}1${'}'.repeat(200)}`),
];

const wrongKeys = ['__proto__', 'constructor', 'toString', 'length', '', '0', 'then', 'a\x1b[31m', 'x'.repeat(300)];

/** JSON values that once were good, with a few parts replaced, taken out, put into lists, or added. Each is a new one. */
export function spoiltValues(good: readonly unknown[]): fc.Arbitrary<unknown> {
  const place = fc.nat(0xffff);
  const edits = fc.array(fc.tuple(fc.nat(6), place, fc.nat(wrongValues.length - 1), place), {
    minLength: 1,
    maxLength: 4,
  });
  return fc.tuple(fc.nat(good.length - 1), edits).map(([index, list]) => {
    const root = { value: structuredClone(good[index]) };
    for (const edit of list) spoil(root, edit);
    return root.value;
  });
}

type Holder = Record<string, unknown>;

function spoil(root: Holder, [kind, where, wrong, extra]: [number, number, number, number]): void {
  const places = placesIn(root);
  const [holder, key] = places[where % places.length] ?? [root, 'value'];
  const put = structuredClone(wrongValues[wrong]);
  if (kind === 0 && holder !== root) delete holder[key];
  else if (kind === 1) set(holder, key, [holder[key], holder[key]]);
  else if (kind === 2) set(holder, key, { [key]: holder[key] });
  else if (kind === 3) set(holder, wrongKeys[extra % wrongKeys.length] ?? '', put);
  else set(holder, key, put);
}

function set(holder: Holder, key: string, value: unknown): void {
  if (Array.isArray(holder)) holder.splice(Number(key) || 0, 1, value);
  else Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

/** Every place of a value, as who holds it and its key. */
function placesIn(root: Holder): [Holder, string][] {
  const places: [Holder, string][] = [];
  const waiting: Holder[] = [root];
  for (let holder = waiting.pop(); holder !== undefined && places.length < 500; holder = waiting.pop()) {
    for (const key of Object.keys(holder)) {
      places.push([holder, key]);
      const value = Object.getOwnPropertyDescriptor(holder, key)?.value;
      if (typeof value === 'object' && value !== null) waiting.push(value as Holder);
    }
  }
  return places;
}
