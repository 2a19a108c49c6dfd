/** Random trust policies around one cluster, and the questions that are asked of them. */
import fc from 'fast-check';
import { type PolicyDocument, parsePolicy } from '../../src/policy/document.ts';
import { evaluateTrust, type TrustRequest } from '../../src/policy/evaluate.ts';
import { isPattern } from '../../src/policy/subject.ts';
import { RRSA_AUDIENCE, type ServiceAccountTrust, serviceAccountContext } from '../../src/policy/trust.ts';
import { anyJsonText } from './json-text.ts';

export const providerArn = 'acs:ram::1000000000000001:oidc-provider/ack-rrsa-c1';
export const issuer = 'https://issuer.example/c1';
export const subjects = ['app:reader', 'app:writer', 'dev-a:sa1', 'dev-b:sa2', 'prod:reader'].map(
  (name) => `system:serviceaccount:${name}`,
);

export const requestOf = (subject: string): TrustRequest => ({
  principal: { kind: 'Federated', arn: providerArn },
  action: 'sts:AssumeRole',
  context: serviceAccountContext({ issuer, audience: RRSA_AUDIENCE, subject }),
});
export const decisionOf = (document: PolicyDocument, subject: string): string =>
  evaluateTrust(document, requestOf(subject)).decision;

export const want: fc.Arbitrary<ServiceAccountTrust> = fc.record({
  providerArn: fc.constant(providerArn),
  issuer: fc.constant(issuer),
  namespace: fc.constantFrom('app', 'dev-a', 'prod', '*', 'dev-*', 'app'),
  serviceAccount: fc.constantFrom('reader', 'writer', 'sa1', '*', 'sa?', 'reader'),
});
export const exactWant = want.filter(({ namespace, serviceAccount }) => !isPattern(namespace + serviceAccount));

/** Statements that are near to ours in every way they can be, and some that are not statements at all. */
function anyStatement(): fc.Arbitrary<unknown> {
  const oneOrMore = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
    fc.oneof({ weight: 3, arbitrary: value }, { weight: 2, arbitrary: fc.array(value, { maxLength: 3 }) });
  const junk = fc.oneof({ weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) });
  const rarelyJunk = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
    fc.oneof({ weight: 12, arbitrary: value }, { weight: 1, arbitrary: junk });
  const subject = fc.constantFrom(...subjects, 'system:serviceaccount:*:*', 'system:serviceaccount:dev-*:sa?', '*');
  const keys = (withSubject: boolean): fc.Arbitrary<unknown> =>
    fc.record(
      {
        'oidc:iss': rarelyJunk(oneOrMore(fc.constantFrom(issuer, issuer, 'https://issuer.example/c2'))),
        'oidc:aud': rarelyJunk(oneOrMore(fc.constantFrom(RRSA_AUDIENCE, RRSA_AUDIENCE, 'kubernetes'))),
        ...(withSubject ? { 'oidc:sub': rarelyJunk(oneOrMore(subject)) } : {}),
      },
      { requiredKeys: [] },
    );
  const condition = fc.record(
    {
      StringEquals: rarelyJunk(keys(true)),
      StringLike: rarelyJunk(fc.record({ 'oidc:sub': oneOrMore(subject) })),
      StringNotLike: fc.record({ 'oidc:sub': oneOrMore(subject) }),
      IpAddress: fc.constant({ 'acs:SourceIp': '10.0.0.0/8' }),
      Unheard: fc.constant({ 'oidc:sub': 'x' }),
    },
    { requiredKeys: [] },
  );
  const federated = oneOrMore(fc.constantFrom(providerArn, providerArn, `${providerArn}2`));
  const free = fc.record(
    {
      Action: rarelyJunk(oneOrMore(fc.constantFrom('sts:AssumeRole', 'sts:AssumeRole', 'sts:*', 'ram:GetRole'))),
      Condition: rarelyJunk(condition),
      Effect: rarelyJunk(fc.constantFrom('Allow', 'Allow', 'Allow', 'Deny')),
      Principal: rarelyJunk(
        fc.oneof(fc.record({ Federated: federated }), fc.constant({ Service: 'ecs.aliyuncs.com' })),
      ),
      Sid: fc.string(),
      NotAction: fc.constant('x:y'),
    },
    { requiredKeys: ['Action', 'Effect', 'Principal'] },
  );
  const extendable = fc.record({
    Action: fc.constant('sts:AssumeRole'),
    Condition: fc.record({
      StringEquals: fc.record({
        'oidc:aud': fc.constant(RRSA_AUDIENCE),
        'oidc:iss': fc.constant([issuer]),
        'oidc:sub': oneOrMore(fc.constantFrom(...subjects)),
      }),
    }),
    Effect: fc.constant('Allow'),
    Principal: fc.constant({ Federated: [providerArn] }),
  });
  return fc.oneof({ weight: 3, arbitrary: free }, { weight: 2, arbitrary: extendable });
}

export const document: fc.Arbitrary<PolicyDocument> = fc
  .tuple(fc.array(anyStatement(), { maxLength: 4 }), fc.boolean(), anyJsonText())
  .map(([statements, single, extra]) => {
    const statement = single && statements.length === 1 ? statements[0] : statements;
    return parsePolicy(`{"X":${extra},"Statement":${JSON.stringify(statement)},"Version":"1"}`, 'it');
  });
