import { afterEach, describe, expect, it } from 'vitest';
import { type Cloud, connect } from '../../src/cloud/clients.ts';
import { requestToken } from '../../src/sandbox/client.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/server.ts';
import { cloudOptions, errorOf } from './wire-server.ts';

const accountId = '1000000000000001';
const clusterId = 'c0123456789abcdef0123456789abcdef';
const addon = 'ack-pod-identity-webhook';
const readOnly = { name: 'AliyunOSSReadOnlyAccess', type: 'System' } as const;
const empty =
  '{"Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"RAM":["acs:ram::1000000000000001:root"]}}],"Version":"1"}';
const permissions = '{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:GetObject","Resource":"*"}]}';
const trusting = JSON.stringify({
  Version: '1',
  Statement: [
    {
      Action: 'sts:AssumeRole',
      Effect: 'Allow',
      Principal: { Federated: [`\${providerArn:${clusterId}}`] },
      Condition: {
        StringEquals: {
          'oidc:aud': 'sts.aliyuncs.com',
          'oidc:iss': `\${issuer:${clusterId}}`,
          'oidc:sub': 'system:serviceaccount:app:reader',
        },
      },
    },
  ],
});

const seed: NonNullable<SandboxOptions['seed']> = {
  accounts: [
    {
      id: accountId,
      users: [
        {
          name: 'admin',
          accessKeyId: 'LTAIadminadminadmin',
          accessKeySecret: 'admin-secret',
          systemPolicies: ['AdministratorAccess'],
        },
        { name: 'nobody', accessKeyId: 'LTAInobodynobody', accessKeySecret: 'nobody-secret' },
      ],
      roles: [
        { name: 'reader', trustPolicy: trusting, systemPolicies: [readOnly.name] },
        { name: 'plain', trustPolicy: empty },
      ],
      policies: [{ name: 'mine', document: permissions }],
      clusters: [
        { id: clusterId, name: 'foo', rrsa: true },
        ...Array.from({ length: 60 }, (_, index) => ({ id: `c${index}`, name: `other-${index}` })),
      ],
    },
  ],
};

let sandbox: Sandbox | undefined;
afterEach(async () => {
  await sandbox?.close();
  sandbox = undefined;
});

const admin = { accessKeyId: 'LTAIadminadminadmin', accessKeySecret: 'admin-secret' };
const nobody = { accessKeyId: 'LTAInobodynobody', accessKeySecret: 'nobody-secret' };

async function sandboxWith(options: SandboxOptions = {}, credentials = admin): Promise<Cloud & { calls(): string[] }> {
  const started = await startSandbox({ seed, updateTimeMs: 0, ...options });
  sandbox = started;
  const cloud = connect(cloudOptions(started.endpoint, { credentials: async () => credentials }));
  return { ...cloud, calls: () => started.accessLog().map(({ api }) => api) };
}

describe('against the sandbox', () => {
  it('clusters are read and listed', async () => {
    const { ack } = await sandboxWith();
    const cluster = await ack.getCluster(clusterId);
    expect(cluster).toMatchObject({
      id: clusterId,
      name: 'foo',
      regionId: 'cn-hangzhou',
      type: 'ManagedKubernetes',
      rrsa: {
        enabled: true,
        issuers: [`${sandbox?.endpoint}/oidc/${clusterId}`, 'https://kubernetes.default.svc'],
        providerName: `ack-rrsa-${clusterId}`,
        providerArn: `acs:ram::${accountId}:oidc-provider/ack-rrsa-${clusterId}`,
      },
    });
    expect(await ack.getCluster('c-unknown')).toBeUndefined();
    const clusters = await ack.listClusters();
    expect(new Set(clusters.map(({ id }) => id)).size).toBe(61);
  });

  it('RRSA is switched on by a task', async () => {
    const { ack } = await sandboxWith();
    expect((await ack.getCluster('c1'))?.rrsa).toMatchObject({ enabled: false, issuers: [] });
    const { taskId = '' } = await ack.setRrsa('c1', true);
    await expect.poll(async () => (await ack.getTask(taskId))?.state).toBe('succeeded');
    expect((await ack.getCluster('c1'))?.rrsa.enabled).toBe(true);
    expect((await ack.listClusterTasks('c1')).map(({ id }) => id)).toContain(taskId);
    expect(await ack.getTask('T-unknown')).toBeUndefined();
    expect(Array.isArray(await ack.listClusterLogs('c1'))).toBe(true);
  });

  it('the OIDC provider of a cluster is there once RRSA is on', async () => {
    const { ack, ims } = await sandboxWith();
    const issuer = `${sandbox?.endpoint}/oidc/${clusterId}`;
    const provider = await ims.getOidcProvider(`ack-rrsa-${clusterId}`);
    expect(provider).toMatchObject({ issuerUrl: issuer, clientIds: ['sts.aliyuncs.com'], issuanceLimitHours: 12 });
    expect(provider?.arn).toBe((await ack.getCluster(clusterId))?.rrsa.providerArn);
    expect(await ims.getOidcProvider('ack-rrsa-c1')).toBeUndefined();
  });

  it('an addon is installed once', async () => {
    const { ack } = await sandboxWith();
    expect(await ack.getAddon(clusterId, addon)).toBeUndefined();
    expect((await ack.installAddon(clusterId, addon)).alreadyInstalled).toBe(false);
    await expect.poll(async () => (await ack.getAddon(clusterId, addon))?.state).toBe('active');
    expect((await ack.getAddon(clusterId, addon))?.version).not.toBe('');
    expect((await ack.installAddon(clusterId, addon)).alreadyInstalled).toBe(true);
  });

  it('roles are made, read, changed, listed and deleted', async () => {
    const { ram } = await sandboxWith();
    expect(await ram.getRole('made')).toBeUndefined();
    const made = await ram.createRole({
      name: 'made',
      trustPolicy: empty,
      description: 'x',
      maxSessionDurationSeconds: 7200,
    });
    expect(made).toMatchObject({
      arn: `acs:ram::${accountId}:role/made`,
      trustPolicy: empty,
      maxSessionDurationSeconds: 7200,
    });
    expect(await ram.createRole({ name: 'made', trustPolicy: empty })).toBeUndefined();
    const changed = empty.replace(':root', ':user/admin');
    expect((await ram.updateTrustPolicy('made', changed)).trustPolicy).toBe(changed);
    expect((await ram.getRole('made'))?.trustPolicy).toBe(changed);
    expect((await ram.listRoleNames()).sort()).toEqual(['made', 'plain', 'reader']);
    await ram.deleteRole('made');
    await ram.deleteRole('made');
    expect(await ram.getRole('made')).toBeUndefined();
  });

  it('a trust policy that is too long is told apart', async () => {
    const { ram } = await sandboxWith();
    const long = empty.replace('"1"}', `"1","x":"${'x'.repeat(10_000)}"}`);
    expect(await errorOf(ram.updateTrustPolicy('plain', long))).toMatchObject({ code: 'TRUST_POLICY_TOO_LONG' });
  });

  it('policies are made, read, attached and detached', async () => {
    const { ram } = await sandboxWith();
    expect(await ram.getPolicyDocument(readOnly)).toContain('oss:');
    expect(await ram.getPolicyDocument({ name: 'nothing', type: 'Custom' })).toBeUndefined();
    expect(await ram.createPolicy({ name: 'new', document: permissions })).toBe(true);
    expect(await ram.createPolicy({ name: 'new', document: permissions })).toBe(false);
    const policy = { name: 'new', type: 'Custom' } as const;
    expect(await ram.attachPolicyToRole('plain', policy)).toBe(true);
    expect(await ram.attachPolicyToRole('plain', policy)).toBe(false);
    expect(await ram.listPoliciesForRole('plain')).toEqual([policy]);
    expect(await ram.detachPolicyFromRole('plain', policy)).toBe(true);
    expect(await ram.detachPolicyFromRole('plain', policy)).toBe(false);
    const unknown = { name: 'nothing', type: 'System' } as const;
    expect(await errorOf(ram.attachPolicyToRole('plain', unknown))).toMatchObject({ code: 'POLICY_NOT_FOUND' });
    expect(await errorOf(ram.attachPolicyToRole('nothing', readOnly))).toMatchObject({ code: 'ROLE_NOT_FOUND' });
    expect(await errorOf(ram.listPoliciesForRole('nothing'))).toMatchObject({ code: 'ROLE_NOT_FOUND' });
  });

  it('a service account assumes its role, and the session is what it says', async () => {
    const { assumeRoleWithOidc, sts } = await sandboxWith();
    const oidcToken = await requestToken(sandbox?.url ?? '', {
      clusterId,
      namespace: 'app',
      serviceAccount: 'reader',
      audience: 'sts.aliyuncs.com',
      expiresInSeconds: 3600,
    });
    const request = {
      roleArn: `acs:ram::${accountId}:role/reader`,
      providerArn: `acs:ram::${accountId}:oidc-provider/ack-rrsa-${clusterId}`,
      sessionName: 'me',
      oidcToken,
    };
    const session = await assumeRoleWithOidc({ ...request, durationSeconds: 900 });
    expect(session.expiration.getTime()).toBeGreaterThan(Date.now());
    const own = connect(cloudOptions(sandbox?.endpoint ?? '', { credentials: async () => session }));
    expect(await own.sts.getCallerIdentity()).toMatchObject({
      accountId,
      identityType: 'AssumedRoleUser',
      arn: `acs:ram::${accountId}:assumed-role/reader/me`,
    });
    expect(await sts.getCallerIdentity()).toMatchObject({
      identityType: 'RAMUser',
      arn: `acs:ram::${accountId}:user/admin`,
    });
    expect(await errorOf(own.ack.listClusters())).toMatchObject({
      api: { apiCode: 'StatusForbidden', httpStatus: 403 },
    });
    const plain = { ...request, roleArn: `acs:ram::${accountId}:role/plain` };
    expect(await errorOf(assumeRoleWithOidc(plain))).toMatchObject({
      code: 'CREDENTIALS_REFUSED',
      api: { apiCode: 'AuthenticationFail.NoPermission' },
    });
  });

  it('a role is assumed by a user who may', async () => {
    const { sts } = await sandboxWith();
    const request = { roleArn: `acs:ram::${accountId}:role/plain`, sessionName: 'me' };
    expect((await sts.assumeRole(request)).accessKeyId).toMatch(/^STS\./);
    const other = connect(cloudOptions(sandbox?.endpoint ?? '', { credentials: async () => nobody }));
    expect(await errorOf(other.sts.assumeRole(request))).toMatchObject({ code: 'CREDENTIALS_REFUSED' });
  });

  it('a wrong secret is a matter of credentials, and is shown nowhere', async () => {
    const { ram } = await sandboxWith({}, { ...admin, accessKeySecret: 'wrong-secret' });
    expect(await errorOf(ram.getRole('plain'))).toMatchObject({
      code: 'CREDENTIALS_REFUSED',
      api: { apiCode: 'SignatureDoesNotMatch' },
    });
  });

  it.each(['throttle', '500', '503', 'reset-before', 'reset-after', 'html'])(
    'a read survives %s once, a trust policy is sent once only',
    async (fault) => {
      const { ram, calls } = await sandboxWith({ faults: [`GetRole=${fault}`, `UpdateRole=${fault}`] });
      expect((await ram.getRole('plain'))?.name).toBe('plain');
      expect(calls().filter((api) => api === 'GetRole')).toHaveLength(2);
      await errorOf(ram.updateTrustPolicy('plain', empty));
      expect(calls().filter((api) => api === 'UpdateRole')).toHaveLength(1);
    },
  );

  it('a write whose answer was lost is told as done', async () => {
    const faults = [
      'CreateRole=reset-after',
      'CreatePolicy=reset-after',
      'AttachPolicyToRole=truncate',
      'DetachPolicyFromRole=reset-after',
    ];
    const { ram } = await sandboxWith({ faults });
    expect((await ram.createRole({ name: 'made', trustPolicy: empty }))?.name).toBe('made');
    expect(await ram.createPolicy({ name: 'new', document: permissions })).toBe(true);
    expect(await ram.attachPolicyToRole('made', readOnly)).toBe(true);
    expect(await ram.detachPolicyFromRole('made', readOnly)).toBe(true);
  });

  it.each([
    ['truncate', 'NETWORK'],
    ['wrong-type', 'BAD_ANSWER'],
    ['huge', 'BAD_ANSWER'],
    ['html', 'BAD_ANSWER'],
  ])('an answer that is %s each time is %s', async (fault, code) => {
    const { ack } = await sandboxWith({ faults: [`DescribeClusterDetail:*=${fault}`] });
    expect(await errorOf(ack.getCluster(clusterId))).toMatchObject({ code });
  });
});
