import { describe, expect, it } from 'vitest';
import { Nonces } from '../../../src/sandbox/nonces.ts';
import { accountId, admin, inProcess, keysOf, root, seedWith, trustPolicy } from './in-process.ts';
import { signedV3 } from './signed-requests.ts';

const minute = 60_000;
const roleArn = `acs:ram::${accountId}:role/reader`;

function sandboxWithRole(sessionTtlMs?: number) {
  const roles = [{ name: 'reader', trustPolicy: trustPolicy({ RAM: `acs:ram::${accountId}:root` }) }];
  return inProcess(seedWith({ roles }), sessionTtlMs === undefined ? {} : { sessionTtlMs });
}

async function session(sandbox: ReturnType<typeof inProcess>) {
  return keysOf(await sandbox.call('sts.AssumeRole', { RoleArn: roleArn, RoleSessionName: 'alice' }));
}

describe('who signed a request', () => {
  it('is told apart: the account, a user, a session', async () => {
    const sandbox = sandboxWithRole();
    const who = async (keys = admin) => (await sandbox.call('sts.GetCallerIdentity', {}, keys)).json;
    expect(await who(root)).toMatchObject({
      IdentityType: 'Account',
      AccountId: accountId,
      PrincipalId: accountId,
      UserId: accountId,
      Arn: `acs:ram::${accountId}:root`,
    });
    const user = await who();
    expect(user).toMatchObject({ IdentityType: 'RAMUser', Arn: `acs:ram::${accountId}:user/admin` });
    expect(user.UserId).toBe(user.PrincipalId);
    expect(user.RequestId).toMatch(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
    const assumed = await who(await session(sandbox));
    expect(assumed).toMatchObject({
      IdentityType: 'AssumedRoleUser',
      Arn: `acs:ram::${accountId}:assumed-role/reader/alice`,
      PrincipalId: `${assumed.RoleId}:alice`,
    });
    expect(assumed).not.toHaveProperty('UserId');
  });

  it('must be somebody: an unknown key is 404 InvalidAccessKeyId.NotFound', async () => {
    const { status, json } = await inProcess().call(
      'sts.GetCallerIdentity',
      {},
      { ...admin, accessKeyId: 'LTAIother' },
    );
    expect([status, json.Code]).toEqual([404, 'InvalidAccessKeyId.NotFound']);
    expect(json.Message).toBe('Specified access key is not found.');
    expect(json.HostId).toBe('sts.aliyuncs.com');
    expect(json.Recommend).toContain(`requestId=${json.RequestId}`);
  });

  it('must have an active key', async () => {
    const sandbox = inProcess();
    sandbox.state.store.accounts[0]!.users[0]!.accessKeys[0]!.active = false;
    expect((await sandbox.call('sts.GetCallerIdentity')).json.Code).toBe('InvalidAccessKeyId.Inactive');
  });

  it.each([
    [-15 * minute, 200, undefined],
    [15 * minute, 200, undefined],
    [-15 * minute - 1000, 400, 'InvalidTimeStamp.Expired'],
    [15 * minute + 1000, 400, 'InvalidTimeStamp.Expired'],
  ])('must have a clock that is at most 15 minutes off (%i ms)', async (offset, status, code) => {
    const sandbox = inProcess();
    const answer = await sandbox.call('sts.GetCallerIdentity', {}, admin, { now: sandbox.clock.now + offset });
    expect([answer.status, answer.json.Code]).toEqual([status, code]);
  });

  it('must know the secret', async () => {
    const { status, json } = await inProcess().call('sts.GetCallerIdentity', {}, { ...admin, accessKeySecret: 'x' });
    expect([status, json.Code]).toEqual([400, 'SignatureDoesNotMatch']);
    expect(json.Message).toContain('server string to sign is:');
    expect(json.Message).not.toContain('adminSecret');
  });

  it('must not use a nonce twice, while another key may use the same one', async () => {
    const sandbox = inProcess();
    const call = (keys = admin) => sandbox.call('sts.GetCallerIdentity', {}, keys, { nonce: 'n1' });
    expect((await call()).status).toBe(200);
    expect((await call()).json.Code).toBe('SignatureNonceUsed');
    expect((await call(root)).status).toBe(200);
  });

  it('may leave host and nonce out of a V3 signature, as the tokens of kubectl do, and then use it again', async () => {
    const sandbox = inProcess();
    const without = ['host', 'x-acs-signature-nonce'];
    const request = signedV3('sts.GetCallerIdentity', { ACKClusterId: 'c1' }, admin, {
      now: sandbox.clock.now,
      without,
    });
    const sent = {
      ...request,
      headers: { ...request.headers, host: ['127.0.0.1:1234'], accept: ['application/json'] },
    };
    expect((await sandbox.send(sent)).json.Arn).toBe(`acs:ram::${accountId}:user/admin`);
    expect((await sandbox.send(sent)).status).toBe(200);
    sandbox.clock.now += 15 * minute + 1000;
    expect((await sandbox.send(sent)).json.Code).toBe('InvalidTimeStamp.Expired');
  });

  it('does not use a nonce up with a wrong signature', async () => {
    const sandbox = inProcess();
    await sandbox.call('sts.GetCallerIdentity', {}, { ...admin, accessKeySecret: 'x' }, { nonce: 'n1' });
    expect((await sandbox.call('sts.GetCallerIdentity', {}, admin, { nonce: 'n1' })).status).toBe(200);
  });

  it('must have a nonce of at most 128 characters', async () => {
    const answer = await inProcess().call('sts.GetCallerIdentity', {}, admin, { nonce: 'n'.repeat(129) });
    expect(answer.json.Code).toBe('InvalidParameter.SignatureNonce');
  });

  it('must show the security token that belongs to a temporary key', async () => {
    const sandbox = sandboxWithRole();
    const keys = await session(sandbox);
    const other = await session(sandbox);
    const codeWith = async (securityToken: string | undefined, base = keys) =>
      (await sandbox.call('sts.GetCallerIdentity', {}, { ...base, securityToken })).json.Code;
    expect(keys.accessKeyId).toMatch(/^STS\./);
    expect(keys.securityToken).toMatch(/^CAIS/);
    expect(await codeWith(keys.securityToken)).toBeUndefined();
    expect(await codeWith(undefined)).toBe('MissingSecurityToken');
    expect(await codeWith('not a token')).toBe('InvalidSecurityToken.Malformed');
    expect(await codeWith(other.securityToken)).toBe('InvalidSecurityToken.MismatchWithAccessKey');
    expect(await codeWith(keys.securityToken, admin)).toBe('InvalidSecurityToken.MismatchWithAccessKey');
  });

  it('must not come after the end of its session', async () => {
    const sandbox = sandboxWithRole(5000);
    const keys = await session(sandbox);
    sandbox.clock.now += 4999;
    expect((await sandbox.call('sts.GetCallerIdentity', {}, keys)).status).toBe(200);
    sandbox.clock.now += 1;
    expect((await sandbox.call('sts.GetCallerIdentity', {}, keys)).json.Code).toBe('InvalidSecurityToken.Expired');
  });
});

describe('nonces', () => {
  it('are forgotten when no signature with them could be accepted any more, and not before', () => {
    const nonces = new Nonces();
    expect(nonces.claim('AK', 'n1', 0)).toBe(true);
    expect(nonces.claim('AK', 'n2', 30 * minute)).toBe(true);
    expect(nonces.claim('AK', 'n1', 30 * minute)).toBe(false);
    expect(nonces.claim('AK', 'n3', 31 * minute)).toBe(true);
    expect(nonces.claim('AK', 'n1', 31 * minute)).toBe(true);
  });

  it('stay bounded under a flood', () => {
    const nonces = new Nonces();
    for (let i = 0; i < 200_001; i += 1) nonces.claim('AK', String(i), 0);
    expect(nonces.claim('AK', '200000', 0)).toBe(false);
    expect(nonces.claim('AK', '0', 0)).toBe(true);
  });
});
