import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compactTrust, mergeableStatements } from '../../src/policy/compact.ts';
import { formatPolicy, parsePolicy, statementsOf } from '../../src/policy/document.ts';
import { evaluateTrust } from '../../src/policy/evaluate.ts';
import { document, issuer, providerArn, subjects } from './arbitraries.ts';
import { readCases } from './cases.ts';

interface CompactCase {
  name: string;
  before: unknown;
  merged: number[][];
  /** Absent: the document given. */
  after?: unknown;
}

describe('compactTrust', () => {
  it.each(readCases<CompactCase>('compact'))('$name', ({ before, merged, after }) => {
    const given = parsePolicy(JSON.stringify(before), 'the case');
    const plan = compactTrust(given);
    expect(plan.merged).toEqual(merged);
    expect(mergeableStatements(given)).toEqual(merged);
    expect(formatPolicy(plan.document, 'compact')).toBe(JSON.stringify(after ?? before));
    expect(formatPolicy(given, 'compact')).toBe(JSON.stringify(before));
    if (merged.length === 0) expect(plan.document).toBe(given);
    expect(compactTrust(plan.document).merged).toEqual([]);
  });

  it('keeps every decision, whoever asks', () => {
    let merges = 0;
    fc.assert(
      fc.property(
        document,
        fc.constantFrom(...subjects, 'system:serviceaccount:dev-x:sa9', 'x', undefined),
        fc.constantFrom(issuer, 'https://issuer.example/c2', undefined),
        fc.constantFrom('sts.aliyuncs.com', 'kubernetes', undefined),
        fc.constantFrom(providerArn, `${providerArn}2`),
        fc.constantFrom('10.1.2.3', '192.168.0.1', undefined),
        (before, subject, tokenIssuer, audience, arn, address) => {
          const { document: after, merged } = compactTrust(before);
          merges += merged.length;
          const valuesOf = (value: string | undefined): string[] => (value === undefined ? [] : [value]);
          const context = {
            'oidc:sub': valuesOf(subject),
            'oidc:iss': valuesOf(tokenIssuer),
            'oidc:aud': valuesOf(audience),
            'acs:SourceIp': valuesOf(address),
          };
          const decide = (policy: typeof before): string =>
            evaluateTrust(policy, { principal: { kind: 'Federated', arn }, action: 'sts:AssumeRole', context })
              .decision;
          expect(decide(after)).toBe(decide(before));
          const gone = merged.reduce((sum, group) => sum + group.length - 1, 0);
          expect(statementsOf(after)).toHaveLength(statementsOf(before).length - gone);
        },
      ),
      { numRuns: 3_000 },
    );
    expect(merges).toBeGreaterThan(50);
  });

  it('never grows a document', () => {
    fc.assert(
      fc.property(document, (before) => {
        const length = (policy: typeof before): number => formatPolicy(policy, 'compact').length;
        expect(length(compactTrust(before).document)).toBeLessThanOrEqual(length(before));
      }),
    );
  });

  it('merges thousands of statements in one go', () => {
    const statement = (index: number): object => ({
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { Federated: [providerArn] },
      Condition: { StringEquals: { 'oidc:iss': issuer, 'oidc:sub': `system:serviceaccount:ns-${index}:sa` } },
    });
    const many = parsePolicy(
      JSON.stringify({ Statement: Array.from({ length: 3_000 }, (_, i) => statement(i)) }),
      'it',
    );
    expect(statementsOf(compactTrust(many).document)).toHaveLength(1);
  });
});
