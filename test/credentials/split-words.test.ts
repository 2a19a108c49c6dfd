import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { splitWords } from '../../src/credentials/split-words.ts';
import cases from '../cases/credentials/words.json' with { type: 'json' };

describe('splitWords', () => {
  test.each(cases)('$line', ({ line, platform = 'linux', words }) => {
    expect(splitWords(line, platform as NodeJS.Platform)).toEqual(words ?? undefined);
  });

  test('gives back words that were quoted, whatever they hold', () => {
    const single = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
    const double = (word: string) => `"${word.replace(/["\\$`]/g, '\\$&')}"`;
    const escaped = (word: string) => (word === '' ? '""' : word.replace(/[^\n]/gu, '\\$&').replaceAll('\n', "'\n'"));
    const quoted = fc.tuple(fc.string({ unit: 'binary' }), fc.constantFrom(single, double, escaped));
    fc.assert(
      fc.property(fc.array(quoted), (words) => {
        const line = words.map(([word, quote]) => quote(word)).join(' ');
        expect(splitWords(line, 'linux')).toEqual(words.map(([word]) => word));
      }),
    );
  });

  test.skipIf(process.platform === 'win32')(
    'splits as sh does, where neither operators nor patterns are at play',
    () => {
      const piece = fc.constantFrom('a', 'b', ' ', '  ', "'", '"', '\\', '\t', '"a b"', "'c d'", '\\ ', '""');
      const lines = fc.sample(fc.array(piece, { maxLength: 12 }), 200).map((pieces) => pieces.join(''));
      const valid = lines.filter((line) => splitWords(line, 'linux') !== undefined && !line.endsWith('\\'));
      const script = valid.map((line) => `printf '%s\\0' ${line}\nprintf '\\1'`).join('\n');
      const out = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\x01').slice(0, -1);
      // Without an argument printf prints one empty word.
      const expected = valid
        .map((line) => splitWords(line, 'linux') ?? [])
        .map((words) => (words.length ? words : ['']));
      expect(out.map((text) => text.split('\0').slice(0, -1))).toEqual(expected);
    },
  );

  test('takes linear time', () => {
    expect(splitWords(`${'a '.repeat(200_000)}`, 'linux')).toHaveLength(200_000);
    expect(splitWords(`'${'\\'.repeat(1_000_000)}'`, 'linux')).toHaveLength(1);
  });
});
