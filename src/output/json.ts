import { escapeControl } from './plain.ts';
import { formatUtc } from './time.ts';

/** A key without a value is there, as null: readers need not tell "absent" from "unknown key". */
function replaceValue(this: unknown, key: string, value: unknown): unknown {
  const original = (this as Record<string, unknown>)[key];
  if (original instanceof Date && value !== null) return formatUtc(original);
  return value === undefined ? null : value;
}

/**
 * One JSON document with `schemaVersion: 1` first, keys in the order given, times as UTC ISO 8601, `undefined` as null,
 * and a line break at its end. What a terminal could obey, or would not show, is escaped.
 * @param options.line on a single line, for commands that print one document a round
 */
export function formatJson(document: object, options: { line?: boolean } = {}): string {
  const json = JSON.stringify({ schemaVersion: 1, ...document }, replaceValue, options.line ? undefined : 2);
  return `${escapeControl(json)}\n`;
}
