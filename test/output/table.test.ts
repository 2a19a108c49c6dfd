import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf, formatTable } from '../../src/output/table.ts';

describe('formatTable', () => {
  it('aligns columns and leaves no blanks at the end of a line', () => {
    expect(
      formatTable(
        [
          ['c1', 'foo'],
          ['c23456', ''],
        ],
        ['ID', 'NAME'],
      ),
    ).toBe('ID      NAME\nc1      foo\nc23456\n');
  });

  it('counts wide characters as two columns', () => {
    expect(
      formatTable(
        [
          ['生产集群', 'x'],
          ['foo', 'y'],
        ],
        ['NAME', 'K'],
      ),
    ).toBe('NAME      K\n生产集群  x\nfoo       y\n');
  });

  it('prints the headers of an empty table', () => {
    expect(formatTable([], ['ID', 'NAME'])).toBe('ID  NAME\n');
  });

  it('takes a missing cell for an empty one', () => {
    expect(formatTable([['a']], ['X', 'Y'])).toBe('X  Y\na\n');
  });

  it('begins every cell of a column at the same place', () => {
    const cell = fc.stringMatching(/^[a-z集é]{1,12}$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), (rows) => {
        const lines = formatTable(rows, ['A', 'B']).trimEnd().split('\n').slice(1);
        const starts = rows.map(([, second], index) => columnsOf((lines[index] ?? '').slice(0, -second.length)));
        expect(new Set(starts).size).toBe(1);
      }),
    );
  });
});

describe('columnsOf', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['集群', 4],
    ['ｶﾅ', 2],
    ['カナ', 4],
    ['한글', 4],
    ['Ａ', 2],
    ['e\u0301', 1],
    ['😀', 2],
    ['é', 1],
  ])('of %j is %i', (text, columns) => {
    expect(columnsOf(text)).toBe(columns);
  });
});
