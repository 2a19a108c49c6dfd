/** Why a text is not what `parseIni` reads, and where. The reason holds nothing of the text. */
export class IniSyntaxError extends Error {
  /** Counts from 1. */
  readonly line: number;

  constructor(reason: string, line: number) {
    super(reason);
    this.line = line;
  }
}

export type Ini = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * The sections of a credentials file and their values.
 *
 *     file    = *( line end-of-line )          LF or CRLF; white space around a line means nothing
 *     line    = "" | comment | "[" name "]" [comment] | key "=" value [comment]
 *     comment = ("#" | ";") anything           at the start of a line, or after white space
 *     value   = bare | '"' text '"' | "'" text "'"
 *
 * A bare value goes to the end of its line, or to a comment. In double quotes `\"` and `\\` stand for `"` and `\`;
 * every other backslash is one. Keys are the same in any case, names of sections are not. Nothing continues on the next
 * line. A value outside a section, a section or a key that is there twice, and any other line throw `IniSyntaxError`.
 */
export function parseIni(text: string): Ini {
  const sections = new Map<string, Map<string, string>>();
  let current: Map<string, string> | undefined;
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const fail = (reason: string): never => {
      throw new IniSyntaxError(reason, index + 1);
    };
    const line = raw.trim();
    if (line === '' || startsComment(line)) continue;
    if (line.startsWith('[')) {
      const name = readName(line) ?? fail('a section name does not end');
      if (name === '') fail('a section has no name');
      if (sections.has(name)) fail('a section is there for the second time');
      current = new Map();
      sections.set(name, current);
      continue;
    }
    const equals = line.indexOf('=');
    if (equals < 1) fail('it is neither a section nor a key with a value');
    if (current === undefined) return fail('a value comes before the first section');
    const key = line.slice(0, equals).trim().toLowerCase();
    if (current.has(key)) fail('a key is there for the second time');
    current.set(key, readValue(line.slice(equals + 1).trim()) ?? fail('a quote does not end, or something follows it'));
  }
  return sections;
}

function startsComment(text: string): boolean {
  return text.startsWith('#') || text.startsWith(';');
}

/** Nothing, or a comment after white space. */
function isRest(text: string): boolean {
  return text === '' || (/^\s/.test(text) && startsComment(text.trimStart()));
}

function readName(line: string): string | undefined {
  const end = line.indexOf(']');
  return end !== -1 && isRest(line.slice(end + 1)) ? line.slice(1, end).trim() : undefined;
}

function readValue(text: string): string | undefined {
  const quote = text[0];
  if (quote !== '"' && quote !== "'") {
    if (startsComment(text)) return '';
    const comment = text.search(/\s[#;]/);
    return comment === -1 ? text : text.slice(0, comment).trimEnd();
  }
  let value = '';
  for (let at = 1; at < text.length; at += 1) {
    const char = text[at];
    const next = text[at + 1];
    if (char === quote) return isRest(text.slice(at + 1)) ? value : undefined;
    if (quote === '"' && char === '\\' && (next === '"' || next === '\\')) {
      value += next;
      at += 1;
    } else value += char;
  }
  return undefined;
}
