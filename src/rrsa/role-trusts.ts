/** Whom a role trusts through the OIDC provider of a cluster, as its trust policy says it. Pure. */
import { type PolicyDocument, statementsOf } from '../policy/document.ts';
import { isEffective, trustVerdict } from '../policy/evaluate.ts';
import { globsOverlap } from '../policy/glob-overlap.ts';
import { isPattern, parseSubject, subjectOf } from '../policy/subject.ts';
import { listTrusts, RRSA_AUDIENCE, serviceAccountContext, type TrustEntry } from '../policy/trust.ts';
import { covers, isAllow, wantsThrough } from '../policy/trust-statement.ts';

/** Whose tokens are meant. */
export interface TokenSource {
  providerArn: string;
  /** The `iss` of new tokens. Absent while RRSA is off: then any issuer that a statement names is taken for it. */
  issuer?: string | undefined;
}

export interface Trust {
  /** A value of `oidc:sub`; `*` when the statement names no subject. */
  subject: string;
  /** May hold wildcards; `*` when the statement names no subject, `null` when the subject is no service account. */
  namespace: string | null;
  serviceAccount: string | null;
  /** Operator of `oidc:sub`; empty when the statement names no subject. */
  operator: string;
  /** Index of the statement in the trust policy, from 0. */
  statement: number;
  /**
   * `allowed`: a token of it may assume the role. `conditional`: that depends on conditions beside the token's claims,
   * or the operator is one that says whom the statement does not mean. `denied`: another statement refuses it.
   * `none`: no token of the cluster meets the statement (another issuer or audience, or a wildcard that is compared as text).
   */
  effect: 'allowed' | 'conditional' | 'denied' | 'none';
}

/** In the order of the document. */
export function trustsOf(document: PolicyDocument, source: TokenSource): Trust[] {
  return listTrusts(document, source.providerArn).map((entry) => {
    const { subject, operator, index } = entry;
    const names = namesOf(entry);
    return {
      subject,
      namespace: names?.namespace ?? null,
      serviceAccount: names?.serviceAccount ?? null,
      operator,
      statement: index,
      effect: effectOf(document, entry, source),
    };
  });
}

/** Names to look for; `*` and `?` are wildcards. Absent: any. */
export interface SubjectFilter {
  namespace?: string | undefined;
  serviceAccount?: string | undefined;
}

/**
 * Whether the statement may mean a service account that the filter means: a trust in `team-*` is found by `team-a`, and
 * the other way round. What an operator of another kind names is no reason to leave its statement out.
 */
export function isMeant(trust: Trust, filter: SubjectFilter): boolean {
  if (filter.namespace === undefined && filter.serviceAccount === undefined) return true;
  if (trust.operator !== '' && !namingOperators.includes(trust.operator)) return true;
  const subject = trust.operator === 'StringEqualsIgnoreCase' ? trust.subject.toLowerCase() : trust.subject;
  return globsOverlap(subject, subjectOf(filter.namespace ?? '*', filter.serviceAccount ?? '*'));
}

const namingOperators: readonly string[] = ['StringEquals', 'StringLike', 'StringEqualsIgnoreCase'];

function effectOf(document: PolicyDocument, entry: TrustEntry, source: TokenSource): Trust['effect'] {
  const { subject, operator, index, furtherConditions } = entry;
  if (furtherConditions || (operator !== '' && !namingOperators.includes(operator))) return 'conditional';
  if (isPattern(subject) && operator !== '' && operator !== 'StringLike') return 'none';
  const { providerArn } = source;
  const statements = statementsOf(document);
  const statement = statements[index] ?? {};
  const claimed = operator === '' ? subjectOf(anyone.namespace, anyone.serviceAccount) : subject;
  const issuers =
    source.issuer === undefined
      ? wantsThrough(statement, { providerArn, ...anyone }).map(({ issuer }) => issuer)
      : [source.issuer];
  const met = issuers.filter((issuer) => {
    const context = serviceAccountContext({ issuer, audience: RRSA_AUDIENCE, subject: claimed });
    const principal = { kind: 'Federated', arn: providerArn } as const;
    return isEffective(trustVerdict(statement, index, { principal, action: 'sts:AssumeRole', context }));
  });
  if (met.length === 0) return 'none';
  // What a Deny leaves over of a pattern is only known where the pattern is one of namespace and service account.
  const names = namesOf(entry);
  const denials = names === undefined ? [] : statements.filter((other) => !isAllow(other));
  const isDenied = met.every((issuer) =>
    denials.some((denial) => covers(denial, { providerArn, issuer, ...(names ?? anyone) })),
  );
  return isDenied ? 'denied' : 'allowed';
}

const anyone = { namespace: '*', serviceAccount: '*' };

function namesOf({ operator, subject }: Pick<TrustEntry, 'operator' | 'subject'>) {
  return operator === '' ? anyone : parseSubject(subject);
}
