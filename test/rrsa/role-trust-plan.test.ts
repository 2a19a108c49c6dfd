import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPolicy, type PolicyDocument, parsePolicy } from '../../src/policy/document.ts';
import { evaluateTrust } from '../../src/policy/evaluate.ts';
import { matchGlob } from '../../src/policy/glob.ts';
import { isPattern, subjectOf } from '../../src/policy/subject.ts';
import { RRSA_AUDIENCE, serviceAccountContext } from '../../src/policy/trust.ts';
import type { ServiceAccountName } from '../../src/rrsa/associations-file.ts';
import { findRemovals, planRoleTrust, trustsFor } from '../../src/rrsa/role-trust-plan.ts';
import { ISSUER, PROVIDER_ARN } from './fakes.ts';

const issuer = { providerArn: PROVIDER_ARN, issuer: ISSUER };
const names = ['app/reader', 'app/writer', 'dev-a/sa1', 'dev-b/sa2', 'prod/reader'];
const subjects = names.map((name) => `system:serviceaccount:${name.replace('/', ':')}`);

/** With and without what conditions beside the claims ask for. */
const decisionsOf = (document: PolicyDocument, subject: string, provider = PROVIDER_ARN): string[] =>
  [[], ['10.1.2.3']].map((address) => {
    const claims = serviceAccountContext({ issuer: ISSUER, audience: RRSA_AUDIENCE, subject });
    const context = { ...claims, 'acs:SourceIp': address };
    return evaluateTrust(document, {
      principal: { kind: 'Federated', arn: provider },
      action: 'sts:AssumeRole',
      context,
    }).decision;
  });

const oneOrMore = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | T[]> =>
  fc.oneof(value, fc.array(value, { minLength: 1, maxLength: 3 }));
const subject = fc.constantFrom(
  ...subjects,
  ...subjects,
  'system:serviceaccount:*:*',
  'system:serviceaccount:dev-*:sa?',
  '*',
);
const ours = oneOrMore(fc.constantFrom(...subjects)).map((sub) => ({
  Action: 'sts:AssumeRole',
  Condition: { StringEquals: { 'oidc:aud': RRSA_AUDIENCE, 'oidc:iss': ISSUER, 'oidc:sub': sub } },
  Effect: 'Allow',
  Principal: { Federated: [PROVIDER_ARN] },
}));
const claims = fc.record(
  {
    'oidc:iss': fc.constantFrom(ISSUER, ISSUER, 'https://old.example'),
    'oidc:aud': oneOrMore(fc.constantFrom(RRSA_AUDIENCE, RRSA_AUDIENCE, 'kubernetes')),
    'oidc:sub': oneOrMore(subject),
  },
  { requiredKeys: [] },
);
const near = fc.record(
  {
    Action: oneOrMore(fc.constantFrom('sts:AssumeRole', 'sts:*', 'ram:GetRole')),
    Condition: fc.record(
      {
        StringEquals: claims,
        StringLike: fc.record({ 'oidc:sub': oneOrMore(subject) }),
        StringNotLike: fc.record({ 'oidc:sub': oneOrMore(subject) }),
        IpAddress: fc.constant({ 'acs:SourceIp': '10.0.0.0/8' }),
        Unheard: fc.constant({ 'oidc:sub': 'x' }),
      },
      { requiredKeys: [] },
    ),
    Effect: fc.constantFrom('Allow', 'Allow', 'Allow', 'Deny'),
    Principal: fc.oneof(
      fc.record({ Federated: oneOrMore(fc.constantFrom(PROVIDER_ARN, PROVIDER_ARN, `${PROVIDER_ARN}2`)) }),
      fc.constant({ Service: 'ecs.aliyuncs.com' }),
    ),
    Sid: fc.constantFrom('a', 'b'),
  },
  { requiredKeys: ['Action', 'Effect', 'Principal'] },
);
const anyDocument = fc
  .array(fc.oneof(ours, near), { maxLength: 5 })
  .map((statements) => parsePolicy(JSON.stringify({ Statement: statements, Version: '1' }), 'it'));
const anyFile: fc.Arbitrary<ServiceAccountName[]> = fc
  .uniqueArray(fc.constantFrom(...names, '*/*', 'dev-*/sa?', 'app/*'), { maxLength: 4 })
  .map((found) => found.map((name) => ({ namespace: name.split('/')[0] ?? '', name: name.split('/')[1] ?? '' })));

function bring(document: PolicyDocument, file: ServiceAccountName[], options: { prune: boolean; compact: boolean }) {
  const { removals, kept } = options.prune ? findRemovals(document, PROVIDER_ARN, file) : { removals: [], kept: [] };
  const wish = { wants: trustsFor(file, issuer), removals, compact: options.compact };
  return { ...planRoleTrust(document, wish), removals, kept };
}

const options = fc.record({ prune: fc.boolean(), compact: fc.boolean() });
const runs = { numRuns: 600 };

describe('the plan of a trust policy', () => {
  it('is done when it is done: planned again, nothing changes', () => {
    fc.assert(
      fc.property(anyDocument, anyFile, options, (document, file, how) => {
        const first = bring(document, file, how);
        const again = bring(first.document, file, how);
        expect(again.changed).toBe(false);
        expect(formatPolicy(again.document, 'compact')).toBe(formatPolicy(first.document, 'compact'));
        expect(again.removals).toEqual([]);
        if (!first.changed) expect(first.document).toBe(document);
      }),
      runs,
    );
  });

  it('lets everybody in the file in, unless a Deny was said', () => {
    fc.assert(
      fc.property(anyDocument, anyFile, options, (document, file, how) => {
        const after = bring(document, file, how).document;
        for (const { namespace, name } of file) {
          if (isPattern(namespace + name)) continue;
          expect(decisionsOf(after, subjectOf(namespace, name))[0]).not.toBe('denied');
        }
      }),
      runs,
    );
  });

  it('changes nothing for anybody else, and pruning only takes away, for this cluster only', () => {
    fc.assert(
      fc.property(anyDocument, anyFile, options, fc.constantFrom(...subjects), (document, file, how, who) => {
        const { document: after } = bring(document, file, how);
        expect(decisionsOf(after, who, `${PROVIDER_ARN}2`)).toEqual(decisionsOf(document, who, `${PROVIDER_ARN}2`));
        const isInFile = file.some(({ namespace, name }) => matchGlob(subjectOf(namespace, name), who));
        if (isInFile) return;
        const [before, now] = [decisionsOf(document, who), decisionsOf(after, who)];
        if (!how.prune) expect(now).toEqual(before);
        for (const [index, decision] of now.entries()) {
          if (decision === 'allowed') expect(before[index]).toBe('allowed');
          expect(decision === 'explicitlyDenied').toBe(before[index] === 'explicitlyDenied');
        }
      }),
      runs,
    );
  });

  it('never prunes a statement that asks for an address', () => {
    fc.assert(
      fc.property(anyDocument, anyFile, (document, file) => {
        const guarded = (policy: PolicyDocument): unknown[] =>
          JSON.parse(formatPolicy(policy, 'compact')).Statement.filter((statement: { Condition?: object }) =>
            JSON.stringify(statement.Condition ?? {}).includes('acs:SourceIp'),
          );
        expect(guarded(bring(document, file, { prune: true, compact: false }).document)).toEqual(guarded(document));
      }),
      runs,
    );
  });
});
