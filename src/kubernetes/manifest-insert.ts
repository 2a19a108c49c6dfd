/** Changes made in the text, so that comments, layout and order of everything that is there stay as they are. */
import type { Document, Node, Pair, YAMLMap, YAMLSeq } from 'yaml';
import type { InjectionChange } from './inject.ts';
import { replaceValue } from './manifest-replace.ts';
import type { Manifest, Yaml } from './manifest-stream.ts';

interface Insertion {
  offset: number;
  /** Where the text that makes way for it ends; absent when none does. */
  end?: number;
  /** Of two at one place, what stands deeper comes first. */
  depth: number;
  text: string;
}

/** New items of a list, or new keys of a mapping. */
interface Addition {
  parent: readonly (string | number)[];
  items: unknown[];
  keys: Record<string, unknown>;
}

/** The text with the changes; `undefined` where text alone cannot make them. The caller reads it back. */
export function insertText(
  { text, document }: Manifest,
  changes: readonly InjectionChange[],
  yaml: Yaml,
): string | undefined {
  const insertions: Insertion[] = [];
  for (const addition of additionsOf(changes)) {
    const target = document.getIn(addition.parent, true);
    if (!yaml.isCollection(target) || target.range === undefined || target.range === null) return undefined;
    const node = target as YAMLMap | YAMLSeq;
    const depth = addition.parent.length;
    const keys: [string, unknown][] = [];
    for (const [key, value] of Object.entries(addition.keys)) {
      const replacement = yaml.isMap<Node, Node | null>(node) ? replaceValue(node, key, value, yaml) : undefined;
      if (replacement === undefined) keys.push([key, value]);
      else insertions.push({ ...replacement, depth });
    }
    if (addition.items.length === 0 && keys.length === 0) continue;
    const added = { ...addition, keys: Object.fromEntries(keys) };
    const insertion = node.flow ? intoFlow(text, node, added) : intoBlock(text, node, added, document, yaml);
    if (insertion === undefined) return undefined;
    insertions.push({ ...insertion, depth });
  }
  insertions.sort((a, b) => b.offset - a.offset || a.depth - b.depth);
  return insertions.reduce(
    (whole, { offset, end = offset, text: added }) => whole.slice(0, offset) + added + whole.slice(end),
    text,
  );
}

function additionsOf(changes: readonly InjectionChange[]): Addition[] {
  const additions = new Map<string, Addition>();
  for (const { path, value } of changes) {
    const parent = path.slice(0, -1);
    const key = parent.join('/');
    const addition = additions.get(key) ?? { parent, items: [], keys: {} };
    additions.set(key, addition);
    const last = path.at(-1);
    if (last === '-') addition.items.push(value);
    else addition.keys[String(last)] = value;
  }
  return [...additions.values()];
}

/** Lines after the last line of the collection, indented like its first entry. */
function intoBlock(
  text: string,
  node: YAMLMap | YAMLSeq,
  { items, keys }: Addition,
  document: Document,
  yaml: Yaml,
): Omit<Insertion, 'depth'> | undefined {
  const start = node.range?.[0];
  const end = endOf(node, yaml);
  if (start === undefined || end === undefined) return undefined;
  const newLine = text.includes('\r\n') ? '\r\n' : '\n';
  const indent = ' '.repeat(columnOf(text, start));
  const lines = yaml
    .stringify(yaml.isSeq(node) ? items : keys, {
      version: '1.1',
      lineWidth: 0,
      indentSeq: hasIndentedLists(text, document, yaml),
    })
    .trimEnd()
    .split('\n')
    .map((line) => indent + line);
  const isLineStart = end === 0 || text[end - 1] === '\n';
  const lineEnd = text.indexOf('\n', end);
  if (isLineStart) return { offset: end, text: lines.map((line) => line + newLine).join('') };
  if (lineEnd >= 0) return { offset: lineEnd + 1, text: lines.map((line) => line + newLine).join('') };
  return { offset: text.length, text: lines.map((line) => newLine + line).join('') };
}

/** Where the text of a node ends, comments and empty lines after it not counted. */
function endOf(node: unknown, yaml: Yaml): number | undefined {
  if (yaml.isCollection(node) && !(node as YAMLMap | YAMLSeq).flow) {
    const last = (node as YAMLMap | YAMLSeq).items.at(-1);
    if (!yaml.isPair(last)) return endOf(last, yaml);
    const value = endOf(last.value, yaml);
    return value ?? endOf(last.key, yaml);
  }
  return yaml.isNode(node) ? node.range?.[1] : undefined;
}

/** True unless the first list under a key starts in the column of that key. */
function hasIndentedLists(text: string, document: Document, yaml: Yaml): boolean {
  let indented: boolean | undefined;
  yaml.visit(document, {
    Pair(_key, pair: Pair) {
      const { key, value } = pair as Pair<Node, Node | null>;
      if (!yaml.isSeq(value) || value.flow || !value.range || !key.range) return undefined;
      indented = columnOf(text, value.range[0]) > columnOf(text, key.range[0]);
      return yaml.visit.BREAK;
    },
  });
  return indented ?? true;
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

/** Entries before the closing bracket, on lines of their own when the first one is. */
function intoFlow(
  text: string,
  node: YAMLMap | YAMLSeq,
  { items, keys }: Addition,
): Omit<Insertion, 'depth'> | undefined {
  const [start, end] = node.range ?? [];
  if (start === undefined || end === undefined) return undefined;
  const first = startOf(node.items[0]);
  const inside = text.slice(start + 1, end - 1);
  // A comment in there would swallow what is put behind it.
  if (/(^|\s)#/.test(inside)) return undefined;
  const lead = first === undefined ? '' : text.slice(start + 1, first);
  const isTall = lead.includes('\n');
  const column = isTall && first !== undefined ? columnOf(text, first) : 0;
  const entries = [...items.map((value) => ['', value] as const), ...Object.entries(keys)];
  const rendered = entries.map(([key, value]) => {
    const json = isTall ? JSON.stringify(value, null, indentUnit(text, start, column)) : JSON.stringify(value);
    const body = json.replaceAll('\n', `\n${' '.repeat(column)}`);
    return key === '' ? body : `${JSON.stringify(key)}:${isTall || inside.includes(': ') ? ' ' : ''}${body}`;
  });
  const between = isTall ? `,\n${' '.repeat(column)}` : inside.includes(', ') ? ', ' : ',';
  const contentEnd = start + 1 + inside.trimEnd().length;
  // A comma may stand after the last entry already.
  const opening = node.items.length === 0 || inside.trimEnd().endsWith(',') ? between.slice(1) : between;
  return { offset: contentEnd, text: (node.items.length === 0 ? '' : opening) + rendered.join(between) };
}

function startOf(item: unknown): number | undefined {
  const node = (item as Pair<Node> | undefined)?.key ?? (item as Node | undefined);
  return (node as Node | undefined)?.range?.[0];
}

/** How much deeper an entry stands than the line that opens its collection. */
function indentUnit(text: string, start: number, column: number): number {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const opening = /^[ ]*/.exec(text.slice(lineStart, start))?.[0].length ?? 0;
  return column > opening ? column - opening : 2;
}
