import { validateHeaderName, validateHeaderValue } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withProfileValues } from '../../src/credentials/aliyun-cli/config.ts';
import { aliyunCliProfile } from '../../src/credentials/aliyun-cli/profile.ts';
import { formatEntry, parseEntry } from '../../src/credentials/cache-entry.ts';
import { tokenIdentity } from '../../src/credentials/cache-key.ts';
import { chain } from '../../src/credentials/chain.ts';
import { fromCredentialsUri } from '../../src/credentials/credentials-uri.ts';
import { fromEcsMetadata } from '../../src/credentials/ecs-metadata.ts';
import { environmentSources } from '../../src/credentials/environment.ts';
import { githubRequest, requestGithubToken } from '../../src/credentials/github-oidc.ts';
import { parsePrinted } from '../../src/credentials/helper-program.ts';
import { iniProfile } from '../../src/credentials/ini/profile.ts';
import { isOwnHost, parseListenAddress } from '../../src/credentials/listen-address.ts';
import type { ProfilePorts } from '../../src/credentials/profile-kinds.ts';
import { createSection } from '../../src/credentials/profile-section.ts';
import type { Credentials, Exchange, Provider } from '../../src/credentials/provider.ts';
import { splitWords } from '../../src/credentials/split-words.ts';
import { parseOidcToken } from '../../src/credentials/token-file.ts';
import type { ErrorCode } from '../../src/errors.ts';
import { parseCertificate } from '../../src/kubernetes/certificate-cache.ts';
import { documents, refusedAs, spoiltTexts, spoiltValues, wrongValues } from '../support/hostile.ts';

const now = Date.UTC(2026, 0, 1);
const later = '2026-01-01T01:00:00Z';
const issued = {
  accessKeyId: 'STS.id',
  accessKeySecret: 'PLANTED-SECRET',
  securityToken: 'PLANTED-TOKEN',
  expiration: new Date(later),
};
const issuedJson = {
  Code: 'Success',
  AccessKeyId: 'STS.id',
  AccessKeySecret: 'PLANTED-SECRET',
  SecurityToken: 'PLANTED-TOKEN',
  Expiration: later,
};
const broken: readonly ErrorCode[] = ['CREDENTIALS_SOURCE_BROKEN', 'FILE_UNREADABLE', 'FILE_INVALID'];

/** What the network takes and nothing else: node refuses other headers by throwing an error of its own. */
const answering =
  (answer: { status?: number; body: string }): Exchange =>
  async ({ url, headers = {} }) => {
    expect(['http:', 'https:']).toContain(new URL(url).protocol);
    for (const [name, value] of Object.entries(headers)) {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    }
    return { status: 200, headers: {}, ...answer };
  };

function portsWith(exchange: Exchange): ProfilePorts {
  return {
    env: {},
    home: '/home/nobody',
    platform: 'linux',
    clock: { now: () => now, sleep: async () => {}, random: () => 0.5 },
    signal: new AbortController().signal,
    assumeRole: async (base) => {
      expectCredentials(await base());
      return issued;
    },
    assumeRoleWithOidc: async () => issued,
    exchange,
    allowHttp: false,
    readMetadata: async (path) => (path.endsWith('/') ? 'role' : JSON.stringify(issuedJson)),
    readTimeoutMs: 1_000,
    report: { debug() {}, warn() {} },
  };
}

/** Credentials that a header or a line of a shell can hold. */
function expectCredentials({ accessKeyId, accessKeySecret, securityToken = 'x', expiration }: Credentials): void {
  for (const text of [accessKeyId, accessKeySecret, securityToken]) {
    if (typeof text !== 'string' || text === '' || /[\p{Cc}\p{Cs}]/u.test(text)) {
      throw new Error(`credentials with ${JSON.stringify(text)}`);
    }
  }
  if (expiration !== undefined && Number.isNaN(expiration.getTime())) throw new Error('an expiry that is no time');
}

async function use(provider: Provider | undefined): Promise<void> {
  if (provider !== undefined) expectCredentials(await provider());
}

const profiles = [
  { name: 'default', mode: 'AK', access_key_id: 'LTAIid', access_key_secret: 'secret', region_id: 'cn-hangzhou' },
  { name: 'sts', mode: 'StsToken', access_key_id: 'LTAIid', access_key_secret: 'secret', sts_token: 'token' },
  {
    name: 'role',
    mode: 'RamRoleArn',
    access_key_id: 'a',
    access_key_secret: 'b',
    ram_role_arn: 'acs:ram::1:role/r',
    expired_seconds: 900,
  },
  { name: 'ecs', mode: 'EcsRamRole', ram_role_name: 'role' },
  {
    name: 'chain',
    mode: 'ChainableRamRoleArn',
    source_profile: 'sts',
    ram_role_arn: 'acs:ram::1:role/r',
    ram_session_name: 's',
  },
  { name: 'uri', mode: 'CredentialsURI', credentials_uri: 'http://127.0.0.1:8080/x' },
  {
    name: 'oidc',
    mode: 'OIDC',
    oidc_provider_arn: 'acs:ram::1:oidc-provider/p',
    oidc_token_file: '/nowhere/token',
    ram_role_arn: 'acs:ram::1:role/r',
  },
  {
    name: 'sso',
    mode: 'CloudSSO',
    cloud_sso_sign_in_url: 'https://signin.example/x',
    cloud_sso_account_id: '1',
    cloud_sso_access_config: 'ac-1',
    access_token: 'PLANTED',
    cloud_sso_access_token_expire: 1_893_456_000,
  },
  {
    name: 'oauth',
    mode: 'OAuth',
    oauth_site_type: 'CN',
    oauth_refresh_token: 'PLANTED',
    oauth_access_token: 'PLANTED',
    oauth_access_token_expire: 1_893_456_000,
  },
];
const configs = profiles.map(({ name }) => ({
  current: name,
  profiles: [...profiles].reverse(),
  meta_path: '',
  keep: 1.1,
}));

describe('config.json of the aliyun CLI', () => {
  const path = '/home/nobody/.aliyun/config.json';
  const exchange = answering({ body: JSON.stringify(issuedJson) });
  const read = (text: string, name?: string) =>
    refusedAs(broken, async () => {
      const file = { path, text, isFile: false };
      await use(aliyunCliProfile({ file, name, isExplicit: false, ports: portsWith(exchange) })?.provider);
    });

  it('gives credentials or is refused, however its text is spoilt', async () => {
    const texts = configs.flatMap((config) => [JSON.stringify(config), JSON.stringify(config, null, '\t')]);
    await documents('aliyun config.json (text)', spoiltTexts(texts), (text) => read(text));
  });

  it('gives credentials or is refused, whatever its values are', async () => {
    await documents('aliyun config.json (values)', spoiltValues(configs), (config) =>
      read(JSON.stringify(config) ?? ''),
    );
  });

  it('is written again whole, with a value changed, or refused', async () => {
    const texts = [
      JSON.stringify(configs[0], null, 2),
      `${JSON.stringify(configs[0], null, '\t').replaceAll('\n', '\r\n')}\r\n`,
    ];
    await documents('aliyun config.json (write)', spoiltTexts(texts), (text) =>
      refusedAs(broken, () => {
        const written = withProfileValues(text, path, 'sts', { sts_token: 'new', __proto__x: 'y' });
        expect(withProfileValues(written, path, 'sts', { sts_token: 'new', __proto__x: 'y' })).toBe(written);
      }),
    );
  });

  it.each<[string, string]>([
    ['100000 open brackets', '['.repeat(100_000)],
    ['100000 levels of profiles', '{"profiles":['.repeat(100_000)],
    ['NUL bytes', '\0'.repeat(1000)],
    ['a profile of the prototype', JSON.stringify({ current: '__proto__', profiles })],
    ['a profile of that name', '{"current":"__proto__","profiles":[{"name":"__proto__","__proto__":{"mode":"AK"}}]}'],
    [
      'a circle',
      JSON.stringify({
        current: 'a',
        profiles: [{ name: 'a', mode: 'ChainableRamRoleArn', source_profile: 'a', ram_role_arn: 'acs:ram::1:role/r' }],
      }),
    ],
    [
      'a chain of 5000',
      JSON.stringify({
        current: 'p0',
        profiles: Array.from({ length: 5_000 }, (_, index) => ({
          name: `p${index}`,
          mode: 'ChainableRamRoleArn',
          source_profile: `p${index + 1}`,
          ram_role_arn: 'acs:ram::1:role/r',
        })),
      }),
    ],
    ['a mode of the prototype', JSON.stringify({ current: 'a', profiles: [{ name: 'a', mode: 'constructor' }] })],
    [
      '20000 profiles, and not the one',
      JSON.stringify({ current: 'x', profiles: Array.from({ length: 20_000 }, (_, index) => ({ name: `p${index}` })) }),
    ],
  ])('is refused with %s', async (_name, text) => {
    await expect(
      Promise.resolve().then(() =>
        aliyunCliProfile({
          file: { path, text, isFile: false },
          name: undefined,
          isExplicit: true,
          ports: portsWith(exchange),
        })?.provider(),
      ),
    ).rejects.toMatchObject({ code: 'CREDENTIALS_SOURCE_BROKEN' });
  });
});

describe('the credentials file', () => {
  const good = [
    '[default]\ntype = access_key\naccess_key_id = a\naccess_key_secret = b\n',
    '[default]\r\ntype=sts\r\naccess_key_id=a\r\naccess_key_secret=b\r\nsecurity_token=c\r\n',
    '# c\n[default]\nenable = true\ntype = ram_role_arn\naccess_key_id = a\naccess_key_secret = b\nrole_arn = acs:ram::1:role/r\nrole_session_name = s\nexpired_seconds = 900\n[other]\ntype = x\n',
    '[default]\ntype = ecs_ram_role\nrole_name = role\n',
    '[default]\ntype = credentials_uri\ncredentials_uri = http://localhost:1/x\n',
  ];
  const read = (text: string) =>
    refusedAs(broken, async () => {
      const ports = portsWith(answering({ body: JSON.stringify(issuedJson) }));
      await use(
        iniProfile({ file: { path: 'credentials', text, isFile: false }, name: undefined, isExplicit: false, ports })
          ?.provider,
      );
    });

  it('gives credentials or is refused, however it is spoilt', async () => {
    await documents('ini', spoiltTexts(good), read);
  });

  it('gives credentials or is refused, whatever it is', async () => {
    await documents('ini (noise)', fc.string({ unit: 'binary', maxLength: 200 }), read);
  });

  it('of 1 MiB takes no time to speak of, whatever repeats in it', async () => {
    for (const unit of ['[', '[a]\n', 'a=b\n', '=', ' ', '\n', '\r', '#', '"', '\\', '\0', '[__proto__]\na=b\n']) {
      await read(`[default]\n${unit.repeat((1024 * 1024) / unit.length)}`);
    }
  });
});

describe('whoever is asked for credentials', () => {
  const statuses = fc.constantFrom(200, 200, 200, 200, 204, 302, 400, 401, 403, 404, 429, 500, 0, 999);
  const bodies = (good: readonly unknown[]) =>
    fc.tuple(
      statuses,
      fc.oneof(
        spoiltValues(good).map((value) => JSON.stringify(value) ?? ''),
        spoiltTexts(good.map((value) => JSON.stringify(value))),
      ),
    );

  it('may answer what it likes at a credentials URI', async () => {
    await documents('credentials URI', bodies([issuedJson]), ([status, body]) =>
      refusedAs(broken, () =>
        use(fromCredentialsUri('http://127.0.0.1:1/x', { exchange: answering({ status, body }), now: () => now })),
      ),
    );
  });

  it('may answer what it likes as ECS metadata', async () => {
    await documents(
      'ECS metadata',
      fc.tuple(bodies([issuedJson]), bodies(['role-name', 'a\nb'])),
      ([[, body], [, role]]) =>
        refusedAs(broken, () =>
          use(
            fromEcsMetadata({
              roleName: undefined,
              readMetadata: async (path) => (path.endsWith('/') ? role : body),
              now: () => now,
            }),
          ),
        ),
    );
  });

  it('may answer what it likes as CloudSSO', async () => {
    const good = [
      { CloudCredential: { AccessKeyId: 'a', AccessKeySecret: 'b', SecurityToken: 'c', Expiration: later } },
    ];
    await documents('CloudSSO', bodies(good), ([status, body]) => profile('sso', answering({ status, body })));
  });

  it('may answer what it likes as OAuth', async () => {
    const token = { access_token: 'PLANTED', refresh_token: 'PLANTED', expires_in: 3600, token_type: 'Bearer' };
    const keys = { accessKeyId: 'a', accessKeySecret: 'b', securityToken: 'c', expiration: later };
    await documents('OAuth', fc.tuple(bodies([token]), bodies([keys])), ([[tokenStatus, tokens], [status, body]]) =>
      profile('oauth-old', (request) =>
        answering(request.url.endsWith('/v1/token') ? { status: tokenStatus, body: tokens } : { status, body })(
          request,
        ),
      ),
    );
  });

  const oldOauth = {
    name: 'oauth-old',
    mode: 'OAuth',
    oauth_site_type: 'INTL',
    oauth_refresh_token: 'r',
    oauth_access_token: 'a',
    oauth_access_token_expire: 1,
  };
  const profile = (name: string, exchange: Exchange) =>
    refusedAs(broken, () => {
      const text = JSON.stringify({ current: name, profiles: [...profiles, oldOauth] });
      return use(
        aliyunCliProfile({
          file: { path: 'c.json', text, isFile: false },
          name,
          isExplicit: true,
          ports: portsWith(exchange),
        })?.provider,
      );
    });

  it('may print what it likes as a helper program', async () => {
    const good = [
      { mode: 'StsToken', access_key_id: 'a', access_key_secret: 'b', sts_token: 'c', expiration: later },
      { mode: 'AK', access_key_id: 'a', access_key_secret: 'b' },
    ];
    const section = createSection('profile "x" of c.json', () => undefined);
    await documents('External', bodies(good), ([, body]) =>
      refusedAs(broken, () => expectCredentials(parsePrinted(body, section, 'process_command', now))),
    );
  });

  it('may answer what it likes as GitHub', async () => {
    const token = ['e30', 'e30', 'c2ln'].join('.');
    await documents('GitHub OIDC', bodies([{ value: token, count: 1 }]), ([status, body]) =>
      refusedAs(broken, async () => {
        const env = {
          ACTIONS_ID_TOKEN_REQUEST_URL: 'https://x.example/?a=b',
          ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'bearer',
        };
        const read = await requestGithubToken(githubRequest(env, 'sts.aliyuncs.com'), answering({ status, body }));
        expect(read).toMatch(/^[\x21-\x7e]+$/);
      }),
    );
  });
});

describe('a credentials URI', () => {
  it.each([
    'file:///etc/passwd',
    'ftp://127.0.0.1/x',
    'data:application/json,{}',
    'javascript:alert(1)',
    'gopher://127.0.0.1:70/x',
    'blob:http://127.0.0.1/x',
    'ws://127.0.0.1/x',
    'unix:/run/x.sock',
    'http:/\\evil.example/x',
    'http://evil.example/x',
    'http://127.0.0.1.evil.example/x',
    'http://127.0.0.1@evil.example/x',
    'http://localhost.evil.example/x',
    'http://[::ffff:8.8.8.8]/x',
    'http://100.100.100.201/x',
    'http://user:PLANTED@127.0.0.1/x',
    '//127.0.0.1/x',
    '/etc/passwd',
    'http://127.0.0.1/\nx',
    'http://127.0.0.1/\0x',
    'http://127.0.0.1:99999/x',
    'http://',
    'x'.repeat(100_000),
  ])('is not asked at %j', (uri) => {
    const exchange: Exchange = () => Promise.reject(new Error('it was asked'));
    let thrown: unknown;
    try {
      fromCredentialsUri(uri, { exchange });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'CREDENTIALS_SOURCE_BROKEN' });
    expect(String(thrown)).not.toContain('PLANTED');
  });

  it('is asked over https or on this machine, or not at all', async () => {
    const uris = [
      'http://127.0.0.1:8080/credentials/x',
      'https://host.example/y?z=1',
      'http://[::1]:1/x',
      'http://100.100.100.200/x',
    ];
    await documents('URI of credentials', spoiltTexts(uris), (uri) =>
      refusedAs(broken, () =>
        fromCredentialsUri(uri, {
          exchange: async ({ url }) => {
            const { protocol, hostname, username, password } = new URL(url);
            expect(username + password).toBe('');
            if (
              protocol !== 'https:' &&
              !/^(127(\.\d+){3}|\[::1\]|localhost|100\.100\.100\.200|169\.254(\.\d+){2}|\[f[ce].*)$/.test(hostname)
            ) {
              throw new Error(`asked ${url}`);
            }
            return { status: 200, headers: {}, body: JSON.stringify(issuedJson) };
          },
        })(),
      ),
    );
  });
});

describe('environment variables', () => {
  const names = [
    'ALIBABA_CLOUD_ACCESS_KEY_ID',
    'ALIBABA_CLOUD_ACCESS_KEY_SECRET',
    'ALIBABA_CLOUD_SECURITY_TOKEN',
    'ALIBABA_CLOUD_ROLE_ARN',
    'ALIBABA_CLOUD_ROLE_SESSION_NAME',
    'ALIBABA_CLOUD_OIDC_PROVIDER_ARN',
    'ALIBABA_CLOUD_OIDC_TOKEN_FILE',
    'ALIBABACLOUD_ACCESS_KEY_ID',
    'ALIBABACLOUD_ACCESS_KEY_SECRET',
    'ALICLOUD_ACCESS_KEY',
    'ALICLOUD_SECRET_KEY',
    'ACCESS_KEY_ID',
    'ACCESS_KEY_SECRET',
  ];
  const values = [
    'LTAIid',
    'secret',
    'acs:ram::1:role/r',
    'acs:ram::1:oidc-provider/p',
    '/nowhere/token',
    '/proc/self/environ',
    ...wrongValues.filter((value) => typeof value === 'string'),
  ];

  it('give credentials, or are refused, whatever is in them', async () => {
    const some = fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...values)), { maxLength: 8 });
    await documents('environment', some, (pairs) =>
      refusedAs([...broken, 'CREDENTIALS_NOT_FOUND', 'CREDENTIALS_REFUSED'], async () => {
        const { assumeRole, assumeRoleWithOidc } = portsWith(answering({ body: '' }));
        const sources = environmentSources({
          env: Object.fromEntries(pairs),
          home: undefined,
          assumeRole,
          assumeRoleWithOidc,
        });
        await use((await chain(sources)).provider);
      }),
    );
  });
});

describe('what was kept between runs', () => {
  const entry = { key: 'a'.repeat(64), credentials: issued, issuedAt: new Date(now), accountId: '1' };

  it('is an entry of the cache, or as good as nothing', async () => {
    const [good] = [JSON.parse(formatEntry(entry))];
    const any = fc.oneof(
      spoiltValues([good]).map((value) => JSON.stringify(value) ?? ''),
      spoiltTexts([formatEntry(entry)]),
    );
    await documents('cache entry', any, (text) => {
      const found = parseEntry(text);
      if (found !== undefined) expectCredentials(found.credentials);
    });
  });

  it('is a client certificate, or as good as nothing', async () => {
    const good = {
      schemaVersion: 1,
      key: 'k',
      issuedAt: later,
      expiresAt: '2026-01-01T04:00:00Z',
      certificate: '-----BEGIN C',
      privateKey: '-----BEGIN K',
    };
    const any = fc.oneof(
      spoiltValues([good]).map((value) => JSON.stringify(value) ?? ''),
      spoiltTexts([JSON.stringify(good)]),
    );
    await documents('cached certificate', any, (text) => {
      const found = parseCertificate('k', text);
      if (found !== undefined) expect(found.expiresAt).toBeGreaterThan(found.issuedAt);
    });
  });
});

describe('small texts', () => {
  it('are an OIDC token, or refused', async () => {
    await documents(
      'OIDC token file',
      fc.oneof(
        fc.uint8Array({ maxLength: 80 }),
        spoiltTexts(['e30.e30.c2ln\n']).map((text) => Buffer.from(text)),
      ),
      (bytes) => refusedAs(broken, () => expect(parseOidcToken(bytes, 'it')).toMatch(/^[\x21-\x7e]+$/)),
    );
  });

  it('are what tells two tokens apart, whatever is in those', async () => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value) ?? '').toString('base64url');
    await documents('token identity', spoiltValues([{ iss: 'https://a', sub: 'b' }]), (claims) => {
      const parts = tokenIdentity(`${part({})}.${part(claims)}.c2ln`);
      for (const text of parts) expect(typeof text).toBe('string');
    });
  });

  it('are command lines, or none', async () => {
    await documents(
      'helper command line',
      fc.tuple(
        fc.constantFrom<NodeJS.Platform>('linux', 'win32'),
        fc.oneof(fc.string({ unit: 'binary' }), spoiltTexts(['a "b c" \'d\' e\\ f'])),
      ),
      ([platform, line]) => {
        splitWords(line, platform);
      },
    );
    splitWords('"'.repeat(1_000_001), 'linux');
    splitWords('\\'.repeat(1_000_001), 'win32');
  });

  it('are addresses to serve at, or refused; nothing but loopback and our own port is our own host', async () => {
    await documents(
      'address to serve at',
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 30 }),
        spoiltTexts(['127.0.0.1:80', '[::1]:0', 'localhost:1', ':9']),
      ),
      (text) =>
        refusedAs(['USAGE'], () => {
          const address = parseListenAddress(text, { allowRemote: false });
          expect(address.isLoopback).toBe(true);
          if (isOwnHost(text, { ...address, port: 4 }))
            expect(text).toMatch(/^(127\.\d+\.\d+\.\d+|\[.*1\]|localhost):0*4$/i);
        }),
    );
  });
});
