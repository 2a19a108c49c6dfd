import type { Help } from 'commander';
import { columnsOf } from '../../output/table.ts';
import { wrapText } from '../../output/wrap.ts';

/** For pages in Chinese: commander wraps at spaces only, and counts every character as one column. */
export const wideLayout: Partial<Help> = {
  displayWidth: columnsOf,
  boxWrap: (text, width) =>
    text
      .split('\n')
      .map((line) => wrapText(line, width).join('\n'))
      .join('\n'),
};
