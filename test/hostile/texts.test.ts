import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { exportJWK, importPKCS8, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { resolveEndpoint } from '../../src/cloud/endpoints.ts';
import { normalize } from '../../src/commands/normalize.ts';
import { readFlags } from '../../src/commands/options.ts';
import { flagsOf } from '../../src/commands/table/flags.ts';
import { table } from '../../src/commands/table.ts';
import { parseDuration } from '../../src/duration.ts';
import { createReviewer } from '../../src/kubernetes/webhook-review.ts';
import { redact } from '../../src/output/redact.ts';
import { explainErrorPresenter } from '../../src/output/results/explain-error.ts';
import { parseArn, parseOidcProviderArn, parseRoleArn } from '../../src/policy/arn.ts';
import { parseTrustBackup } from '../../src/rrsa/backup.ts';
import { explainPasted } from '../../src/rrsa/pasted-error.ts';
import { claimsIn, decodeToken } from '../../src/rrsa/token-claims.ts';
import { parseFault } from '../../src/sandbox/faults.ts';
import { jwksOf, signingKeyOf } from '../../src/sandbox/oidc/model.ts';
import { verifyOidcToken } from '../../src/sandbox/oidc/verify.ts';
import { ApiFault } from '../../src/sandbox/types.ts';
import pasted from '../cases/rrsa/pasted-errors.json' with { type: 'json' };
import { demoFacts, demoPod, injectionOn, providerArn } from '../kubernetes/demo.ts';
import { accountId, admin, endpoint, inProcess, seedWith, start } from '../sandbox/core/in-process.ts';
import { requestOf, signedV3 } from '../sandbox/core/signed-requests.ts';
import { documents, refusedAs, spoiltTexts, spoiltValues, wrongValues } from '../support/hostile.ts';

const clusterId = 'c0000000000000000000000000000001';
const sandbox = inProcess(seedWith({ clusters: [{ id: clusterId, rrsa: true }] }));
const issuer = `${endpoint}/oidc/${clusterId}`;
const claims = {
  iss: issuer,
  sub: 'system:serviceaccount:app:reader',
  aud: ['sts.aliyuncs.com'],
  iat: start / 1000,
  exp: start / 1000 + 3600,
};
const part = (value: unknown): string => Buffer.from(JSON.stringify(value) ?? '').toString('base64url');

async function signing() {
  const account = sandbox.state.store.accounts[0];
  const cluster = account?.clusters[0];
  const provider = account?.providers[0];
  if (cluster === undefined || provider === undefined) throw new Error('no provider');
  const { kid, privateKeyPem } = await signingKeyOf(cluster);
  const key = await importPKCS8(privateKeyPem, 'RS256');
  const good = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid }).sign(key);
  return {
    cluster,
    provider,
    kid,
    key,
    good,
    verify: (token: string) => verifyOidcToken(sandbox.state.store, provider, token, start),
  };
}

/** The refusal of a token. Throws when it was taken, or for an error that is none. */
async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => new Error('it was taken'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ApiFault)) throw error;
  expect(error.status).toBe(401);
  return error.code;
}

describe('a token', () => {
  it('is taken as it was signed, and in no other way', async () => {
    const { good, verify, kid } = await signing();
    expect(await verify(good)).toMatchObject({ subject: claims.sub });
    const [header = '', payload = '', signature = ''] = good.split('.');
    const spoiltParts = fc.oneof(
      spoiltTexts([good]),
      spoiltValues([claims]).map((value) => `${header}.${part(value)}.${signature}`),
      spoiltValues([{ alg: 'RS256', kid, typ: 'JWT' }]).map((value) => `${part(value)}.${payload}.${signature}`),
    );
    await documents('OIDC token (sandbox)', spoiltParts, async (token) => {
      if (token !== good && token.replace(/[\s\0]/g, '') !== good) await refusal(verify(token));
    });
    await documents('OIDC token (claims)', spoiltParts, (token) =>
      refusedAs(['FILE_INVALID'], () => claimsIn(decodeToken(token).payload)),
    );
  }, 60_000);

  it('is refused with any other algorithm, the public key as a shared secret included', async () => {
    const { cluster, good, kid, verify } = await signing();
    const [, payload = ''] = good.split('.');
    const [jwk] = (await jwksOf(cluster)).keys;
    const { n = '' } = jwk ?? {};
    const publicTexts = [
      n,
      JSON.stringify(jwk),
      JSON.stringify(
        await exportJWK(await importPKCS8((await signingKeyOf(cluster)).privateKeyPem, 'RS256', { extractable: true })),
      ),
      '',
    ];
    for (const alg of [
      'none',
      'None',
      'NONE',
      'nOnE',
      'HS256',
      'HS384',
      'HS512',
      'ES256',
      'PS256',
      'RS1',
      'rs256',
      '',
      'RS256\0',
    ]) {
      const head = part({ alg, kid });
      const signatures = [
        '',
        ...publicTexts.map((secret) => createHmac('sha256', secret).update(`${head}.${payload}`).digest('base64url')),
      ];
      for (const signature of signatures)
        expect(await refusal(verify(`${head}.${payload}.${signature}`))).toMatch(/^AuthenticationFail\.OIDCToken\./);
    }
  });

  it('is refused with a critical header, keys of its own, doubled claims, and of any size', async () => {
    const { good, key, kid, verify } = await signing();
    const [header = '', , signature = ''] = good.split('.');
    const doubled = Buffer.from(`{"sub":"x",${JSON.stringify(claims).slice(1)}`).toString('base64url');
    const nested = Buffer.from(`${'{"a":'.repeat(3_000)}1${'}'.repeat(3_000)}`).toString('base64url');
    const own = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid, crit: ['x'], x: 1 })
      .sign(key, { crit: { x: true } });
    for (const token of [
      own,
      `${header}.${doubled}.${signature}`,
      `${header}.${nested}.${signature}`,
      `${good}.`,
      `.${good}`,
      good.repeat(40),
      'x'.repeat(1_000_000),
      '.'.repeat(100_000),
      '..',
      'ü.ü.ü',
      `${good}\u0000`,
    ]) {
      await refusal(verify(token));
    }
  });
});

describe('what was pasted', () => {
  const texts = pasted.map(({ text }) => text);

  it('is explained or not, whatever it is', async () => {
    await documents('pasted error', spoiltTexts(texts), (text) => {
      const explanation = explainPasted(redact(text), text.length % 2 === 0 ? 'en' : 'zh');
      explainErrorPresenter.json(explanation);
      if (explanation.found) explainErrorPresenter.text(explanation);
    });
  }, 60_000);

  it('of 64 KiB takes no time to speak of', () => {
    for (const text of texts)
      explainPasted(redact(text.repeat(Math.ceil(65_536 / text.length)).slice(0, 65_536)), 'en');
  });
});

describe('a command line', () => {
  const specs = table.commands.map((spec) => ({
    path: spec.path,
    flags: flagsOf(spec).flatMap(({ name, short }) => (short ? [`--${name}`, `-${short}`] : [`--${name}`])),
  }));
  const words = [
    ...specs.flatMap(({ path }) => path),
    '--',
    '-',
    '=',
    '--=',
    '-=',
    '--no-such',
    '-cyx',
    '__proto__',
    '--__proto__=x',
    '--constructor',
    ...wrongValues.filter((value) => typeof value === 'string'),
  ];
  const line = fc.nat(specs.length - 1).chain((index) => {
    const { path = [], flags = [] } = specs[index] ?? {};
    const word = fc.oneof(
      fc.constantFrom(...flags, '--help', '--version'),
      fc.constantFrom(...words),
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.tuple(fc.constantFrom(...flags, '-h'), fc.constantFrom(...words)).map((pair) => pair.join('=')),
    );
    return fc
      .tuple(fc.boolean(), fc.array(word, { maxLength: 8 }))
      .map(([isCommand, rest]) => (isCommand ? [...path, ...rest] : rest));
  });

  it('is understood or a usage error, whatever its words and the variables are', async () => {
    const variables = fc.constantFrom('', 'true', 'x', '\0', '0s', '-1', '__proto__', '9'.repeat(500));
    await documents('command line', fc.tuple(line, variables), ([argv, value]) =>
      refusedAs(['USAGE'], () => {
        const { spec, flags } = normalize(argv, table);
        if (spec === undefined) return;
        const env = Object.fromEntries(
          flagsOf(spec).flatMap(({ env: names = [] }) => names.map((name) => [name, value])),
        );
        readFlags(spec, flags, { env, home: '/home/me' }, () => {});
      }),
    );
  }, 60_000);
});

describe('small texts', () => {
  it('are durations or none', async () => {
    await documents(
      'duration',
      fc.oneof(spoiltTexts(['1h30m', '90s', '1.5h', '3h0m0s']), fc.string({ unit: 'binary' })),
      (text) => {
        const ms = parseDuration(text);
        if (ms !== undefined && !(ms >= 0 && ms < 1e13)) throw new Error(`${text} is ${ms}`);
      },
    );
  });

  it('are ARNs or none', async () => {
    await documents('ARN', spoiltTexts([`acs:ram::${accountId}:role/reader`, providerArn]), (text) => {
      parseArn(text);
      for (const found of [parseRoleArn(text), parseOidcProviderArn(text)]) {
        if (found !== undefined && !/^\d*$/.test(found.accountId)) throw new Error(text);
      }
    });
  });

  it('are endpoints over https or on this machine, or a usage error', async () => {
    await documents(
      'endpoint',
      spoiltTexts(['cs.cn-hangzhou.aliyuncs.com', 'https://a.example:8443', 'http://127.0.0.1:80', '[::1]:443']),
      (text) =>
        refusedAs(['USAGE'], () => {
          const { protocol, host } = resolveEndpoint('CS', {
            flags: { CS: text },
            endpoints: { CS: text },
            env: { CS_ENDPOINT: text },
            region: 'cn-hangzhou',
            useVpc: false,
            allowInsecureHttp: false,
          } as never);
          const { hostname, username, pathname } = new URL(`${protocol}://${host}`);
          expect([username, pathname]).toEqual(['', '/']);
          if (protocol === 'http') expect(hostname).toMatch(/^(localhost|\[::1\]|127(\.\d+){3})$/);
        }),
    );
  });

  it('are faults of the sandbox or a usage error', async () => {
    await documents(
      'fault',
      spoiltTexts(['GetRole:2=503', '*:10%=reset', '*:*=skew(20m)', 'GetRole=slow(3s)']),
      (text) => refusedAs(['USAGE'], () => parseFault(text, ['GetRole'])),
    );
  });

  it('are backups or refused', async () => {
    const good = {
      schemaVersion: 1,
      account: '1',
      roleArn: 'acs:ram::1:role/r',
      savedAt: '2026-01-01T00:00:00.000Z',
      reason: 'x',
      document: '{"Statement":[],"Version":"1"}',
    };
    const any = fc.oneof(
      spoiltTexts([JSON.stringify(good)]),
      spoiltValues([good]).map((value) => JSON.stringify(value) ?? ''),
    );
    await documents('trust backup', any, (text) =>
      refusedAs(['FILE_INVALID'], () => parseTrustBackup(Buffer.from(text), 1024 * 1024, 'backup file b.json')),
    );
  });
});

describe('an AdmissionReview', () => {
  const review = {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'u-1',
      resource: { group: '', version: 'v1', resource: 'pods' },
      operation: 'CREATE',
      namespace: 'rrsa-demo',
      object: {
        ...demoPod,
        metadata: {
          ...demoPod.metadata,
          annotations: {
            'pod-identity.alibabacloud.com/service-account-token-expiration': '600',
            'pod-identity.alibabacloud.com/skip-containers': 'a,b',
          },
        },
      },
    },
  };

  it('is answered or none, whatever is in it, and no pod is refused', async () => {
    const faults: string[] = [];
    const answer = createReviewer({
      identity: { providerArn, roleArn: demoFacts.roleArn },
      cluster: {
        namespaceLabels: async () => injectionOn,
        serviceAccountAnnotations: async () => demoFacts.serviceAccountAnnotations as Record<string, string>,
      },
      log: {
        debug() {},
        info() {},
        warn() {},
        error: (message, fields) => faults.push(`${message} ${JSON.stringify(fields)}`),
      },
      clock: { now: () => start, sleep: () => new Promise(() => {}) },
    });
    await documents('AdmissionReview', spoiltValues([review]), async (body) => {
      const answered = (await answer(body)) as { response: { allowed: boolean; patch?: string } } | undefined;
      if (answered === undefined) return;
      expect(answered.response.allowed).toBe(true);
      JSON.parse(JSON.stringify(answered));
      for (const { op, path } of JSON.parse(
        Buffer.from(answered.response.patch ?? 'W10=', 'base64').toString('utf8'),
      )) {
        if (op !== 'add' || !/^\/(metadata|spec)\//.test(path)) throw new Error(`${op} ${path}`);
      }
    });
    expect(faults.filter((fault) => /TypeError|RangeError|is not a function|Cannot read/.test(fault))).toEqual([]);
  }, 60_000);
});

describe('a request to the sandbox', () => {
  it('is answered, and never with an internal error', async () => {
    const version = { ram: '2015-05-01', sts: '2015-04-01', ims: '2019-08-15' };
    const actions = [
      'ram.GetRole',
      'ram.CreateRole',
      'ram.UpdateRole',
      'ram.ListRoles',
      'ram.AttachPolicyToRole',
      'ram.CreatePolicy',
      'ram.ListPoliciesForRole',
      'sts.AssumeRole',
      'sts.GetCallerIdentity',
      'ims.GetOIDCProvider',
      'sts.AssumeRoleWithOIDC',
    ];
    const texts = [
      'reader',
      '',
      '{}',
      '{"Version":"1","Statement":[]}',
      '900',
      ...wrongValues.filter((value) => typeof value === 'string').map((text) => text.replace(/[\ud800-\udfff]/g, '?')),
    ];
    const names = [
      'RoleName',
      'AssumeRolePolicyDocument',
      'NewAssumeRolePolicyDocument',
      'PolicyName',
      'PolicyDocument',
      'PolicyType',
      'RoleArn',
      'RoleSessionName',
      'DurationSeconds',
      'Policy',
      'MaxItems',
      'Marker',
      'OIDCProviderName',
      'OIDCToken',
      'OIDCProviderArn',
      '__proto__',
      'constructor',
    ];
    const params = fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...texts)), { maxLength: 5 });
    const signed = fc
      .tuple(fc.constantFrom(...actions), params)
      .map(([action, pairs]) => signedV3(action, Object.fromEntries(pairs), admin, { now: start }));
    const raw = fc
      .tuple(
        fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'X'),
        spoiltTexts([
          `/?Action=GetRole&Version=${version.ram}&RoleName=a`,
          `/clusters/${clusterId}`,
          `/api/v2/clusters`,
          `/oidc/${clusterId}/.well-known/openid-configuration`,
          '/latest/meta-data/ram/security-credentials/',
        ]),
        spoiltTexts(['{"a":1}', 'Action=GetRole&Version=2015-05-01']),
        fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'text/xml', ''),
      )
      .map(([method, target, body, type]) => requestOf(method, target, { 'content-type': type }, body));
    await documents('request to the sandbox', fc.oneof(signed, raw), async (request) => {
      const { status } = await sandbox.send(request);
      if (status < 200 || status >= 500) throw new Error(`${status} for ${request.method} ${request.target}`);
    });
    expect(sandbox.internalErrors).toEqual([]);
  }, 60_000);
});
