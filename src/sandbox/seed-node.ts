import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node } from 'yaml';
import { messageOf, ToolError } from '../errors.ts';

export interface SeedSource {
  /** File name for messages. */
  file: string;
  document: Document;
  lines: LineCounter;
}

/** A value of the seed file that knows where it stands. Every reader throws `FILE_INVALID`, naming line and column. */
export class SeedNode {
  readonly #source: SeedSource;
  readonly #node: Node | undefined;
  /** `accounts[0].users`. */
  readonly path: string;

  constructor(source: SeedSource, node: unknown, path: string, at?: Node) {
    const resolved = isAlias(node) ? node.resolve(source.document) : node;
    this.#source = source;
    this.#node = (resolved as Node | null | undefined) ?? at;
    this.path = path;
  }

  fail(problem: string): ToolError {
    const { file, lines } = this.#source;
    const { line, col } = lines.linePos(this.#node?.range?.[0] ?? 0);
    const subject = this.path === '' ? '' : ` ${this.path}`;
    return new ToolError('FILE_INVALID', `${file}:${line}:${col}:${subject} ${problem}`.replace(/: {2}/, ': '));
  }

  /** The values of a mapping by key. A key that is not in `known` is refused, with the one it may have been meant for. */
  fields(known: readonly string[]): SeedFields {
    if (!isMap(this.#node)) throw this.fail('is not a mapping');
    const fields = new Map<string, SeedNode>();
    for (const { key, value } of this.#node.items) {
      const name = isScalar(key) ? String(key.value) : '';
      const place = new SeedNode(this.#source, key, this.path);
      if (!known.includes(name)) {
        const meant = nearestKey(name, known);
        const hint = meant === undefined ? `it has ${known.join(', ')}` : `did you mean ${meant}?`;
        throw place.fail(`has no key ${JSON.stringify(name.slice(0, 80))}; ${hint}`.trimStart());
      }
      const path = this.path === '' ? name : `${this.path}.${name}`;
      fields.set(name, new SeedNode(this.#source, value ?? key, path));
    }
    return new SeedFields(this, fields);
  }

  list(): SeedNode[] {
    if (!isSeq(this.#node)) throw this.fail('is not a list');
    return this.#node.items.map((item, index) => new SeedNode(this.#source, item, `${this.path}[${index}]`));
  }

  /** Text that matches `grammar` as a whole. A number that is written without quotes is not text. */
  text(grammar: RegExp, kind: string): string {
    const value = isScalar(this.#node) ? this.#node.value : undefined;
    if (typeof value !== 'string') throw this.fail('is not a string (put it in quotes)');
    if (!grammar.test(value)) throw this.fail(`is not ${kind}`);
    return value;
  }

  boolean(): boolean {
    const value = isScalar(this.#node) ? this.#node.value : undefined;
    if (typeof value !== 'boolean') throw this.fail('is neither true nor false');
    return value;
  }

  integer(min: number, max: number): number {
    const value = isScalar(this.#node) ? this.#node.value : undefined;
    if (!Number.isInteger(value) || Number(value) < min || Number(value) > max) {
      throw this.fail(`is not a whole number from ${min} to ${max}`);
    }
    return Number(value);
  }

  /** A mapping as JSON text; a string verbatim, so that a document may be one that cannot be read. */
  document(): string {
    if (isScalar(this.#node) && typeof this.#node.value === 'string') return this.#node.value;
    if (!isMap(this.#node)) throw this.fail('is neither a mapping nor a string');
    try {
      return JSON.stringify(this.#node.toJS(this.#source.document, { maxAliasCount: 100 }));
    } catch (cause) {
      throw this.fail(`has aliases that do not end: ${messageOf(cause)}`);
    }
  }
}

export class SeedFields {
  readonly #owner: SeedNode;
  readonly #fields: ReadonlyMap<string, SeedNode>;

  constructor(owner: SeedNode, fields: ReadonlyMap<string, SeedNode>) {
    this.#owner = owner;
    this.#fields = fields;
  }

  get(name: string): SeedNode | undefined {
    return this.#fields.get(name);
  }

  required(name: string): SeedNode {
    const node = this.get(name);
    if (node === undefined) throw this.#owner.fail(`has no ${name}`);
    return node;
  }

  /** Empty when absent. */
  list(name: string): SeedNode[] {
    return this.get(name)?.list() ?? [];
  }
}

/** The known key that shares most neighbouring pairs of letters with a mistyped one; none when it shares too few. */
function nearestKey(word: string, known: readonly string[]): string | undefined {
  if (word.length > 80) return undefined;
  const scored = known.map((key) => ({ key, likeness: likenessOf(word.toLowerCase(), key.toLowerCase()) }));
  const best = scored.sort((a, b) => b.likeness - a.likeness)[0];
  return best !== undefined && best.likeness >= 0.4 ? best.key : undefined;
}

/** Dice's coefficient over pairs of letters: 0 for nothing in common, 1 for the same word. */
function likenessOf(a: string, b: string): number {
  const pairs = pairsOf(a);
  const left = [...pairsOf(b)];
  let shared = 0;
  for (const pair of pairs) {
    const at = left.indexOf(pair);
    if (at < 0) continue;
    left.splice(at, 1);
    shared += 1;
  }
  return (2 * shared) / (pairs.length + pairsOf(b).length);
}

function pairsOf(word: string): string[] {
  const padded = ` ${word} `;
  return Array.from({ length: padded.length - 1 }, (_, index) => padded.slice(index, index + 2));
}
