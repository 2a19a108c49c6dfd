import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ToolError } from '../../src/errors.ts';
import { emptyTrustPolicy, formatPolicy, parsePolicy, statementsOf } from '../../src/policy/document.ts';
import { readCases } from './cases.ts';
import { anyJsonText, tokensOf } from './json-text.ts';

function failureOf(text: string): ToolError {
  try {
    parsePolicy(text, 'the trust policy of role r');
  } catch (error) {
    if (error instanceof ToolError) return error;
    throw error;
  }
  throw new Error(`was accepted: ${text.slice(0, 80)}`);
}

const compact = (text: string): string => formatPolicy(parsePolicy(text, 'it'), 'compact');

describe('parsePolicy', () => {
  it.each(readCases<{ name: string; text: string; says: string }>('unreadable'))('refuses $name', ({ text, says }) => {
    const error = failureOf(text);
    expect(error.code).toBe('TRUST_POLICY_UNREADABLE');
    expect(error.message).toBe(`the trust policy of role r is not a policy document: ${says}`);
  });

  it('takes another code where the document is no trust policy', () => {
    expect(() => parsePolicy('x', 'file p.json', 'FILE_INVALID')).toThrow(
      expect.objectContaining({ code: 'FILE_INVALID', message: expect.stringContaining('file p.json') }),
    );
  });

  it('takes a byte order mark at the start', () => {
    expect(compact('\uFEFF{"Statement":[]}')).toBe('{"Statement":[]}');
  });

  it('takes 64 levels of nesting and no more', () => {
    const nested = (levels: number): string =>
      `{"Statement":[],"x":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
    expect(compact(nested(64))).toBe(nested(64));
    expect(failureOf(nested(65)).message).toMatch(/nested deeper than 64 levels \(line 1, column \d+\)$/);
    expect(failureOf('{"Statement":['.repeat(50_000)).message).toContain('nested deeper');
    expect(failureOf('['.repeat(1_000_000)).message).toContain('nested deeper');
  });

  it('takes one MiB and no more, in bytes', () => {
    const fill = (bytes: number, character: string): string => {
      const frame = '{"Statement":[],"x":""}';
      return frame.replace('""', `"${character.repeat((bytes - frame.length) / Buffer.byteLength(character))}"`);
    };
    const mebibyte = 1024 * 1024;
    expect(compact(fill(mebibyte, 'a'))).toHaveLength(mebibyte);
    expect(failureOf(fill(mebibyte + 1, 'a')).message).toContain('longer than 1 MiB');
    expect(failureOf(fill(mebibyte + 3, 'é')).message).toContain('longer than 1 MiB');
  });

  it.each([
    ['a long string', (n: number) => `"${'\\n'.repeat(n / 2)}"`],
    ['a long number', (n: number) => `1${'0'.repeat(n)}.${'0'.repeat(n / 2)}e1${'0'.repeat(n / 4)}`],
    ['many numbers', (n: number) => `[${'1,'.repeat(n / 2)}1]`],
    ['many empty objects', (n: number) => `[${'{},'.repeat(n / 3)}{}]`],
    ['many keys', (n: number) => `{${Array.from({ length: n / 14 }, (_, i) => `"k${i}":${i}`).join(',')}}`],
    ['many integer keys', (n: number) => `{${Array.from({ length: n / 14 }, (_, i) => `"${n - i}":${i}`).join(',')}}`],
  ])('keeps %s', (_name, make) => {
    const text = `{"Statement":[],"x":${make(500_000)}}`;
    expect(compact(text) === text).toBe(true);
  });

  it('stops at half a document, wherever it is cut', () => {
    const whole = '{"Statement":[{"a\\u0041":[1.5e3,true,null,{"b":""}]}]}';
    for (let length = 0; length < whole.length; length += 1) failureOf(whole.slice(0, length));
    expect(parsePolicy(whole, 'it')).toBeDefined();
  });

  it('accepts and refuses what JSON.parse does', () => {
    const text = fc.oneof(
      anyJsonText(),
      fc.string(),
      fc
        .array(fc.constantFrom(...'{}[]",:\\u0123eE+-.tfn \n\t\u00e9'), { maxLength: 12 })
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (value) => {
        const wrapped = `{"Statement":[],"x":${value}}`;
        let expected: unknown;
        try {
          expected = JSON.parse(wrapped);
        } catch {
          failureOf(wrapped);
          return;
        }
        // A value that closes the object early can add keys, even one that is there already.
        let written: string;
        try {
          written = compact(wrapped);
        } catch (error) {
          expect(String(error)).toContain('is there twice');
          return;
        }
        expect(JSON.parse(written)).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('formatPolicy', () => {
  it.each([
    ['numbers beyond 2^53', '{"Statement":[],"n":[18014398509481985,1152921504606846977,-0,1.0,1E400,0.1e-7]}'],
    ['__proto__', '{"Statement":{"__proto__":{"polluted":true},"constructor":null},"__proto__":1}'],
    ['integer-like keys in their order', '{"10":1,"Statement":[],"9":2,"b":3,"1":4}'],
    ['an empty key', '{"":{"":""},"Statement":[]}'],
    ['empty lists and objects', '{"Statement":{},"a":[],"b":{},"c":[[],{}]}'],
    ['characters that need escapes', '{"Statement":[],"a":"\\"\\\\\\n\\u0000\\u001b\\ud800é😀"}'],
  ])('keeps %s', (_name, text) => {
    expect(compact(text)).toBe(text);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('writes two spaces a level, and nothing between the brackets of what is empty', () => {
    const text = '{"Statement":[{"a":[1,{}],"b":[]}],"Version":"1"}';
    expect(formatPolicy(parsePolicy(text, 'it'), 'indented')).toBe(JSON.stringify(JSON.parse(text), null, 2));
  });

  it('keeps every token of any document, in both styles', () => {
    fc.assert(
      fc.property(anyJsonText(), (value) => {
        const text = ` {"Statement" : [ {} ],\n\t"x":${value} } `;
        const document = parsePolicy(text, 'it');
        expect(tokensOf(formatPolicy(document, 'compact'))).toEqual(tokensOf(text));
        expect(tokensOf(formatPolicy(document, 'indented'))).toEqual(tokensOf(text));
        expect(formatPolicy(document, 'compact')).toBe(tokensOf(text).join(''));
      }),
      { numRuns: 1000 },
    );
  });

  it('writes documents built in code', () => {
    expect(formatPolicy({ Version: '1', Statement: [{ n: 12.5, b: false }] }, 'compact')).toBe(
      '{"Version":"1","Statement":[{"n":12.5,"b":false}]}',
    );
    expect(formatPolicy(emptyTrustPolicy(), 'compact')).toBe('{"Statement":[],"Version":"1"}');
  });
});

describe('statementsOf', () => {
  it('reads a list and a single object alike', () => {
    expect(statementsOf(parsePolicy('{"Statement":[{"a":"1"},{"a":"2"}]}', 'it'))).toEqual([{ a: '1' }, { a: '2' }]);
    expect(statementsOf(parsePolicy('{"Statement":{"a":"1"}}', 'it'))).toEqual([{ a: '1' }]);
  });

  it('keeps indexes true in a document built in code with something else in it', () => {
    expect(statementsOf({ Statement: [7, { a: '1' }] })).toEqual([{}, { a: '1' }]);
    expect(statementsOf({})).toEqual([]);
  });
});
