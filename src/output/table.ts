const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;
const narrowKana = /[\uff65-\uffdc]/;
const widthless = /[\p{Mn}\p{Me}\p{Cf}\p{Cc}]/u;

/** Columns of a terminal that a text takes: two for East Asian wide characters and emoji, none for combining marks. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (widthless.test(character)) continue;
    columns += wide.test(character) && !narrowKana.test(character) ? 2 : 1;
  }
  return columns;
}

/**
 * Rows under headers, columns aligned and two spaces apart. The last column is not padded.
 * Texts are expected without line breaks; a missing cell is empty.
 */
export function formatTable(rows: readonly (readonly string[])[], headers: readonly string[]): string {
  const lines = [headers, ...rows];
  const widths = headers.map((_, column) =>
    lines.reduce((most, line) => Math.max(most, columnsOf(line[column] ?? '')), 0),
  );
  const format = (line: readonly string[]): string =>
    widths
      .map((width, column) => {
        const cell = line[column] ?? '';
        return cell + ' '.repeat(width - columnsOf(cell));
      })
      .join('  ')
      .trimEnd();
  return lines.map((line) => `${format(line)}\n`).join('');
}
