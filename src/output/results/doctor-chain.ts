/** The chain from credentials to a cloud call, drawn: which links hold, and where it is broken. */
import type { CheckResult, CheckStatus, Link } from '../../rrsa/doctor/check.ts';
import type { Colour } from '../colour.ts';
import { asIs, type Translate } from '../language.ts';
import { columnsOf } from '../table.ts';

export interface ChainLook {
  /** The whole chain, in order. */
  links: readonly Link[];
  colour: Colour;
  /** What a line may take. */
  columns: number;
  /** Marks and arrows; else words, and signs that every terminal has. */
  unicode: boolean;
}

const signs = { ok: '✓', fault: '✗', warning: '!', skipped: '–', arrow: '→' };
const words = { ok: 'ok', fault: 'FAULT', warning: 'warning', skipped: '-', arrow: '->' };

/** Lines of at most `columns`; a link of which nothing was looked at is there as `skipped`. */
export function formatChain(
  checks: readonly CheckResult[],
  { links, colour, columns, unicode }: ChainLook,
  translate: Translate = asIs,
): string[] {
  const marks = unicode ? signs : words;
  const paint: Record<CheckStatus, (mark: string, name: string) => string> = {
    ok: (mark, name) => `${colour.green(mark)} ${name}`,
    fault: (mark, name) => colour.red(`${mark} ${colour.bold(name)}`),
    warning: (mark, name) => colour.yellow(`${mark} ${name}`),
    skipped: (mark, name) => colour.dim(`${mark} ${name}`),
  };
  const lines: string[] = [];
  let line = '';
  let width = 0;
  for (const link of links) {
    const status = worstOf(checks.filter((check) => check.link === link));
    const mark = marks[status];
    const name = translate(link);
    const taken = columnsOf(`${mark} ${name} ${marks.arrow}`);
    if (width > 0 && width + 1 + taken > columns) {
      lines.push(line);
      line = '';
      width = 0;
    }
    const arrow = link === links.at(-1) ? '' : ` ${colour.dim(marks.arrow)}`;
    line += `${width === 0 ? '' : ' '}${paint[status](mark, name)}${arrow}`;
    width += (width === 0 ? 0 : 1) + taken;
  }
  return [...lines, line];
}

function worstOf(checks: readonly CheckResult[]): CheckStatus {
  const order = ['fault', 'warning', 'ok'] as const;
  return order.find((status) => checks.some((check) => check.status === status)) ?? 'skipped';
}
