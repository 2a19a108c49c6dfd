/** Makes a trust policy shorter without changing what it means. Pure. */
import { type PolicyDocument, type Statement, statementsOf } from './document.ts';
import { readStrings } from './evaluate.ts';
import { entriesOf, isObject, ownValue, withValue } from './json.ts';
import { statementMeaning } from './meaning.ts';

export interface CompactPlan {
  /** The document given when nothing can be merged. */
  document: PolicyDocument;
  /** Indexes, in the document given, of the statements that became one; each group has at least two, lowest first. */
  merged: number[][];
}

/** Operators under which the values of a key are alternatives, so that two lists of them are one longer list. */
const alternatives: readonly string[] = ['StringEquals', 'StringLike', 'StringEqualsIgnoreCase'];
const subjectKey = 'oidc:sub';

/**
 * Merges Allow statements that differ only in the values of `oidc:sub`, under one operator, into the first of them. It
 * keeps its form and gets the other values in their order. Everything else stays as it is, in its place.
 */
export function compactTrust(document: PolicyDocument): CompactPlan {
  const statements = statementsOf(document);
  const groups = groupsOf(statements);
  if (groups.length === 0) return { document, merged: [] };
  const compacted = new Map<number, Statement | undefined>();
  for (const { indexes, operator } of groups) {
    const [first = 0, ...others] = indexes;
    const subjects = indexes.flatMap((index) => subjectsOf(statements[index])?.subjects ?? []);
    compacted.set(first, withSubjects(statements[first], operator, [...new Set(subjects)]));
    for (const index of others) compacted.set(index, undefined);
  }
  const kept = statements
    .map((statement, index) => (compacted.has(index) ? compacted.get(index) : statement))
    .filter((statement) => statement !== undefined);
  return { document: withValue(document, 'Statement', kept), merged: groups.map(({ indexes }) => indexes) };
}

/** The groups of statements that `compactTrust` would merge, as indexes. */
export function mergeableStatements(document: PolicyDocument): number[][] {
  return groupsOf(statementsOf(document)).map(({ indexes }) => indexes);
}

interface Group {
  operator: string;
  indexes: number[];
}

function groupsOf(statements: readonly Statement[]): Group[] {
  const groups = new Map<string, Group>();
  for (const [index, statement] of statements.entries()) {
    const found = subjectsOf(statement);
    if (found === undefined) continue;
    const rest = statementMeaning(withSubjects(statement, found.operator, []) ?? statement);
    const group = groups.get(rest);
    if (group === undefined) groups.set(rest, { operator: found.operator, indexes: [index] });
    else group.indexes.push(index);
  }
  return [...groups.values()].filter(({ indexes }) => indexes.length > 1);
}

/** The one list of subjects of an Allow statement; `undefined` where there is none, or more than one, or no list of strings. */
function subjectsOf(statement: Statement | undefined): { operator: string; subjects: string[] } | undefined {
  if (statement === undefined || ownValue(statement, 'Effect') !== 'Allow') return undefined;
  const condition = ownValue(statement, 'Condition');
  if (!isObject(condition)) return undefined;
  const holders = entriesOf(condition).filter(([, keys]) => isObject(keys) && Object.hasOwn(keys, subjectKey));
  const [[operator, keys] = []] = holders;
  if (holders.length !== 1 || operator === undefined || !alternatives.includes(operator)) return undefined;
  const subjects = isObject(keys) ? readStrings(ownValue(keys, subjectKey)) : undefined;
  return subjects === undefined ? undefined : { operator, subjects };
}

function withSubjects(
  statement: Statement | undefined,
  operator: string,
  subjects: readonly string[],
): Statement | undefined {
  const condition = statement && ownValue(statement, 'Condition');
  const keys = isObject(condition) ? ownValue(condition, operator) : undefined;
  if (statement === undefined || !isObject(condition) || !isObject(keys)) return undefined;
  return withValue(statement, 'Condition', withValue(condition, operator, withValue(keys, subjectKey, subjects)));
}
