import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mintToken } from '../../../src/sandbox/oidc/model.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/server.ts';

const require = createRequire(import.meta.url);
const Sts = require('@alicloud/sts20150401');
const Ram = require('@alicloud/ram20150501');
const Cs = require('@alicloud/cs20151215');
const { $OpenApiUtil } = require('@alicloud/openapi-core');

const accountId = '1000000000000001';
const clusterId = 'c0000000000000000000000000000001';
const providerArn = `acs:ram::${accountId}:oidc-provider/ack-rrsa-${clusterId}`;

interface Keys {
  accessKeyId?: string;
  accessKeySecret?: string;
  securityToken?: string;
}

function configOf(sandbox: Sandbox, keys: Keys, more: object = {}) {
  return new $OpenApiUtil.Config({
    ...keys,
    endpoint: sandbox.endpoint.replace('http://', ''),
    protocol: 'http',
    ...more,
  });
}

function trust(principal: object, condition: object = {}) {
  return JSON.stringify({
    Version: '1',
    Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: principal, Condition: condition }],
  });
}

describe('the official SDKs on the sandbox', () => {
  let sandbox: Sandbox;
  const admin = { accessKeyId: 'LTAIadmin', accessKeySecret: 'adminSecret' };

  beforeAll(async () => {
    const oidc = { 'oidc:iss': `\${issuer:${clusterId}}`, 'oidc:aud': 'sts.aliyuncs.com' };
    sandbox = await startSandbox({
      seed: {
        accounts: [
          {
            id: accountId,
            users: [{ name: 'admin', ...admin, systemPolicies: ['AdministratorAccess'] }],
            roles: [
              {
                name: 'reader',
                trustPolicy: trust({ RAM: [`acs:ram::${accountId}:root`] }),
                systemPolicies: ['AliyunRAMReadOnlyAccess'],
              },
              {
                name: 'pod',
                trustPolicy: trust(
                  { Federated: [`\${providerArn:${clusterId}}`] },
                  { StringEquals: { ...oidc, 'oidc:sub': 'system:serviceaccount:app:reader' } },
                ),
              },
            ],
            clusters: [{ id: clusterId, rrsa: true }],
          },
        ],
      },
    });
  });
  afterAll(() => sandbox.close());

  it.each(['', 'v2'])('GetCallerIdentity knows the user (signature algorithm "%s")', async (signatureAlgorithm) => {
    const client = new Sts.default(configOf(sandbox, admin, { signatureAlgorithm }));
    const { body } = await client.getCallerIdentity();
    expect(body).toMatchObject({ identityType: 'RAMUser', accountId, arn: `acs:ram::${accountId}:user/admin` });
  });

  it('AssumeRole gives credentials that RAM takes as far as the role goes', async () => {
    const sts = new Sts.default(configOf(sandbox, admin));
    const roleArn = `acs:ram::${accountId}:role/reader`;
    const { body } = await sts.assumeRole(new Sts.AssumeRoleRequest({ roleArn, roleSessionName: 'alice' }));
    expect(body.assumedRoleUser.arn).toBe(`${roleArn}/alice`);
    const session = { ...body.credentials };
    const ram = new Ram.default(configOf(sandbox, session));
    expect((await ram.getRole(new Ram.GetRoleRequest({ roleName: 'pod' }))).body.role.roleName).toBe('pod');
    await expect(ram.deleteRole(new Ram.DeleteRoleRequest({ roleName: 'pod' }))).rejects.toMatchObject({
      code: 'NoPermission',
      statusCode: 403,
      accessDeniedDetail: { AuthAction: 'ram:DeleteRole', AuthPrincipalType: 'AssumedRoleUser' },
    });
    const cs = new Cs.default(configOf(sandbox, session));
    await expect(cs.describeClustersV1(new Cs.DescribeClustersV1Request({}))).rejects.toMatchObject({
      code: 'StatusForbidden',
      statusCode: 403,
      data: {
        accessDeniedDetail: {
          AuthAction: 'cs:DescribeClusters',
          AuthPrincipalDisplayName: 'reader:alice',
          NoPermissionType: 'ImplicitDeny',
        },
        message: 'STSToken policy Forbidden for action cs:DescribeClusters',
        status: 403,
      },
    });
  });

  it('ACK answers by V3 and by the older ROA signature', async () => {
    for (const signatureAlgorithm of ['', 'v2']) {
      const cs = new Cs.default(configOf(sandbox, admin, { signatureAlgorithm }));
      const { body } = await cs.describeClustersV1(new Cs.DescribeClustersV1Request({ name: '', pageSize: 10 }));
      expect(body.clusters.map((cluster: { clusterId: string }) => cluster.clusterId)).toEqual([clusterId]);
      await expect(cs.describeClusterDetail('c404')).rejects.toMatchObject({ code: 'ErrorClusterNotFound' });
    }
  });

  it('AssumeRoleWithOIDC takes the token of the trusted service account and of no other', async () => {
    const sts = new Sts.default(configOf(sandbox, {}));
    const request = async (serviceAccount: string) => {
      const minted = await mintToken(sandbox.store, {
        clusterId,
        namespace: 'app',
        serviceAccount,
        audience: 'sts.aliyuncs.com',
        expiresInSeconds: 3600,
        now: Date.now(),
      });
      return new Sts.AssumeRoleWithOIDCRequest({
        OIDCProviderArn: providerArn,
        OIDCToken: minted?.token,
        roleArn: `acs:ram::${accountId}:role/pod`,
        roleSessionName: 'ack-ram-tool',
      });
    };
    const { body } = await sts.assumeRoleWithOIDC(await request('reader'));
    expect(body.OIDCTokenInfo).toMatchObject({
      subject: 'system:serviceaccount:app:reader',
      verificationInfo: 'Success',
    });
    const identity = await new Sts.default(configOf(sandbox, body.credentials)).getCallerIdentity();
    expect(identity.body.arn).toBe(`acs:ram::${accountId}:assumed-role/pod/ack-ram-tool`);
    await expect(sts.assumeRoleWithOIDC(await request('other'))).rejects.toMatchObject({
      code: 'AuthenticationFail.NoPermission',
      statusCode: 401,
    });
  });

  it('an unknown key is refused as such', async () => {
    const client = new Sts.default(configOf(sandbox, { accessKeyId: 'nobody', accessKeySecret: 'x' }));
    await expect(client.getCallerIdentity()).rejects.toMatchObject({ code: 'InvalidAccessKeyId.NotFound' });
  });

  it('a wrong secret is refused with the string to sign', async () => {
    const client = new Sts.default(configOf(sandbox, { ...admin, accessKeySecret: 'wrong' }));
    await expect(client.getCallerIdentity()).rejects.toMatchObject({
      code: 'SignatureDoesNotMatch',
      message: expect.stringContaining('server string to sign is:ACS3-HMAC-SHA256'),
    });
  });
});
