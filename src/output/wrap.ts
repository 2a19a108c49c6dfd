import { columnsOf } from './table.ts';

/** A word, or one Chinese character, each with the closing punctuation behind it: none of that begins a line. */
const piece = /\s*(?:\p{Script=Han}|[^\s\p{Script=Han}，。：；、！？）”]+)?[，。：；、！？）”]*/gu;

/**
 * A text in lines of at most that many columns, broken at spaces and between Chinese characters. A longer word has a
 * line of its own.
 */
export function wrapText(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const [part] of text.matchAll(piece)) {
    if (line !== '' && columnsOf(line) + columnsOf(part) > columns) {
      lines.push(line);
      line = part.trimStart();
    } else {
      line += line === '' && lines.length > 0 ? part.trimStart() : part;
    }
  }
  return [...lines, line];
}
