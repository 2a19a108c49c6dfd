import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPolicy, type PolicyDocument, parsePolicy, statementsOf } from '../../src/policy/document.ts';
import { evaluatePermissions, evaluateTrust } from '../../src/policy/evaluate.ts';
import { matchGlob } from '../../src/policy/glob.ts';
import { subjectOf } from '../../src/policy/subject.ts';
import { listTrusts, planTrust, planUntrust } from '../../src/policy/trust.ts';
import { decisionOf, document, exactWant, issuer, providerArn, requestOf, subjects, want } from './arbitraries.ts';
import { anyJsonText } from './json-text.ts';

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

  it('undoes any trust plan so far that every decision is as before', () => {
    fc.assert(
      fc.property(document, exactWant, fc.boolean(), (before, wanted, knowsIssuer) => {
        fc.pre(['append', 'extend'].includes(planTrust(before, wanted).kind));
        const { issuer: _, ...anyIssuer } = wanted;
        const undone = planUntrust(planTrust(before, wanted).document, knowsIssuer ? wanted : anyIssuer);
        expect(undone.kind).toBe('removed');
        for (const subject of subjects) expect(decisionOf(undone.document, subject)).toBe(decisionOf(before, subject));
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

  it('without an issuer leaves no trust through the provider that it does not name', () => {
    fc.assert(
      fc.property(
        document,
        exactWant,
        fc.constantFrom(issuer, 'https://issuer.example/c2', 'https://other.example'),
        fc.constantFrom('sts.aliyuncs.com', 'kubernetes', 'other'),
        (before, { issuer: _, ...wanted }, tokenIssuer, audience) => {
          const plan = planUntrust(before, wanted);
          const subject = subjectOf(wanted.namespace, wanted.serviceAccount);
          const context = { 'oidc:iss': [tokenIssuer], 'oidc:aud': [audience], 'oidc:sub': [subject] };
          const allows = evaluateTrust(plan.document, { ...requestOf(subject), context }).statements.filter(
            ({ effect, verdict }) => effect === 'Allow' && verdict === 'applies',
          );
          for (const { index } of allows) expect(plan.remaining).toContain(index);
        },
      ),
      runs,
    );
  });

  it('changes nothing for anybody else', () => {
    fc.assert(
      fc.property(document, exactWant, fc.boolean(), (before, wanted, knowsIssuer) => {
        const { issuer: _, ...anyIssuer } = wanted;
        const after = planUntrust(before, knowsIssuer ? wanted : anyIssuer).document;
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
