import { describe, expect, it } from 'vitest';
import type { SeedAccount, SeedRole } from '../../../src/sandbox/seed.ts';
import { accountId, admin, inProcess, keysOf, otherAccountId, root, seedWith, trustPolicy } from './in-process.ts';

const bob = { accessKeyId: 'LTAIbob', accessKeySecret: 'bobSecret' };
const eve = { accessKeyId: 'LTAIeve', accessKeySecret: 'eveSecret' };
const stranger = { accessKeyId: 'LTAIstranger', accessKeySecret: 'strangerSecret' };
const arnOf = (name: string) => `acs:ram::${accountId}:role/${name}`;
const trustAll = trustPolicy({ RAM: `acs:ram::${accountId}:root` });

function sandboxWith(roles: SeedRole[], options = {}) {
  const other: SeedAccount = {
    id: otherAccountId,
    users: [{ name: 'stranger', ...stranger, systemPolicies: ['AliyunSTSAssumeRoleAccess'] }],
  };
  const users = [
    { name: 'bob', ...bob, systemPolicies: ['AliyunSTSAssumeRoleAccess'] },
    { name: 'eve', ...eve },
  ];
  return inProcess(seedWith({ users, roles }, [other]), options);
}

const assume = (name: string, more = {}) => ({ RoleArn: arnOf(name), RoleSessionName: 'alice', ...more });

describe('AssumeRole', () => {
  it('gives temporary keys of the role', async () => {
    const sandbox = sandboxWith([{ name: 'reader', trustPolicy: trustAll }]);
    const { status, json } = await sandbox.call('sts.AssumeRole', assume('reader', { SourceIdentity: 'me' }), bob);
    expect(status).toBe(200);
    const roleId = sandbox.state.store.accounts[0]!.roles[0]!.id;
    expect(json).toMatchObject({
      SourceIdentity: 'me',
      AssumedRoleUser: { Arn: `${arnOf('reader')}/alice`, AssumedRoleId: `${roleId}:alice` },
      Credentials: {
        AccessKeyId: expect.stringMatching(/^STS\./),
        SecurityToken: expect.stringMatching(/^CAIS/),
        Expiration: '2026-01-02T04:04:05Z',
      },
    });
  });

  it('wants both: the role trusts the caller, and the caller may assume it', async () => {
    const onlyBob = trustPolicy({ RAM: `acs:ram::${accountId}:user/bob` });
    const sandbox = sandboxWith([
      { name: 'reader', trustPolicy: trustAll },
      { name: 'of-bob', trustPolicy: onlyBob },
    ]);
    const code = async (name: string, keys: typeof bob) => {
      const { status, json } = await sandbox.call('sts.AssumeRole', assume(name), keys);
      return [status, json.Code];
    };
    expect(await code('of-bob', bob)).toEqual([200, undefined]);
    expect(await code('of-bob', admin)).toEqual([403, 'NoPermission']);
    expect(await code('reader', eve)).toEqual([403, 'NoPermission']);
  });

  it('is refused to the account itself', async () => {
    const sandbox = sandboxWith([{ name: 'reader', trustPolicy: trustAll }]);
    const { status, json } = await sandbox.call('sts.AssumeRole', assume('reader'), root);
    expect([status, json.Code, json.Message]).toEqual([
      403,
      'NoPermission',
      'Roles may not be assumed by root accounts.',
    ]);
  });

  it('works across accounts when the role trusts the other one, by its external id', async () => {
    const condition = { StringEquals: { 'sts:ExternalId': 'secret-handshake' } };
    const sandbox = sandboxWith([
      { name: 'reader', trustPolicy: trustPolicy({ RAM: `acs:ram::${otherAccountId}:root` }, condition) },
    ]);
    const status = async (more = {}) => (await sandbox.call('sts.AssumeRole', assume('reader', more), stranger)).status;
    expect(await status({ ExternalId: 'secret-handshake' })).toBe(200);
    expect(await status({ ExternalId: 'guess' })).toBe(403);
    expect(await status()).toBe(403);
  });

  it('may be chained, for at most an hour', async () => {
    const sandbox = sandboxWith([
      { name: 'first', trustPolicy: trustAll, systemPolicies: ['AliyunSTSAssumeRoleAccess'] },
      {
        name: 'second',
        trustPolicy: trustPolicy({ RAM: arnOf('first') }),
        maxSessionDurationSeconds: 43_200,
      },
    ]);
    const keys = keysOf(await sandbox.call('sts.AssumeRole', assume('first'), bob));
    const chained = await sandbox.call('sts.AssumeRole', assume('second', { DurationSeconds: '7200' }), keys);
    expect(chained.json.Credentials.Expiration).toBe('2026-01-02T04:04:05Z');
    expect((await sandbox.call('sts.AssumeRole', assume('second'), bob)).status).toBe(403);
  });

  it('lets an explicit Deny win', async () => {
    const [allow] = JSON.parse(trustAll).Statement;
    const deny = { ...allow, Effect: 'Deny', Principal: { RAM: [`acs:ram::${accountId}:user/bob`] } };
    const document = JSON.stringify({ Version: '1', Statement: [allow, deny] });
    const sandbox = sandboxWith([{ name: 'reader', trustPolicy: document }]);
    expect((await sandbox.call('sts.AssumeRole', assume('reader'), bob)).status).toBe(403);
    expect((await sandbox.call('sts.AssumeRole', assume('reader'), admin)).status).toBe(200);
  });

  it('trusts nobody when the trust policy cannot be read', async () => {
    const sandbox = sandboxWith([{ name: 'broken', trustPolicy: '{"Statement": [' }]);
    const { status, json } = await sandbox.call('sts.AssumeRole', assume('broken'), bob);
    expect([status, json.Code]).toEqual([403, 'NoPermission']);
    expect(sandbox.internalErrors).toEqual([]);
  });

  it.each([
    [{ RoleArn: '' }, 400, 'MissingRoleArn'],
    [{ RoleArn: 'acs:ram::1:user/x' }, 400, 'InvalidParameter.RoleArn'],
    [{ RoleArn: arnOf('absent') }, 404, 'EntityNotExist.Role'],
    [{ RoleSessionName: '' }, 400, 'MissingRoleSessionName'],
    [{ RoleSessionName: 'a' }, 400, 'InvalidParameter.RoleSessionName'],
    [{ RoleSessionName: 'a b' }, 400, 'InvalidParameter.RoleSessionName'],
    [{ RoleSessionName: 'x'.repeat(65) }, 400, 'InvalidParameter.RoleSessionName'],
    [{ DurationSeconds: '899' }, 400, 'InvalidParameter.DurationSeconds'],
    [{ DurationSeconds: '7201' }, 400, 'InvalidParameter.DurationSeconds'],
    [{ DurationSeconds: '1e3' }, 400, 'InvalidParameter.DurationSeconds'],
    [{ DurationSeconds: '900' }, 200, undefined],
    [{ DurationSeconds: '7200' }, 200, undefined],
    [{ Policy: 'x'.repeat(2049) }, 400, 'InvalidParameter.PolicySize'],
    [{ Policy: '{' }, 400, 'InvalidParameter.PolicyGrammar'],
    [{ ExternalId: 'x' }, 400, 'InvalidParameter.ExternalId'],
  ])('checks its parameters: %j', async (more, status, code) => {
    const role = { name: 'reader', trustPolicy: trustAll, maxSessionDurationSeconds: 7200 };
    const answer = await sandboxWith([role]).call('sts.AssumeRole', assume('reader', more), admin);
    expect([answer.status, answer.json.Code]).toEqual([status, code]);
  });

  it('says the expiry that it keeps, also when sessions are shortened', async () => {
    const sandbox = sandboxWith([{ name: 'reader', trustPolicy: trustAll }], { sessionTtlMs: 5000 });
    const { json } = await sandbox.call('sts.AssumeRole', assume('reader'), bob);
    expect(json.Credentials.Expiration).toBe('2026-01-02T03:04:10Z');
  });

  it('forgets sessions an hour after they ended', async () => {
    const sandbox = sandboxWith([{ name: 'reader', trustPolicy: trustAll }]);
    await sandbox.call('sts.AssumeRole', assume('reader'), bob);
    sandbox.clock.now += 2 * 3_600_000 + 1;
    await sandbox.call('sts.AssumeRole', assume('reader'), bob);
    expect(sandbox.state.store.sessions).toHaveLength(1);
  });
});
