import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../src/cloud/ports.ts';
import { formatPolicy, parsePolicy } from '../../src/policy/document.ts';
import { evaluateTrust } from '../../src/policy/evaluate.ts';
import { withValue } from '../../src/policy/json.ts';
import { type ExplainInput, explainTrust } from '../../src/rrsa/explain.ts';
import { toTrustRequest } from '../../src/rrsa/explain-request.ts';
import { document as anyDocument, issuer, providerArn, subjects } from '../policy/arbitraries.ts';
import { CLUSTER_ID, cluster, errorOf, fakeRam, ISSUER, PROVIDER_ARN, withoutRrsa } from './fakes.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const sub = (name: string): string => `system:serviceaccount:${name}`;
const trusting = (claims: object = {}, more: object = {}) => ({
  Action: 'sts:AssumeRole',
  Condition: {
    StringEquals: {
      'oidc:aud': 'sts.aliyuncs.com',
      'oidc:iss': ISSUER,
      'oidc:sub': sub('reports:reader'),
      ...claims,
    },
  },
  Effect: 'Allow',
  Principal: { Federated: [PROVIDER_ARN] },
  ...more,
});
const documentOf = (...statements: unknown[]): string => JSON.stringify({ Statement: statements, Version: '1' });
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const tokenOf = (claims: object = {}): string =>
  [
    part({ alg: 'RS256' }),
    part({ iss: ISSUER, sub: sub('reports:reader'), aud: ['sts.aliyuncs.com'], exp: NOW / 1000 + 600, ...claims }),
    'c2lnbmF0dXJl',
  ].join('.');

const reader = { namespace: 'reports', serviceAccount: 'reader' };

function explain(
  options: {
    trustPolicy?: string;
    policyText?: string;
    cluster?: Partial<Cluster>;
    token?: string;
    calls?: string[];
  } & Partial<ExplainInput>,
) {
  const { trustPolicy, policyText, cluster: overrides, token, calls = [], ...input } = options;
  const ram = fakeRam();
  if (trustPolicy !== undefined) ram.addRole('oss-reader', trustPolicy);
  const policy = policyText === undefined ? undefined : { path: './t.json', read: async () => policyText };
  const named = policy === undefined ? { roleName: 'oss-reader' } : { policy };
  const asks = token === undefined ? reader : {};
  return explainTrust(
    { clusterId: CLUSTER_ID, ...named, ...asks, ...input },
    {
      ack: {
        getCluster: async () => {
          calls.push('getCluster');
          return cluster(overrides);
        },
      },
      ram: {
        getRole: (name) => {
          calls.push('getRole');
          return ram.getRole(name);
        },
      },
      clock: { now: () => NOW },
      readToken: token === undefined ? undefined : async () => token,
    },
  );
}

const associate = `ack-ram-tool rrsa associate-role -c ${CLUSTER_ID} -r oss-reader -n reports -s reader`;

describe('explain, for a service account', () => {
  it('allows what is trusted, and needs no cure', async () => {
    const explanation = await explain({ trustPolicy: documentOf(trusting()) });
    expect(explanation).toMatchObject({ source: 'role oss-reader', decision: 'allowed', findings: [], cure: [] });
    expect(explanation.request).toEqual({
      providerArn: PROVIDER_ARN,
      issuer: ISSUER,
      audiences: ['sts.aliyuncs.com'],
      subject: sub('reports:reader'),
    });
  });

  it('says of every statement what fits and what does not', async () => {
    const { decision, statements, cure } = await explain({
      trustPolicy: documentOf(trusting({ 'oidc:sub': sub('reports:writer') })),
    });
    expect(decision).toBe('denied');
    expect(statements[0]).toMatchObject({
      index: 0,
      effect: 'Allow',
      verdict: 'condition',
      principal: { matched: true },
    });
    expect(statements[0]?.conditions.at(-1)).toEqual({
      operator: 'StringEquals',
      key: 'oidc:sub',
      expected: [sub('reports:writer')],
      actual: [sub('reports:reader')],
      matched: false,
    });
    expect(cure).toEqual([{ kind: 'run', text: associate }]);
  });

  it('says that no statement trusts the cluster at all', async () => {
    const other = trusting({}, { Principal: { Federated: [`${PROVIDER_ARN}4`] } });
    const { findings, cure } = await explain({ trustPolicy: documentOf(other) });
    expect(findings[0]).toMatchObject({ id: 'provider-not-named', severity: 'error' });
    expect(findings[0]?.message).toContain(PROVIDER_ARN);
    expect(cure).toEqual([{ kind: 'run', text: associate }]);
  });

  it('names the Deny that has to go, and nothing else when that is enough', async () => {
    const { decision, cure } = await explain({ trustPolicy: documentOf(trusting(), trusting({}, { Effect: 'Deny' })) });
    expect(decision).toBe('explicitlyDenied');
    expect(cure).toEqual([
      {
        kind: 'do',
        text: 'take Statement[1] out of the trust policy of role oss-reader, or narrow what it denies: a Deny beats every Allow',
      },
    ]);
  });

  it('names the Deny and then the command, when both are needed', async () => {
    const { cure } = await explain({ trustPolicy: documentOf(trusting({}, { Effect: 'Deny' })) });
    expect(cure.map(({ kind }) => kind)).toEqual(['do', 'run']);
  });

  it('evaluates a file instead of a role, and names the statement that it lacks', async () => {
    const calls: string[] = [];
    const explanation = await explain({ policyText: documentOf(), calls });
    expect(calls).toEqual(['getCluster']);
    expect(explanation).toMatchObject({ source: 'policy file ./t.json', decision: 'denied' });
    expect(explanation.cure).toEqual([{ kind: 'add', text: JSON.stringify(trusting()) }]);
  });

  it('names the command that creates a role that is missing', async () => {
    expect(await errorOf(explain({}))).toMatchObject({
      code: 'ROLE_NOT_FOUND',
      hint: `to create it, run: ${associate} --create-role-if-not-exist`,
    });
  });

  it('says when RRSA is off', async () => {
    const off = { trustPolicy: documentOf(trusting()), cluster: { rrsa: withoutRrsa } };
    expect(await errorOf(explain(off))).toMatchObject({ code: 'RRSA_DISABLED' });
  });

  it.each([
    [{ trustPolicy: '' }, 'TRUST_POLICY_UNREADABLE'],
    [{ trustPolicy: '[]' }, 'TRUST_POLICY_UNREADABLE'],
    [{ policyText: '{"Statement":[{]}' }, 'FILE_INVALID'],
    [{ policyText: '' }, 'FILE_INVALID'],
  ])('does not guess at what cannot be read: %j', async (options, code) => {
    expect(await errorOf(explain(options))).toMatchObject({ code });
  });

  it.each<Partial<ExplainInput> & { token?: string; policyText?: string }>([
    { clusterId: '../c' },
    { roleName: 'a b' },
    { roleName: 'r', policyText: '{}' },
    { namespace: undefined },
    { serviceAccount: undefined },
    { namespace: '*' },
    { serviceAccount: 'read?r' },
    { namespace: '' },
    { token: tokenOf(), namespace: 'reports', serviceAccount: 'reader' },
    { token: tokenOf(), namespace: 'reports' },
  ])('refuses %j before anything is called', async (options) => {
    const calls: string[] = [];
    expect(await errorOf(explain({ trustPolicy: documentOf(), calls, ...options }))).toMatchObject({ code: 'USAGE' });
    expect(calls).toEqual([]);
  });

  it('names only cures that lead to "allowed", whatever the policy', async () => {
    const names = fc.constantFrom(...subjects).map((subject) => subject.split(':').slice(2));
    await fc.assert(
      fc.asyncProperty(anyDocument, names, async (document, [namespace = '', serviceAccount = '']) => {
        const rrsa = { enabled: true, issuers: [issuer], providerArn };
        const policyText = formatPolicy(document, 'compact');
        const { decision, request, cure, statements } = await explain({
          policyText,
          cluster: { rrsa },
          namespace,
          serviceAccount,
        });
        expect(decision).toBe(evaluateTrust(document, toTrustRequest(request)).decision);
        if (decision === 'allowed') {
          expect(cure).toEqual([]);
          return;
        }
        expect(cure.length).toBeGreaterThan(0);
        const text = cure.map((step) => step.text).join('\n');
        const named = new Set([...text.matchAll(/Statement\[(\d+)\]/g)].map(([, index]) => Number(index)));
        const all = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
        const kept = all.filter((_, index) => !named.has(index));
        for (const index of named) expect(statements[index]?.effect).not.toBe('Allow');
        const added = cure.flatMap((step) => (step.kind === 'add' ? [JSON.parse(step.text)] : []));
        const cured = withValue(document, 'Statement', [...kept, ...added]);
        const reparsed = parsePolicy(formatPolicy(cured, 'compact'), 'it');
        expect(evaluateTrust(reparsed, toTrustRequest(request)).decision).toBe('allowed');
      }),
      { numRuns: 300 },
    );
  });
});

describe('explain, for a token', () => {
  const trustPolicy = documentOf(trusting());

  it('asks with what the token says', async () => {
    const explanation = await explain({ trustPolicy, token: tokenOf({ aud: 'sts.aliyuncs.com' }) });
    expect(explanation).toMatchObject({ decision: 'allowed', findings: [], cure: [] });
    expect(explanation.request.subject).toBe(sub('reports:reader'));
  });

  const fresh = 'kubectl create token reader -n reports --audience sts.aliyuncs.com';
  it.each([
    ['token-expired', { exp: NOW / 1000 }, 'allowed'],
    ['token-not-yet-valid', { nbf: NOW / 1000 + 60 }, 'allowed'],
    ['token-issuer', { iss: 'https://elsewhere.example' }, 'denied'],
    ['token-audience', { aud: ['kubernetes'] }, 'denied'],
    ['token-audience', { aud: undefined }, 'denied'],
  ])('says %s for %j, and how to get one that fits', async (id, claims, policyDecision) => {
    const explanation = await explain({ trustPolicy, token: tokenOf(claims) });
    expect(explanation).toMatchObject({ decision: 'denied', policyDecision });
    expect(explanation.findings[0]).toMatchObject({ id, severity: 'error' });
    expect(explanation.cure).toEqual([{ kind: 'run', text: fresh }]);
  });

  it('says when the issuers differ in the last slash only', async () => {
    const { findings } = await explain({ trustPolicy, token: tokenOf({ iss: `${ISSUER}/` }) });
    expect(findings[0]?.message).toContain('(they differ in the last "/")');
  });

  it('knows a token of an earlier issuer of the cluster', async () => {
    const rrsa = { enabled: true, issuers: [ISSUER, 'https://old.example'], providerArn: PROVIDER_ARN };
    const token = tokenOf({ iss: 'https://old.example' });
    const { findings, cure, decision } = await explain({ trustPolicy, token, cluster: { rrsa } });
    expect(decision).toBe('denied');
    expect(findings[0]).toMatchObject({ id: 'token-issuer-old', severity: 'warning' });
    expect(cure).toEqual([{ kind: 'run', text: fresh }]);
  });

  it('names both cures when neither the token nor the trust policy fits', async () => {
    const { cure } = await explain({ trustPolicy: documentOf(), token: tokenOf({ exp: 1 }) });
    expect(cure.map(({ text }) => text)).toEqual([fresh, associate]);
  });

  it('names no command for who is no service account, or has a name that a shell would read', async () => {
    for (const subject of ['system:node:n1', "system:serviceaccount:a:$(touch x)';", 'x']) {
      const { cure } = await explain({ trustPolicy, token: tokenOf({ sub: subject, exp: 1 }) });
      expect(cure.map(({ kind }) => kind)).toEqual(['do', 'do']);
      expect(JSON.stringify(cure)).not.toContain('touch');
    }
  });

  it.each([
    'x',
    'a.b.c',
    '..',
    `${part({ alg: 'none' })}.${part([1])}.`,
    `${part({})}.${Buffer.from('{"iss":').toString('base64url')}.x`,
    tokenOf({ iss: 5 }),
    tokenOf({ sub: '' }),
    tokenOf({ aud: [1] }),
    tokenOf({ exp: 'soon' }),
    tokenOf({ exp: undefined }),
    tokenOf({ exp: 1e300 }),
    tokenOf({ nbf: -1 }),
  ])('refuses what is no token, without showing any of it: case %#', async (token) => {
    const calls: string[] = [];
    const error = await errorOf(explain({ trustPolicy, token, calls }));
    expect(error).toMatchObject({ code: 'FILE_INVALID' });
    expect(error.message).toMatch(/^the OIDC token /);
    if (token.length > 20) expect(`${error.message}${error.hint}${error.cause}`).not.toContain(token.split('.')[1]);
    expect(calls).toEqual([]);
  });

  it('never shows a token, whatever it says', async () => {
    const token = tokenOf();
    const explanation = await explain({ trustPolicy: documentOf(), token });
    for (const secret of token.split('.')) expect(JSON.stringify(explanation)).not.toContain(secret);
  });
});
