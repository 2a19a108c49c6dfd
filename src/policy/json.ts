/**
 * JSON that comes out as it went in: key order, numbers as they are spelled, `__proto__` as a key like any other.
 * `JSON.parse` rounds numbers beyond 2^53, moves keys like "10" to the front and lets the last of two equal keys win
 * silently; for a document that belongs to somebody else each of these is a change nobody asked for.
 */

/** A number as the text spells it. */
export class RawNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type Json = null | boolean | number | string | RawNumber | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Where and why a text is not JSON. Lines and columns count from 1. */
export class JsonSyntaxError extends Error {
  readonly line: number;
  readonly column: number;

  constructor(reason: string, text: string, offset: number) {
    super(reason);
    const before = text.slice(0, offset);
    this.line = before.split('\n').length;
    this.column = offset - before.lastIndexOf('\n');
  }
}

/** Key order of objects whose own order JavaScript would not keep. */
const keyOrders = new WeakMap<JsonObject, readonly string[]>();

/** An object without a prototype whose keys stay in the order given. Of equal keys the last wins. */
export function objectOf(entries: Iterable<readonly [string, Json]>): JsonObject {
  const object: Record<string, Json> = Object.create(null);
  const keys = new Set<string>();
  let reordered = false;
  for (const [key, value] of entries) {
    object[key] = value;
    keys.add(key);
    reordered ||= /^\d+$/.test(key);
  }
  if (reordered) keyOrders.set(object, [...keys]);
  return object;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isList(value) && !(value instanceof RawNumber);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

export function keysOf(object: JsonObject): readonly string[] {
  return keyOrders.get(object) ?? Object.keys(object);
}

/** The object's own value, so that `constructor` and the like are absent unless somebody wrote them. */
export function ownValue(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

export function entriesOf(object: JsonObject): [string, Json][] {
  const entries: [string, Json][] = [];
  for (const key of keysOf(object)) {
    const value = ownValue(object, key);
    if (value !== undefined) entries.push([key, value]);
  }
  return entries;
}

/** A copy with `key` set: in its place where it was there already, else at the end. */
export function withValue(object: JsonObject, key: string, value: Json): JsonObject {
  return objectOf([...entriesOf(object), [key, value]]);
}

/** Throws `JsonSyntaxError`, also for a key that an object has twice and for nesting deeper than `maxDepth`. */
export function parseJson(text: string, maxDepth: number): Json {
  let at = text.startsWith('\uFEFF') ? 1 : 0;

  function fail(reason: string, offset = at): never {
    throw new JsonSyntaxError(reason, text, offset);
  }

  function unexpected(expected: string): never {
    const point = text.codePointAt(at);
    if (point === undefined) fail(`expected ${expected}, found the end of the text`);
    fail(`expected ${expected}, found ${JSON.stringify(String.fromCodePoint(point))}`);
  }

  function skipSpace(): void {
    for (;;) {
      const code = text.charCodeAt(at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      at += 1;
    }
  }

  function readString(): string {
    const start = at;
    at += 1;
    for (;;) {
      const code = text.charCodeAt(at);
      if (Number.isNaN(code)) fail('a string does not end', start);
      if (code < 0x20) fail('a string holds a control character that is not escaped');
      at += 1;
      if (code === 0x22) break;
      if (code === 0x5c) {
        const length = escapeLength(text, at);
        if (length === 0) fail('a string holds an unknown escape', at - 1);
        at += length;
      }
    }
    return JSON.parse(text.slice(start, at)) as string;
  }

  function readNumber(): RawNumber {
    const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
    number.lastIndex = at;
    const match = number.exec(text);
    if (match === null) unexpected('a value');
    at = number.lastIndex;
    return new RawNumber(match[0]);
  }

  function readWord<T extends Json>(word: string, value: T): T {
    if (!text.startsWith(word, at)) unexpected('a value');
    at += word.length;
    return value;
  }

  function readArray(depth: number): Json[] {
    const items: Json[] = [];
    at += 1;
    skipSpace();
    if (text[at] === ']') {
      at += 1;
      return items;
    }
    for (;;) {
      items.push(readValue(depth));
      if (text[at] === ']') break;
      if (text[at] !== ',') unexpected('"," or "]"');
      at += 1;
    }
    at += 1;
    return items;
  }

  function readObject(depth: number): JsonObject {
    const entries = new Map<string, Json>();
    at += 1;
    skipSpace();
    if (text[at] === '}') {
      at += 1;
      return objectOf([]);
    }
    for (;;) {
      skipSpace();
      if (text[at] !== '"') unexpected('a key in double quotes');
      const keyAt = at;
      const key = readString();
      if (entries.has(key)) fail(`the key ${JSON.stringify(key.slice(0, 64))} is there twice`, keyAt);
      skipSpace();
      if (text[at] !== ':') unexpected('":"');
      at += 1;
      entries.set(key, readValue(depth));
      if (text[at] === '}') break;
      if (text[at] !== ',') unexpected('"," or "}"');
      at += 1;
    }
    at += 1;
    return objectOf(entries);
  }

  function readBare(depth: number): Json {
    switch (text[at]) {
      case '{':
      case '[':
        if (depth >= maxDepth) fail(`it is nested deeper than ${maxDepth} levels`);
        return text[at] === '{' ? readObject(depth + 1) : readArray(depth + 1);
      case '"':
        return readString();
      case 't':
        return readWord('true', true);
      case 'f':
        return readWord('false', false);
      case 'n':
        return readWord('null', null);
      default:
        return readNumber();
    }
  }

  function readValue(depth: number): Json {
    skipSpace();
    const value = readBare(depth);
    skipSpace();
    return value;
  }

  const value = readValue(0);
  if (at < text.length) unexpected('the end of the text');
  return value;
}

/** Length of the escape whose backslash stands just before `at`, without the backslash; 0 when there is no such escape. */
function escapeLength(text: string, at: number): number {
  if (text[at] === 'u') return /^[0-9a-fA-F]{4}$/.test(text.slice(at + 1, at + 5)) ? 5 : 0;
  return text[at] !== undefined && '"\\/bfnrt'.includes(text[at] ?? '') ? 1 : 0;
}

/** `indent` is the white space of one level; empty means compact, without any. */
export function formatJson(value: Json, indent: string): string {
  const chunks: string[] = [];
  const [colon, lineEnd] = indent === '' ? [':', ''] : [': ', '\n'];

  function writeAll<T>(
    open: string,
    items: readonly T[],
    close: string,
    depth: number,
    write: (item: T) => void,
  ): void {
    chunks.push(open);
    items.forEach((item, index) => {
      chunks.push(index === 0 ? '' : ',', lineEnd, indent.repeat(depth + 1));
      write(item);
    });
    if (items.length > 0) chunks.push(lineEnd, indent.repeat(depth));
    chunks.push(close);
  }

  function writeValue(item: Json, depth: number): void {
    if (item instanceof RawNumber) chunks.push(item.text);
    else if (isList(item)) writeAll('[', item, ']', depth, (entry) => writeValue(entry, depth + 1));
    else if (isObject(item)) {
      writeAll('{', entriesOf(item), '}', depth, ([key, entry]) => {
        chunks.push(JSON.stringify(key), colon);
        writeValue(entry, depth + 1);
      });
    } else chunks.push(JSON.stringify(item));
  }

  writeValue(value, 0);
  return chunks.join('');
}
