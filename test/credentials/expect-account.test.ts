import { describe, expect, test, vi } from 'vitest';
import { expectAccount } from '../../src/credentials/expect-account.ts';
import { ToolError } from '../../src/errors.ts';

const credentials = { accessKeyId: 'LTAI1', accessKeySecret: 'PLANTED' };
const provider = async () => credentials;
const account = '1000000000000001';
const identity = (accountId: string) => ({ accountId, arn: `acs:ram::${accountId}:user/admin` });

describe('expectAccount', () => {
  test('gives the credentials of the expected account and asks who they are once', async () => {
    const ask = vi.fn(async () => identity(account));
    const checked = expectAccount(provider, account, ask);
    expect(await Promise.all([checked(), checked(), checked()])).toEqual([credentials, credentials, credentials]);
    expect(await checked()).toBe(credentials);
    expect(ask).toHaveBeenCalledTimes(1);
  });

  test('refuses every other account, naming both, and does not ask again', async () => {
    const ask = vi.fn(async () => identity('1000000000000002'));
    const checked = expectAccount(provider, account, ask);
    for (let round = 0; round < 2; round += 1) {
      const error = await checked().catch((thrown) => thrown);
      expect(error).toMatchObject({ code: 'WRONG_ACCOUNT', exitCode: 4 });
      expect(error.message).toContain(account);
      expect(error.message).toContain('1000000000000002');
      expect(JSON.stringify([error.message, error])).not.toContain('PLANTED');
    }
    expect(ask).toHaveBeenCalledTimes(1);
  });

  test('asks about renewed credentials again, and about those very ones', async () => {
    const issued = [1, 2, 3].map((n) => ({ ...credentials, accessKeyId: `STS.${n}`, securityToken: `T${n}` }));
    let next = 0;
    const renewing = async () => issued[next++] ?? credentials;
    const asked: string[] = [];
    const checked = expectAccount(renewing, account, async (own) => {
      const { accessKeyId } = await own();
      asked.push(accessKeyId);
      return identity(accessKeyId === 'STS.2' ? '1000000000000002' : account);
    });
    expect(await checked()).toBe(issued[0]);
    await expect(checked({ renew: true })).rejects.toMatchObject({ code: 'WRONG_ACCOUNT' });
    expect(await checked({ renew: true })).toBe(issued[2]);
    expect(asked).toEqual(['STS.1', 'STS.2', 'STS.3']);
  });

  test('passes on that credentials are to be renewed', async () => {
    const asked: unknown[] = [];
    const renewing = async (ask?: { renew?: boolean }) => {
      asked.push(ask);
      return credentials;
    };
    await expectAccount(renewing, account, async () => identity(account))({ renew: true });
    expect(asked).toEqual([{ renew: true }]);
  });

  test('asks again after a question that failed', async () => {
    const ask = vi
      .fn(async () => identity(account))
      .mockRejectedValueOnce(new ToolError('NETWORK', 'no answer from https://sts.aliyuncs.com'));
    const checked = expectAccount(provider, account, ask);
    await expect(checked()).rejects.toMatchObject({ code: 'NETWORK' });
    expect(await checked()).toBe(credentials);
  });

  test('asks nobody when there are no credentials', async () => {
    const ask = vi.fn(async () => identity(account));
    const missing = new ToolError('CREDENTIALS_NOT_FOUND', 'none');
    await expect(expectAccount(() => Promise.reject(missing), account, ask)()).rejects.toBe(missing);
    expect(ask).not.toHaveBeenCalled();
  });

  test.each(['', 'admin', '10000000000000x1', ' 1', '1\n', '1'.repeat(33), '-1', '１'])(
    'takes %j for no account id',
    (id) => {
      expect(() => expectAccount(provider, id, async () => identity(id))).toThrow(
        expect.objectContaining({ code: 'USAGE', exitCode: 2 }),
      );
    },
  );
});
