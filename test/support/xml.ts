const name = String.raw`[A-Za-z_:][\w:.-]*`;
const token = new RegExp(
  [String.raw`<(${name})((?:\s+${name}="[^<"]*")*)\s*(/?)>`, String.raw`</(${name})\s*>`, '[^<]+'].join('|'),
  'gy',
);
const reference = /&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-fA-F]+);)/;
const forbidden = /[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|\]\]>/u;

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' };

export interface Xml {
  /** Names of the elements, in order. */
  elements: string[];
  /** Everything between them, in order. */
  text: string;
}

/** Reads XML of elements, attributes in double quotes and text; throws where it is not well-formed, or is more than that. */
export function readXml(source: string): Xml {
  const open: string[] = [];
  const elements: string[] = [];
  let text = '';
  token.lastIndex = 0;
  while (token.lastIndex < source.length) {
    const at = token.lastIndex;
    const [whole, opened, attributes = '', closes, closed] = token.exec(source) ?? [];
    const fail = (what: string) => new Error(`${what} at ${at}: ${source.slice(at, at + 60)}`);
    if (whole === undefined) throw fail('no XML');
    if (reference.test(whole) || forbidden.test(whole)) throw fail('a character that must be escaped');
    if (opened !== undefined) {
      if (open.length === 0 && elements.length > 0) throw fail('a second root');
      const named = [...attributes.matchAll(/\s([^\s=]+)=/g)].map(([, attribute]) => attribute);
      if (new Set(named).size !== named.length) throw fail('an attribute twice');
      elements.push(opened);
      if (closes === '') open.push(opened);
    } else if (closed !== undefined) {
      if (open.pop() !== closed) throw fail('a wrong end');
    } else {
      if (open.length === 0 && whole.trim() !== '') throw fail('text outside of the root');
      text += whole.replace(/&(amp|lt|gt|quot);/g, (_, entity: string) => entities[entity] ?? '');
    }
  }
  if (open.length > 0 || elements.length === 0) throw new Error(`no end of ${open.at(-1) ?? 'the document'}`);
  return { elements, text };
}
