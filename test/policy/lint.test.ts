import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePolicy, statementsOf } from '../../src/policy/document.ts';
import { lintTrust, nameStatements } from '../../src/policy/lint.ts';
import { planTrust } from '../../src/policy/trust.ts';
import { document, exactWant, issuer, providerArn } from './arbitraries.ts';
import { readCases } from './cases.ts';

interface LintCase {
  name: string;
  document: unknown;
  /** Id, severity and statement of each. */
  findings: [string, string, number | null][];
}

const expected = { providerArn, issuers: [issuer, 'https://old.example/c1'] };
const parse = (value: unknown) => parsePolicy(JSON.stringify(value), 'the case');

describe('lintTrust', () => {
  it.each(readCases<LintCase>('lint'))('$name', ({ document: given, findings }) => {
    const found = lintTrust(parse(given), expected);
    expect(found.map(({ id, severity, statement }) => [id, severity, statement ?? null])).toEqual(findings);
    for (const { statement, message } of found)
      if (statement !== undefined) expect(message).toContain(`[${statement}]`);
  });

  it('finds nothing in what this tool writes itself', () => {
    const want = { providerArn, issuer, namespace: 'reports', serviceAccount: 'reader' };
    expect(lintTrust(planTrust(undefined, want).document, expected)).toEqual([]);
  });

  it('says when an issuer differs in its last slash only, which is hard to see', () => {
    const { document: written } = planTrust(undefined, {
      providerArn,
      issuer: `${issuer}/`,
      namespace: 'reports',
      serviceAccount: 'reader',
    });
    expect(lintTrust(written, expected)[0]?.message).toBe(
      `Statement[0] asks for oidc:iss "${issuer}/", and tokens have "${issuer}" (they differ in the last "/")`,
    );
  });

  it('judges no issuer that it cannot know', () => {
    const { document: written } = planTrust(undefined, {
      providerArn,
      issuer: 'https://elsewhere.example',
      namespace: 'reports',
      serviceAccount: 'reader',
    });
    expect(lintTrust(written)).toEqual([]);
  });

  it('takes any document, and points at statements that are there', () => {
    fc.assert(
      fc.property(document, exactWant, (before, want) => {
        const count = statementsOf(before).length;
        for (const finding of lintTrust(before, expected)) {
          expect(finding.message).not.toContain('undefined');
          if (finding.statement !== undefined) expect(finding.statement).toBeLessThan(count);
        }
        const added = planTrust(before, want).document;
        const errors = (policy: typeof before): number =>
          lintTrust(policy, expected).filter(({ severity }) => severity === 'error').length;
        expect(errors(added)).toBe(errors(before));
      }),
      { numRuns: 500 },
    );
  });

  it('reads a thousand allows and denies in one go', () => {
    const statement = (effect: string, index: number): object => ({
      Effect: effect,
      Action: 'sts:AssumeRole',
      Principal: { Federated: [`${providerArn}-${effect}`] },
      Condition: { StringEquals: { 'oidc:sub': `system:serviceaccount:ns-${index}:sa` } },
    });
    const many = Array.from({ length: 1_000 }, (_, index) => statement(index % 2 ? 'Allow' : 'Deny', index));
    expect(lintTrust(parse({ Version: '1', Statement: many })).length).toBeGreaterThan(500);
  });
});

describe('nameStatements', () => {
  it('reads as a sentence does', () => {
    expect(nameStatements([3])).toBe('Statement[3]');
    expect(nameStatements([0, 2, 5])).toBe('Statement[0], Statement[2] and Statement[5]');
  });
});
