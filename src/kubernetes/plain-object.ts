/** An object as JSON or YAML gives it: nothing is known of its values. */
export type PlainRecord = Readonly<Record<string, unknown>>;

/** True for objects with own keys; false for lists, dates and null. */
export function isRecord(value: unknown): value is PlainRecord {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The value of an own key that is an object; empty for anything else. */
export function recordAt(value: unknown, key: string): PlainRecord {
  const found = isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return isRecord(found) ? found : {};
}

/** Text from elsewhere for a message: quoted, escaped, and cut where it is long. */
export function shown(value: unknown): string {
  const text = JSON.stringify(typeof value === 'string' && value.length > 80 ? `${value.slice(0, 80)}…` : value);
  return text === undefined ? String(value) : text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
