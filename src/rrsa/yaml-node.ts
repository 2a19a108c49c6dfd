import type { Alias, Document, LineCounter, Node } from 'yaml';
import { messageOf, ToolError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { quoted } from '../policy/name.ts';

/** Aliases may make a small file large; more values than this are read from none. */
const MAX_VALUES = 500_000;
/** Each is looked up in the whole document. */
const MAX_ALIASES = 1_000;

interface Source {
  /** For messages, as the user named it. */
  file: string;
  document: Document;
  lines: LineCounter;
  yaml: typeof import('yaml');
  values: number;
  aliases: number;
}

/**
 * The root of a YAML (or JSON) text. Loads the library. Throws `FILE_INVALID` with line and column for text that is not
 * YAML, has a key twice, more than one document, or a tag that is no standard one.
 */
export async function parseYaml(text: string, file: string): Promise<YamlNode> {
  const yaml = await import('yaml');
  const lines = new yaml.LineCounter();
  const document = (() => {
    try {
      return yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, logLevel: 'error' });
    } catch (error) {
      // The parser recurses, so that thousands of brackets end its stack.
      throw new ToolError('FILE_INVALID', `${file}:1:1: it cannot be read as YAML: ${messageOf(error)}`);
    }
  })();
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) {
    const { line, col } = lines.linePos(problem.pos[0]);
    throw new ToolError('FILE_INVALID', `${file}:${line}:${col}: ${problem.message}`);
  }
  return new YamlNode({ file, document, lines, yaml, values: 0, aliases: 0 }, document.contents, '');
}

/** A value that knows where it stands. Every reader throws `FILE_INVALID` with file, line, column and path. */
export class YamlNode {
  readonly #source: Source;
  readonly #node: Node | null | undefined;
  readonly #offset: number;
  /** `roles[0].name`; empty for the root. */
  readonly path: string;

  constructor(source: Source, node: unknown, path: string, fallbackOffset = 0) {
    this.#source = source;
    this.path = path;
    const written = node as Node | null | undefined;
    this.#offset = written?.range?.[0] ?? fallbackOffset;
    source.values += 1;
    if (source.values > MAX_VALUES) throw this.fail(`makes the file too large: it has more than ${MAX_VALUES} values`);
    this.#node = source.yaml.isAlias(written) ? this.#resolve(written) : written;
  }

  /** `file:line:column`. */
  get place(): string {
    const { file, lines } = this.#source;
    const { line, col } = lines.linePos(this.#offset);
    return `${file}:${line}:${col}`;
  }

  fail(problem: string): ToolError {
    return new ToolError('FILE_INVALID', `${this.place}: ${this.path === '' ? 'the file' : this.path} ${problem}`);
  }

  /** The values of a mapping. A key that is not in `known` is refused, with the one that it may have been meant for. */
  fields(known: readonly string[]): YamlFields {
    const fields = new Map<string, YamlNode>();
    for (const { key, at, value } of this.entries()) {
      if (!known.includes(key)) {
        const meant = nearest(key, known);
        const hint = meant === undefined ? `it has ${known.join(', ')}` : `did you mean ${meant}?`;
        throw at.fail(`has no key ${quoted(key)}; ${hint}`);
      }
      fields.set(key, value);
    }
    return new YamlFields(this, fields);
  }

  /** Keys and values of a mapping, in order. `at` is the mapping itself at the place of the key. */
  entries(): { key: string; at: YamlNode; value: YamlNode }[] {
    const { isMap, isScalar } = this.#source.yaml;
    if (!isMap(this.#node)) throw this.fail('is not a mapping');
    return this.#node.items.map((pair) => {
      const at = new YamlNode(this.#source, pair.key, this.path, this.#offset);
      const key = isScalar(pair.key) ? String(pair.key.value) : undefined;
      if (key === undefined) throw at.fail('has a key that is no word');
      const path = this.path === '' ? key : `${this.path}.${key}`;
      return { key, at, value: new YamlNode(this.#source, pair.value, path, at.#offset) };
    });
  }

  list(): YamlNode[] {
    if (!this.#source.yaml.isSeq(this.#node)) throw this.fail('is not a list (write [] for none)');
    return this.#node.items.map(
      (item, index) => new YamlNode(this.#source, item, `${this.path}[${index}]`, this.#offset),
    );
  }

  /** Text that `check` takes; what it throws becomes the problem. A number that is written without quotes is not text. */
  text(check: (text: string) => unknown = () => {}): string {
    const value = this.#scalar();
    if (typeof value !== 'string') throw this.fail('is not a string (put it in quotes)');
    try {
      check(value);
    } catch (error) {
      throw this.fail(`is not valid: ${messageOf(error)}`);
    }
    return value;
  }

  boolean(): boolean {
    const value = this.#scalar();
    if (typeof value !== 'boolean') throw this.fail('is neither true nor false');
    return value;
  }

  #scalar(): unknown {
    return this.#source.yaml.isScalar(this.#node) ? this.#node.value : undefined;
  }

  #resolve(alias: Alias): Node | undefined {
    this.#source.aliases += 1;
    if (this.#source.aliases > MAX_ALIASES) throw this.fail(`is one alias too many: a file may have ${MAX_ALIASES}`);
    const resolved = alias.resolve(this.#source.document) as Node | undefined;
    if (resolved === undefined) throw this.fail(`is an alias of nothing: there is no &${alias.source} before it`);
    return resolved;
  }
}

export class YamlFields {
  readonly #owner: YamlNode;
  readonly #fields: ReadonlyMap<string, YamlNode>;

  constructor(owner: YamlNode, fields: ReadonlyMap<string, YamlNode>) {
    this.#owner = owner;
    this.#fields = fields;
  }

  get(name: string): YamlNode | undefined {
    return this.#fields.get(name);
  }

  required(name: string): YamlNode {
    const node = this.get(name);
    if (node === undefined) throw this.#owner.fail(`has no ${name}`);
    return node;
  }

  /** Empty when absent. */
  list(name: string): YamlNode[] {
    return this.get(name)?.list() ?? [];
  }
}
