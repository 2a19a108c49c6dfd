import type { Node, YAMLMap } from 'yaml';
import type { Yaml } from './manifest-stream.ts';

export interface Replacement {
  offset: number;
  /** Where what is replaced ends. */
  end: number;
  text: string;
}

/**
 * Another text for a key whose value is a text or another plain value, in the quotes that it has; `undefined` for a key
 * that is not there, and where a text cannot take the place of the value.
 */
export function replaceValue(map: YAMLMap<Node, Node | null>, key: string, value: unknown, yaml: Yaml) {
  const node = map.items.find((pair) => yaml.isScalar(pair.key) && pair.key.value === key)?.value;
  if (typeof value !== 'string' || !yaml.isScalar(node) || !node.range) return undefined;
  const text = quotedAs(node.type, value, yaml);
  const [offset, end] = node.range;
  return text === undefined || offset === end ? undefined : ({ offset, end, text } satisfies Replacement);
}

function quotedAs(type: string | undefined, value: string, yaml: Yaml): string | undefined {
  if (type === 'QUOTE_DOUBLE') return JSON.stringify(value);
  if (type === 'QUOTE_SINGLE') return `'${value.replaceAll("'", "''")}'`;
  return type === 'PLAIN' ? yaml.stringify(value, { version: '1.1', lineWidth: 0 }).trimEnd() : undefined;
}
