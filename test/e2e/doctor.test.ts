import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type SandboxSeed, startSandbox } from '../../src/sandbox/server.ts';
import type { SandboxAccount, SandboxOidcProvider } from '../../src/sandbox/store.ts';
import { runTool, scratchFolder, type ToolResult } from '../support/tool.ts';

const accountId = '1000000000000001';
const home = scratchFolder();
const readOnly = 'AliyunOSSReadOnlyAccess';
const addons = ['ack-pod-identity-webhook'];

/** An issuer that goes wrong in the way that its path names. */
const issuerServer = createServer(answer);
await new Promise<void>((resolve) => issuerServer.listen(0, '127.0.0.1', resolve));
const strayIssuer = `http://127.0.0.1:${(issuerServer.address() as AddressInfo).port}`;
afterAll(() => issuerServer.close());

function answer({ url = '' }: IncomingMessage, response: ServerResponse): void {
  const [, kind = '', ...rest] = url.split('/');
  const issuer = `${strayIssuer}/${kind}`;
  const send = (status: number, body: unknown, headers = {}) =>
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  if (rest.join('/') === 'keys') {
    if (kind === 'no-keys') send(200, { keys: [] });
    else if (kind === 'lost-keys') send(404, {});
    else send(200, { keys: [{ kty: 'RSA' }] });
  } else if (kind === 'gone') send(404, {});
  else if (kind === 'moved') send(302, '', { location: `${strayIssuer}/good/.well-known/openid-configuration` });
  else if (kind === 'page') send(200, '<html>please log in</html>');
  else if (kind === 'huge') send(200, 'x'.repeat(1_000_000));
  else if (kind === 'broken') response.destroy();
  else if (kind === 'other') send(200, { issuer: `${strayIssuer}/good` });
  else if (kind === 'slash') send(200, { issuer: `${issuer}/` });
  else if (kind === 'nobody') send(200, {});
  else if (kind === 'no-address') send(200, { issuer });
  else if (kind === 'far-keys') send(200, { issuer, jwks_uri: 'http://issuer.example/keys' });
  else send(200, { issuer, jwks_uri: `${issuer}/keys` });
}

const strayKinds = [
  ...['good', 'gone', 'moved', 'page', 'huge', 'broken', 'other', 'slash', 'nobody'],
  ...['no-address', 'no-keys', 'lost-keys', 'far-keys'],
];

const trust = (subject: string, change: object = {}): string =>
  JSON.stringify({
    Version: '1',
    Statement: [
      {
        Action: 'sts:AssumeRole',
        Effect: 'Allow',
        Principal: { Federated: ['${providerArn:c-ok}'] },
        Condition: {
          StringEquals: { 'oidc:aud': 'sts.aliyuncs.com', 'oidc:iss': '${issuer:c-ok}', 'oidc:sub': subject },
        },
        ...change,
      },
    ],
  });
const reader = 'system:serviceaccount:reports:reader';
const role = (name: string, trustPolicy: string, systemPolicies = [readOnly]) => ({
  name,
  trustPolicy,
  systemPolicies,
});

const seed: SandboxSeed = {
  accounts: [
    {
      id: accountId,
      users: [
        {
          name: 'admin',
          accessKeyId: 'LTAIadmin',
          accessKeySecret: 'admin-secret',
          systemPolicies: ['AdministratorAccess'],
        },
        { name: 'limited', accessKeyId: 'LTAIlimited', accessKeySecret: 'limited-secret', customPolicies: ['least'] },
      ],
      policies: [{ name: 'least', document: '{"Version":"1","Statement":[]}' }],
      roles: [
        role('reader', trust(reader)),
        role('powerless', trust(reader), []),
        role('other-subject', trust('system:serviceaccount:reports:writer')),
        role('other-provider', trust(reader, { Principal: { Federated: ['${providerArn:c-bare}'] } })),
        role('other-action', trust(reader, { Action: 'ecs:RunInstances' })),
        role(
          'denying',
          trust(reader).replace(
            '[{',
            '[{"Action":"*","Effect":"Deny","Principal":{"Federated":["${providerArn:c-ok}"]}},{',
          ),
        ),
        role('empty', '{"Version":"1","Statement":[]}'),
        role('torn', '{"Version":"1"'),
      ],
      clusters: [
        { id: 'c-ok', name: 'good', rrsa: true, addons },
        { id: 'c-bare', rrsa: true },
        { id: 'c-off', addons },
        { id: 'c-failed', rrsa: true, addons, state: 'failed' },
        { id: 'c-updating', rrsa: true, addons, state: 'updating' },
        { id: 'c-old', rrsa: true, addons, version: '1.20.11-aliyun.1' },
        { id: 'c-dedicated', addons, type: 'Kubernetes' },
        { id: 'c-registered', addons, type: 'ExternalKubernetes' },
        { id: 'c-strange', rrsa: true, addons, type: 'Acs' },
        { id: 'c-http', rrsa: true, addons, issuer: 'http://issuer.example/c-http' },
        { id: 'c-far', rrsa: true, addons, issuer: 'https://issuer.example/c-far' },
        ...strayKinds.map((kind) => ({ id: `c-${kind}`, rrsa: true, addons, issuer: `${strayIssuer}/${kind}` })),
      ],
    },
  ],
};

const sandbox = await startSandbox({ seed, updateTimeMs: 0 });
afterAll(() => sandbox.close());
beforeEach(() => sandbox.reset());

const env = { ...sandbox.env, HOME: home, ACK_RAM_TOOL_MAX_RETRIES: '0' };
const doctor = (line: string, more: Record<string, string | undefined> = {}): Promise<ToolResult> =>
  runTool(['rrsa', 'doctor', ...line.split(' ')], { env: { ...env, ...more } });
/** The healthy setup, without a look into the cluster, which the sandbox has none of. */
const healthy = '-c c-ok -r reader -n reports -s reader';

interface Found {
  id: string;
  status: string;
  message: string;
  cure: string | null;
}

async function diagnose(line: string, more: Record<string, string | undefined> = {}) {
  const result = await doctor(`${line} -o json`, more);
  const { healthy: isHealthy, checks } = JSON.parse(result.stdout) as { healthy: boolean; checks: Found[] };
  expect(result.exitCode, result.stderr).toBe(isHealthy ? 0 : 3);
  const faults = checks.filter(({ status }) => status === 'fault');
  expect(isHealthy).toBe(faults.length === 0);
  return { ...result, checks, faults, warnings: checks.filter(({ status }) => status === 'warning') };
}

function accountOf(): SandboxAccount {
  const [account] = sandbox.store.accounts;
  if (account === undefined) throw new Error('the sandbox has no account');
  return account;
}

function change(edit: (provider: SandboxOidcProvider) => void): () => void {
  return () => {
    const provider = accountOf().providers.find(({ name }) => name === 'ack-rrsa-c-ok');
    if (provider === undefined) throw new Error('the cluster has no provider');
    edit(provider);
  };
}

interface Planted {
  line?: string;
  plant?: () => void;
  env?: Record<string, string | undefined>;
  /** The check that is to find it. */
  id: string;
  /** Parts of what it says, and of the cure. */
  says: string;
  cure?: string;
}

const trustCase = (name: string, says: string, cure?: string): Planted => ({
  line: `-c c-ok -r ${name} -n reports -s reader`,
  id: 'trust-allows',
  says,
  ...(cure === undefined ? {} : { cure }),
});
const issuerCase = (kind: string, id: string, says: string): Planted => ({
  line: `-c c-${kind}`,
  id,
  says,
  cure: 'curl -sSi http',
});

const planted: Record<string, Planted> = {
  'a wrong AccessKey secret': {
    env: { ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'wrong' },
    id: 'credentials',
    says: 'SignatureDoesNotMatch',
  },
  'no credentials at all': {
    env: { ALIBABA_CLOUD_ACCESS_KEY_ID: undefined, ALIBABA_CLOUD_ACCESS_KEY_SECRET: undefined },
    id: 'credentials',
    says: 'no credentials found',
    cure: 'export ALIBABA_CLOUD_ACCESS_KEY_ID',
  },
  'a cluster that is not there': {
    line: '-c c-gone-for-good',
    id: 'cluster-found',
    says: 'there is no cluster c-gone-for-good',
  },
  'a cluster that failed': { line: '-c c-failed', id: 'cluster-running', says: "its state is 'failed'" },
  'Kubernetes 1.20': {
    line: '-c c-old',
    id: 'cluster-version',
    says: '1.20.11-aliyun.1, and RRSA needs at least 1.22',
  },
  'a dedicated cluster': { line: '-c c-dedicated', id: 'cluster-type', says: 'a dedicated cluster' },
  'a registered cluster': { line: '-c c-registered', id: 'cluster-type', says: 'a registered cluster' },
  'RRSA off': { line: '-c c-off', id: 'rrsa-on', says: 'RRSA is off', cure: 'ack-ram-tool rrsa enable -c c-off' },
  'no addon': {
    line: '-c c-bare',
    id: 'helper-addon',
    says: 'not installed',
    cure: 'rrsa install-helper-addon -c c-bare',
  },
  'an issuer without a document': issuerCase('gone', 'issuer-document', 'HTTP 404'),
  'an issuer that redirects': issuerCase('moved', 'issuer-document', 'a redirect (HTTP 302)'),
  'a login page in the place of an issuer': issuerCase('page', 'issuer-document', 'is no JSON object'),
  'a discovery document without end': issuerCase('huge', 'issuer-document', 'more than 262144 bytes'),
  'an issuer that breaks off': issuerCase('broken', 'issuer-document', 'the connection broke'),
  'the document of another issuer': issuerCase('other', 'issuer-document', '/good'),
  'a document whose issuer has a slash more': issuerCase('slash', 'issuer-document', '/slash/'),
  'a document of nobody': issuerCase('nobody', 'issuer-document', 'names no issuer'),
  'an issuer on http': { line: '-c c-http', id: 'issuer-document', says: 'STS reads https only' },
  'a document without an address of keys': issuerCase('no-address', 'issuer-keys', 'names no keys'),
  'no keys': issuerCase('no-keys', 'issuer-keys', 'holds no keys'),
  'keys that are not there': issuerCase('lost-keys', 'issuer-keys', 'HTTP 404'),
  'keys on http': issuerCase('far-keys', 'issuer-keys', 'STS reads https only'),
  'no OIDC provider': {
    plant: () => void accountOf().providers.splice(0),
    id: 'provider-exists',
    says: 'there is no OIDC provider ack-rrsa-c-ok',
    cure: 'aliyun ims CreateOIDCProvider --OIDCProviderName ack-rrsa-c-ok --IssuerUrl http://127.0.0.1',
  },
  'an OIDC provider of another issuer': {
    plant: change((provider) => {
      provider.issuerUrl = 'https://issuer.example/other';
    }),
    id: 'provider-issuer',
    says: 'https://issuer.example/other',
    cure: 'aliyun ims DeleteOIDCProvider',
  },
  'an OIDC provider of an issuer with a slash more': {
    plant: change((provider) => {
      provider.issuerUrl += '/';
    }),
    id: 'provider-issuer',
    says: 'they differ in the last "/"',
  },
  'an OIDC provider of an earlier issuer': {
    plant: change((provider) => {
      provider.issuerUrl = 'https://kubernetes.default.svc';
    }),
    id: 'provider-issuer',
    says: 'an earlier issuer of the cluster',
  },
  'an OIDC provider without the client id': {
    plant: change((provider) => {
      provider.clientIds = ['kubernetes'];
    }),
    id: 'provider-client-id',
    says: 'lacks the client id sts.aliyuncs.com',
    cure: 'aliyun ims AddClientIdToOIDCProvider --OIDCProviderName ack-rrsa-c-ok --ClientId sts.aliyuncs.com',
  },
  'a role of another account': {
    line: '-c c-ok -r acs:ram::2000000000000002:role/reader -n reports -s reader',
    id: 'role-account',
    says: 'is of account 2000000000000002',
  },
  'a role that is not there': {
    line: '-c c-ok -r absent -n reports -s reader',
    id: 'role-exists',
    says: 'there is no role absent',
    cure: 'rrsa associate-role -c c-ok -r absent -n reports -s reader --create-role-if-not-exist',
  },
  'trust for another service account': trustCase(
    'other-subject',
    'Statement[0] wants StringEquals oidc:sub "system:serviceaccount:reports:writer", and the token has "system:serviceaccount:reports:reader"',
    'ack-ram-tool rrsa associate-role -c c-ok -r other-subject -n reports -s reader',
  ),
  'trust for the OIDC provider of another cluster': trustCase(
    'other-provider',
    'no statement trusts the OIDC provider',
  ),
  'trust for another action': trustCase('other-action', 'allows another action than sts:AssumeRole'),
  'trust that is denied': trustCase('denying', 'Statement[0] denies it', 'take Statement[0] out'),
  'trust for nobody': trustCase('empty', 'has no statement'),
  'a trust policy that is torn': trustCase('torn', 'the trust policy of role torn'),
};

describe('doctor, on the built program', () => {
  it('finds no fault in a healthy setup', async () => {
    const { checks, faults, warnings, stderr } = await diagnose(healthy);
    expect(faults).toEqual([]);
    expect(warnings).toEqual([]);
    expect(stderr).toBe('');
    const ids = checks.filter(({ status }) => status === 'ok').map(({ id }) => id);
    expect(ids).toEqual([
      ...['credentials', 'cluster-found', 'cluster-running', 'cluster-version', 'cluster-type', 'rrsa-on'],
      ...['helper-addon', 'issuer-document', 'issuer-keys', 'provider-exists', 'provider-issuer'],
      ...['provider-client-id', 'role-exists', 'role-policies', 'trust-allows'],
    ]);
    const text = await doctor(healthy);
    expect(text).toMatchObject({ exitCode: 0, stderr: '' });
    expect(text.stdout).toMatch(/\n\nno fault found \(17 of 32 checks skipped\)\n$/);
  });

  it.each(Object.entries(planted))('finds %s first', async (_name, { line = healthy, plant, env: more, ...wanted }) => {
    plant?.();
    const { faults, stdout } = await diagnose(line, more);
    expect(faults[0]).toMatchObject({ id: wanted.id, message: expect.stringContaining(wanted.says) });
    if (wanted.cure !== undefined) expect(faults[0]?.cure).toContain(wanted.cure);
    expect(stdout).not.toContain('admin-secret');
  });

  it('warns of what may be no fault, and finds none', async () => {
    const states = { 'c-updating': 'cluster-running', 'c-strange': 'cluster-type' };
    for (const [cluster, id] of Object.entries(states)) {
      const { faults, warnings } = await diagnose(`-c ${cluster}`);
      expect(faults).toEqual([]);
      expect(warnings.map((warning) => warning.id)).toEqual([id]);
    }
    const { faults, warnings } = await diagnose('-c c-ok -r powerless -n reports -s reader');
    expect(faults).toEqual([]);
    expect(warnings).toMatchObject([{ id: 'role-policies', cure: expect.stringContaining('--attach-system-policy') }]);
  });

  it('says what it would need, where it was told too little', async () => {
    const of = async (line: string) => {
      const { checks, faults } = await diagnose(line);
      expect(faults).toEqual([]);
      return checks.filter(({ status }) => status === 'skipped').map(({ id, message }) => [id, message]);
    };
    expect(await of('-c c-ok')).toContainEqual(['role-exists', 'pass --role-name']);
    expect(await of('-c c-ok -r reader')).toEqual([['trust-allows', 'pass --namespace and --service-account']]);
  });

  it('leaves what is not on this machine alone while this is a sandbox', async () => {
    const { checks, faults } = await diagnose('-c c-far');
    expect(faults).toEqual([]);
    expect(checks.find(({ id }) => id === 'issuer-document')).toMatchObject({ status: 'skipped' });
  });

  it('reads everything once', async () => {
    await diagnose(healthy);
    const calls = sandbox.accessLog().map(({ api }) => api);
    // The kubeconfig is asked for, too, and there is no API server behind it.
    expect(calls.filter((call) => call !== 'DescribeClusterUserKubeconfig').sort()).toEqual([
      ...['DescribeClusterDetail', 'GetCallerIdentity', 'GetClusterAddonInstance', 'GetOIDCProvider', 'GetRole'],
      ...['ListPoliciesForRole', 'OidcConfiguration', 'OidcKeys'],
    ]);
  });

  it('makes do without the right to read OIDC providers, and with the policy that it prints', async () => {
    const { stdout } = await runTool(['rrsa', 'doctor', '-c', 'c-ok', '-r', 'reader', '--emit-policy'], { env });
    const least = accountOf().policies.find(({ name }) => name === 'least')?.versions[0];
    if (least !== undefined) least.document = stdout;
    const keys = { ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAIlimited', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'limited-secret' };
    const { faults, warnings } = await diagnose('-c c-ok -r reader', keys);
    expect(faults).toEqual([]);
    expect(warnings.map(({ id }) => id)).toEqual(['provider-exists']);
    if (least !== undefined) least.document = '{"Version":"1","Statement":[]}';
    expect((await diagnose('-c c-ok -r reader', keys)).faults[0]?.id).toBe('cluster-found');
  });

  it('ends when its time is over', async () => {
    const slow = await startSandbox({ seed, faults: ['DescribeClusterDetail:*=slow(20s)'] });
    const { faults } = await diagnose('-c c-ok --timeout 1s', slow.env);
    await slow.close();
    expect(faults).toMatchObject([{ id: 'cluster-found', message: 'no answer within 1s' }]);
  });

  it('lists its checks without looking at anything', async () => {
    const listed = await doctor('--list', { ALIBABA_CLOUD_ACCESS_KEY_ID: undefined });
    expect(listed.exitCode).toBe(0);
    for (const { id } of Object.values(planted)) expect(listed.stdout).toMatch(new RegExp(`^${id} `, 'm'));
    expect(sandbox.accessLog()).toEqual([]);
  });

  it.each([
    ['-o text', 'there is nothing to look at'],
    ['-r reader --oidc-token-file ./token', '--role-name is about a cluster'],
    ['--fix --oidc-token-file ./token', '--fix is about a cluster'],
    ['-c c-ok -s reader', '--service-account needs --namespace'],
    ['-c c-ok --pod p', '--pod needs --namespace'],
    ['-c c-ok -n *', 'is not a Kubernetes namespace'],
    ['-c c-ok -r not/a/role', 'is not a RAM role name'],
    ['-c ../c', 'is not a cluster id'],
  ])('refuses %s', async (line, message) => {
    const refused = await doctor(line);
    expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
    expect(refused.stderr).toContain(message);
    expect(sandbox.accessLog()).toEqual([]);
  });
});

describe('doctor --fix, on the built program', () => {
  const sick = '-c c-bare -r reader -n reports -s reader';
  const writes = () => sandbox.accessLog().filter(({ api }) => /^(Install|Update|Create|Attach)/.test(api));

  it('mends what can be mended, and finds no fault then', async () => {
    expect((await diagnose(sick)).faults.map(({ id }) => id)).toEqual(['helper-addon', 'trust-allows']);
    const { checks, faults, stderr } = await diagnose(`${sick} --fix -y`);
    expect(faults).toEqual([]);
    expect(checks.find(({ id }) => id === 'trust-allows')?.status).toBe('ok');
    expect(stderr).toContain('  - install ack-pod-identity-webhook on cluster c-bare: ');
    expect(stderr).toContain('  - let service account reports/reader assume role reader: ');
    // What the role trusted before, it trusts still.
    expect((await diagnose(healthy)).faults).toEqual([]);
    const again = await doctor(`${sick} --fix`);
    expect(again, again.stderr).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('shows what it would do on a dry run, and does nothing', async () => {
    const { faults, stderr } = await diagnose(`${sick} --fix --dry-run`);
    expect(faults.map(({ id }) => id)).toEqual(['helper-addon', 'trust-allows']);
    expect(stderr).toContain('mend what was found');
    expect(writes()).toEqual([]);
  });

  it('does nothing where nobody can be asked', async () => {
    const refused = await doctor(`${sick} --fix`);
    expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
    expect(refused.stderr).toContain('--assume-yes');
    expect(writes()).toEqual([]);
  });

  it('leaves what it cannot mend to the reader', async () => {
    const { faults, stderr } = await diagnose('-c c-off --fix');
    expect(faults.map(({ id }) => id)).toEqual(['rrsa-on']);
    expect(stderr).toContain('nothing of this can be mended from here');
    expect(writes()).toEqual([]);
  });
});
