import { type ErrorCode, messageOf, ToolError } from '../errors.ts';
import {
  formatJson,
  isList,
  isObject,
  type JsonObject,
  JsonSyntaxError,
  objectOf,
  ownValue,
  parseJson,
} from './json.ts';

/**
 * A RAM policy, trust or permission, as an open document: keys nobody here knows, key order, the spelling of numbers,
 * a `Statement` that is one object, and values that are a string or a list all stay as they are. It is never changed
 * in place; a plan returns another document.
 */
export type PolicyDocument = JsonObject;

/** One statement, as open as the document. */
export type Statement = JsonObject;

const maxBytes = 1024 * 1024;
const maxDepth = 64;

/**
 * Reads a policy document. `what` names it in messages: `the trust policy of role oss-reader`.
 *
 * Throws a `ToolError` with `code` for text that is no JSON object with a `Statement` (an object, or a list of
 * objects), has a key twice in one object, is longer than 1 MiB, or is nested deeper than 64 levels.
 */
export function parsePolicy(text: string, what: string, code: ErrorCode = 'TRUST_POLICY_UNREADABLE'): PolicyDocument {
  const refuse = (reason: string): ToolError => new ToolError(code, `${what} is not a policy document: ${reason}`);
  if (text.length > maxBytes || Buffer.byteLength(text) > maxBytes) throw refuse('it is longer than 1 MiB');
  if (text.trim() === '') throw refuse('it is empty');
  const value = (() => {
    try {
      return parseJson(text, maxDepth);
    } catch (error) {
      if (!(error instanceof JsonSyntaxError)) throw error;
      throw refuse(`${messageOf(error)} (line ${error.line}, column ${error.column})`);
    }
  })();
  if (!isObject(value)) throw refuse('it is not a JSON object');
  const statement = ownValue(value, 'Statement');
  if (statement === undefined) throw refuse('it has no Statement');
  if (isList(statement)) {
    const wrong = statement.findIndex((item) => !isObject(item));
    if (wrong >= 0) throw refuse(`Statement ${wrong} is not an object`);
  } else if (!isObject(statement)) {
    throw refuse('Statement is neither an object nor a list');
  }
  return value;
}

/** `compact` has no white space at all; `indented` has two spaces a level. Neither ends with a line feed. */
export function formatPolicy(document: PolicyDocument, style: 'compact' | 'indented'): string {
  return formatJson(document, style === 'compact' ? '' : '  ');
}

/**
 * The statements in order, also where `Statement` is one object. Something that is no object, which `parsePolicy`
 * never lets in, becomes an empty statement (and so a malformed one), that indexes stay true.
 */
export function statementsOf(document: PolicyDocument): Statement[] {
  const value = ownValue(document, 'Statement');
  if (value === undefined) return [];
  const items = isList(value) ? value : [value];
  return items.map((item) => (isObject(item) ? item : objectOf([])));
}

/** A document that trusts nobody yet. */
export function emptyTrustPolicy(): PolicyDocument {
  return objectOf([
    ['Statement', []],
    ['Version', '1'],
  ]);
}
