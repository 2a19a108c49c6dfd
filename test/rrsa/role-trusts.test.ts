import { describe, expect, it } from 'vitest';
import { formatPolicy, type PolicyDocument, parsePolicy } from '../../src/policy/document.ts';
import { planTrust, trustStatement } from '../../src/policy/trust.ts';
import { isMeant, type Trust, trustsOf } from '../../src/rrsa/role-trusts.ts';
import { ISSUER, PROVIDER_ARN } from './fakes.ts';

const source = { providerArn: PROVIDER_ARN, issuer: ISSUER };
const claims = { 'oidc:iss': ISSUER, 'oidc:aud': 'sts.aliyuncs.com' };

function document(...statements: object[]): PolicyDocument {
  return parsePolicy(JSON.stringify({ Version: '1', Statement: statements }), 'it');
}

function statement(condition: object, more: object = {}): object {
  const Principal = { Federated: [PROVIDER_ARN] };
  return { Effect: 'Allow', Action: 'sts:AssumeRole', Principal, Condition: condition, ...more };
}

const only = (policy: PolicyDocument, from = source): Trust => {
  const [trust, ...others] = trustsOf(policy, from);
  expect(others).toEqual([]);
  return trust as Trust;
};

describe('whom a role trusts', () => {
  it('is what associate-role has written, name and pattern', () => {
    const first = planTrust(undefined, { ...source, namespace: 'app', serviceAccount: 'reader' }).document;
    const { document: both } = planTrust(first, { ...source, namespace: 'team-*', serviceAccount: 'reader' });
    expect(trustsOf(both, source)).toEqual([
      {
        subject: 'system:serviceaccount:app:reader',
        namespace: 'app',
        serviceAccount: 'reader',
        operator: 'StringEquals',
        statement: 0,
        effect: 'allowed',
      },
      {
        subject: 'system:serviceaccount:team-*:reader',
        namespace: 'team-*',
        serviceAccount: 'reader',
        operator: 'StringLike',
        statement: 1,
        effect: 'allowed',
      },
    ]);
  });

  it('is everybody where a statement names no subject', () => {
    expect(only(document(statement({ StringEquals: claims })))).toMatchObject({
      subject: '*',
      namespace: '*',
      serviceAccount: '*',
      operator: '',
      effect: 'allowed',
    });
  });

  it('is nobody known as a service account where the subject is none', () => {
    const like = { StringEquals: claims, StringLike: { 'oidc:sub': 'system:serviceaccount:team-*' } };
    expect(only(document(statement(like)))).toMatchObject({
      subject: 'system:serviceaccount:team-*',
      namespace: null,
      serviceAccount: null,
      effect: 'allowed',
    });
    const other = { StringEquals: { ...claims, 'oidc:sub': 'system:node:a' } };
    expect(only(document(statement(other)))).toMatchObject({ namespace: null, effect: 'allowed' });
  });

  it.each([
    [
      'another issuer',
      { StringEquals: { ...claims, 'oidc:iss': 'https://other', 'oidc:sub': 'system:serviceaccount:a:b' } },
    ],
    ['another audience', { StringEquals: { ...claims, 'oidc:aud': 'other', 'oidc:sub': 'system:serviceaccount:a:b' } }],
    ['a wildcard that is compared as text', { StringEquals: { ...claims, 'oidc:sub': 'system:serviceaccount:a:*' } }],
    [
      'another issuer for a subject that is no service account',
      { StringEquals: { ...claims, 'oidc:iss': 'https://other', 'oidc:sub': 'x' } },
    ],
  ])('is without effect with %s', (_what, condition) => {
    expect(only(document(statement(condition))).effect).toBe('none');
  });

  it.each([
    [
      'a condition beside the claims',
      {
        StringEquals: { ...claims, 'oidc:sub': 'system:serviceaccount:a:b' },
        IpAddress: { 'acs:SourceIp': '10.0.0.0/8' },
      },
      'StringEquals',
    ],
    [
      'a negated operator',
      { StringEquals: claims, StringNotLike: { 'oidc:sub': 'system:serviceaccount:kube-system:*' } },
      'StringNotLike',
    ],
    [
      'an operator nobody knows',
      { StringEquals: claims, StringSounds: { 'oidc:sub': 'system:serviceaccount:a:b' } },
      'StringSounds',
    ],
  ])('depends, with %s', (_what, condition, operator) => {
    expect(only(document(statement(condition)))).toMatchObject({ effect: 'conditional', operator });
  });

  it('is refused where another statement denies all that one means, and not where it denies a part', () => {
    const sub = (subject: string) => ({ StringEquals: claims, StringLike: { 'oidc:sub': subject } });
    const allow = statement(sub('system:serviceaccount:team-*:reader'));
    const deny = (subject: string) => statement(sub(subject), { Effect: 'Deny' });
    expect(only(document(allow, deny('system:serviceaccount:*:reader'))).effect).toBe('denied');
    expect(only(document(allow, deny('system:serviceaccount:team-a:reader'))).effect).toBe('allowed');
    expect(only(document(statement({ StringEquals: claims }), deny('*'))).effect).toBe('denied');
  });

  it('is judged by the issuer a statement names while RRSA is off', () => {
    const trust = formatPolicy(
      document(JSON.parse(formatPolicy(trustStatement({ ...source, namespace: 'a', serviceAccount: 'b' }), 'compact'))),
      'compact',
    );
    const off = { providerArn: PROVIDER_ARN };
    expect(only(parsePolicy(trust, 'it'), off as typeof source).effect).toBe('allowed');
    const other = { StringEquals: { ...claims, 'oidc:aud': 'other', 'oidc:sub': 'system:serviceaccount:a:b' } };
    expect(only(document(statement(other)), off as typeof source).effect).toBe('none');
  });

  it('leaves out other providers, other principals, other actions and what denies', () => {
    const condition = { StringEquals: { ...claims, 'oidc:sub': 'system:serviceaccount:a:b' } };
    const policy = document(
      statement(condition, { Principal: { Federated: [`${PROVIDER_ARN}-other`] } }),
      statement({}, { Principal: { RAM: ['acs:ram::1000000000000001:root'] } }),
      statement(condition, { Action: 'sts:SetSourceIdentity' }),
      statement(condition, { Effect: 'Deny' }),
    );
    expect(trustsOf(policy, source)).toEqual([]);
  });
});

describe('a filter', () => {
  const trust = (subject: string, operator = 'StringEquals'): Trust => ({
    subject,
    namespace: null,
    serviceAccount: null,
    operator,
    statement: 0,
    effect: 'allowed',
  });

  it.each([
    ['system:serviceaccount:app:reader', {}, true],
    ['system:serviceaccount:app:reader', { namespace: 'app' }, true],
    ['system:serviceaccount:app:reader', { namespace: 'app', serviceAccount: 'writer' }, false],
    ['system:serviceaccount:app:reader', { serviceAccount: 'read*' }, true],
    ['system:serviceaccount:team-*:reader', { namespace: 'team-a' }, true],
    ['system:serviceaccount:team-*:reader', { namespace: 'app' }, false],
    ['system:serviceaccount:team-*', { namespace: 'team-a', serviceAccount: 'x' }, true],
    ['system:node:a', { namespace: 'a' }, false],
    ['*', { namespace: 'app' }, true],
  ])('finds %s by %j: %s', (subject, filter, expected) => {
    expect(isMeant(trust(subject, 'StringLike'), filter)).toBe(expected);
  });

  it('does not look at the case where the statement does not', () => {
    const upper = trust('system:serviceaccount:APP:Reader', 'StringEqualsIgnoreCase');
    expect(isMeant(upper, { namespace: 'app', serviceAccount: 'reader' })).toBe(true);
  });

  it('never hides a statement that names whom it does not mean, or in a way nobody knows', () => {
    expect(isMeant(trust('system:serviceaccount:a:b', 'StringNotEquals'), { namespace: 'x' })).toBe(true);
    expect(isMeant(trust('*', ''), { namespace: 'x', serviceAccount: 'y' })).toBe(true);
  });
});
