/**
 * Evaluates the `Condition` of a statement. Values of one key are alternatives; keys and operators must all be met.
 *
 * Where the answer cannot be known, it is the safe one: an Allow is not met, a Deny is. That holds for an operator
 * nobody here knows, for a value of policy or request that the operator cannot read (a date that is none), and for a
 * negated operator whose key the request does not have, about which RAM's documentation says nothing. A positive
 * operator whose key the request does not have is not met, for Allow and Deny alike.
 *
 * Operators and keys are compared in exact case.
 */
import { entriesOf, isList, isObject, type Json, RawNumber } from './json.ts';
import { conditionOperators } from './operators.ts';

/** What is known of a request: condition key → its values. Absent and empty both mean that the request has none. */
export type ConditionContext = Readonly<Record<string, readonly string[] | undefined>>;

export interface ConditionVerdict {
  operator: string;
  key: string;
  /** The policy's values; numbers and booleans as they are spelled. */
  expected: string[];
  /** The request's values; empty when it has none. */
  actual: string[];
  matched: boolean;
  /** Why the answer was the safe one and not a comparison. */
  problem?: string;
}

/** One operator and key of a `Condition`, read but not evaluated. */
export interface Condition {
  operator: string;
  key: string;
  /** `undefined` when it is neither a scalar nor a list of scalars. */
  expected: string[] | undefined;
}

/** The conditions in order; none when there is no `Condition`; `undefined` when it is not of the right form. */
export function readConditions(block: Json | undefined): Condition[] | undefined {
  if (block === undefined) return [];
  if (!isObject(block)) return undefined;
  const conditions: Condition[] = [];
  for (const [operator, keys] of entriesOf(block)) {
    if (!isObject(keys)) return undefined;
    for (const [key, values] of entriesOf(keys)) conditions.push({ operator, key, expected: readScalars(values) });
  }
  return conditions;
}

/** `whenUnsure` is the answer where there is no other: false for an Allow, true for a Deny. */
export function evaluateCondition(
  condition: Condition,
  context: ConditionContext,
  whenUnsure: boolean,
): ConditionVerdict {
  const { operator: name, key, expected = [] } = condition;
  const actual = Object.hasOwn(context, key) ? [...(context[key] ?? [])] : [];
  const unsure = (problem: string): ConditionVerdict => ({
    operator: name,
    key,
    expected,
    actual,
    matched: whenUnsure,
    problem,
  });
  const operator = conditionOperators.get(name);
  if (operator === undefined) return unsure('unknown operator');
  if (condition.expected === undefined) return unsure('value is neither a string nor a list of strings');
  if (actual.length === 0) {
    return operator.negated
      ? unsure('the request does not have this key')
      : { operator: name, key, expected, actual, matched: false };
  }
  const results = actual.flatMap((value) => expected.map((wanted) => operator.matches(wanted, value)));
  const anyMatches = results.includes(true);
  if (!anyMatches && results.includes(undefined)) return unsure('a value cannot be read as what the operator compares');
  return { operator: name, key, expected, actual, matched: anyMatches !== operator.negated };
}

function readScalars(value: Json): string[] | undefined {
  const items = isList(value) ? value : [value];
  const texts: string[] = [];
  for (const item of items) {
    if (typeof item === 'string') texts.push(item);
    else if (item instanceof RawNumber) texts.push(item.text);
    else if (typeof item === 'boolean' || typeof item === 'number') texts.push(String(item));
    else return undefined;
  }
  return texts;
}
