import { describe, expect, it } from 'vitest';
import type { SeedUser } from '../../../src/sandbox/seed.ts';
import {
  accountId,
  clusterId,
  inProcess,
  keysOf,
  permissionPolicy,
  root,
  seedWith,
  trustPolicy,
} from './in-process.ts';

const eve = { accessKeyId: 'LTAIeve', accessKeySecret: 'eveSecret' };
const roleArn = `acs:ram::${accountId}:role/reader`;

function sandboxFor(user: Partial<SeedUser>, documents: Record<string, string> = {}) {
  return inProcess(
    seedWith({
      users: [{ name: 'eve', ...eve, ...user }],
      roles: [
        {
          name: 'reader',
          trustPolicy: trustPolicy({ RAM: `acs:ram::${accountId}:root` }),
          systemPolicies: ['AliyunRAMReadOnlyAccess', 'AliyunCSReadOnlyAccess'],
        },
      ],
      policies: Object.entries(documents).map(([name, document]) => ({ name, document })),
      clusters: [{ id: clusterId }],
    }),
  );
}

const getRole = { RoleName: 'reader' };

describe('permissions', () => {
  it('are needed: a user without policies gets the 403 of RAM', async () => {
    const sandbox = sandboxFor({});
    const { status, json } = await sandbox.call('ram.GetRole', getRole, eve);
    expect(status).toBe(403);
    expect(json).toMatchObject({
      Code: 'NoPermission',
      Message: 'You are not authorized to do this action. You should be authorized by RAM.',
      AccessDeniedDetail: {
        AuthAction: 'ram:GetRole',
        AuthPrincipalDisplayName: sandbox.state.store.accounts[0]!.users[1]!.id,
        AuthPrincipalOwnerId: accountId,
        AuthPrincipalType: 'SubUser',
        NoPermissionType: 'ImplicitDeny',
        PolicyType: 'AccountLevelIdentityBasedPolicy',
      },
    });
  });

  it('of system and custom policies add up', async () => {
    const sandbox = sandboxFor(
      { systemPolicies: ['AliyunCSReadOnlyAccess'], customPolicies: ['roles'] },
      { roles: permissionPolicy('ram:GetRole', `acs:ram:*:${accountId}:role/read*`) },
    );
    expect((await sandbox.call('ram.GetRole', getRole, eve)).status).toBe(200);
    expect((await sandbox.call('ram.GetRole', { RoleName: 'other' }, eve)).status).toBe(403);
    expect((await sandbox.call('ram.DeleteRole', getRole, eve)).status).toBe(403);
  });

  it('are taken away by an explicit Deny, which says so', async () => {
    const sandbox = sandboxFor(
      { systemPolicies: ['AdministratorAccess'], customPolicies: ['no-roles'] },
      { 'no-roles': permissionPolicy('ram:*Role', '*', 'Deny') },
    );
    const { json } = await sandbox.call('ram.GetRole', getRole, eve);
    expect(json.AccessDeniedDetail.NoPermissionType).toBe('ExplicitDeny');
    expect((await sandbox.call('ram.ListUsers', {}, eve)).status).toBe(200);
  });

  it('follow the default version of a custom policy', async () => {
    const sandbox = sandboxFor({ customPolicies: ['roles'] }, { roles: permissionPolicy('ram:GetRole') });
    expect((await sandbox.call('ram.GetRole', getRole, eve)).status).toBe(200);
    const PolicyDocument = permissionPolicy('ram:ListRoles');
    await sandbox.call('ram.CreatePolicyVersion', { PolicyName: 'roles', PolicyDocument, SetAsDefault: 'true' });
    expect((await sandbox.call('ram.GetRole', getRole, eve)).status).toBe(403);
  });

  it('of the account itself are not limited', async () => {
    const sandbox = sandboxFor({});
    expect((await sandbox.call('ram.GetRole', getRole, root)).status).toBe(200);
  });

  it('missing for ACK end in the body of ACK', async () => {
    const sandbox = sandboxFor({ systemPolicies: ['AliyunSTSAssumeRoleAccess'] });
    const assume = { RoleArn: roleArn, RoleSessionName: 'alice' };
    const keys = keysOf(await sandbox.call('sts.AssumeRole', assume, eve));
    const list = { method: 'GET', path: '/api/v1/clusters' };
    expect((await sandbox.call('cs.DescribeClustersV1', {}, keys, list)).status).toBe(200);
    const detach = { PolicyType: 'System', PolicyName: 'AliyunCSReadOnlyAccess', RoleName: 'reader' };
    await sandbox.call('ram.DetachPolicyFromRole', detach);
    const { status, json } = await sandbox.call('cs.DescribeClustersV1', {}, keys, list);
    expect(status).toBe(403);
    expect(Object.keys(json)).toEqual(['accessDeniedDetail', 'code', 'message', 'requestId', 'status', 'statusCode']);
    expect(json).toMatchObject({
      code: 'StatusForbidden',
      message: 'STSToken policy Forbidden for action cs:DescribeClusters',
      status: 403,
      accessDeniedDetail: {
        AuthAction: 'cs:DescribeClusters',
        AuthPrincipalDisplayName: 'reader:alice',
        AuthPrincipalOwnerId: accountId,
        AuthPrincipalType: 'AssumedRoleUser',
        EncodedDiagnosticMessage: expect.any(String),
        NoPermissionType: 'ImplicitDeny',
        PolicyType: 'ResourceGroupLevelIdentityBasedPolicy',
      },
    });
  });

  it('of a session are those of its role and its session policy together', async () => {
    const sandbox = sandboxFor({ systemPolicies: ['AdministratorAccess'] });
    const Policy = permissionPolicy(['ram:GetRole', 'ram:DeleteRole']);
    const assume = { RoleArn: roleArn, RoleSessionName: 'alice', Policy };
    const keys = keysOf(await sandbox.call('sts.AssumeRole', assume, eve));
    expect((await sandbox.call('ram.GetRole', getRole, keys)).status).toBe(200);
    const outsidePolicy = await sandbox.call('ram.ListRoles', {}, keys);
    expect(outsidePolicy.json.AccessDeniedDetail.PolicyType).toBe('SessionPolicy');
    const outsideRole = await sandbox.call('ram.DeleteRole', getRole, keys);
    expect(outsideRole.json.AccessDeniedDetail.PolicyType).toBe('AccountLevelIdentityBasedPolicy');
  });

  it('of a session end with its role', async () => {
    const sandbox = sandboxFor({ systemPolicies: ['AliyunSTSAssumeRoleAccess'] });
    const keys = keysOf(await sandbox.call('sts.AssumeRole', { RoleArn: roleArn, RoleSessionName: 'alice' }, eve));
    sandbox.state.store.accounts[0]!.roles = [];
    expect((await sandbox.call('ram.ListRoles', {}, keys)).status).toBe(403);
  });

  it('may depend on where a request comes from and how', async () => {
    const condition = { IpAddress: { 'acs:SourceIp': '127.0.0.0/8' }, Bool: { 'acs:SecureTransport': 'false' } };
    const statement = { Effect: 'Allow', Action: 'ram:GetRole', Resource: '*', Condition: condition };
    const document = JSON.stringify({ Version: '1', Statement: [statement] });
    const sandbox = sandboxFor({ customPolicies: ['here'] }, { here: document });
    expect((await sandbox.call('ram.GetRole', getRole, eve)).status).toBe(200);
  });
});
