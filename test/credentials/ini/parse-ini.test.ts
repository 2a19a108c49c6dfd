import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IniSyntaxError, parseIni } from '../../../src/credentials/ini/parse-ini.ts';

const read = (text: string) =>
  Object.fromEntries([...parseIni(text)].map(([name, values]) => [name, Object.fromEntries(values)]));
const value = (text: string) => read(`[s]\nk = ${text}`).s?.k;

describe('parseIni', () => {
  test('reads sections, comments, indents, both line ends and a byte order mark', () => {
    const text = '\uFEFF# c\r\n; c\r\n[a]  # first\r\n  Key = value\r\n\r\n[ b c ];not a comment\n'.replace(
      ';not a comment',
      ' ;c',
    );
    expect(read(text)).toEqual({ a: { key: 'value' }, 'b c': {} });
    expect(read('')).toEqual({});
  });

  test.each([
    ['a', 'a'],
    ['', ''],
    ['a=b==', 'a=b=='],
    ['a#b;c', 'a#b;c'],
    ['a # b', 'a'],
    ['a\t; b # c', 'a'],
    ['# b', ''],
    ['"a # b"', 'a # b'],
    ["'a \"; b' # c", 'a "; b'],
    ['"a\\"b\\\\c\\d"', 'a"b\\c\\d'],
    ["'a\\'", 'a\\'],
    ['""', ''],
    ['a "b"', 'a "b"'],
    ['{"a": "b"}', '{"a": "b"}'],
  ])('takes %j for the value %j', (text, expected) => {
    expect(value(text)).toBe(expected);
  });

  test.each([
    ['k = v', 1, 'before the first section'],
    ['[s]\nk', 2, 'neither a section nor'],
    ['[s]\n= v', 2, 'neither a section nor'],
    ['[s', 1, 'does not end'],
    ['[s] x', 1, 'does not end'],
    ['[s]#x', 1, 'does not end'],
    ['[]', 1, 'has no name'],
    ['[s]\n[s]', 2, 'second time'],
    ['[s]\nk=1\nK=2', 3, 'second time'],
    ['[s]\nk="v', 2, 'a quote does not end'],
    ['[s]\nk="v"x', 2, 'something follows it'],
    ["[s]\nk='v''", 2, 'something follows it'],
  ])('refuses %j', (text, line, words) => {
    const error = (() => {
      try {
        return parseIni(text);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(IniSyntaxError);
    expect(error).toMatchObject({ line, message: expect.stringContaining(words) });
  });

  test('gives back what was written, quoted', () => {
    const name = fc
      .stringMatching(/^[\w. -]{1,12}$/)
      .map((text) => text.trim())
      .filter((text) => text !== '');
    const text = fc.string({ unit: 'binary' }).filter((one) => !/\n/.test(one));
    const key = fc.constantFrom('type', '__proto__', 'constructor', 'a b', 'policy');
    const values = fc.dictionary(key, text, { noNullPrototype: false });
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(name, values), { selector: ([one]) => one }), (sections) => {
        const written = sections
          .map(([one, entries]) => {
            const lines = Object.entries(entries).map(([k, v]) => `${k} = "${v.replace(/["\\]/g, '\\$&')}"`);
            return [`[${one}]`, ...lines].join('\n');
          })
          .join('\n');
        const found = [...parseIni(written)].map(([one, entries]) => [one, [...entries]]);
        expect(found).toEqual(sections.map(([one, entries]) => [one, Object.entries(entries)]));
      }),
    );
  });

  test('reads or refuses anything, and repeats none of it', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.constantFrom('[', ']', '=', '"', "'", '\\', '\n', '\r', '#', ';', ' ', 'PLANTED'))
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(anything, (text) => {
        try {
          parseIni(text);
        } catch (error) {
          if (!(error instanceof IniSyntaxError)) throw error;
          expect(error.message).not.toContain('PLANTED');
        }
      }),
    );
  });

  test('takes linear time', () => {
    for (const part of [' ', '"', '\\', ']', '[', '=', '#', ' #', 'x\n[s]']) {
      const text = `[s]\nk = ${part.repeat(1_000_000 / part.length)}`;
      try {
        parseIni(text);
      } catch (error) {
        expect(error).toBeInstanceOf(IniSyntaxError);
      }
    }
  });
});
