import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf } from '../../src/output/table.ts';
import { wrapText } from '../../src/output/wrap.ts';

describe('wrapping', () => {
  it('breaks at spaces', () => {
    expect(wrapText('let the service account assume it', 12)).toEqual(['let the', 'service', 'account', 'assume it']);
    expect(wrapText('', 12)).toEqual(['']);
  });

  it('breaks between Chinese characters, and keeps words and closing punctuation together', () => {
    expect(wrapText('请检查集群 ID，然后重新运行此命令。', 12)).toEqual(['请检查集群', 'ID，然后重新', '运行此命令。']);
  });

  it('gives a long word a line of its own', () => {
    expect(wrapText('set ALIBABA_CLOUD_OIDC_TOKEN_FILE first', 10)).toEqual([
      'set',
      'ALIBABA_CLOUD_OIDC_TOKEN_FILE',
      'first',
    ]);
  });

  it('loses nothing but spaces, and keeps to the width where there is a place to break', () => {
    const word = fc.stringMatching(/^[a-z角色，。-]{1,6}$/);
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), fc.integer({ min: 16, max: 60 }), (words, columns) => {
        const text = words.join(' ');
        const lines = wrapText(text, columns);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
        for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(columns);
      }),
    );
  });
});
