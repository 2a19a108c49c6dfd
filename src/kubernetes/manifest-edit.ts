import { isDeepStrictEqual } from 'node:util';
import { ToolError } from '../errors.ts';
import type { InjectionChange } from './inject.ts';
import { insertText } from './manifest-insert.ts';
import { rewriteText } from './manifest-rewrite.ts';
import { type Manifest, parseManifest, type Yaml } from './manifest-stream.ts';

export interface EditedManifest {
  text: string;
  /** False when only lines were added; true when the document had to be written anew, in another layout. */
  rewritten: boolean;
}

/**
 * The text with the changes made. What is there stays as it is written wherever that is possible. What comes out is read
 * back and compared. `name` says in messages where the manifest comes from; throws `FILE_INVALID` when it cannot be done.
 */
export function editManifest(
  manifest: Manifest,
  changes: readonly InjectionChange[],
  name: string,
  yaml: Yaml,
): EditedManifest {
  if (changes.length === 0) return { text: manifest.text, rewritten: false };
  const wanted = withChanges(manifest.value, changes);
  const isRight = (text: string | undefined): text is string => text !== undefined && says(text, wanted, yaml);
  const inserted = insertText(manifest, changes, yaml);
  if (isRight(inserted)) return { text: inserted, rewritten: false };
  const rewritten = rewriteText(manifest, changes, yaml);
  if (isRight(rewritten)) return { text: rewritten, rewritten: true };
  throw new ToolError('FILE_INVALID', `a document of ${name} cannot be changed: its aliases or tags stand in the way`, {
    hint: 'write its pods without anchors, aliases and tags',
  });
}

function says(text: string, wanted: unknown, yaml: Yaml): boolean {
  try {
    return isDeepStrictEqual(parseManifest(text, '', 1, yaml).value, wanted);
  } catch {
    return false;
  }
}

/** A copy in which no part is shared, with the changes made. */
function withChanges(value: unknown, changes: readonly InjectionChange[]): unknown {
  let copy = unshared(value);
  for (const { path, value: added } of changes) copy = withChange(copy, path, added);
  return copy;
}

function withChange(node: unknown, [step, ...rest]: readonly (string | number)[], added: unknown): unknown {
  if (step === undefined) return added;
  if (Array.isArray(node)) {
    if (step === '-') return [...node, added];
    return node.map((item, index) => (index === step ? withChange(item, rest, added) : item));
  }
  const record = node as Record<string, unknown>;
  return { ...record, [step]: withChange(record[step], rest, added) };
}

function unshared(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unshared);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unshared(item)]));
}
