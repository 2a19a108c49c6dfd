import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Role } from '../../src/cloud/ports.ts';
import { type PolicyDocument, parsePolicy } from '../../src/policy/document.ts';
import { parseSubject } from '../../src/policy/subject.ts';
import { planTrust } from '../../src/policy/trust.ts';
import { formatAssociationsFile, parseAssociationsFile } from '../../src/rrsa/associations-file.ts';
import { toAssociationsFile } from '../../src/rrsa/associations-to-file.ts';
import type { AssociationList, TrustingRole } from '../../src/rrsa/list-associations.ts';
import { isMeant, trustsOf } from '../../src/rrsa/role-trusts.ts';
import { decisionOf, document, issuer, providerArn, subjects } from '../policy/arbitraries.ts';
import { ACCOUNT } from './fakes.ts';

const source = { providerArn, issuer };
const claims = { 'oidc:iss': issuer, 'oidc:aud': 'sts.aliyuncs.com' };

function trusting(policy: PolicyDocument, more: Partial<Role> = {}): TrustingRole {
  const role: Role = {
    id: '1',
    name: 'app',
    arn: `acs:ram::${ACCOUNT}:role/app`,
    description: '',
    trustPolicy: '',
    maxSessionDurationSeconds: 3600,
    ...more,
  };
  return { role, trusts: trustsOf(policy, source), policies: [] };
}

function listOf(...roles: TrustingRole[]): AssociationList {
  return { clusterId: 'c1', roles, unreadable: [] };
}

const allow = (condition: object): object => ({
  Effect: 'Allow',
  Action: 'sts:AssumeRole',
  Principal: { Federated: [providerArn] },
  Condition: condition,
});
const documentOf = (...statements: object[]): PolicyDocument =>
  parsePolicy(JSON.stringify({ Version: '1', Statement: statements }), 'it');
const sub = (subject: string | string[], operator = 'StringEquals'): object => ({
  ...{ StringEquals: claims },
  ...(operator === 'StringEquals'
    ? { StringEquals: { ...claims, 'oidc:sub': subject } }
    : { [operator]: { 'oidc:sub': subject } }),
});
const textOf = (list: AssociationList, isPart = false): string =>
  formatAssociationsFile(toAssociationsFile(list, { isPart }));

describe('the file for what exists', () => {
  it('has each service account once, the policies, and what a role was created with', () => {
    const role = trusting(
      documentOf(
        allow(sub(['system:serviceaccount:reports:reader', 'system:serviceaccount:reports:writer'])),
        allow(sub('system:serviceaccount:reports:reader')),
        allow(sub('system:serviceaccount:team-*:reader', 'StringLike')),
      ),
      { description: 'reads: the "reports"', maxSessionDurationSeconds: 5400 },
    );
    role.policies.push({ type: 'System', name: 'AliyunOSSReadOnlyAccess' }, { type: 'Custom', name: 'mine' });
    expect(textOf({ ...listOf(role), helperAddon: true })).toBe(`apiVersion: ack-ram-tool/v1
kind: RrsaAssociations
clusterId: c1
helperAddon: true
roles:
  - name: app
    description: "reads: the \\"reports\\""
    maxSessionDuration: 1h30m
    serviceAccounts:
      - { namespace: reports, name: reader }
      - { namespace: reports, name: writer }
      - { namespace: "team-*", name: reader }
    systemPolicies: [AliyunOSSReadOnlyAccess]
    customPolicies: [mine]
`);
  });

  it.each([
    [
      'further conditions',
      { ...sub('system:serviceaccount:a:b'), IpAddress: { 'acs:SourceIp': '10.0.0.1' } },
      'under further conditions',
    ],
    ['a negated operator', sub('system:serviceaccount:a:b', 'StringNotEquals'), 'under StringNotEquals'],
    [
      'another issuer',
      { StringEquals: { ...claims, 'oidc:iss': 'https://x', 'oidc:sub': 'system:serviceaccount:a:b' } },
      'no token of the cluster meets the statement',
    ],
    ['a subject that is no service account', sub('system:node:a'), 'no service account'],
    ['a pattern that crosses namespaces', sub('system:serviceaccount:team-*', 'StringLike'), 'no service account'],
    ['a name no service account can have', sub('system:serviceaccount:A_:b'), 'no service account can have that name'],
  ])('has only a comment for %s', async (_what, condition, words) => {
    const text = textOf(listOf(trusting(documentOf(allow(condition)))));
    expect(text).toContain('serviceAccounts: []\n      # Statement[0], not in this file: ');
    expect(text).toContain(`(${words})`);
    expect((await parseAssociationsFile(text, 'f')).roles[0]?.serviceAccounts).toEqual([]);
  });

  it('says that a statement without a subject means everybody', () => {
    const text = textOf(listOf(trusting(documentOf(allow({ StringEquals: claims })))));
    expect(text).toContain('- { namespace: "*", name: "*" }');
    expect(text).toContain('# Statement[0] names no oidc:sub: it trusts every service account');
  });

  it('says of a trust that is denied elsewhere that it is', () => {
    const one = allow(sub('system:serviceaccount:a:b'));
    const text = textOf(listOf(trusting(documentOf(one, { ...one, Effect: 'Deny' }))));
    expect(text).toContain('- { namespace: a, name: b }');
    expect(text).toContain('but another statement denies it');
  });

  it('warns of what it lacks: roles that were not read, and what a filter left out', () => {
    const list = { ...listOf(), unreadable: [{ roleName: 'x', error: 'two\nlines' }] };
    const text = textOf(list, true);
    expect(text).toContain('# Only a part of what there is');
    expect(text).toContain('# Not read: role x: two lines\n');
    expect(text).toContain('roles: []');
  });

  it('comments what no file can name: a role, a policy', async () => {
    const policy = documentOf(allow(sub('system:serviceaccount:a:b')));
    const odd = { ...trusting(policy), policies: [{ type: 'Custom' as const, name: 'a b' }] };
    const text = textOf(listOf(odd, trusting(policy, { name: 'a b\n- x' })));
    expect(text).toContain('# not in this file: policy a b');
    expect(text).toContain('# Not in this file: role a b - x');
    expect((await parseAssociationsFile(text, 'f')).roles.map(({ name }) => name)).toEqual(['app']);
  });

  it('can be read again, and is so already, whatever the trust policy', async () => {
    await fc.assert(
      fc.asyncProperty(document, async (policy) => {
        const model = toAssociationsFile(listOf(trusting(policy)), { isPart: false });
        const read = await parseAssociationsFile(formatAssociationsFile(model), 'f');
        expect(read.roles[0]?.serviceAccounts).toEqual(model.roles[0]?.serviceAccounts);
        for (const { namespace, name } of read.roles[0]?.serviceAccounts ?? []) {
          const plan = planTrust(policy, { ...source, namespace, serviceAccount: name });
          expect(plan.kind).toBe('unchanged');
        }
      }),
    );
  });
});

describe('a list of trusts', () => {
  it('has whoever may assume the role, and says allowed of nobody who may not', () => {
    fc.assert(
      fc.property(document, (policy) => {
        const trusts = trustsOf(policy, source);
        for (const subject of subjects) {
          const names = parseSubject(subject) ?? {};
          const meant = trusts.filter((trust) => isMeant(trust, names));
          if (decisionOf(policy, subject) === 'allowed') expect(meant.length).toBeGreaterThan(0);
          for (const trust of meant) {
            if (trust.subject === subject && trust.effect === 'allowed') {
              expect(decisionOf(policy, subject)).toBe('allowed');
            }
          }
        }
      }),
    );
  });
});
