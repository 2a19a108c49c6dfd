import type { Count } from '../rrsa/report.ts';
import type { Colour } from './colour.ts';
import { columnsOf } from './table.ts';

export interface BarLook {
  /** Of the terminal. */
  columns: number;
  colour: Colour;
  /** Blocks rather than `#`. */
  unicode: boolean;
}

const longestBar = 30;
const shortestBar = 5;
/** Columns that stand around text and bar: the spinner, ` 100%`, ` 59m59s` and the last one of the line. */
const aroundBar = 2 + 1 + 5 + 7 + 1;

/** A text with a bar and the percentage behind it; without the bar where there is no room for it. */
export function withBar(text: string, { done, total = 0 }: Count, { columns, colour, unicode }: BarLook): string {
  if (total <= 0) return text;
  const share = Math.min(Math.max(done / total, 0), 1);
  const percent = `${Math.floor(share * 100)}%`;
  const width = Math.min(longestBar, columns - columnsOf(text) - aroundBar);
  if (width < shortestBar) return `${text} ${percent}`;
  const full = Math.floor(share * width);
  const [on, off] = unicode ? ['█', '░'] : ['#', '-'];
  return `${text} ${colour.cyan(on.repeat(full))}${colour.dim(off.repeat(width - full))} ${percent}`;
}
