import type { Colour } from './colour.ts';
import { escapeControl, stripControl } from './plain.ts';

export interface DiffOptions {
  colour?: Colour | undefined;
  /** Unchanged lines shown around a change. Default 3. */
  context?: number | undefined;
}

/** `before` is absent when the document is created. Empty when both say the same. */
export type FormatDocumentDiff = (
  name: string,
  before: string | undefined,
  after: string,
  options?: DiffOptions,
) => string;

/** More changed lines than this are not compared but shown as one text replaced by another. */
const mostEdits = 2000;

/** JSON is indented, so that compact documents give lines to compare. Invisible characters become visible. */
function toLines(document: string): string {
  let text = document;
  try {
    text = JSON.stringify(JSON.parse(document), undefined, 2);
  } catch {
    // Not JSON: shown as it is.
  }
  return `${escapeControl(text.replace(/\r\n/g, '\n').trimEnd())}\n`;
}

/** A line that is added, taken away or a heading of a hunk by its first character. */
export function paintDiffLine(line: string, colour: Colour | undefined): string {
  if (colour === undefined) return line;
  if (line.startsWith('+')) return colour.green(line);
  if (line.startsWith('-')) return colour.red(line);
  return line.startsWith('@@') ? colour.cyan(line) : line;
}

/** Loads the diff library and gives the formatter: a unified diff of two documents, JSON indented first. */
export async function loadDocumentDiff(): Promise<FormatDocumentDiff> {
  const { formatPatch, OMIT_HEADERS, structuredPatch } = await import('diff');
  return (name, before, after, { colour, context = 3 } = {}) => {
    const old = before === undefined ? '' : toLines(before);
    const next = toLines(after);
    if (old === next) return '';
    const patch = structuredPatch(name, name, old, next, '', '', { context, maxEditLength: mostEdits });
    const title = stripControl(name);
    const head = [`--- ${before === undefined ? '/dev/null' : `${title} (now)`}`, `+++ ${title} (after)`];
    const changes = patch
      ? formatPatch(patch, OMIT_HEADERS).replace(/\n$/, '').split('\n')
      : [...signEach('-', old), ...signEach('+', next)];
    const bold = (line: string): string => colour?.bold(line) ?? line;
    return [...head.map(bold), ...changes.map((line) => paintDiffLine(line, colour))]
      .map((line) => `${line}\n`)
      .join('');
  };
}

function signEach(sign: string, text: string): string[] {
  return text === ''
    ? []
    : text
        .slice(0, -1)
        .split('\n')
        .map((line) => `${sign}${line}`);
}
