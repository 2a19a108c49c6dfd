/** Texts that are equal exactly when two parts of a policy say the same, however they are written. */
import { entriesOf, isList, isObject, type Json, objectOf, RawNumber } from './json.ts';

/** JSON with the keys of every object in one order. Lists keep theirs, and numbers their spelling. */
export function canonicalJson(value: Json): string {
  if (value instanceof RawNumber) return value.text;
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = entriesOf(value).map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`);
  return `{${members.sort().join(',')}}`;
}

/**
 * A statement in canonical form: a string and a list of that one string are the same, and so are lists that differ in
 * order or repetition, wherever the grammar takes "one or several". Keys that are no elements of the grammar count.
 */
export function statementMeaning(statement: Json): string {
  if (!isObject(statement)) return canonicalJson(statement);
  return canonicalJson(
    mapValues(statement, (key, value) => {
      if (key === 'Principal') return mapValues(value, (_, names) => asSet(names));
      if (key === 'Condition') return mapValues(value, (_, keys) => mapValues(keys, (_key, values) => asSet(values)));
      return key === 'Action' || key === 'NotAction' ? asSet(value) : value;
    }),
  );
}

function mapValues(value: Json, change: (key: string, item: Json) => Json): Json {
  if (!isObject(value)) return value;
  return objectOf(entriesOf(value).map(([key, item]) => [key, change(key, item)] as const));
}

function asSet(value: Json): Json {
  if (typeof value === 'string') return [value];
  if (!isList(value)) return value;
  const items = new Map(value.map((item) => [canonicalJson(item), item]));
  return [...items.keys()].sort().map((key) => items.get(key) ?? null);
}
