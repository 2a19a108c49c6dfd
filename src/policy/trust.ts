/**
 * The trust of Kubernetes service accounts in a role: plans that add it to a trust policy, take it away, and list what
 * is there. Pure: a plan holds another document, nothing is written.
 */
import { emptyTrustPolicy, type PolicyDocument, type Statement, statementsOf } from './document.ts';
import { isList, ownValue, withValue } from './json.ts';
import {
  covers,
  isAllow,
  isExactTrust,
  mayTrust,
  namesSubject,
  type ServiceAccountTrust,
  trustedSubjects,
  trustStatement,
  wantsThrough,
  withoutSubject,
  withSubject,
} from './trust-statement.ts';

export { RRSA_AUDIENCE, type ServiceAccountTrust, serviceAccountContext, trustStatement } from './trust-statement.ts';

export interface TrustPlan {
  /**
   * `create`: there was no document. `append`: one more statement. `extend`: one more subject in a statement that is
   * there. `unchanged`: trusted already, and `document` is the one given.
   */
  kind: 'create' | 'append' | 'extend' | 'unchanged';
  document: PolicyDocument;
  /** Present with `unchanged`: the statement that trusts it. `broader`: by a wildcard, or by naming no subject at all. */
  coveredBy?: { index: number; broader: boolean };
  /**
   * Index, in the document given, of the first Deny statement that refuses the service account (for a pattern: every
   * one it means) all the same. What `evaluateTrust` denies because it cannot be known here (a negated condition on
   * an address, say) counts.
   */
  deniedBy?: number;
}

export interface UntrustPlan {
  /**
   * `removed`: the subject was taken out. `absent`: no statement trusts it. `broader`: it is trusted, but by no
   * statement that is exactly this trust (a wildcard, no subject, further conditions, other principals), and such a
   * statement is not narrowed. Unless `removed`, `document` is the one given.
   */
  kind: 'removed' | 'absent' | 'broader';
  document: PolicyDocument;
  /** Indexes, in the document given, of the statements that lost the subject or went altogether. */
  statements: number[];
  /** Indexes, in `document`, of the statements that trust the subject still, be it under further conditions. */
  remaining: number[];
  /** The same statements by their indexes in the document given. */
  broader: number[];
}

/** One subject that a statement of a trust policy trusts through a provider. */
export interface TrustEntry {
  /** Index of the statement. */
  index: number;
  /** Operator of `oidc:sub`, also a negated or unknown one; empty when the statement names no subject. */
  operator: string;
  /** A value of `oidc:sub`; `*` when the statement names no subject. */
  subject: string;
  /** The statement asks for more than issuer, audience and one list of subjects. */
  furtherConditions: boolean;
}

/**
 * Plans the trust of a service account; `document` is absent where there is no role yet. What the document trusts is
 * compared by meaning; a statement with further conditions does not count as trusting. Everything that need not change
 * stays in its place and form, but a `Statement` that is one object becomes a list when another statement joins it.
 */
export function planTrust(document: PolicyDocument | undefined, want: ServiceAccountTrust): TrustPlan {
  if (document === undefined) {
    return { kind: 'create', document: withValue(emptyTrustPolicy(), 'Statement', [trustStatement(want)]) };
  }
  const statements = statementsOf(document);
  const denying = statements.findIndex((statement) => !isAllow(statement) && covers(statement, want));
  const denial = denying < 0 ? {} : { deniedBy: denying };

  const covering = statements.flatMap((statement, index) =>
    isAllow(statement) && covers(statement, want) ? [{ index, broader: !namesSubject(statement, want) }] : [],
  );
  const coveredBy = covering.find(({ broader }) => !broader) ?? covering[0];
  if (coveredBy !== undefined) return { kind: 'unchanged', document, coveredBy, ...denial };

  const extended = statements.map((statement) => withSubject(statement, want));
  const place = extended.findIndex((statement) => statement !== undefined);
  const extension = extended[place];
  if (extension !== undefined) {
    return { kind: 'extend', document: replaceStatements(document, statements.with(place, extension)), ...denial };
  }
  const appended = [...statements, trustStatement(want)];
  return { kind: 'append', document: withValue(document, 'Statement', appended), ...denial };
}

/** Which trust is to be taken away. Without an issuer: whatever issuer and audience a statement asks for. */
export type UnwantedTrust = Omit<ServiceAccountTrust, 'issuer'> & { issuer?: string };

/**
 * Plans to take exactly this trust away, wherever it stands: the subject leaves its list, and a statement that names
 * no other goes. Statements that trust more than this, or under further conditions, stay as they are.
 */
export function planUntrust(document: PolicyDocument, unwanted: UnwantedTrust): UntrustPlan {
  const { issuer } = unwanted;
  const wantsOf = (statement: Statement): readonly ServiceAccountTrust[] =>
    issuer === undefined ? wantsThrough(statement, unwanted) : [{ ...unwanted, issuer }];
  const before = statementsOf(document);
  const after = before.map((statement) => {
    const want = wantsOf(statement).find((one) => isExactTrust(statement, one));
    return want === undefined ? statement : withoutSubject(statement, want);
  });
  const touched = before.flatMap((statement, index) => (after[index] === statement ? [] : [index]));
  const kept = after.flatMap((statement, index) => (statement === undefined ? [] : [{ statement, index }]));
  const trusting = kept.flatMap(({ statement, index }, place) =>
    wantsOf(statement).some((want) => mayTrust(statement, want)) ? [{ index, place }] : [],
  );
  const remaining = trusting.map(({ place }) => place);
  const broader = trusting.map(({ index }) => index);
  if (touched.length === 0) {
    return { kind: remaining.length > 0 ? 'broader' : 'absent', document, statements: [], remaining, broader };
  }
  const statements = kept.map(({ statement }) => statement);
  return {
    kind: 'removed',
    document: replaceStatements(document, statements),
    statements: touched,
    remaining,
    broader,
  };
}

/** Every subject that an Allow statement trusts through the provider, in the order of the document. */
export function listTrusts(document: PolicyDocument, providerArn: string): TrustEntry[] {
  return statementsOf(document).flatMap((statement, index) =>
    trustedSubjects(statement, providerArn).map((trusted) => ({ index, ...trusted })),
  );
}

/** Keeps a `Statement` that is one object in that form where one is what remains. */
function replaceStatements(document: PolicyDocument, statements: readonly Statement[]): PolicyDocument {
  const [only] = statements;
  const isSingle = statements.length === 1 && !isList(ownValue(document, 'Statement'));
  return withValue(document, 'Statement', isSingle && only !== undefined ? only : statements);
}
