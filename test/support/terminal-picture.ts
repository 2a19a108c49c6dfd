import { columnsOf } from '../../src/output/table.ts';

/** Where a line of the terminal that is drawn ends. The picture is no wider than its longest line. */
export const pictureColumns = 120;

const [cellWidth, lineHeight, margin, barHeight] = [8.4, 19, 18, 34];
const fonts = "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace";
const rules = [
  '.bold { font-weight: 700; fill: #ffffff }',
  '.dim { fill: #7d8590 }',
  '.red { fill: #ff7b72 }',
  '.green { fill: #7ee787 }',
  '.yellow { fill: #e3b341 }',
  '.cyan { fill: #79c0ff }',
];

type Colour = 'red' | 'green' | 'yellow' | 'cyan';

interface Style {
  bold: boolean;
  dim: boolean;
  colour: Colour | undefined;
}

interface Cell extends Style {
  character: string;
}

const plain: Style = { bold: false, dim: false, colour: undefined };

/** What the codes that chalk writes make of a style; `undefined` for any other code. */
const codes: Record<string, (style: Style) => Style> = {
  0: () => plain,
  1: (style) => ({ ...style, bold: true }),
  2: (style) => ({ ...style, dim: true }),
  22: (style) => ({ ...style, bold: false, dim: false }),
  31: (style) => ({ ...style, colour: 'red' }),
  32: (style) => ({ ...style, colour: 'green' }),
  33: (style) => ({ ...style, colour: 'yellow' }),
  36: (style) => ({ ...style, colour: 'cyan' }),
  39: (style) => ({ ...style, colour: undefined }),
};

/** The rows of a screen, broken where a terminal would break them. Throws for a code that it does not know. */
function toRows(text: string): Cell[][] {
  const rows: Cell[][] = [[]];
  let style = plain;
  let taken = 0;
  for (const [part, code] of text.trimEnd().matchAll(/\x1b\[(\d*)m|[\s\S]/gu)) {
    const isCode = code !== undefined;
    const width = isCode ? 0 : columnsOf(part);
    if (isCode) {
      const change = codes[code || '0'];
      if (change === undefined) throw new Error(`no picture has code ${code}`);
      style = change(style);
    } else if (part === '\n' || taken + width > pictureColumns) {
      rows.push([]);
      taken = 0;
    }
    if (isCode || part === '\n') continue;
    if (/\p{Cc}/u.test(part)) throw new Error(`no picture has character ${JSON.stringify(part)}`);
    rows.at(-1)?.push({ ...style, character: part });
    taken += width;
  }
  return rows;
}

const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => names[character] ?? character);

const classOf = ({ bold, dim, colour }: Style): string =>
  [bold && 'bold', dim && 'dim', colour].filter(Boolean).join(' ');

interface Run {
  look: string;
  /** Columns before it. */
  start: number;
  text: string;
}

/** Runs of cells that look alike. Each has a place of its own, so that columns stay below each other in any font. */
function toRuns(row: readonly Cell[]): Run[] {
  const runs: Run[] = [];
  let start = 0;
  let gap = 2;
  for (const cell of row) {
    const { character } = cell;
    const last = runs.at(-1);
    if (character === ' ') gap += 1;
    else {
      const look = classOf(cell);
      if (last !== undefined && last.look === look && gap < 2) last.text += ' '.repeat(gap) + character;
      else runs.push({ look, start, text: character });
      gap = 0;
    }
    start += columnsOf(character);
  }
  return runs;
}

function toSpan({ look, start, text }: Run): string {
  const place = `x="${(margin + start * cellWidth).toFixed(1)}"`;
  return `<tspan ${place}${look === '' ? '' : ` class="${look}"`}>${escaped(text)}</tspan>`;
}

/** What a program wrote to a terminal, with its colours, as an SVG: text that can be selected, and no script. */
export function terminalPicture(title: string, text: string): string {
  const rows = toRows(text);
  const columns = Math.max(...rows.map((row) => columnsOf(row.map(({ character }) => character).join(''))));
  const width = Math.ceil(columns * cellWidth + 2 * margin);
  const height = barHeight + rows.length * lineHeight + margin;
  const lines = rows.flatMap((row, index) => {
    const spans = toRuns(row).map(toSpan);
    return spans.length === 0 ? [] : [`<text y="${barHeight + (index + 1) * lineHeight - 5}">${spans.join('')}</text>`];
  });
  const buttons = ['#ff5f57', '#febc2e', '#28c840'].map(
    (fill, index) => `<circle cx="${margin + 6 + index * 20}" cy="18" r="6" fill="${fill}"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="${fonts}" font-size="14" fill="#d4d7dd">`,
    `<title>${escaped(title)}</title>`,
    `<style>${rules.join(' ')}</style>`,
    `<rect width="${width}" height="${height}" rx="10" fill="#161b22"/>`,
    ...buttons,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}
