import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../../src/cloud/ports.ts';
import { CloudApiError, ToolError } from '../../../src/errors.ts';
import { sleepFor } from '../../../src/io.ts';
import type { CheckResult, Diagnosis } from '../../../src/rrsa/doctor/check.ts';
import { runChecks } from '../../../src/rrsa/doctor/run.ts';
import { tokenChecks } from '../../../src/rrsa/doctor/token-checks.ts';
import type { TokenFacts, TokenPatient, TokenSts } from '../../../src/rrsa/doctor/token-patient.ts';
import { ACCOUNT, cluster } from '../fakes.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);
const seconds = NOW / 1000;
const CLUSTER = 'c86fdd0123456789';
const OTHER_CLUSTER = 'c11112222333344';
const issuer = `https://oidc-ack-cn-hangzhou.oss-cn-hangzhou.aliyuncs.com/${CLUSTER}`;
const roleArn = `acs:ram::${ACCOUNT}:role/oss-reader`;
const providerArn = `acs:ram::${ACCOUNT}:oidc-provider/ack-rrsa-${CLUSTER}`;
const path = '/var/run/secrets/ack.alibabacloud.com/rrsa-tokens/token';
const host = 'sts.cn-hangzhou.aliyuncs.com';

type Claims = Record<string, unknown>;

const part = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

const healthyClaims: Claims = {
  iss: issuer,
  sub: 'system:serviceaccount:reports:reader',
  aud: ['sts.aliyuncs.com'],
  iat: seconds - 600,
  nbf: seconds - 600,
  exp: seconds + 3000,
};

function jwt(claims: Claims = {}, header: Claims = { alg: 'RS256', kid: 'k' }): string {
  return [part(header), part({ ...healthyClaims, ...claims }), part('a-signature-that-nobody-may-see')].join('.');
}

function network(reason: string, message = `no answer from https://${host}: ${reason}`): ToolError {
  return new ToolError('NETWORK', message, { details: { reason, transient: false } });
}

function refused(apiCode: string, apiMessage = ''): CloudApiError {
  const api = { service: 'STS', action: 'AssumeRoleWithOIDC', apiCode, apiMessage, httpStatus: 401 } as const;
  return new CloudApiError(`STS AssumeRoleWithOIDC was refused: ${apiCode}`, api, { code: 'CREDENTIALS_REFUSED' });
}

interface Plant {
  token?: string;
  modifiedAt?: number | undefined;
  read?: () => Promise<never>;
  facts?: Partial<TokenFacts>;
  sts?: Partial<TokenSts>;
  asked?: TokenPatient['asked'];
  cluster?: Partial<Cluster>;
  sent?: unknown[];
}

/** A pod in which everything is as it should be, but for what is planted. */
function pod(plant: Plant = {}): TokenPatient {
  const { token = jwt(), modifiedAt = NOW - 600_000, sent = [] } = plant;
  const sts: TokenSts = {
    endpoint: () => ({ host, from: 'ALIBABA_CLOUD_STS_REGION', isVpc: false }),
    proxy: () => undefined,
    probe: async () => ({ status: 404, contentType: 'application/json', clocks: { here: NOW, there: NOW } }),
    assume: async (request) => {
      sent.push(request);
      return { expiration: new Date(NOW + 3_600_000) };
    },
    ...plant.sts,
  };
  const facts: TokenFacts = {
    pod: { set: ['ROLE', 'PROVIDER', 'FILE'], missing: [] },
    file: { value: path, from: 'ALIBABA_CLOUD_OIDC_TOKEN_FILE' },
    read: plant.read ?? (async () => ({ token, modifiedAt })),
    roleArn: { value: roleArn, from: 'ALIBABA_CLOUD_ROLE_ARN' },
    providerArn: { value: providerArn, from: 'ALIBABA_CLOUD_OIDC_PROVIDER_ARN' },
    sts,
    ...plant.facts,
  };
  return {
    asked: plant.asked ?? {},
    now: () => NOW,
    cluster: async () => ({
      ...cluster({ id: CLUSTER }),
      rrsa: { enabled: true, issuers: [issuer], providerArn },
      ...plant.cluster,
    }),
    token: facts,
  };
}

const offline: Partial<TokenFacts> = {
  pod: undefined,
  sts: undefined,
  roleArn: undefined,
  providerArn: undefined,
  file: { value: './token', from: '--oidc-token-file' },
};
const ofCluster = { clusterId: CLUSTER, namespace: 'reports', serviceAccount: 'reader' };

function look(patient: TokenPatient): Promise<Diagnosis> {
  const options = { timeoutMs: 10_000, clock: { sleep: sleepFor }, signal: new AbortController().signal };
  return runChecks(tokenChecks, patient, options);
}

function withStatus({ checks }: Diagnosis, ...statuses: CheckResult['status'][]): CheckResult[] {
  return checks.filter(({ status }) => statuses.includes(status));
}

describe('the checks of a token', () => {
  it.each([
    ['in a pod', pod()],
    ['of a token file', pod({ facts: offline })],
    ['of a token file and a cluster', pod({ facts: offline, asked: ofCluster })],
    ['of an audience that is no list', pod({ token: jwt({ aud: 'sts.aliyuncs.com' }) })],
    ['of several audiences', pod({ token: jwt({ aud: ['kubernetes', 'sts.aliyuncs.com'] }) })],
    ['of a token from a pipe', pod({ facts: { read: async () => ({ token: jwt() }) } })],
    ['of 12 hours', pod({ token: jwt({ iat: seconds - 60, exp: seconds - 60 + 43_200 }) })],
    ['of a provider and an issuer of other names', pod({ token: jwt({ iss: 'https://issuer.example.com/k8s' }) })],
    ['of a clock that is a little off', pod({ sts: clock(-100) })],
  ])('raise no alarm when all is well, %s', async (_name, patient) => {
    const diagnosis = await look(patient);
    expect(withStatus(diagnosis, 'fault', 'warning', 'skipped')).toEqual([]);
    expect(diagnosis.checks.length).toBeGreaterThan(6);
  });

  it('look at nothing without a token', async () => {
    const patient = { ...pod(), token: undefined };
    expect((await look(patient)).checks).toEqual([]);
  });

  const missing =
    (message: string, isMissing = false) =>
    async (): Promise<never> => {
      throw new ToolError('FILE_UNREADABLE', message, { details: { missing: isMissing } });
    };

  it.each<[string, Plant, string, RegExp, RegExp]>([
    [
      'a pod that was not injected',
      { facts: { pod: { set: [], missing: ['A', 'B'] }, file: undefined, roleArn: undefined, providerArn: undefined } },
      'pod-variables',
      /not injected: A, B are not set/,
      /injection=on.*recreate the pod/,
    ],
    [
      'a pod that was injected by half',
      { facts: { pod: { set: ['A'], missing: ['B'] } } },
      'pod-variables',
      /A is set, and B is not/,
      /recreates/,
    ],
    [
      'a role ARN that is none',
      { facts: { roleArn: { value: '<role_arn>', from: 'ALIBABA_CLOUD_ROLE_ARN' } } },
      'pod-role-arn',
      /ALIBABA_CLOUD_ROLE_ARN is "<role_arn>"/,
      /RAM console/,
    ],
    [
      'a provider ARN that is none',
      { facts: { providerArn: { value: roleArn, from: 'ALIBABA_CLOUD_OIDC_PROVIDER_ARN' } } },
      'pod-provider-arn',
      /oidc-provider\/<name>/,
      /rrsa status/,
    ],
    [
      'a provider of another account, where the cluster is known',
      {
        asked: ofCluster,
        facts: { providerArn: { value: `acs:ram::2000000000000002:oidc-provider/ack-rrsa-${CLUSTER}`, from: 'P' } },
      },
      'pod-provider-cluster',
      /P is acs:ram::2000000000000002/,
      new RegExp(`set P to ${providerArn}`),
    ],
    [
      'a role in another account',
      { facts: { roleArn: { value: 'acs:ram::2000000000000002:role/oss-reader', from: 'R' } } },
      'pod-accounts',
      /R is of account 2000000000000002, and ALIBABA_CLOUD_OIDC_PROVIDER_ARN of account 1000000000000001/,
      /sts:AssumeRole/,
    ],
    [
      'no token file',
      { read: missing('there is no such file', true) },
      'token-file',
      /no such file/,
      /recreate the pod/,
    ],
    ['a token file that nobody may read', { read: missing('permission denied') }, 'token-file', /denied/, /fsGroup/],
    [
      'a token file elsewhere that nobody may read',
      { read: missing('it is a folder'), facts: { file: { value: '/elsewhere', from: 'F' } } },
      'token-file',
      /folder/,
      new RegExp(`set F to ${path}`),
    ],
    [
      'no token file, out of a pod',
      {
        read: missing('there is no such file', true),
        facts: { ...offline, read: missing('there is no such file', true) },
      },
      'token-file',
      /no such file/,
      /kubectl create token/,
    ],
    ['two parts', { token: 'aaaa.bbbb' }, 'token-form', /2 parts/, /kubectl create token/],
    ['no base64', { token: 'a+a.b/b.c=c' }, 'token-form', /base64url/, /kubectl create token/],
    ['no JSON', { token: `${part('{')}.${part('[]')}.x` }, 'token-form', /no JSON object/, /kubectl create token/],
    ['the algorithm none', { token: jwt({}, { alg: 'none' }) }, 'token-form', /"none"/, /projected/],
    ['the algorithm HS256', { token: jwt({}, { alg: 'HS256' }) }, 'token-form', /"HS256"/, /projected/],
    ['no algorithm', { token: jwt({}, {}) }, 'token-form', /no algorithm/, /projected/],
    [
      'the default token, of the built-in issuer',
      { token: jwt({ iss: 'https://kubernetes.default.svc', aud: ['https://kubernetes.default.svc'] }) },
      'token-default',
      /audience is "https:\/\/kubernetes.default.svc"/,
      new RegExp(`${path}.*sts.aliyuncs.com`),
    ],
    [
      'the default token of a cluster with RRSA',
      { token: jwt({ aud: ['https://kubernetes.default.svc.cluster.local', 'k3s'] }) },
      'token-default',
      /cluster.local/,
      /projected volume/,
    ],
    [
      'the default token of an API server whose audience is its issuer',
      { token: jwt({ aud: [issuer] }) },
      'token-default',
      /audience is/,
      /projected volume/,
    ],
    [
      'the token of a Secret, which never expires',
      { token: jwt({ iss: 'kubernetes/serviceaccount', aud: undefined, exp: undefined, iat: undefined }) },
      'token-default',
      /kubernetes\/serviceaccount/,
      /projected volume/,
    ],
    [
      'the path of the default token',
      {
        token: jwt({ aud: ['my-own'] }),
        facts: { file: { value: '/var/run/secrets/kubernetes.io/serviceaccount/token', from: 'F' } },
      },
      'token-default',
      /it is in/,
      /let F be/,
    ],
    ['no expiry', { token: jwt({ exp: undefined }) }, 'token-claims', /exp/, /kubelet/],
    ['no issuer', { token: jwt({ iss: 7 }) }, 'token-claims', /iss/, /kubelet/],
    ['an audience of another type', { token: jwt({ aud: [7] }) }, 'token-claims', /aud/, /kubelet/],
    [
      'another audience',
      { token: jwt({ aud: ['vault', 'other'] }) },
      'token-audience',
      /"vault", "other"/,
      /audience:/,
    ],
    ['no audience', { token: jwt({ aud: [] }) }, 'token-audience', /nobody/, /sts.aliyuncs.com/],
    [
      'a token from before RRSA',
      { token: jwt({ iss: 'https://kubernetes.default.svc' }) },
      'token-issuer',
      /RRSA of the cluster was off/,
      /rrsa enable -c CLUSTER_ID, then recreate/,
    ],
    [
      'a token from before RRSA, where the cluster is known',
      {
        asked: ofCluster,
        token: jwt({ iss: 'https://kubernetes.default.svc' }),
        cluster: { rrsa: { enabled: true, issuers: [issuer, 'https://kubernetes.default.svc'], providerArn } },
      },
      'token-issuer',
      /RRSA of the cluster was off/,
      /rrsa enable -c c86fdd0123456789/,
    ],
    [
      'the issuer of another cluster',
      { asked: ofCluster, token: jwt({ iss: 'https://other.example.com' }) },
      'token-issuer',
      /other.example.com/,
      /recreate the pod/,
    ],
    [
      'a provider of another cluster',
      { facts: { providerArn: { value: providerArn.replace(CLUSTER, OTHER_CLUSTER), from: 'P' } } },
      'token-provider',
      new RegExp(`of cluster ${CLUSTER}, and P is .* of cluster ${OTHER_CLUSTER}`),
      new RegExp(`set P to ${providerArn}`),
    ],
    [
      'a subject that is no service account',
      { token: jwt({ sub: 'repo:a/b' }) },
      'token-subject',
      /repo:a/,
      /projected/,
    ],
    [
      'another service account',
      { asked: { ...ofCluster, serviceAccount: 'writer' } },
      'token-subject',
      /reports:reader, and not of system:serviceaccount:reports:writer/,
      /-n reports -s reader/,
    ],
    ['a clock that is ahead', { sts: clock(20 * 60) }, 'clock', /20m ahead/, /NTP/],
    [
      'a clock that is behind the token',
      { sts: clock(-3 * 3600), token: jwt({ iat: seconds + 10_000, nbf: seconds + 10_000, exp: seconds + 13_600 }) },
      'clock',
      /3h behind/,
      /NTP/,
    ],
    [
      'a token that nobody replaces',
      { token: jwt({ iat: seconds - 7200, nbf: seconds - 7200, exp: seconds - 3600 }), modifiedAt: NOW - 7_200_000 },
      'token-rotation',
      /2026-01-02T02:04:05Z.*since 2026-01-02T01:04:05Z/,
      /subPath/,
    ],
    [
      'a token that was expired when it was written',
      { token: jwt({ iat: seconds - 7200, nbf: seconds - 7200, exp: seconds - 3600 }), modifiedAt: NOW - 60_000 },
      'token-expiry',
      /expired at 2026-01-02T02:04:05Z/,
      /kubelet/,
    ],
    [
      'an expired token, out of a pod',
      { facts: { ...offline, read: async () => ({ token: jwt({ exp: seconds - 1 }), modifiedAt: 0 }) } },
      'token-expiry',
      /expired/,
      /kubectl create token/,
    ],
    ['a token of tomorrow', { token: jwt({ nbf: seconds + 86_400 }) }, 'token-expiry', /not valid before/, /kubelet/],
    [
      'a token issued tomorrow',
      { token: jwt({ nbf: undefined, iat: seconds + 600 }) },
      'token-expiry',
      /still to come/,
      /./,
    ],
    [
      'a token that is older than 12 hours',
      { token: jwt({ iat: seconds - 13 * 3600, nbf: seconds - 13 * 3600, exp: seconds + 11 * 3600 }) },
      'token-lifetime',
      /2026-01-01T14:04:05Z.*12h/,
      /43200/,
    ],
    [
      'a proxy that refuses',
      {
        sts: {
          proxy: () => ({ value: '127.0.0.1:9', from: 'HTTPS_PROXY' }),
          probe: () => Promise.reject(network('PROXY_403', 'through the proxy 127.0.0.1:9: it answered 403')),
        },
      },
      'sts-proxy',
      /HTTPS_PROXY is in the way: .*403/,
      /NO_PROXY/,
    ],
    [
      'a proxy that is none',
      {
        sts: {
          proxy: () => {
            throw new ToolError('USAGE', 'HTTPS_PROXY is no proxy URL', { hint: 'give a URL' });
          },
        },
      },
      'sts-proxy',
      /HTTPS_PROXY/,
      /URL/,
    ],
    [
      'the STS endpoint of no region',
      { sts: { probe: () => Promise.reject(network('ENOTFOUND')) } },
      'sts-endpoint',
      /no host sts.cn-hangzhou.aliyuncs.com \(ENOTFOUND\), which ALIBABA_CLOUD_STS_REGION leads to/,
      /set ALIBABA_CLOUD_STS_REGION/,
    ],
    [
      'a VPC endpoint from elsewhere',
      {
        sts: {
          endpoint: () => ({ host: 'sts-vpc.cn-hangzhou.aliyuncs.com', isVpc: true }),
          probe: () => Promise.reject(network('CONNECT_TIMEOUT')),
        },
      },
      'sts-endpoint',
      /VPC endpoint sts-vpc.cn-hangzhou.aliyuncs.com/,
      /ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED=false.*--use-vpc-endpoint=false/,
    ],
    [
      'no way to STS',
      { sts: { probe: () => Promise.reject(network('CONNECT_TIMEOUT')) } },
      'sts-endpoint',
      /CONNECT_TIMEOUT/,
      /ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED=true/,
    ],
    [
      'a login page in place of STS',
      { sts: { probe: async () => ({ status: 200, contentType: 'text/html' }) } },
      'sts-endpoint',
      /web page/,
      /proxy/,
    ],
    [
      'an endpoint that is none',
      {
        sts: {
          endpoint: () => {
            throw new ToolError('USAGE', 'ALIBABA_CLOUD_STS_ENDPOINT is no endpoint', { hint: 'give a host' });
          },
        },
      },
      'sts-endpoint',
      /ALIBABA_CLOUD_STS_ENDPOINT/,
      /host/,
    ],
    ...(
      [
        [
          'AuthenticationFail.NoPermission',
          'There is no permission',
          /rrsa associate-role -c c86fdd0123456789 -r oss-reader -n reports -s reader/,
        ],
        ['AuthenticationFail.NoPermission', 'No such OIDC Provider registered.', /rrsa status -c c86fdd0123456789/],
        ['EntityNotExist.Role', `The role not exists: ${roleArn}. `, /--create-role-if-not-exist/],
        ['AuthenticationFail.OIDCToken.InvalidSignature', 'invalid signature', /kubectl create token/],
        ['Throttling.User', 'Request was denied due to user flow control.', /--cache/],
        ['Never.Heard.Of', 'what?', /api.aliyun.com\/troubleshoot\?q=Never.Heard.Of/],
      ] as const
    ).map(([code, message, cure]): [string, Plant, string, RegExp, RegExp] => [
      `${code} by STS: ${message}`,
      { sts: { assume: () => Promise.reject(refused(code, message)) } },
      'sts-assume',
      new RegExp(code),
      cure,
    ]),
    [
      'a connection that breaks',
      { sts: { assume: () => Promise.reject(network('ECONNRESET')) } },
      'sts-assume',
      /ECONNRESET/,
      /./,
    ],
  ])('name %s', async (_name, plant, id, message, cure) => {
    const diagnosis = await look(pod(plant));
    const [first] = withStatus(diagnosis, 'fault');
    expect(first).toMatchObject({ id, message: expect.stringMatching(message) });
    expect(first?.cure).toMatch(cure);
    expect(diagnosis.healthy).toBe(false);
    // Exactly that one; what depends on it is skipped.
    expect(withStatus(diagnosis, 'fault').map((fault) => fault.id)).toEqual([id]);
  });

  it.each<[string, Plant, string]>([
    [
      'an AccessKey beside the token',
      { facts: { pod: { set: ['A'], missing: [], accessKeyVariable: 'K' } } },
      'pod-access-key',
    ],
    [
      'an earlier issuer of the cluster',
      {
        asked: ofCluster,
        cluster: { rrsa: { enabled: true, issuers: ['https://new.example.com', issuer], providerArn } },
      },
      'token-issuer',
    ],
    ['a clock that is some minutes off', { sts: clock(5 * 60) }, 'clock'],
    [
      'a token that is late to be replaced',
      { token: jwt({ iat: seconds - 3590, nbf: seconds - 3590, exp: seconds + 10 }) },
      'token-rotation',
    ],
    ['a token of a day', { token: jwt({ exp: seconds + 86_400 }) }, 'token-lifetime'],
    ['a token that does not say when it was issued', { token: jwt({ iat: undefined }) }, 'token-lifetime'],
    ['an endpoint that is ill', { sts: { probe: async () => ({ status: 503, contentType: '' }) } }, 'sts-endpoint'],
  ])('warn of %s, and of nothing else', async (_name, plant, id) => {
    const diagnosis = await look(pod(plant));
    expect(withStatus(diagnosis, 'fault', 'warning', 'skipped')).toEqual([
      expect.objectContaining({ id, status: 'warning' }),
    ]);
    expect(diagnosis.healthy).toBe(true);
  });

  it.each([
    ['the default token', jwt({ aud: ['https://kubernetes.default.svc'] })],
    ['a token for somebody else', jwt({ aud: ['vault'] })],
    ['no token at all', 'just-a-password'],
  ])('send STS nothing that is not meant for it: %s', async (_name, token) => {
    const sent: unknown[] = [];
    await look(pod({ token, sent }));
    expect(sent).toEqual([]);
  });

  it('ask STS with the role and the provider of the cluster where only these are known', async () => {
    const sent: unknown[] = [];
    const facts = { ...offline, sts: pod({ sent }).token?.sts };
    const asked = { ...ofCluster, role: 'oss-reader' };
    expect((await look(pod({ facts, asked }))).healthy).toBe(true);
    expect(sent).toEqual([{ roleArn, providerArn, oidcToken: jwt() }]);
    const { checks } = await look(pod({ facts, asked: ofCluster }));
    expect(checks.at(-1)).toMatchObject({ id: 'sts-assume', status: 'skipped' });
  });

  it('never show a part of a token, whatever it is, and always come to an end', async () => {
    const anyClaims = fc.record(
      {
        iss: fc.anything(),
        sub: fc.anything(),
        aud: fc.anything(),
        exp: fc.oneof(fc.anything(), fc.double()),
        iat: fc.oneof(fc.anything(), fc.double()),
        nbf: fc.oneof(fc.anything(), fc.double()),
      },
      { requiredKeys: [] },
    );
    const anyToken = fc.oneof(
      fc.string({ minLength: 4 }),
      fc.array(fc.base64String({ minLength: 8 }), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.')),
      fc.tuple(fc.constantFrom('RS256', 'none', 'HS256'), anyClaims).map(([alg, claims]) => {
        const text = JSON.stringify(claims, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
        return [part({ alg }), part(text ?? '{}'), part('a-signature-that-nobody-may-see')].join('.');
      }),
    );
    await fc.assert(
      fc.asyncProperty(anyToken, async (token) => {
        const text = JSON.stringify(await look(pod({ token, facts: { sts: undefined } })));
        for (const piece of token.split('.')) if (piece.length >= 20) expect(text).not.toContain(piece);
      }),
    );
  });

  it('have ids of their own', () => {
    const ids = tokenChecks.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
  });
});

/** STS, by whose clock ours is so many seconds ahead. */
function clock(aheadSeconds: number): Partial<TokenSts> {
  const clocks = { here: NOW, there: NOW - aheadSeconds * 1000 };
  return { probe: async () => ({ status: 404, contentType: 'application/json', clocks }) };
}
