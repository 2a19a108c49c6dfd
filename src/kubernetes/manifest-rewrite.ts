/** Changes made on the parsed document, which is then written anew: for text with aliases and other rarities. */
import type { Document, Node, Pair, YAMLMap } from 'yaml';
import type { InjectionChange } from './inject.ts';
import { type Manifest, type Yaml, yamlOptions } from './manifest-stream.ts';

/** The text with the changes, comments and order kept, aliases written out; `undefined` where that cannot be done. */
export function rewriteText({ text }: Manifest, changes: readonly InjectionChange[], yaml: Yaml): string | undefined {
  try {
    const document = yaml.parseDocument(text, yamlOptions) as Document;
    writeOutAliases(document, yaml);
    for (const { path, value } of changes) {
      const node = document.createNode(value);
      if (path.at(-1) === '-') document.addIn(path.slice(0, -1), node);
      else document.setIn(path, node);
    }
    return document.toString({ lineWidth: 0, flowCollectionPadding: false, ...jsonStyle(text) });
  } catch {
    return undefined;
  }
}

/** New text in a JSON document is to be JSON. */
function jsonStyle(text: string) {
  if (!/^\s*\{\s*"/.test(text)) return {};
  return { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'QUOTE_DOUBLE', doubleQuotedAsJSON: true } as const;
}

/** A change of what an anchor names would change everything that refers to it. */
function writeOutAliases(document: Document, yaml: Yaml): void {
  const anchors = new Map<string, Node>();
  yaml.visit(document, {
    Node(_key, node) {
      if (yaml.isAlias(node)) return anchors.get(node.source)?.clone() as Node | undefined;
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
      return undefined;
    },
  });
  yaml.visit(document, {
    Node(_key, node) {
      delete (node as { anchor?: string }).anchor;
      if (yaml.isMap(node)) mergeKeys(node, yaml);
    },
  });
}

/** `<<: {…}` or `<<: [{…}, …]` as plain keys. A key of the mapping itself comes first, then those of the earlier mapping. */
function mergeKeys(map: YAMLMap, yaml: Yaml): void {
  // The library has a symbol for the plain key `<<`.
  const isMerge = (pair: Pair): boolean => yaml.isScalar(pair.key) && typeof pair.key.value === 'symbol';
  for (const pair of map.items.filter(isMerge)) {
    const sources = yaml.isSeq(pair.value) ? pair.value.items : [pair.value];
    map.items.splice(map.items.indexOf(pair), 1);
    for (const source of sources) {
      if (!yaml.isMap(source)) continue;
      mergeKeys(source, yaml);
      for (const item of source.items) if (!map.has(item.key)) map.add(item);
    }
  }
}
