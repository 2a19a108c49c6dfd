import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ToolError } from '../../src/errors.ts';
import { checkClusterId, checkPolicyName, checkRoleName, checkSessionName } from '../../src/policy/name.ts';
import { checkNamespace, checkServiceAccount, isPattern, parseSubject, subjectOf } from '../../src/policy/subject.ts';
import { readCases } from './cases.ts';

const checks: Record<string, (value: string) => string> = {
  roleName: checkRoleName,
  policyName: checkPolicyName,
  clusterId: checkClusterId,
  sessionName: checkSessionName,
  namespace: checkNamespace,
  serviceAccount: checkServiceAccount,
  namespacePattern: (value) => checkNamespace(value, { wildcards: true }),
  serviceAccountPattern: (value) => checkServiceAccount(value, { wildcards: true }),
};

interface NameCase {
  check: string;
  valid: string[];
  invalid: string[];
}

/** `a{64}` in the table stands for 64 times the letter before it. */
const expand = (text: string): string =>
  text.replace(/(.)\{(\d+)\}/g, (_all, letter: string, times: string) => letter.repeat(Number(times)));

function failureOf(check: (value: string) => string, value: string): ToolError {
  try {
    check(value);
  } catch (error) {
    if (error instanceof ToolError) return error;
    throw error;
  }
  throw new Error(`was accepted: ${JSON.stringify(value)}`);
}

describe.each(readCases<NameCase>('names'))('$check', ({ check: name, valid, invalid }) => {
  const check = checks[name]!;

  it.each(valid.map(expand))('takes %j', (value) => {
    expect(check(value)).toBe(value);
  });

  it.each(invalid.map(expand))('refuses %j, naming it', (value) => {
    const error = failureOf(check, value);
    expect(error.code).toBe('USAGE');
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain(JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value));
  });

  it('refuses what could lead elsewhere or break a line', () => {
    for (const value of ['', '.', '../x', 'a/b', 'a\\b', 'a\n', '\na', 'a b', 'a\u0000', 'ａ', 'é']) {
      failureOf(check, value);
    }
    failureOf(check, 'a'.repeat(1_000_000));
    // STS takes such a session name, and none ever becomes a path.
    if (name !== 'sessionName') failureOf(check, '..');
  });
});

describe('messages about names', () => {
  it('name the flag', () => {
    expect(failureOf(checkRoleName, 'a b').message).toMatch(/^--role-name "a b" is not a RAM role name/);
    expect(failureOf((value) => checkRoleName(value, 'roles[2].name'), 'a b').message).toMatch(
      /^roles\[2\]\.name "a b"/,
    );
    expect(failureOf(checkClusterId, 'a b').message).toMatch(/^--cluster-id "a b"/);
    expect(failureOf(checkNamespace, 'A').message).toMatch(/^namespace "A" is not a Kubernetes namespace/);
  });

  it('give a hint where a wildcard cannot be used', () => {
    expect(failureOf(checkNamespace, 'dev-*').hint).toContain('wildcards');
    expect(failureOf(checkServiceAccount, 'DEV').hint).toBeUndefined();
  });
});

describe('subjects', () => {
  it('are read back as they were put together', () => {
    const part = fc.stringMatching(/^[^:]+$/);
    fc.assert(
      fc.property(part, part, (namespace, serviceAccount) => {
        expect(parseSubject(subjectOf(namespace, serviceAccount))).toEqual({ namespace, serviceAccount });
      }),
    );
  });

  it.each([
    '',
    'system:serviceaccount',
    'system:serviceaccount:*',
    'system:serviceaccount::reader',
    'system:serviceaccount:app:',
    'system:serviceaccount:app:reader:x',
    'system:node:app:reader',
    'xsystem:serviceaccount:app:reader',
    'repo:org/name:ref:refs/heads/main',
  ])('are not taken for what they are not: %j', (text) => {
    expect(parseSubject(text)).toBeUndefined();
  });

  it('are patterns when they hold a wildcard anywhere', () => {
    expect(['a', '', 'a.b-c'].map(isPattern)).toEqual([false, false, false]);
    expect(['*', 'a?', 'dev-*-x'].map(isPattern)).toEqual([true, true, true]);
  });
});
