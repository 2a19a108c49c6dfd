/** One statement of a trust policy and one service account: the statement for it, and how any statement relates to it. */
import { type Condition, type ConditionContext, readConditions } from './conditions.ts';
import type { Statement } from './document.ts';
import { isEffective, readStrings, type TrustRequest, trustVerdict } from './evaluate.ts';
import { globCovers } from './glob.ts';
import {
  entriesOf,
  isList,
  isObject,
  type Json,
  type JsonObject,
  keysOf,
  objectOf,
  ownValue,
  withValue,
} from './json.ts';
import { isPattern, subjectOf } from './subject.ts';

/** Client id of the OIDC providers that RRSA makes, and audience of the tokens it projects. */
export const RRSA_AUDIENCE = 'sts.aliyuncs.com';

const assumeRole = 'sts:AssumeRole';
const issuerKey = 'oidc:iss';
const audienceKey = 'oidc:aud';
const subjectKey = 'oidc:sub';
/** An issuer or audience that no policy names. */
const unnamed = '\u0000';
const tokenKeys: readonly string[] = [issuerKey, audienceKey, subjectKey];

/** Which service account is to be trusted. */
export interface ServiceAccountTrust {
  /** `acs:ram::<account>:oidc-provider/ack-rrsa-<cluster id>`. */
  providerArn: string;
  /** The issuer of new tokens: the first one of the cluster. */
  issuer: string;
  /** May hold `*` and `?`. */
  namespace: string;
  /** May hold `*` and `?`. */
  serviceAccount: string;
  /** Default `RRSA_AUDIENCE`. */
  audience?: string;
}

/** What a token brings to `evaluateTrust`. A token with several audiences has all of them. */
export function serviceAccountContext(claims: {
  issuer: string;
  audience: string | readonly string[];
  subject: string;
}): ConditionContext {
  return {
    [issuerKey]: [claims.issuer],
    [audienceKey]: typeof claims.audience === 'string' ? [claims.audience] : claims.audience,
    [subjectKey]: [claims.subject],
  };
}

/** The statement that trusts the service account, as the product documents write it. */
export function trustStatement(want: ServiceAccountTrust): Statement {
  const subject = wantedSubject(want);
  const issuerAndAudience: [string, Json][] = [
    [audienceKey, wantedAudience(want)],
    [issuerKey, want.issuer],
  ];
  const condition: [string, Json][] = isPattern(subject)
    ? [
        ['StringEquals', objectOf(issuerAndAudience)],
        ['StringLike', objectOf([[subjectKey, subject]])],
      ]
    : [['StringEquals', objectOf([...issuerAndAudience, [subjectKey, subject]])]];
  return objectOf([
    ['Action', assumeRole],
    ['Condition', objectOf(condition)],
    ['Effect', 'Allow'],
    ['Principal', objectOf([['Federated', [want.providerArn]]])],
  ]);
}

export function isAllow(statement: Statement): boolean {
  return ownValue(statement, 'Effect') === 'Allow';
}

/** Whether the statement has effect for the service account; for a pattern: for every one that the pattern means. */
export function covers(statement: Statement, want: ServiceAccountTrust): boolean {
  const subject = wantedSubject(want);
  if (!hasEffect(statement, want)) return false;
  if (!isPattern(subject)) return true;
  return subjectConditions(statement).every(
    ({ operator, expected = [] }) => operator === 'StringLike' && expected.some((value) => globCovers(value, subject)),
  );
}

/** Whether a statement that covers the service account lists its very subject. */
export function namesSubject(statement: Statement, want: ServiceAccountTrust): boolean {
  return subjectConditions(statement).some(({ expected = [] }) => expected.includes(wantedSubject(want)));
}

/** Whether the statement would trust the service account if all that it asks for beside the token's claims were met. */
export function mayTrust(statement: Statement, want: ServiceAccountTrust): boolean {
  const block = ownValue(statement, 'Condition');
  if (!isAllow(statement) || (block !== undefined && !isObject(block))) return false;
  const claimsOnly = entriesOf(block ?? objectOf([])).map(([operator, keys]): [string, Json] => [
    operator,
    isObject(keys) ? objectOf(entriesOf(keys).filter(([key]) => tokenKeys.includes(key))) : keys,
  ]);
  return covers(withValue(statement, 'Condition', objectOf(claimsOnly)), want);
}

/** The subjects that an Allow statement trusts through the provider; none for any other statement. */
export function trustedSubjects(
  statement: Statement,
  providerArn: string,
): { operator: string; subject: string; furtherConditions: boolean }[] {
  const conditions = conditionsOf(statement);
  if (conditions === undefined || conditions.some(({ expected }) => expected === undefined)) return [];
  if (!isTrustThrough(statement, providerArn)) return [];
  const subjects = conditions.filter(({ key }) => key === subjectKey);
  const furtherConditions = subjects.length > 1 || conditions.some(isFurther);
  if (subjects.length === 0) return [{ operator: '', subject: '*', furtherConditions }];
  return subjects.flatMap(({ operator, expected = [] }) =>
    expected.map((subject) => ({ operator, subject, furtherConditions })),
  );
}

/**
 * The statement with one more subject; `undefined` when it says anything beside what `trustStatement` would say, so
 * that the subject needs a statement of its own.
 */
export function withSubject(statement: Statement, want: ServiceAccountTrust): Statement | undefined {
  const subject = wantedSubject(want);
  const operator = isPattern(subject) ? 'StringLike' : 'StringEquals';
  const conditions = conditionsOf(statement) ?? [];
  const valuesOf = (name: string, key: string): string[] | undefined =>
    conditions.find((condition) => condition.operator === name && condition.key === key)?.expected;
  const isOurs =
    isAllow(statement) &&
    hasJustKeys(statement, ['Action', 'Condition', 'Effect', 'Principal']) &&
    isJust(readStrings(ownValue(statement, 'Action')), assumeRole) &&
    isForProviderOnly(statement, want.providerArn) &&
    conditions.length === 3 &&
    isJust(valuesOf('StringEquals', issuerKey), want.issuer) &&
    isJust(valuesOf('StringEquals', audienceKey), wantedAudience(want)) &&
    valuesOf(operator, subjectKey) !== undefined;
  if (!isOurs) return undefined;
  return changeSubjects(statement, operator, (subjects) => [...subjects, subject]);
}

/**
 * Whether the statement trusts the very subject, through this provider only, and under no further condition (which
 * would keep it from having effect). A pattern counts also where it stands under `StringEquals` and so trusts nobody:
 * earlier tools wrote it there.
 */
export function isExactTrust(statement: Statement, want: ServiceAccountTrust): boolean {
  return (
    isAllow(statement) &&
    hasEffect(statement, want) &&
    namesSubject(statement, want) &&
    isForProviderOnly(statement, want.providerArn) &&
    subjectConditions(statement).length === 1
  );
}

/** A statement that `isExactTrust` without the subject; `undefined` when it names no other. */
export function withoutSubject(statement: Statement, want: ServiceAccountTrust): Statement | undefined {
  const subject = wantedSubject(want);
  const [condition] = subjectConditions(statement);
  if (condition?.expected === undefined || isJust(condition.expected, subject)) return undefined;
  return changeSubjects(statement, condition.operator, (subjects) => subjects.filter((item) => item !== subject));
}

/**
 * The service account with every issuer and audience that the statement names, and with one of each that it does not:
 * whoever the statement trusts through the provider, it trusts as one of these.
 */
export function wantsThrough(
  statement: Statement,
  want: Omit<ServiceAccountTrust, 'issuer'>,
): readonly ServiceAccountTrust[] {
  const named = (key: string): string[] =>
    (conditionsOf(statement) ?? [])
      .filter((condition) => condition.key === key)
      .flatMap(({ expected = [] }) => expected);
  const issuers = new Set([...named(issuerKey), unnamed]);
  const audiences = new Set([wantedAudience(want), ...named(audienceKey), unnamed]);
  return [...issuers].flatMap((issuer) => [...audiences].map((audience) => ({ ...want, issuer, audience })));
}

/** Whether the statement has effect for the subject as it is spelled: a pattern is taken for a name. */
function hasEffect(statement: Statement, want: ServiceAccountTrust): boolean {
  const request: TrustRequest = {
    principal: { kind: 'Federated', arn: want.providerArn },
    action: assumeRole,
    context: serviceAccountContext({
      issuer: want.issuer,
      audience: wantedAudience(want),
      subject: wantedSubject(want),
    }),
  };
  return isEffective(trustVerdict(statement, 0, request));
}

/** Whether it is an Allow for assuming the role through the provider, whatever its conditions. */
function isTrustThrough(statement: Statement, providerArn: string): boolean {
  const unconditional = objectOf(entriesOf(statement).filter(([key]) => key !== 'Condition'));
  const principal = { kind: 'Federated', arn: providerArn } as const;
  return (
    isAllow(statement) && isEffective(trustVerdict(unconditional, 0, { principal, action: assumeRole, context: {} }))
  );
}

function wantedSubject(want: ServiceAccountTrust): string {
  return subjectOf(want.namespace, want.serviceAccount);
}

function wantedAudience(want: Pick<ServiceAccountTrust, 'audience'>): string {
  return want.audience ?? RRSA_AUDIENCE;
}

function conditionsOf(statement: Statement): Condition[] | undefined {
  return readConditions(ownValue(statement, 'Condition'));
}

function subjectConditions(statement: Statement): Condition[] {
  return (conditionsOf(statement) ?? []).filter(({ key }) => key === subjectKey);
}

function isFurther({ key }: Condition): boolean {
  return !tokenKeys.includes(key);
}

function isJust(values: readonly string[] | undefined, text: string): boolean {
  return values !== undefined && values.length > 0 && values.every((value) => value === text);
}

function isForProviderOnly(statement: Statement, providerArn: string): boolean {
  const principal = ownValue(statement, 'Principal');
  return (
    isObject(principal) &&
    hasJustKeys(principal, ['Federated']) &&
    isJust(readStrings(ownValue(principal, 'Federated')), providerArn)
  );
}

function hasJustKeys(object: JsonObject, names: readonly string[]): boolean {
  const keys = keysOf(object);
  return keys.length === names.length && names.every((name) => keys.includes(name));
}

/** Changes the value of `oidc:sub` under `operator`, which becomes a list, and nothing else. */
function changeSubjects(
  statement: Statement,
  operator: string,
  change: (subjects: readonly Json[]) => readonly Json[],
): Statement | undefined {
  const block = ownValue(statement, 'Condition');
  const keys = isObject(block) ? ownValue(block, operator) : undefined;
  const subjects = isObject(keys) ? ownValue(keys, subjectKey) : undefined;
  if (!isObject(block) || !isObject(keys) || subjects === undefined) return undefined;
  const changed = withValue(keys, subjectKey, change(isList(subjects) ? subjects : [subjects]));
  return withValue(statement, 'Condition', withValue(block, operator, changed));
}
