/**
 * Decides and explains: may this principal assume the role, may this identity do that. An explicit Deny beats every
 * Allow; without an Allow the answer is no.
 *
 * A statement that cannot be read never widens what is allowed: an Allow with anything malformed grants nothing; in a
 * Deny a malformed element counts as matching, so it denies unless another element rules it out. An `Effect` that is
 * neither Allow nor Deny is read as a malformed Deny. (RAM itself refuses such documents when they are written.)
 * `Version` and keys that are no elements of the grammar have no say.
 */

import { parseArn } from './arn.ts';
import { type ConditionContext, type ConditionVerdict, evaluateCondition, readConditions } from './conditions.ts';
import { type PolicyDocument, type Statement, statementsOf } from './document.ts';
import { matchGlob } from './glob.ts';
import { entriesOf, isList, isObject, type Json, ownValue } from './json.ts';

/** Who asks to assume a role. */
export type TrustPrincipal =
  /** Through an identity provider, named by its ARN. */
  | { kind: 'Federated'; arn: string }
  /** A RAM identity with every ARN it goes by. */
  | { kind: 'RAM'; arns: readonly string[] }
  /** A cloud service, such as `ecs.aliyuncs.com`. */
  | { kind: 'Service'; name: string };

/** What a statement says about one element of the request. */
export interface ElementVerdict {
  matched: boolean;
  /** What the statement names; empty when it cannot be read. */
  expected: string[];
  /** The statement uses `NotAction` or `NotResource`: `expected` is what it leaves out. */
  negated?: true;
}

export interface StatementVerdict {
  /** Index of the document; 0 for a trust policy. */
  document: number;
  /** Index of the statement in its document, from 0. */
  index: number;
  effect: 'Allow' | 'Deny' | (string & {});
  /** Trust policies only. */
  principal?: ElementVerdict;
  action: ElementVerdict;
  /** Permission policies only. */
  resource?: ElementVerdict;
  conditions: ConditionVerdict[];
  /**
   * `applies`, or the first check that failed. `malformed`: the statement cannot be read (and denies, when it is a Deny).
   */
  verdict: 'applies' | 'principal' | 'action' | 'resource' | 'condition' | 'malformed';
  /** What cannot be read; present when something cannot. */
  malformed?: string;
}

export interface Evaluation {
  decision: 'allowed' | 'denied' | 'explicitlyDenied';
  /** Every statement of every document, in order. */
  statements: StatementVerdict[];
}

export interface TrustRequest {
  principal: TrustPrincipal;
  /** `sts:AssumeRole`, also for AssumeRoleWithOIDC and AssumeRoleWithSAML. */
  action: string;
  context: ConditionContext;
}

export interface PermissionRequest {
  /** Such as `cs:DescribeClusters`. */
  action: string;
  /** Such as `acs:cs:cn-hangzhou:1000000000000001:cluster/c123`, or `*`. */
  resource: string;
  context: ConditionContext;
}

/** Evaluates the trust policy of a role. Actions are compared in any case, principals and resources in exact case. */
export function evaluateTrust(document: PolicyDocument, request: TrustRequest): Evaluation {
  return decide(statementsOf(document).map((statement, index) => trustVerdict(statement, index, request)));
}

/** Evaluates the policies of an identity together. */
export function evaluatePermissions(documents: readonly PolicyDocument[], request: PermissionRequest): Evaluation {
  return decide(
    documents.flatMap((policy, document) =>
      statementsOf(policy).map((statement, index) => permissionVerdict(statement, document, index, request)),
    ),
  );
}

/** Whether a verdict takes part in the decision. */
export function isEffective(verdict: StatementVerdict): boolean {
  return verdict.verdict === 'applies' || (verdict.verdict === 'malformed' && verdict.effect !== 'Allow');
}

/** One statement of a trust policy. */
export function trustVerdict(statement: Statement, index: number, request: TrustRequest): StatementVerdict {
  const reading = new Reading(statement);
  reading.refuse(['NotPrincipal', 'Resource', 'NotResource']);
  const principal = reading.principal(request.principal);
  const action = reading.patterns('Action', 'NotAction', request.action, { ignoreCase: true });
  const conditions = reading.conditions(request.context);
  return reading.verdict({ document: 0, index, principal, action, conditions });
}

function permissionVerdict(
  statement: Statement,
  document: number,
  index: number,
  request: PermissionRequest,
): StatementVerdict {
  const reading = new Reading(statement);
  reading.refuse(['Principal', 'NotPrincipal']);
  const action = reading.patterns('Action', 'NotAction', request.action, { ignoreCase: true });
  const resource = reading.patterns('Resource', 'NotResource', request.resource, {});
  const conditions = reading.conditions(request.context);
  return reading.verdict({ document, index, action, resource, conditions });
}

function decide(statements: StatementVerdict[]): Evaluation {
  const effective = statements.filter(isEffective);
  if (effective.some(({ effect }) => effect !== 'Allow')) return { decision: 'explicitlyDenied', statements };
  return { decision: effective.length > 0 ? 'allowed' : 'denied', statements };
}

/** The values of an element that is a string or a list of strings; `undefined` when it is neither. */
export function readStrings(value: Json | undefined): string[] | undefined {
  if (typeof value === 'string') return [value];
  if (!isList(value)) return undefined;
  const texts = value.filter((item) => typeof item === 'string');
  return texts.length === value.length ? texts : undefined;
}

/** Reads a statement element by element and remembers the first thing that could not be read. */
class Reading {
  readonly #statement: Statement;
  readonly #effect: string;
  #malformed: string | undefined;

  constructor(statement: Statement) {
    this.#statement = statement;
    const effect = ownValue(statement, 'Effect');
    this.#effect = typeof effect === 'string' ? effect : '';
    if (effect !== 'Allow' && effect !== 'Deny') this.#malformed = 'Effect is neither Allow nor Deny';
  }

  /** The answer where there is no other: a Deny matches, an Allow does not. */
  get #whenUnsure(): boolean {
    return this.#effect !== 'Allow';
  }

  refuse(elements: readonly string[]): void {
    for (const name of elements) {
      if (Object.hasOwn(this.#statement, name)) this.#unreadable(`${name} has no place in this kind of policy`);
    }
  }

  principal(asking: TrustPrincipal): ElementVerdict {
    const value = ownValue(this.#statement, 'Principal');
    if (!isObject(value)) return this.#unreadable('Principal is not an object');
    const kinds = entriesOf(value).map(([kind, names]) => ({ kind, names: readStrings(names) }));
    if (kinds.some(({ names }) => names === undefined)) {
      return this.#unreadable('a kind of Principal is neither a string nor a list of strings');
    }
    const ofThisKind = kinds.filter(({ kind }) => kind === asking.kind).flatMap(({ names }) => names ?? []);
    return {
      matched: ofThisKind.some((name) => isSamePrincipal(name, asking)),
      expected: kinds.flatMap(({ names }) => names ?? []),
    };
  }

  patterns(element: string, opposite: string, text: string, options: { ignoreCase?: boolean }): ElementVerdict {
    const negated = Object.hasOwn(this.#statement, opposite);
    if (negated === Object.hasOwn(this.#statement, element)) {
      return this.#unreadable(`it must have either ${element} or ${opposite}`);
    }
    const expected = readStrings(ownValue(this.#statement, negated ? opposite : element));
    if (expected === undefined) {
      return this.#unreadable(`${negated ? opposite : element} is neither a string nor a list of strings`);
    }
    const matched = expected.some((pattern) => matchGlob(pattern, text, options));
    return negated ? { matched: !matched, expected, negated } : { matched, expected };
  }

  conditions(context: ConditionContext): ConditionVerdict[] {
    const conditions = readConditions(ownValue(this.#statement, 'Condition'));
    if (conditions === undefined) this.#unreadable('Condition is not an object of operators, each an object of keys');
    else if (conditions.some(({ expected }) => expected === undefined)) {
      this.#unreadable('a value of Condition is neither a string nor a list of strings');
    }
    return (conditions ?? []).map((condition) => evaluateCondition(condition, context, this.#whenUnsure));
  }

  verdict(checks: Omit<StatementVerdict, 'effect' | 'verdict' | 'malformed'>): StatementVerdict {
    const malformed = this.#malformed;
    const read = { ...checks, effect: this.#effect };
    if (malformed === undefined) return { ...read, verdict: firstFailure(checks) };
    const failure = this.#whenUnsure ? firstFailure(checks) : 'applies';
    return { ...read, verdict: failure === 'applies' ? 'malformed' : failure, malformed };
  }

  #unreadable(reason: string): ElementVerdict {
    this.#malformed ??= reason;
    return { matched: this.#whenUnsure, expected: [] };
  }
}

function firstFailure(checks: Pick<StatementVerdict, 'principal' | 'action' | 'resource' | 'conditions'>) {
  if (checks.principal?.matched === false) return 'principal';
  if (!checks.action.matched) return 'action';
  if (checks.resource?.matched === false) return 'resource';
  return checks.conditions.every(({ matched }) => matched) ? 'applies' : 'condition';
}

function isSamePrincipal(name: string, asking: TrustPrincipal): boolean {
  if (asking.kind === 'Federated') return name === asking.arn;
  if (asking.kind === 'Service') return name === asking.name;
  return asking.arns.includes(name) || asking.arns.some((arn) => isAccountOf(name, arn));
}

/** `acs:ram::<account>:root` stands for every RAM identity of that account. */
function isAccountOf(name: string, arn: string): boolean {
  const accountId = parseArn(arn)?.accountId;
  return accountId !== undefined && accountId !== '' && name === `acs:ram::${accountId}:root`;
}
