import { describe, expect, it } from 'vitest';
import { formatPolicy, type PolicyDocument, parsePolicy } from '../../src/policy/document.ts';
import {
  listTrusts,
  planTrust,
  planUntrust,
  RRSA_AUDIENCE,
  type ServiceAccountTrust,
  serviceAccountContext,
  trustStatement,
} from '../../src/policy/trust.ts';
import { readCases } from './cases.ts';

const providerArn = 'acs:ram::1000000000000001:oidc-provider/ack-rrsa-c1';
const issuer = 'https://issuer.example/c1';

type Want = Pick<ServiceAccountTrust, 'namespace' | 'serviceAccount' | 'audience'>;
interface PlanCase {
  name: string;
  want: Want;
  before: unknown;
  kind: string;
  /** Absent: the document given. */
  after?: unknown;
}

const parse = (document: unknown): PolicyDocument => parsePolicy(JSON.stringify(document), 'the case');
const wantOf = (want: Want): ServiceAccountTrust => ({ providerArn, issuer, ...want });

describe('planTrust', () => {
  it.each(readCases<PlanCase & { coveredBy?: { index: number; broader: boolean }; deniedBy?: number }>('trust-plans'))(
    '$name',
    ({ want, before, kind, after, coveredBy, deniedBy }) => {
      const document = before === null ? undefined : parse(before);
      const plan = planTrust(document, wantOf(want));
      expect(plan.kind).toBe(kind);
      expect(formatPolicy(plan.document, 'compact')).toBe(JSON.stringify(after ?? before));
      expect(plan.coveredBy).toEqual(coveredBy);
      expect(plan.deniedBy).toBe(deniedBy);
      if (document !== undefined) expect(formatPolicy(document, 'compact')).toBe(JSON.stringify(before));
      if (kind === 'unchanged') expect(plan.document).toBe(document);
      expect(planTrust(plan.document, wantOf(want)).kind).toBe('unchanged');
    },
  );

  it('does not let an ordinary name be changed by an inherited one', () => {
    const text = '{"__proto__":{"Statement":[]},"Statement":[],"constructor":{"prototype":1}}';
    const plan = planTrust(parsePolicy(text, 'it'), wantOf({ namespace: 'a', serviceAccount: 'b' }));
    expect(formatPolicy(plan.document, 'compact')).toMatch(/^\{"__proto__":\{"Statement":\[\]\},"Statement":\[\{/);
    expect({}).not.toHaveProperty('Statement');
  });
});

describe('planUntrust', () => {
  it.each(readCases<PlanCase & { statements: number[]; remaining: number[] }>('untrust-plans'))(
    '$name',
    ({ want, before, kind, after, statements, remaining }) => {
      const document = parse(before);
      const plan = planUntrust(document, wantOf(want));
      expect(plan).toMatchObject({ kind, statements, remaining });
      expect(formatPolicy(plan.document, 'compact')).toBe(JSON.stringify(after ?? before));
      expect(formatPolicy(document, 'compact')).toBe(JSON.stringify(before));
      if (kind !== 'removed') expect(plan.document).toBe(document);
      const again = planUntrust(plan.document, wantOf(want));
      expect(again.kind).toBe(remaining.length > 0 ? 'broader' : 'absent');
    },
  );
});

describe('trustStatement', () => {
  it('is written as the product documents write it', () => {
    const statement = trustStatement(wantOf({ namespace: 'app', serviceAccount: 'reader' }));
    expect(formatPolicy(statement, 'compact')).toBe(
      '{"Action":"sts:AssumeRole","Condition":{"StringEquals":{"oidc:aud":"sts.aliyuncs.com",' +
        '"oidc:iss":"https://issuer.example/c1","oidc:sub":"system:serviceaccount:app:reader"}},"Effect":"Allow",' +
        '"Principal":{"Federated":["acs:ram::1000000000000001:oidc-provider/ack-rrsa-c1"]}}',
    );
  });

  it('does not take a wildcard in the issuer or audience for a pattern', () => {
    const statement = trustStatement({ ...wantOf({ namespace: 'a', serviceAccount: 'b' }), issuer: 'https://*/' });
    expect(formatPolicy(statement, 'compact')).not.toContain('StringLike');
  });
});

describe('listTrusts', () => {
  const sub = (...names: string[]): string[] => names.map((name) => `system:serviceaccount:${name}`);
  const statement = (condition: unknown, more: object = {}): object => ({
    Action: 'sts:AssumeRole',
    Condition: condition,
    Effect: 'Allow',
    Principal: { Federated: [providerArn] },
    ...more,
  });

  it('lists every subject with its statement and operator', () => {
    const document = parse({
      Statement: [
        statement({ StringEquals: { 'oidc:sub': sub('a:b', 'c:d') } }),
        statement({}, { Principal: { Service: 'ecs.aliyuncs.com' } }),
        statement({ StringEquals: { 'oidc:aud': RRSA_AUDIENCE }, StringLike: { 'oidc:sub': sub('*:x')[0] } }),
      ],
    });
    expect(listTrusts(document, providerArn)).toEqual([
      { index: 0, operator: 'StringEquals', subject: 'system:serviceaccount:a:b', furtherConditions: false },
      { index: 0, operator: 'StringEquals', subject: 'system:serviceaccount:c:d', furtherConditions: false },
      { index: 2, operator: 'StringLike', subject: 'system:serviceaccount:*:x', furtherConditions: false },
    ]);
  });

  it('says when a statement names no subject', () => {
    const document = parse({ Statement: statement(undefined) });
    expect(listTrusts(document, providerArn)).toEqual([
      { index: 0, operator: '', subject: '*', furtherConditions: false },
    ]);
  });

  it('says when there are further conditions', () => {
    const ip = { IpAddress: { 'acs:SourceIp': '10.0.0.0/8' } };
    const twice = { StringEquals: { 'oidc:sub': 'x' }, StringNotEquals: { 'oidc:sub': 'y' } };
    const document = parse({ Statement: [statement(ip), statement(twice)] });
    expect(listTrusts(document, providerArn)).toEqual([
      { index: 0, operator: '', subject: '*', furtherConditions: true },
      { index: 1, operator: 'StringEquals', subject: 'x', furtherConditions: true },
      { index: 1, operator: 'StringNotEquals', subject: 'y', furtherConditions: true },
    ]);
  });

  it.each([
    ['a Deny', { Effect: 'Deny' }],
    ['another provider', { Principal: { Federated: `${providerArn}2` } }],
    ['another action', { Action: 'sts:SetSourceIdentity' }],
    ['a malformed action', { Action: 7 }],
    ['a malformed condition', { Condition: [] }],
    ['a malformed subject', { Condition: { StringEquals: { 'oidc:sub': [{}] } } }],
  ])('leaves out %s', (_name, more) => {
    expect(listTrusts(parse({ Statement: [statement({}, more)] }), providerArn)).toEqual([]);
  });
});

describe('serviceAccountContext', () => {
  it('takes one audience or several', () => {
    const claims = { issuer: 'i', subject: 's' };
    expect(serviceAccountContext({ ...claims, audience: 'a' })).toEqual({
      'oidc:iss': ['i'],
      'oidc:aud': ['a'],
      'oidc:sub': ['s'],
    });
    expect(serviceAccountContext({ ...claims, audience: ['a', 'b'] })['oidc:aud']).toEqual(['a', 'b']);
  });
});
