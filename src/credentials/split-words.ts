/**
 * A command line as the words of its argument list, without a shell: no variable, no pattern and no `~` is expanded,
 * and no operator means anything. White space separates; quotes group, and may be empty. As a POSIX shell has it, a
 * backslash outside quotes takes the next character as it is, within double quotes only before `"`, `\`, `$`, a
 * backquote or a line end, and within single quotes nothing is special. On Windows a backslash is part of a path, but
 * for `\"` within double quotes. `undefined` when a quote is not closed, or a backslash ends the line.
 * Source: process_command of the aliyun CLI.
 */
export function splitWords(line: string, platform: NodeJS.Platform): string[] | undefined {
  const isWindows = platform === 'win32';
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < line.length; at += 1) {
    const char = line[at] ?? '';
    const next = line[at + 1];
    if (quote !== '') {
      if (char === quote) quote = '';
      else if (quote === '"' && char === '\\' && next !== undefined && (isWindows ? '"' : '"\\$`\n').includes(next)) {
        // A line that is continued leaves nothing behind.
        word = next === '\n' ? word : (word ?? '') + next;
        at += 1;
      } else word = (word ?? '') + char;
    } else if (char === "'" || char === '"') {
      quote = char;
      word ??= '';
    } else if (char === '\\' && !isWindows) {
      if (next === undefined) return undefined;
      if (next !== '\n') word = (word ?? '') + next;
      at += 1;
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + char;
  }
  if (quote !== '') return undefined;
  if (word !== undefined) words.push(word);
  return words;
}
