import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAst } from 'rolldown/parseAst';

/** A node of the syntax tree (ESTree with types), as far as it matters here. */
interface Node {
  type: string;
  [key: string]: unknown;
}

export interface SourceTexts {
  /** Sentences and parts of them, `{}` for each value, by the file (below `src/`) that they stand in. */
  sentences: Map<string, Set<string>>;
  /** Every other string: single words, names, formats. */
  words: Set<string>;
}

/** Calls that look for a text, and do not show one. */
const searches = new Set(['includes', 'startsWith', 'endsWith', 'indexOf', 'split', 'replaceAll', 'test', 'debug']);

/** More variants of a text than this are not told apart: what differs becomes a value. */
const mostVariants = 8;

const isNode = (value: unknown): value is Node => typeof (value as Node | null)?.type === 'string';
const node = (value: unknown): Node => value as Node;
const nodes = (value: unknown): Node[] => value as Node[];

/** Without the names of properties, which are no texts. */
function childrenOf(parent: Node): Node[] {
  return Object.entries(parent).flatMap(([name, value]) => {
    if (name === 'key' && parent.computed === false) return [];
    return (Array.isArray(value) ? value : [value]).filter(isNode);
  });
}

function walk(start: Node, visit: (current: Node) => boolean): void {
  if (visit(start)) for (const child of childrenOf(start)) walk(child, visit);
}

/** What `const` names mean in a file, of those that are declared once. */
function constantsOf(program: Node): Map<string, Node> {
  const declared = new Map<string, Node | undefined>();
  const declare = (name: string, value?: Node): void => void declared.set(name, declared.has(name) ? undefined : value);
  const declarePattern = (pattern: Node): void => {
    walk(pattern, (current) => {
      if (current.type === 'Identifier') declare(current.name as string);
      return !current.type.startsWith('TS');
    });
  };
  walk(program, (current) => {
    if (current.type === 'VariableDeclarator') {
      const id = node(current.id);
      if (id.type === 'Identifier') declare(id.name as string, isNode(current.init) ? current.init : undefined);
      else declarePattern(id);
    }
    for (const parameter of (current.params as Node[] | undefined) ?? []) declarePattern(parameter);
    return true;
  });
  return new Map([...declared].filter((entry): entry is [string, Node] => entry[1] !== undefined));
}

interface Reading {
  /** What `const` names of the file mean. */
  constants: Map<string, Node>;
  /** Values of those that became part of a text. */
  inlined: Set<Node>;
  /** What became a mere value of a text, and may hold texts of its own. */
  values: Node[];
}

/** All texts that an expression of strings can give, `{}` for each value; `undefined` when it is none. */
function variantsOf(start: Node, { constants, inlined, values }: Reading): string[] | undefined {
  const orValue = (current: Node, found: string[] | undefined): string[] => {
    if (found === undefined) values.push(current);
    return found ?? ['{}'];
  };
  const of = (current: Node, depth: number): string[] | undefined => {
    if (depth > 5) return undefined;
    switch (current.type) {
      case 'Literal':
        return typeof current.value === 'string' ? [current.value.replaceAll('{}', '{ }')] : undefined;
      case 'TemplateLiteral': {
        const quasis = nodes(current.quasis).map(({ value }) => (value as { cooked: string }).cooked);
        const [head = '', ...tails] = quasis.map((text) => text.replaceAll('{}', '{ }'));
        return nodes(current.expressions).reduce(
          (all, expression, index) => {
            const found = of(expression, depth + 1);
            const fits = found !== undefined && found.length * all.length <= mostVariants;
            const parts = orValue(expression, fits ? found : undefined);
            return all.flatMap((text) => parts.map((part) => text + part + tails[index]));
          },
          [head],
        );
      }
      case 'BinaryExpression': {
        if (current.operator !== '+') return undefined;
        const [left, right] = [node(current.left), node(current.right)];
        const [start, end] = [of(left, depth + 1), of(right, depth + 1)];
        if (start === undefined && end === undefined) return undefined;
        const ends = orValue(right, end);
        return orValue(left, start).flatMap((text) => ends.map((rest) => text + rest));
      }
      case 'ConditionalExpression': {
        const [yes, no] = [node(current.consequent), node(current.alternate)];
        const [some, others] = [of(yes, depth + 1), of(no, depth + 1)];
        if (some === undefined && others === undefined) return undefined;
        return [...orValue(yes, some), ...orValue(no, others)];
      }
      case 'Identifier': {
        const value = constants.get(current.name as string);
        const found = value === undefined ? undefined : of(value, depth + 1);
        if (value !== undefined && found !== undefined) inlined.add(value);
        return found;
      }
      default:
        return undefined;
    }
  };
  return of(start, 0)?.map((text) => text.replace(/(?:\{\})+/g, '{}'));
}

/** Two words, or a word beside a value. */
function isSentence(text: string): boolean {
  const words = text.match(/[A-Za-z]{2,}/g)?.length ?? 0;
  return / /.test(text) && (words >= 2 || (words === 1 && text.includes('{}')));
}

const isText = ({ type, operator }: Node): boolean =>
  type === 'Literal' || type === 'TemplateLiteral' || (type === 'BinaryExpression' && operator === '+');

function isSilent({ type, callee, operator }: Node): boolean {
  if (/^(?:Import|TS)/.test(type)) return type !== 'TSAsExpression' && type !== 'TSSatisfiesExpression';
  if (type === 'BinaryExpression') return /^[!=]==$/.test(operator as string);
  if (type === 'NewExpression') return (callee as Node).name === 'RegExp';
  if (type !== 'CallExpression') return false;
  const called = node(callee);
  const name = called.type === 'MemberExpression' ? node(called.property).name : called.name;
  return searches.has(name as string);
}

function readTexts(source: string): { sentences: Set<string>; words: Set<string> } {
  const program = node(parseAst(source, { lang: 'ts' }));
  const reading: Reading = { constants: constantsOf(program), inlined: new Set(), values: [] };
  const found: { start: Node; texts: string[] }[] = [];
  const visit = (current: Node): boolean => {
    if (isSilent(current)) return false;
    if (!isText(current)) return true;
    const texts = variantsOf(current, reading);
    if (texts !== undefined) found.push({ start: current, texts });
    return texts === undefined;
  };
  walk(program, visit);
  for (const value of reading.values) walk(value, visit);
  const hidden = new Set<Node>();
  for (const value of reading.inlined) walk(value, (current) => Boolean(hidden.add(current)));
  const linesOf = ({ texts }: { texts: string[] }): string[] =>
    texts.flatMap((text) => text.split('\n')).map((line) => line.trim());
  // A piece such as ` (hint: …)` is looked at where it is put in; a whole sentence may be shown alone as well.
  const isWhole = (text: string): boolean => /^[\w`"{].*[\w`"}.]$/s.test(text);
  const shown = found.filter(({ start, texts }) => !hidden.has(start) || texts.every(isWhole));
  return {
    sentences: new Set(shown.flatMap(linesOf).filter(isSentence)),
    words: new Set(found.flatMap(linesOf)),
  };
}

/** The texts of the source files below a folder, without those whose path matches. */
export function sourceTexts(folder: string, without: RegExp): SourceTexts {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts') && !without.test(file))
    .sort();
  const sentences = new Map<string, Set<string>>();
  const all = new Set<string>();
  for (const file of files) {
    const found = readTexts(readFileSync(join(folder, file), 'utf8'));
    if (found.sentences.size > 0) sentences.set(file, found.sentences);
    for (const word of found.words) all.add(word);
  }
  return { sentences, words: all };
}
