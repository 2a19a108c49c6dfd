/**
 * Reads a `.env` file as docker compose does (compose-go's `dotenv`): bare values end at a space and `#`, single quotes
 * are literal but for `\'`, double quotes know escapes, and `$` is expanded outside of single quotes. What would be
 * expanded is an error here.
 */
export function readComposeEnvFile(text: string): Record<string, string> {
  const variables: Record<string, string> = {};
  let rest = text.replaceAll('\r\n', '\n');
  for (;;) {
    rest = rest.replace(/^(\s+|#[^\n]*(\n|$))*/, '');
    if (rest === '') return variables;
    const key = /^(?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t\v\f\r\u0085\u00a0]*/.exec(rest);
    if (key?.[1] === undefined) throw new Error(`no key at ${JSON.stringify(rest)}`);
    rest = rest.slice(key[0].length);
    const [value, length] = readValue(rest);
    variables[key[1]] = value;
    rest = rest.slice(length);
  }
}

function readValue(text: string): [value: string, length: number] {
  const quote = text[0];
  if (quote !== "'" && quote !== '"') {
    const line = /^[^\n]*/.exec(text)?.[0] ?? '';
    return [unexpanded((line.split('#')[0] ?? '').trimEnd()), line.length];
  }
  let value = '';
  for (let at = 1; at < text.length; at += 1) {
    if (text[at] === '\\' && text[at + 1] === quote) {
      value += quote;
      at += 1;
    } else if (text[at] === quote) {
      return [quote === '"' ? unexpanded(value) : value, at + 1];
    } else {
      value += text[at];
    }
  }
  throw new Error('a quote is not closed');
}

function unexpanded(value: string): string {
  if (/[$\\]/.test(value)) throw new Error(`would be expanded or unescaped: ${JSON.stringify(value)}`);
  return value;
}
