/** A code block between lines of three backquotes. */
export interface Fence {
  language: string;
  text: string;
  /** Of the opening line, from 1. */
  line: number;
}

/** Every fence of a Markdown page, in order; also those within a list, whose indentation is taken away. */
export function fencesOf(page: string): Fence[] {
  const fences: Fence[] = [];
  const lines = page.split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const [, indent, language = ''] = /^( *)```(.*)$/.exec(lines[index] ?? '') ?? [];
    if (indent === undefined) continue;
    const end = lines.indexOf(`${indent}\`\`\``, index + 1);
    if (end === -1) throw new Error(`the fence of line ${index + 1} has no end`);
    const text = lines.slice(index + 1, end).map((line) => line.slice(indent.length));
    fences.push({ language, text: `${text.join('\n')}\n`, line: index + 1 });
    index = end;
  }
  return fences;
}

/** The page without its fences: a `#` in them is no heading. */
export const withoutFences = (page: string): string => page.replace(/^( *)```.*\n(?:.*\n)*?\1```$/gm, '');

export interface Heading {
  level: number;
  title: string;
  /** The part of an address that GitHub gives it. */
  anchor: string;
}

export function headingsOf(page: string): Heading[] {
  const seen = new Map<string, number>();
  return [...withoutFences(page).matchAll(/^(#{1,6}) (.+)$/gm)].map(([, marks = '', title = '']) => {
    const slug = title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return { level: marks.length, title, anchor: count === 0 ? slug : `${slug}-${count}` };
  });
}
