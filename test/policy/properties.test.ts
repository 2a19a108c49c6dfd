import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPolicy, type PolicyDocument, parsePolicy, statementsOf } from '../../src/policy/document.ts';
import { evaluatePermissions, evaluateTrust, type TrustRequest } from '../../src/policy/evaluate.ts';
import { matchGlob } from '../../src/policy/glob.ts';
import { isPattern, subjectOf } from '../../src/policy/subject.ts';
import {
  listTrusts,
  planTrust,
  planUntrust,
  RRSA_AUDIENCE,
  type ServiceAccountTrust,
  serviceAccountContext,
} from '../../src/policy/trust.ts';
import { anyJsonText } from './json-text.ts';

const providerArn = 'acs:ram::1000000000000001:oidc-provider/ack-rrsa-c1';
const issuer = 'https://issuer.example/c1';
const subjects = ['app:reader', 'app:writer', 'dev-a:sa1', 'dev-b:sa2', 'prod:reader'].map(
  (name) => `system:serviceaccount:${name}`,
);

const requestOf = (subject: string): TrustRequest => ({
  principal: { kind: 'Federated', arn: providerArn },
  action: 'sts:AssumeRole',
  context: serviceAccountContext({ issuer, audience: RRSA_AUDIENCE, subject }),
});
const decisionOf = (document: PolicyDocument, subject: string): string =>
  evaluateTrust(document, requestOf(subject)).decision;

const want: fc.Arbitrary<ServiceAccountTrust> = fc.record({
  providerArn: fc.constant(providerArn),
  issuer: fc.constant(issuer),
  namespace: fc.constantFrom('app', 'dev-a', 'prod', '*', 'dev-*', 'app'),
  serviceAccount: fc.constantFrom('reader', 'writer', 'sa1', '*', 'sa?', 'reader'),
});
const exactWant = want.filter(({ namespace, serviceAccount }) => !isPattern(namespace + serviceAccount));

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

const document: fc.Arbitrary<PolicyDocument> = fc
  .tuple(fc.array(anyStatement(), { maxLength: 4 }), fc.boolean(), anyJsonText())
  .map(([statements, single, extra]) => {
    const statement = single && statements.length === 1 ? statements[0] : statements;
    return parsePolicy(`{"X":${extra},"Statement":${JSON.stringify(statement)},"Version":"1"}`, 'it');
  });

const runs = { numRuns: 600 };

describe('a trust plan', () => {
  it('makes the service account allowed, unless a Deny was said', () => {
    fc.assert(
      fc.property(document, exactWant, (before, wanted) => {
        const plan = planTrust(before, wanted);
        const decision = decisionOf(plan.document, subjectOf(wanted.namespace, wanted.serviceAccount));
        expect(decision).toBe(plan.deniedBy === undefined ? 'allowed' : 'explicitlyDenied');
      }),
      runs,
    );
  });

  it('makes every service account that a pattern means trusted', () => {
    fc.assert(
      fc.property(document, want, fc.constantFrom(...subjects), (before, wanted, subject) => {
        fc.pre(matchGlob(subjectOf(wanted.namespace, wanted.serviceAccount), subject));
        expect(decisionOf(planTrust(before, wanted).document, subject)).not.toBe('denied');
      }),
      runs,
    );
  });

  it('changes nothing for anybody else', () => {
    fc.assert(
      fc.property(document, want, (before, wanted) => {
        const after = planTrust(before, wanted).document;
        for (const subject of subjects) {
          if (matchGlob(subjectOf(wanted.namespace, wanted.serviceAccount), subject)) continue;
          expect(decisionOf(after, subject)).toBe(decisionOf(before, subject));
        }
      }),
      runs,
    );
  });

  it('made twice is made once', () => {
    fc.assert(
      fc.property(document, want, (before, wanted) => {
        const first = planTrust(before, wanted);
        const second = planTrust(first.document, wanted);
        expect(second.kind).toBe('unchanged');
        expect(second.document).toBe(first.document);
      }),
      runs,
    );
  });

  it('changes at most one statement, and nothing outside of Statement', () => {
    fc.assert(
      fc.property(document, want, (before, wanted) => {
        const plan = planTrust(before, wanted);
        const [old, now] = [statementsOf(before), statementsOf(plan.document)];
        const changed = old.filter(
          (statement, index) => formatPolicy(statement, 'compact') !== formatPolicy(now[index] ?? {}, 'compact'),
        );
        expect(changed).toHaveLength(plan.kind === 'extend' ? 1 : 0);
        expect(now.length).toBe(old.length + (plan.kind === 'append' ? 1 : 0));
        const outside = (policy: PolicyDocument): string => formatPolicy({ ...policy, Statement: [] }, 'compact');
        expect(outside(plan.document)).toBe(outside(before));
      }),
      runs,
    );
  });

  it('is the same text however often it is made of the same document', () => {
    fc.assert(
      fc.property(document, want, (before, wanted) => {
        const text = formatPolicy(before, 'compact');
        const make = (): string => formatPolicy(planTrust(parsePolicy(text, 'it'), wanted).document, 'compact');
        expect(make()).toBe(make());
        expect(formatPolicy(before, 'compact')).toBe(text);
      }),
    );
  });

  it('of many service accounts, in any order, trusts each and no other', () => {
    const names = fc.shuffledSubarray(subjects.slice(), { minLength: 1 });
    fc.assert(
      fc.property(names, (chosen) => {
        let policy: PolicyDocument | undefined;
        for (const subject of chosen) {
          const [, , namespace = '', serviceAccount = ''] = subject.split(':');
          policy = planTrust(policy, { providerArn, issuer, namespace, serviceAccount }).document;
        }
        const trusted = listTrusts(policy ?? {}, providerArn).map(({ subject }) => subject);
        expect(trusted).toEqual(chosen);
        expect(statementsOf(policy ?? {})).toHaveLength(1);
        for (const subject of subjects) {
          expect(decisionOf(policy ?? {}, subject)).toBe(chosen.includes(subject) ? 'allowed' : 'denied');
        }
      }),
    );
  });
});

describe('an untrust plan', () => {
  it('undoes a trust plan that appended, token for token', () => {
    fc.assert(
      fc.property(document, want, (before, wanted) => {
        fc.pre(planTrust(before, wanted).kind === 'append' && Array.isArray(before.Statement));
        fc.pre(planUntrust(before, wanted).kind !== 'removed');
        const undone = planUntrust(planTrust(before, wanted).document, wanted);
        expect(undone.kind).toBe('removed');
        expect(formatPolicy(undone.document, 'compact')).toBe(formatPolicy(before, 'compact'));
      }),
      runs,
    );
  });

  it('leaves the service account without trust, or names the statements that remain', () => {
    fc.assert(
      fc.property(document, exactWant, (before, wanted) => {
        const plan = planUntrust(before, wanted);
        const subject = subjectOf(wanted.namespace, wanted.serviceAccount);
        const allows = evaluateTrust(plan.document, requestOf(subject)).statements.filter(
          ({ effect, verdict }) => effect === 'Allow' && verdict === 'applies',
        );
        for (const { index } of allows) expect(plan.remaining).toContain(index);
      }),
      runs,
    );
  });

  it('changes nothing for anybody else', () => {
    fc.assert(
      fc.property(document, exactWant, (before, wanted) => {
        const after = planUntrust(before, wanted).document;
        for (const subject of subjects) {
          if (subject === subjectOf(wanted.namespace, wanted.serviceAccount)) continue;
          expect(decisionOf(after, subject)).toBe(decisionOf(before, subject));
        }
      }),
      runs,
    );
  });
});

describe('hostile documents', () => {
  it('are refused or evaluated, never anything else', () => {
    fc.assert(
      fc.property(fc.array(anyJsonText(), { maxLength: 3 }), anyJsonText(), want, (parts, value, wanted) => {
        const statement = `{"Effect":"Allow","Action":${parts[0] ?? value},"Resource":${parts[1] ?? '"*"'},"Principal":${parts[2] ?? value},"Condition":${value}}`;
        const policy = parsePolicy(`{"Statement":[${statement}]}`, 'it');
        expect(['allowed', 'denied', 'explicitlyDenied']).toContain(decisionOf(policy, 'x'));
        evaluatePermissions([policy], { action: 'a:b', resource: 'r', context: {} });
        expect(planTrust(policy, wanted).kind).not.toBe('create');
        planUntrust(policy, wanted);
        listTrusts(policy, providerArn);
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      runs,
    );
  });

  it('never allow by way of a condition that is no condition', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(typeof value !== 'object' || value === null || Array.isArray(value));
        const statement = { Effect: 'Allow', Action: '*', Principal: { Federated: providerArn }, Condition: value };
        const policy = parsePolicy(JSON.stringify({ Statement: statement }), 'it');
        expect(decisionOf(policy, subjects[0] ?? '')).toBe('denied');
      }),
    );
  });

  it('of many statements, subjects or wildcards are planned in one go', () => {
    const statement = (value: unknown): object => ({
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { Federated: [providerArn] },
      Condition: { StringLike: { 'oidc:sub': value } },
    });
    const many = Array.from({ length: 3_000 }, (_, index) => `system:serviceaccount:ns-${index}:*`);
    const wanted = { providerArn, issuer, namespace: 'app', serviceAccount: 'reader' };
    for (const policy of [
      { Statement: many.map(statement) },
      { Statement: statement(many) },
      { Statement: statement('*a'.repeat(100_000)) },
    ]) {
      const parsed = parsePolicy(JSON.stringify(policy), 'it');
      expect(planTrust(parsed, wanted).kind).toBe('append');
      expect(planUntrust(parsed, wanted).kind).toBe('absent');
    }
  });
});
