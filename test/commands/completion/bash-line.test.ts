import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteForBash, readBashLine } from '../../../src/commands/completion/bash-line.ts';
import { findPrograms } from '../../support/programs.ts';

const breaks = ' \t\n"\'@><=;|&(:';
const read = (line: string) => readBashLine(line, breaks);

describe('a command line of bash', () => {
  it.each([
    ['t', ['t']],
    ['t ', ['t', '']],
    ['t  a\tb', ['t', 'a', 'b']],
    ['t a\\ b', ['t', 'a b']],
    ['t "a b"c \'d e\'', ['t', 'a bc', 'd e']],
    ['t ""', ['t', '']],
    ['t "" ', ['t', '', '']],
    ['t "a\\"b\\c"', ['t', 'a"b\\c']],
    ["t 'a\\'", ['t', 'a\\']],
    ['t "a b', ['t', 'a b']],
    ["t 'a b", ['t', 'a b']],
    ['t --a=b:c', ['t', '--a=b:c']],
    ['t $(rm x)', ['t', '$(rm', 'x)']],
    ['t `x`', ['t', '`x`']],
    ['t a\\', ['t', 'a']],
    ['', ['']],
  ])('%s has the words %j', (line, words) => {
    expect(read(line).words).toEqual(words);
  });

  it.each([
    ['t ab', 0],
    ['t --a=b', 4],
    ['t --a=', 4],
    ['t acs:ram::1', 9],
    ['t a\\:b', 0],
    ['t a:"b c', 2],
    ['t a"b:c', 1],
    ["t 'x", 0],
    ['t a:b ', 0],
  ])('%s: bash keeps %i characters of the last word', (line, kept) => {
    expect(read(line).kept).toBe(kept);
  });

  it('breaks words only where the variable says', () => {
    expect(readBashLine('t --a=b', ' \t\n').kept).toBe(0);
  });

  it('knows where each word ends', () => {
    expect(read('tool  "a b" -- x').ends).toEqual([4, 11, 14, 16]);
  });

  it('is read without an end of time, whatever it is', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (line) => void read(line)));
  });
});

describe('quoted for bash', () => {
  const [bash] = findPrograms(['bash']);
  const text = fc.string({
    unit: fc.constantFrom(...'ab é中$`"\'\\!~#*?[]{}()<>|&;:=@%+,-./^'),
    minLength: 1,
    maxLength: 12,
  });

  it.runIf(bash !== undefined)('any text is read by bash as itself, and nothing in it is run', () => {
    const texts = [...fc.sample(text, 150), '$(touch x)', '`touch x`', '~', '~root', '#a', "it's", '-n', '{a,b}', '*'];
    for (const [quote, opened] of [
      ['', ''],
      ["'", "'"],
      ['"', '"'],
    ] as const) {
      const lines = texts.flatMap((each) => {
        const written = quoteForBash(each, quote);
        return written === undefined ? [] : [{ each, line: `printf '%s\\0' ${opened}${written}${opened}` }];
      });
      const { stdout, stderr } = spawnSync(bash as string, ['--norc'], {
        input: lines.map(({ line }) => line).join('\n'),
        encoding: 'utf8',
        env: { LC_ALL: 'C.UTF-8', PATH: '' },
      });
      expect(stderr).toBe('');
      expect(stdout.split('\0').slice(0, -1)).toEqual(lines.map(({ each }) => each));
    }
  });

  it.each(['', "'", '"'] as const)('any text is read back by the tool as itself, behind an open %s', (quote) => {
    fc.assert(
      fc.property(text, (each) => {
        const written = quoteForBash(each, quote);
        if (written !== undefined) expect(read(`t ${quote}${written}${quote}`).words).toEqual(['t', each]);
      }),
    );
  });
});
