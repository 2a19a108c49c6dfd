/** Kubernetes manifests as kubectl takes them: YAML documents, or JSON values one after the other. */
import type { Document } from 'yaml';
import { ToolError } from '../errors.ts';

export type Yaml = typeof import('yaml');

export interface Manifest {
  /** As it stands in the stream, its `---` included. The texts of a stream, joined, are the stream. */
  text: string;
  /** What it says; `null` when it is empty. Parts of it may be one and the same object, where the text has aliases. */
  value: unknown;
  /** Offsets in it count from the start of `text`. */
  document: Document;
}

/** Larger than any manifest that an API server takes. */
export const maxManifestBytes = 4 * 1024 * 1024;

/**
 * YAML as kubectl reads it: 1.1, where `on` is a boolean and 0644 is octal. A warning of the library would go to stderr,
 * past the log, and show what it is about.
 */
export const yamlOptions = { version: '1.1', uniqueKeys: true, prettyErrors: false, logLevel: 'error' } as const;

/**
 * Every document of a stream. `name` says in messages where it comes from.
 * Throws `FILE_INVALID` for text that is no YAML, has a key twice, or means far more values than it has.
 */
export function parseManifests(text: string, name: string, yaml: Yaml): Manifest[] {
  if (text.length > maxManifestBytes) {
    throw new ToolError('FILE_INVALID', `${name} is too large: manifests may have ${maxManifestBytes} bytes`);
  }
  const pieces = splitJson(text) ?? splitYaml(text, name, yaml);
  let line = 1;
  return pieces.map((piece) => {
    const manifest = parseManifest(piece, name, line, yaml);
    line += piece.split('\n').length - 1;
    return manifest;
  });
}

/** One document. `line` is that of the stream at which `text` starts. Throws `FILE_INVALID`. */
export function parseManifest(text: string, name: string, line: number, yaml: Yaml): Manifest {
  const lines = new yaml.LineCounter();
  const invalid = (at: string, what: string) => new ToolError('FILE_INVALID', `${name}:${at}: ${what}`);
  const place = (offset: number): string => {
    const found = lines.linePos(offset);
    return `${line + found.line - 1}:${found.col}`;
  };
  try {
    const document = yaml.parseDocument(text, { ...yamlOptions, lineCounter: lines }) as Document;
    const [problem] = document.errors;
    if (problem !== undefined) throw invalid(place(problem.pos[0]), problem.message);
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    if (holdsItself(value)) throw new ReferenceError();
    return { text, value, document };
  } catch (error) {
    if (error instanceof ToolError) throw error;
    // The parser recurses, so that thousands of brackets end its stack; a bomb of aliases ends here, too.
    const what = error instanceof ReferenceError ? 'its aliases mean too much or nothing' : 'it cannot be read as YAML';
    throw invalid(`${line}:1`, what);
  }
}

/** Whether an alias stands within what it stands for. */
function holdsItself(value: unknown, above: Set<unknown> = new Set(), known: Set<unknown> = new Set()): boolean {
  if (typeof value !== 'object' || value === null || known.has(value)) return false;
  if (above.has(value)) return true;
  above.add(value);
  const found = Object.values(value).some((part) => holdsItself(part, above, known));
  above.delete(value);
  known.add(value);
  return found;
}

function splitYaml(text: string, name: string, yaml: Yaml): string[] {
  let ends: number[];
  try {
    const documents = yaml.parseAllDocuments(text, yamlOptions);
    ends = 'empty' in documents ? [] : documents.map(({ range }) => range[2]);
  } catch {
    throw new ToolError('FILE_INVALID', `${name} cannot be read as YAML`);
  }
  // The last one takes what follows it.
  const cuts = [0, ...ends.slice(0, -1), text.length];
  return cuts.slice(1).map((end, index) => text.slice(cuts[index], end));
}

/** `undefined` for a text that is no more than one JSON value, or is something else. */
function splitJson(text: string): string[] | undefined {
  const ends: number[] = [];
  let depth = 0;
  let isText = false;
  if (!/^\s*\{/.test(text)) return undefined;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text[index];
    if (isText && unit === '\\') index += 1;
    else if (unit === '"') isText = !isText;
    else if (!isText && (unit === '{' || unit === '[')) depth += 1;
    else if (!isText && (unit === '}' || unit === ']') && --depth === 0) ends.push(index + 1);
  }
  if (ends.length < 2) return undefined;
  const cuts = [0, ...ends.slice(0, -1), text.length];
  const pieces = cuts.slice(1).map((end, index) => text.slice(cuts[index], end));
  return pieces.every(isJson) ? pieces : undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
