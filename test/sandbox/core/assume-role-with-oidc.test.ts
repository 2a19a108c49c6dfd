import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { exportJWK, generateKeyPair, importPKCS8, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { mintToken, signingKeyOf } from '../../../src/sandbox/oidc/model.ts';
import type { SeedAccount } from '../../../src/sandbox/seed.ts';
import {
  accountId,
  clusterId,
  endpoint,
  inProcess,
  type Json,
  permissionPolicy,
  seedWith,
  start,
  trustPolicy,
} from './in-process.ts';
import { form, requestOf } from './signed-requests.ts';

const otherClusterId = 'c0000000000000000000000000000002';
const issuer = `${endpoint}/oidc/${clusterId}`;
const providerArn = `acs:ram::${accountId}:oidc-provider/ack-rrsa-${clusterId}`;
const roleArn = `acs:ram::${accountId}:role/pod`;
const subject = 'system:serviceaccount:app:reader';
const seconds = start / 1000;

const seed: Partial<SeedAccount> = {
  roles: [
    {
      name: 'pod',
      trustPolicy: trustPolicy(
        { Federated: [`\${providerArn:${clusterId}}`] },
        {
          StringEquals: { 'oidc:iss': `\${issuer:${clusterId}}`, 'oidc:aud': 'sts.aliyuncs.com' },
          StringLike: { 'oidc:sub': 'system:serviceaccount:app:read*' },
        },
      ),
    },
  ],
  clusters: [
    { id: clusterId, rrsa: true },
    { id: otherClusterId, rrsa: true },
    { id: 'c3', rrsa: false },
  ],
};

const sandbox = inProcess(seedWith(seed));
let privateKey: Awaited<ReturnType<typeof importPKCS8>>;
let kid: string;

beforeAll(async () => {
  const key = await signingKeyOf(sandbox.state.store.accounts[0]!.clusters[0]!);
  kid = key.kid;
  privateKey = await importPKCS8(key.privateKeyPem, 'RS256');
});

async function tokenWith(claims: Record<string, unknown> = {}, header: object = {}): Promise<string> {
  const good = { iss: issuer, sub: subject, aud: ['sts.aliyuncs.com'], iat: seconds, exp: seconds + 3600 };
  return new SignJWT({ ...good, ...claims }).setProtectedHeader({ alg: 'RS256', kid, ...header }).sign(privateKey);
}

function unsigned(header: unknown, payload: unknown, signature = ''): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part(header)}.${part(payload)}.${signature}`;
}

async function assume(token: string, more: Record<string, string> = {}) {
  const params = {
    OIDCProviderArn: providerArn,
    OIDCToken: token,
    RoleArn: roleArn,
    RoleSessionName: 'ack-ram-tool',
    ...more,
  };
  const query = 'Action=AssumeRoleWithOIDC&Version=2015-04-01&Format=JSON&Timestamp=2026-01-02T03%3A04%3A05Z';
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return sandbox.send(requestOf('POST', `/?${query}`, headers, form(params)));
}

async function codeOf(token: string, more: Record<string, string> = {}) {
  const { status, json } = await assume(token, more);
  return [status, json.Code, json.Message];
}

const invalid = 'AuthenticationFail.OIDCToken.Invalid';

describe('AssumeRoleWithOIDC', () => {
  it('gives the keys of the role for a token of the trusted service account', async () => {
    const { status, json } = await assume(await tokenWith());
    expect(status).toBe(200);
    expect(json).toMatchObject({
      AssumedRoleUser: { Arn: `${roleArn}/ack-ram-tool` },
      Credentials: { AccessKeyId: expect.stringMatching(/^STS\./), Expiration: '2026-01-02T04:04:05Z' },
      OIDCTokenInfo: {
        Subject: subject,
        Issuer: issuer,
        ClientIds: 'sts.aliyuncs.com',
        ExpirationTime: '2026-01-02T04:04:05Z',
        IssuanceTime: '2026-01-02T03:04:05Z',
        VerificationInfo: 'Success',
      },
    });
  });

  it('takes all three shapes that clients send: query, form, and a mix', async () => {
    const names = ['OIDCProviderArn', 'OIDCToken', 'RoleArn', 'RoleSessionName'];
    const values: Record<string, string> = {
      OIDCProviderArn: providerArn,
      OIDCToken: await tokenWith(),
      RoleArn: roleArn,
      RoleSessionName: 'ack-ram-tool',
    };
    const common = 'Action=AssumeRoleWithOIDC&Version=2015-04-01';
    for (const inBody of [[], names, ['OIDCToken']]) {
      const pick = (wanted: boolean) =>
        Object.fromEntries(
          names.filter((name) => inBody.includes(name) === wanted).map((name) => [name, values[name]!]),
        );
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const request = requestOf('POST', `/?${common}&${form(pick(false))}`, headers, form(pick(true)));
      expect((await sandbox.send(request)).status, inBody.join()).toBe(200);
    }
  });

  it('does not mind a signature, right or wrong: it is anonymous', async () => {
    const token = await tokenWith();
    const params = {
      OIDCProviderArn: providerArn,
      OIDCToken: token,
      RoleArn: roleArn,
      RoleSessionName: 'me',
      Signature: 'x',
      AccessKeyId: 'y',
    };
    const target = `/?Action=AssumeRoleWithOIDC&Version=2015-04-01&${form(params)}`;
    expect((await sandbox.send(requestOf('POST', target))).status).toBe(200);
  });

  it.each([
    ['another service account', { sub: 'system:serviceaccount:app:writer' }],
    ['another namespace', { sub: 'system:serviceaccount:other:reader' }],
  ])('refuses %s by the trust policy', async (_who, claims) => {
    expect(await codeOf(await tokenWith(claims))).toEqual([
      401,
      'AuthenticationFail.NoPermission',
      'There is no permission',
    ]);
  });

  it('needs no permission policy for the caller, and no permission policy can stand in for trust', async () => {
    const role = { name: 'open', trustPolicy: trustPolicy({ RAM: `acs:ram::${accountId}:root` }) };
    const policies = [{ name: 'all', document: permissionPolicy('*') }];
    const other = inProcess(seedWith({ ...seed, roles: [{ ...role, customPolicies: ['all'] }], policies }));
    const minted = await mintToken(other.state.store, {
      clusterId,
      namespace: 'app',
      serviceAccount: 'reader',
      audience: 'sts.aliyuncs.com',
      expiresInSeconds: 600,
      now: start,
    });
    const params = {
      OIDCProviderArn: providerArn,
      OIDCToken: minted!.token,
      RoleArn: `acs:ram::${accountId}:role/open`,
      RoleSessionName: 'me',
    };
    const answer = await other.send(
      requestOf('POST', `/?Action=AssumeRoleWithOIDC&Version=2015-04-01&${form(params)}`),
    );
    expect(answer.json.Code).toBe('AuthenticationFail.NoPermission');
  });

  it.each([
    ['an empty one', '', invalid, 'The OIDCToken can not empty.'],
    ['one of two parts', 'aaaa.bbbb', invalid, "The number of Jwt field should be divided into 3 parts with '.' ."],
    [
      'one of four parts',
      'aaaa.bbbb.cccc.dddd',
      invalid,
      "The number of Jwt field should be divided into 3 parts with '.' .",
    ],
    ['one that is not base64', '!!!!.bbbb.cccc', invalid, 'Cannot decode base64 encoded response(format invalided).'],
    ['one that is not JSON', 'aaaa.bbbb.cccc', invalid, 'The Jwt content is invalid that cannot be recognized.'],
    [
      'one whose payload is a list',
      unsigned({ alg: 'RS256' }, []),
      invalid,
      'The Jwt content is invalid that cannot be recognized.',
    ],
    [
      'one without claims',
      unsigned({ alg: 'RS256' }, {}),
      invalid,
      'The Jwt content is invalid that cannot be recognized.',
    ],
    ['one too short', 'a.b', invalid, 'The Jwt content is invalid that cannot be recognized.'],
    ['one too long', `a.b.${'c'.repeat(20_000)}`, invalid, 'The Jwt content is invalid that cannot be recognized.'],
    [
      'alg none',
      unsigned({ alg: 'none' }, { iss: issuer }),
      invalid,
      'The algorithm none that be specified in Jwt header is unknown.',
    ],
    [
      'alg HS256',
      unsigned({ alg: 'HS256' }, { iss: issuer }, 'AAAA'),
      invalid,
      'The algorithm HS256 that be specified in Jwt header is unknown.',
    ],
    [
      'an alg that is no text',
      unsigned({ alg: { a: 1 } }, {}, 'AAAA'),
      invalid,
      'The algorithm null that be specified in Jwt header is unknown.',
    ],
  ])('refuses a malformed token: %s', async (_what, token, code, message) => {
    expect(await codeOf(token)).toEqual([401, code, message]);
  });

  it.each([
    ['expired', { exp: seconds }, 'AuthenticationFail.OIDCToken.Expired', 'This JsonWebToken is expired.'],
    [
      'issued longer ago than the provider allows',
      { iat: seconds - 12 * 3600 - 1 },
      'AuthenticationFail.OIDCToken.Expired',
      'This JsonWebToken is expired.',
    ],
    ['issued in the future', { iat: seconds + 1 }, invalid, 'The Jwt content is invalid that cannot be recognized.'],
    ['not valid yet', { nbf: seconds + 1 }, invalid, 'The Jwt content is invalid that cannot be recognized.'],
    [
      'for another audience',
      { aud: ['kubernetes'] },
      'AuthenticationFail.OIDCToken.AudienceNotMatch',
      'Invalid audience.',
    ],
    ['for nobody', { aud: [] }, 'AuthenticationFail.OIDCToken.AudienceNotMatch', 'Invalid audience.'],
    ['without an audience', { aud: undefined }, invalid, 'The Jwt content is invalid that cannot be recognized.'],
    ['without an expiry', { exp: undefined }, invalid, 'The Jwt content is invalid that cannot be recognized.'],
    [
      'with an expiry beyond all time',
      { exp: 1e300 },
      invalid,
      'The Jwt content is invalid that cannot be recognized.',
    ],
    [
      'of the issuer that Kubernetes comes with',
      { iss: 'https://kubernetes.default.svc' },
      'AuthenticationFail.OIDCToken.IssuerConfigurationBroken',
      'Get public keys from OIDC Provider failed, the issuer is https://kubernetes.default.svc.',
    ],
  ])('refuses a token that is %s', async (_what, claims, code, message) => {
    expect(await codeOf(await tokenWith(claims))).toEqual([401, code, message]);
  });

  it('takes one of several audiences', async () => {
    expect((await assume(await tokenWith({ aud: ['kubernetes', 'sts.aliyuncs.com'] }))).status).toBe(200);
    expect((await assume(await tokenWith({ aud: 'sts.aliyuncs.com' }))).status).toBe(200);
  });

  it('refuses a token that somebody else signed', async () => {
    const forged = await generateKeyPair('RS256');
    const claims = { iss: issuer, sub: subject, aud: ['sts.aliyuncs.com'], iat: seconds, exp: seconds + 3600 };
    const token = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid }).sign(forged.privateKey);
    const jwk = await exportJWK(forged.publicKey);
    const embedded = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid, jwk }).sign(forged.privateKey);
    const [head, , tail] = (await tokenWith()).split('.');
    const swapped = [head, Buffer.from(JSON.stringify({ ...claims, sub: `${subject}2` })).toString('base64url'), tail];
    for (const bad of [token, embedded, swapped.join('.'), (await tokenWith()).replace(/\.[^.]*$/, '.')]) {
      expect(await codeOf(bad)).toEqual([
        401,
        'AuthenticationFail.OIDCToken.InvalidSignature',
        'OIDC token validate failed: invalid signature.',
      ]);
    }
  });

  it('refuses a token that was signed with the public key as a shared secret', async () => {
    const keys = await sandbox.send(requestOf('GET', `/oidc/${clusterId}/keys`));
    const claims = { iss: issuer, sub: subject, aud: 'sts.aliyuncs.com', iat: seconds, exp: seconds + 60 };
    const body = unsigned({ alg: 'HS256', kid }, claims).replace(/\.$/, '');
    const mac = createHmac('sha256', JSON.stringify(keys.json.keys[0])).update(body).digest('base64url');
    expect((await codeOf(`${body}.${mac}`))[1]).toBe(invalid);
  });

  it('refuses a token of another cluster as one of another issuer', async () => {
    const minted = await mintToken(sandbox.state.store, {
      clusterId: otherClusterId,
      namespace: 'app',
      serviceAccount: 'reader',
      audience: 'sts.aliyuncs.com',
      expiresInSeconds: 600,
      now: start,
    });
    expect((await codeOf(minted!.token))[1]).toBe('AuthenticationFail.OIDCToken.IssuerNotMatch');
  });

  it.each([
    [{ RoleArn: '' }, 400, 'MissingRoleArn'],
    [{ RoleArn: 'pod' }, 400, 'InvalidParameter.RoleArn'],
    [{ RoleSessionName: 'a' }, 400, 'InvalidParameter.RoleSessionName'],
    [{ OIDCProviderArn: '' }, 400, 'MissingOIDCProviderArn'],
    [{ OIDCProviderArn: 'nonsense' }, 400, 'InvalidParameter.OIDCProviderArn'],
    [{ OIDCProviderArn: `${providerArn}x` }, 401, 'AuthenticationFail.NoPermission'],
    [{ DurationSeconds: '899' }, 400, 'InvalidParameter.DurationSeconds'],
    [{ DurationSeconds: '3601' }, 400, 'InvalidParameter.DurationSeconds'],
    [{ Policy: '[]' }, 400, 'InvalidParameter.PolicyGrammar'],
  ])('checks its parameters: %j', async (more, status, code) => {
    expect((await codeOf(await tokenWith(), more)).slice(0, 2)).toEqual([status, code]);
  });

  it('names a role that does not exist, with the blank that the service has', async () => {
    const absent = `acs:ram::${accountId}:role/absent`;
    expect(await codeOf(await tokenWith(), { RoleArn: absent })).toEqual([
      404,
      'EntityNotExist.Role',
      `The role not exists: ${absent}. `,
    ]);
  });

  it('never fails inside, whatever the token is', async () => {
    const part = fc.oneof(
      fc.base64String(),
      fc.json().map((text) => Buffer.from(text).toString('base64url')),
      fc.string(),
    );
    const token = fc.oneof(
      fc.string(),
      fc.tuple(part, part, part).map((parts) => parts.join('.')),
    );
    await fc.assert(
      fc.asyncProperty(token, async (text) => {
        const { status, json } = await assume(text);
        expect(status).toBe(401);
        expect(json.Code).toMatch(/^AuthenticationFail\.OIDCToken\./);
      }),
    );
    expect(sandbox.internalErrors).toEqual([]);
  });
});

describe('an issuer', () => {
  const get = async (path: string): Promise<{ status: number; json: Json }> => sandbox.send(requestOf('GET', path));

  it('publishes its configuration and its keys, and nothing of the private one', async () => {
    const { json } = await get(`/oidc/${clusterId}/.well-known/openid-configuration`);
    expect(json).toMatchObject({
      issuer,
      jwks_uri: `${issuer}/keys`,
      id_token_signing_alg_values_supported: ['RS256'],
    });
    const keys = (await get(`/oidc/${clusterId}/keys`)).json.keys;
    expect(keys).toEqual([{ use: 'sig', kty: 'RSA', kid, alg: 'RS256', n: expect.any(String), e: 'AQAB' }]);
  });

  it('is there only once RRSA has been turned on', async () => {
    expect((await get('/oidc/c3/keys')).status).toBe(404);
    expect((await get('/oidc/c404/.well-known/openid-configuration')).status).toBe(404);
    expect((await get('/oidc/../latest')).status).toBe(404);
    expect((await sandbox.send(requestOf('POST', `/oidc/${clusterId}/keys`))).status).toBe(405);
  });

  it('makes one key for all who ask at once', async () => {
    const cluster = inProcess(seedWith(seed)).state.store.accounts[0]!.clusters[0]!;
    const keys = await Promise.all([signingKeyOf(cluster), signingKeyOf(cluster), signingKeyOf(cluster)]);
    expect(new Set(keys.map((key) => key.kid)).size).toBe(1);
  });

  it('of a seed is verified by the keys that the seed has, and mints nothing', async () => {
    const foreign = 'https://token.actions.example.com';
    const pair = await generateKeyPair('RS256');
    const jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256' }] };
    const clusters = [{ id: 'c9', rrsa: true, issuer: foreign, jwks }];
    const trusted = trustPolicy({ Federated: '${providerArn:c9}' }, { StringEquals: { 'oidc:iss': '${issuer:c9}' } });
    const other = inProcess(seedWith({ clusters, roles: [{ name: 'ci', trustPolicy: trusted }] }));
    const token = await new SignJWT({
      iss: foreign,
      sub: 'repo:a/b',
      aud: 'sts.aliyuncs.com',
      iat: seconds,
      exp: seconds + 300,
    })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .sign(pair.privateKey);
    const params = {
      OIDCProviderArn: `acs:ram::${accountId}:oidc-provider/ack-rrsa-c9`,
      OIDCToken: token,
      RoleArn: `acs:ram::${accountId}:role/ci`,
      RoleSessionName: 'ci',
    };
    const answer = await other.send(
      requestOf('POST', `/?Action=AssumeRoleWithOIDC&Version=2015-04-01&${form(params)}`),
    );
    expect(answer.status).toBe(200);
    const request = {
      clusterId: 'c9',
      namespace: 'a',
      serviceAccount: 'b',
      audience: 'x',
      expiresInSeconds: 600,
      now: start,
    };
    expect(await mintToken(other.state.store, request)).toBeUndefined();
  });

  it('mints tokens as the API server does, for at most twelve hours', async () => {
    const minted = await mintToken(sandbox.state.store, {
      clusterId,
      namespace: 'app',
      serviceAccount: 'reader',
      audience: 'sts.aliyuncs.com',
      expiresInSeconds: 99_999,
      now: start,
    });
    const [header, payload] = minted!.token.split('.').map((part) => {
      try {
        return JSON.parse(Buffer.from(part, 'base64url').toString());
      } catch {
        return undefined;
      }
    });
    expect(header).toEqual({ alg: 'RS256', kid });
    expect(payload).toMatchObject({
      iss: issuer,
      sub: subject,
      aud: ['sts.aliyuncs.com'],
      iat: seconds,
      nbf: seconds,
      exp: seconds + 43_200,
      jti: expect.any(String),
      'kubernetes.io': { namespace: 'app', serviceaccount: { name: 'reader' } },
    });
    expect(minted!.expiresAt).toBe(start + 43_200_000);
  });
});
