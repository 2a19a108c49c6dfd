import { describe, expect, it } from 'vitest';
import { userOperations } from '../../../src/sandbox/cs/users.ts';
import { accountId, callerOf, cluster, refusal, start, storeWith } from '../services.ts';

const day = 24 * 3_600_000;
const admin = '200000000000000001';
const uid = '243212345678901234';

describe('the activity of a user in a cluster', () => {
  it('is told for 7 days', () => {
    const call = callerOf(userOperations, storeWith(cluster('c1', { activity: { [uid]: start } })));
    const at = (now: number) => call('DescribeUserClusterActivityState', { ClusterId: 'c1', Uid: uid }, { now });
    expect(at(start + 7 * day - 1)).toMatchObject({ active: true, last_activity: '2026-01-02T03:04:05Z' });
    const after = at(start + 7 * day);
    expect(after).toMatchObject({ active: false });
    expect(after).not.toHaveProperty('last_activity');
  });

  it('is none for a user that nobody knows, and a refusal for what is no id', () => {
    const call = callerOf(userOperations, storeWith(cluster('c1', { activity: {} })));
    const params = (Uid: string) => ({ ClusterId: 'c1', Uid });
    expect(call('DescribeUserClusterActivityState', params(uid))).toMatchObject({ active: false });
    for (const bad of ['0', '-1', 'constructor', '1e3']) {
      expect(refusal(() => call('DescribeUserClusterActivityState', params(bad)))).toBe('400 InvalidParameter');
    }
  });
});

describe('cleaning up after a user', () => {
  it('is refused for the account itself, and for one who was active unless it is forced', () => {
    const store = storeWith(cluster('c1', { activity: { [uid]: start } }));
    const call = callerOf(userOperations, store);
    const clean = (Uid: string, more = {}) => call('CleanClusterUserPermissions', { ClusterId: 'c1', Uid, ...more });
    expect(refusal(() => clean(accountId, { Force: 'true' }))).toBe('400 InvalidParameter');
    expect(refusal(() => clean(uid))).toBe('400 UserIsActive');
    expect(store.accounts[0]?.clusters[0]?.cleanedUsers).toBeUndefined();
    expect(clean(uid, { Force: 'true' })).toEqual({});
    expect(clean(admin.replace(/1$/, '2'))).toEqual({});
    expect(store.accounts[0]?.clusters[0]?.cleanedUsers).toEqual([uid, '200000000000000002']);
  });

  it('is refused for the caller', () => {
    const call = callerOf(userOperations, storeWith(cluster('c1')));
    const params = { ClusterId: 'c1', Uid: admin, Force: 'true' };
    expect(refusal(() => call('CleanClusterUserPermissions', params))).toBe('400 InvalidParameter');
  });

  it('needs the cluster', () => {
    const call = callerOf(userOperations, storeWith());
    const params = { ClusterId: 'c1', Uid: uid };
    expect(refusal(() => call('CleanClusterUserPermissions', params))).toBe('404 ErrorClusterNotFound');
  });
});
