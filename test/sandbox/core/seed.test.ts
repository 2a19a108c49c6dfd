import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ToolError } from '../../../src/errors.ts';
import { buildStore, defaultSeed, type SandboxSeed } from '../../../src/sandbox/seed.ts';
import { parseSeed, readSeedFile } from '../../../src/sandbox/seed-file.ts';
import { endpoint, start } from './in-process.ts';

const head = 'apiVersion: ack-ram-tool/v1\nkind: SandboxSeed\n';
const noKeys = async () => {
  throw new Error('no file was asked for');
};
const parse = (text: string) => parseSeed(text, 'seed.yaml', noKeys);
const build = (seed: SandboxSeed) =>
  buildStore(seed, { endpoint, now: start, updateTimeMs: 2000, sessionTtlMs: undefined });

async function problemOf(text: string): Promise<string> {
  try {
    await parse(text);
  } catch (error) {
    if (error instanceof ToolError && error.code === 'FILE_INVALID') return error.message;
    throw error;
  }
  return 'no problem';
}

const full = `${head}limits: { trustPolicyLength: 4096 }
accounts:
  - id: "1000000000000001"
    accessKeyId: LTAIroot
    accessKeySecret: rootSecret
    users:
      - name: admin
        accessKeyId: LTAIadmin
        accessKeySecret: adminSecret
        systemPolicies: [AdministratorAccess]
        customPolicies: [extra]
      - name: nobody
    policies:
      - name: extra
        document: { Version: "1", Statement: [{ Effect: Allow, Action: "oss:*", Resource: "*" }] }
    roles:
      - name: reader
        maxSessionDuration: 1h30m
        systemPolicies: [AliyunOSSReadOnlyAccess]
        customPolicies: [extra]
        trustPolicy:
          Version: "1"
          Statement:
            - Effect: Allow
              Action: sts:AssumeRole
              Principal: { Federated: ["\${providerArn:c1}"] }
              Condition: { StringEquals: { "oidc:iss": "\${issuer:c1}", "other:\${x}": "\${issuer:c2}" } }
      - name: broken
        trustPolicy: "not a policy"
    clusters:
      - { id: c1, name: foo, region: cn-beijing, version: 1.30.1-aliyun.1, type: ManagedKubernetes, profile: Serverless, state: running, rrsa: true, addons: [ack-pod-identity-webhook] }
      - { id: c2, issuer: "https://issuer.example/c2" }
      - { id: c3 }
  - id: "2000000000000002"
`;

describe('a seed file', () => {
  it('describes the whole store', async () => {
    const store = build(await parse(full));
    const [account, other] = store.accounts;
    expect(store.trustPolicyMaxLength).toBe(4096);
    expect(account).toMatchObject({
      id: '1000000000000001',
      rootAccessKeys: [{ id: 'LTAIroot', secret: 'rootSecret', active: true }],
      users: [
        {
          name: 'admin',
          accessKeys: [{ id: 'LTAIadmin', secret: 'adminSecret', active: true }],
          systemPolicies: ['AdministratorAccess'],
          customPolicies: ['extra'],
        },
        { name: 'nobody', accessKeys: [], systemPolicies: [] },
      ],
      policies: [{ name: 'extra', versions: [{ id: 'v1', isDefault: true }] }],
      clusters: [
        {
          id: 'c1',
          name: 'foo',
          regionId: 'cn-beijing',
          profile: 'Serverless',
          rrsaEnabled: true,
          issuers: [`${endpoint}/oidc/c1`, 'https://kubernetes.default.svc'],
          addons: [{ name: 'ack-pod-identity-webhook', state: 'active' }],
        },
        { id: 'c2', rrsaEnabled: false, issuers: ['https://issuer.example/c2', 'https://kubernetes.default.svc'] },
        {
          id: 'c3',
          name: 'c3',
          regionId: 'cn-hangzhou',
          state: 'running',
          issuers: ['https://kubernetes.default.svc'],
        },
      ],
      providers: [{ name: 'ack-rrsa-c1', issuerUrl: `${endpoint}/oidc/c1`, clientIds: ['sts.aliyuncs.com'] }],
    });
    expect(other).toMatchObject({ id: '2000000000000002', users: [], clusters: [], rootAccessKeys: [] });
    const ids = [...account!.users, ...account!.roles].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has the issuers and provider ARNs of its clusters put into its documents', async () => {
    const [reader, broken] = build(await parse(full)).accounts[0]!.roles;
    const [statement] = JSON.parse(reader!.trustPolicy).Statement;
    expect(statement.Principal.Federated).toEqual(['acs:ram::1000000000000001:oidc-provider/ack-rrsa-c1']);
    expect(statement.Condition.StringEquals).toEqual({
      'oidc:iss': `${endpoint}/oidc/c1`,
      'other:${x}': 'https://issuer.example/c2',
    });
    expect(reader!.maxSessionDurationSeconds).toBe(5400);
    expect(broken!.trustPolicy).toBe('not a policy');
  });

  const account = (text: string) => `${head}accounts:\n  - id: "1"\n${text}`;

  it.each([
    ['', 'seed.yaml:1:1: is not a mapping'],
    ['[]', 'seed.yaml:1:1: is not a mapping'],
    ['kind: SandboxSeed\naccounts: []', 'seed.yaml:1:1: has no apiVersion'],
    ['apiVersion: v2\nkind: SandboxSeed', 'seed.yaml:1:13: apiVersion is not ack-ram-tool/v1'],
    [`${head}accounts: []`, 'seed.yaml:3:11: accounts is empty'],
    [`${head}acounts: []`, 'seed.yaml:3:1: has no key "acounts"; did you mean accounts?'],
    [`${head}accounts:\n  - id: 1`, 'seed.yaml:4:9: accounts[0].id is not a string (put it in quotes)'],
    [`${head}accounts:\n  - id: "x"`, 'seed.yaml:4:9: accounts[0].id is not an account id (digits, in quotes)'],
    [`${head}accounts:\n  - id: "1"\n  - id: "1"`, 'seed.yaml:5:9: accounts[1].id is the second account of that name'],
    [account('    user: []'), 'seed.yaml:5:5: accounts[0] has no key "user"; did you mean users?'],
    [
      account('    clusters: [{ id: c1, colour: x }]'),
      'seed.yaml:5:26: accounts[0].clusters[0] has no key "colour"; it has id, name, region, version, type, profile, state, rrsa, addons, activeUsers, issuer, jwksFile, kubeconfig, caKey',
    ],
    [
      account('    clusters: [{ id: c1, rrsa: maybe }]'),
      'seed.yaml:5:32: accounts[0].clusters[0].rrsa is neither true nor false',
    ],
    [account('    clusters: [{ id: ../c1 }]'), 'seed.yaml:5:22: accounts[0].clusters[0].id is not a cluster id'],
    [
      account('    clusters: [{ id: c1 }, { id: c1 }]'),
      'seed.yaml:5:34: accounts[0].clusters[1].id is the second cluster of that name',
    ],
    [
      account('    clusters: [{ id: c1, jwksFile: x }]'),
      'seed.yaml:5:36: accounts[0].clusters[0].jwksFile has no issuer beside it',
    ],
    [
      account('    clusters: [{ id: c1, issuer: ftp://x }]'),
      'seed.yaml:5:34: accounts[0].clusters[0].issuer is not the URL of an issuer',
    ],
    [account('    clusters: [{ name: c1 }]'), 'seed.yaml:5:16: accounts[0].clusters[0] has no id'],
    [account('    clusters: c1'), 'seed.yaml:5:15: accounts[0].clusters is not a list'],
    [
      account('    users: [{ name: a, accessKeyId: x }]'),
      'seed.yaml:5:37: accounts[0].users[0].accessKeyId has no accessKeySecret beside it',
    ],
    [
      account('    users: [{ name: a, accessKeySecret: x }]'),
      'seed.yaml:5:41: accounts[0].users[0].accessKeySecret has no accessKeyId beside it',
    ],
    [
      account('    users: [{ name: a, systemPolicies: [Nope] }]'),
      'seed.yaml:5:41: accounts[0].users[0].systemPolicies[0] names policy Nope, which the sandbox does not have',
    ],
    [
      account('    users: [{ name: a, customPolicies: [Nope] }]'),
      'seed.yaml:5:41: accounts[0].users[0].customPolicies[0] names policy Nope, which the sandbox does not have',
    ],
    [account('    users: [{ name: }]'), 'seed.yaml:5:21: accounts[0].users[0].name is not a string (put it in quotes)'],
    [
      account('    roles: [{ name: a, trustPolicy: [] }]'),
      'seed.yaml:5:37: accounts[0].roles[0].trustPolicy is neither a mapping nor a string',
    ],
    [
      account('    roles: [{ name: a, trustPolicy: x, maxSessionDuration: 30m }]'),
      'seed.yaml:5:60: accounts[0].roles[0].maxSessionDuration is not from 1h to 12h',
    ],
    [
      account('    roles: [{ name: a, trustPolicy: x, maxSessionDuration: "" }]'),
      'seed.yaml:5:60: accounts[0].roles[0].maxSessionDuration is not a duration such as 1h30m',
    ],
    [
      account('    roles: [{ name: a, trustPolicy: "${issuer:c9}" }]'),
      'seed.yaml:5:37: accounts[0].roles[0].trustPolicy refers to cluster "c9", which the seed does not have',
    ],
    [
      account('    policies: [{ name: a, document: "{" }]'),
      expect.stringMatching(
        /^seed\.yaml:5:37: accounts\[0\]\.policies\[0\]\.document cannot be used: it is not a policy document/,
      ),
    ],
    [
      `${head}limits: { trustPolicyLength: 0 }\naccounts: [{ id: "1" }]`,
      'seed.yaml:3:30: limits.trustPolicyLength is not a whole number from 1 to 1000000',
    ],
    ['a: [', expect.stringMatching(/^seed\.yaml:1:\d+: /)],
    ['a: 1\na: 2', expect.stringMatching(/^seed\.yaml:2:1: .*unique/)],
  ])('that is wrong is refused, saying where: %j', async (text, message) => {
    expect(await problemOf(text)).toEqual(message);
  });

  it('of any text is read or refused, and never breaks the program', async () => {
    const value = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        fc.string(),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        tie('list'),
        tie('map'),
      ),
      list: fc.array(tie('node'), { maxLength: 3 }),
      map: fc.dictionary(
        fc.constantFrom('id', 'name', 'accounts', 'users', 'roles', 'clusters', 'trustPolicy', 'kind'),
        tie('node'),
      ),
    })).node;
    const text = fc.oneof(
      fc.string(),
      value.map((each) => head + stringify({ accounts: each })),
      value.map((each) => head + stringify({ accounts: [{ id: '1', clusters: each }] })),
    );
    await fc.assert(fc.asyncProperty(text, async (seed) => void (await problemOf(seed))));
  });

  it('cannot grow without bound by aliases', async () => {
    const bomb = Array.from(
      { length: 30 },
      (_, i) => `  a${i}: &a${i} [${i === 0 ? 'x' : `*a${i - 1}, *a${i - 1}`}]`,
    ).join('\n');
    const text = account(`    roles:\n      - name: a\n        trustPolicy:\n${bomb.replace(/^/gm, '        ')}`);
    await expect(parse(text)).rejects.toMatchObject({ code: 'FILE_INVALID' });
    const endless = account('    roles: [{ name: a, trustPolicy: &t { Statement: *t } }]');
    await expect(parse(endless)).rejects.toMatchObject({ code: 'FILE_INVALID' });
  });

  it('has its aliases followed', async () => {
    const text = account(
      '    users: [{ name: a, systemPolicies: &p [AdministratorAccess] }, { name: b, systemPolicies: *p }]',
    );
    expect((await parse(text)).accounts[0]!.users![1]!.systemPolicies).toEqual(['AdministratorAccess']);
  });

  it('may name a file of keys beside it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sandbox-seed-'));
    try {
      const seed = (name: string) =>
        account(`    clusters: [{ id: c1, issuer: "https://i.example", jwksFile: ${name} }]`);
      const path = join(folder, 'seed.yaml');
      const read = async (name: string, content: string) => {
        await writeFile(join(folder, name), content);
        await writeFile(path, seed(name));
        return readSeedFile(path);
      };
      const keys = [{ kty: 'RSA', n: 'AQAB', e: 'AQAB' }];
      expect((await read('good.json', JSON.stringify({ keys }))).accounts[0]!.clusters![0]!.jwks).toEqual({ keys });
      for (const bad of ['', '{', '[]', '{"keys":{}}', '{"keys":[1]}', 'null']) {
        await expect(read('bad.json', bad)).rejects.toMatchObject({ code: 'FILE_INVALID' });
      }
      await writeFile(path, seed('absent.json'));
      await expect(readSeedFile(path)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
      await expect(readSeedFile(join(folder, 'absent.yaml'))).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('the default seed', () => {
  it('has an administrator and three clusters in cn-hangzhou with RRSA off', () => {
    const [account] = build(defaultSeed()).accounts;
    expect(account!.id).toBe('1000000000000001');
    expect(account!.users).toMatchObject([{ name: 'admin', systemPolicies: ['AdministratorAccess'] }]);
    expect(account!.users[0]!.accessKeys).toMatchObject([
      { id: expect.stringMatching(/^LTAI/), secret: expect.stringMatching(/^\w{30}$/) },
    ]);
    expect(
      account!.clusters.map(({ name, regionId, rrsaEnabled, id }) => [
        name,
        regionId,
        rrsaEnabled,
        /^c[0-9a-f]{32}$/.test(id),
      ]),
    ).toEqual([
      ['foo', 'cn-hangzhou', false, true],
      ['bar', 'cn-hangzhou', false, true],
      ['foob', 'cn-hangzhou', false, true],
    ]);
  });

  it('has new keys each time and the same clusters', () => {
    const [a, b] = [defaultSeed(), defaultSeed()].map((seed) => seed.accounts[0]!);
    expect(a!.users![0]!.accessKeySecret).not.toBe(b!.users![0]!.accessKeySecret);
    expect(a!.clusters).toEqual(b!.clusters);
  });

  it('given as an object must refer to clusters that it has', () => {
    const roles = [{ name: 'a', trustPolicy: '${issuer:c9}' }];
    expect(() => build({ accounts: [{ id: '1', roles }] })).toThrow(expect.objectContaining({ code: 'FILE_INVALID' }));
  });
});
