import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bashLines,
  fishLines,
  harmless,
  powershellLines,
  zshLines,
} from '../../../src/commands/completion/answer-text.ts';
import { readBashLine } from '../../../src/commands/completion/bash-line.ts';

const line = (text: string) => readBashLine(text, ' \t\n"\'@><=;|&(:');
const said = (...values: string[]) => values.map((value) => ({ value, description: `about ${value}` }));

describe('names from elsewhere', () => {
  it.each(['a\nb', 'a\tb', 'a\x1b[31mb', 'a\x07', 'a\u202eb', 'a\u200bb', '\x9b31m', '', 'a\u2028b'])(
    'are left out when they hold what cannot be seen: %j',
    (value) => {
      expect(harmless([{ value, description: '' }])).toEqual([]);
    },
  );

  it('lose it in descriptions', () => {
    const description = ' a\nb\t\x1b[31mc\u202e\x07 ';
    expect(harmless([{ value: 'v', description }])).toEqual([{ value: 'v', description: 'a b c' }]);
  });

  it('make one line each, whatever they are', () => {
    const any = fc.record({ value: fc.string({ unit: 'binary' }), description: fc.string({ unit: 'binary' }) });
    fc.assert(
      fc.property(fc.array(any), (candidates) => {
        const clean = harmless(candidates);
        const printed = [
          fishLines(clean),
          zshLines(clean),
          powershellLines(clean, ''),
          bashLines(clean, line('t '), 40),
        ];
        for (const lines of printed) {
          expect(lines.length).toBe(clean.length);
          for (const text of lines) expect(text).not.toMatch(/[\0-\x08\n-\x1f\x7f-\x9f]/);
        }
      }),
    );
  });
});

describe('for zsh', () => {
  it('colons and backslashes are escaped, which would end a value', () => {
    expect(zshLines([{ value: 'acs:ram\\x', description: 'a: b' }])).toEqual(['acs\\:ram\\\\x:a\\: b']);
    expect(zshLines([{ value: 'a', description: '' }])).toEqual(['a']);
  });
});

describe('for PowerShell', () => {
  it('quotes what is more than a word, its typographic quotes as well', () => {
    const values = ['--output=json', 'a b', "it's", '$(x)', '`x', 'a;b', 'it\u2019s', '@x', 'x,y', '#x'];
    expect(powershellLines(said(...values), '').map((text) => text.split('\t')[0])).toEqual([
      '--output=json',
      "'a b'",
      "'it''s'",
      "'$(x)'",
      "'`x'",
      "'a;b'",
      "'it\u2019\u2019s'",
      "'@x'",
      "'x,y'",
      "'#x'",
    ]);
  });

  it('offers what begins like the word, in any case, and never an empty description', () => {
    expect(powershellLines([...said('Foo', 'bar'), { value: 'food', description: '' }], 'fo')).toEqual([
      'Foo\tFoo\tabout Foo',
      'food\tfood\tfood',
    ]);
  });
});

describe('for bash', () => {
  it('offers what begins like the word, without what bash keeps of it', () => {
    expect(bashLines(said('acs:ram::1:role/a', 'x'), line('t acs:ram::1'), 0)).toEqual(['1:role/a']);
    expect(bashLines(said('--output=text', '--output=json'), line('t --output=j'), 0)).toEqual(['json']);
  });

  it('quotes as the open quote wants it', () => {
    expect(bashLines(said("a b's"), line('t a'), 0)).toEqual(["a\\ b\\'s"]);
    expect(bashLines(said("a b's"), line("t 'a"), 0)).toEqual(["a b'\\''s"]);
    expect(bashLines(said('a$(x)`"'), line('t "a'), 0)).toEqual(['a\\$(x)\\`\\"']);
    expect(bashLines(said('a!b'), line('t "a'), 0)).toEqual([]);
  });

  it('describes several candidates, in one line each, and never a single one', () => {
    expect(bashLines(said('aa', 'b'), line('t '), 40)).toEqual(['aa  (about aa)', 'b   (about b)']);
    expect(bashLines(said('aa'), line('t '), 40)).toEqual(['aa']);
    const long = [{ value: 'a', description: 'x'.repeat(99) }, ...said('b')];
    expect(bashLines(long, line('t '), 30)).toEqual([`a  (${'x'.repeat(24)}…)`, 'b  (about b)']);
    expect(bashLines(long, line('t '), 8)).toEqual(['a', 'b']);
  });

  it('counts Chinese characters as the two columns that they take', () => {
    const candidates = [{ value: 'a', description: '集群集群集群集群集群' }, ...said('b')];
    expect(bashLines(candidates, line('t '), 20)[0]).toBe('a  (集群集群集群集…)');
  });
});
