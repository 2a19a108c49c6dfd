import { describe, expect, test } from 'vitest';
import { builtInIssuer, issuerToPrepend, settle, startTask, tasksOf } from '../../../src/sandbox/cs/model.ts';
import type { SandboxTask } from '../../../src/sandbox/store.ts';
import { cluster, endpoint, start, storeWith } from '../services.ts';

const own = `${endpoint}/oidc/c1`;

function running(effect: SandboxTask['effect'], more: Parameters<typeof cluster>[1] = {}) {
  const one = cluster('c1', more);
  const store = storeWith(one);
  const account = store.accounts[0]!;
  const task = startTask(store, account, one, effect, start);
  return { store, account, one, task };
}

const enable = { kind: 'rrsa', enabled: true, issuer: own } as const;

describe('a task that enables RRSA', () => {
  test('changes nothing before its end', () => {
    const { store, account, one, task } = running(enable);
    settle(store, start + 1999);
    expect(task.state).toBe('running');
    expect(one).toMatchObject({ state: 'updating', rrsaEnabled: false, issuers: [] });
    expect(account.providers).toEqual([]);
  });

  test('makes the provider with the first issuer at its end, however late one looks', () => {
    const { store, account, one, task } = running(enable, { issuers: [builtInIssuer] });
    settle(store, start + 3_600_000);
    expect(task).toMatchObject({ state: 'success' });
    expect(one).toMatchObject({ state: 'running', rrsaEnabled: true, issuers: [own, builtInIssuer] });
    expect(account.providers).toEqual([
      expect.objectContaining({
        name: 'ack-rrsa-c1',
        issuerUrl: own,
        clientIds: ['sts.aliyuncs.com'],
        issuanceLimitHours: 12,
        createdAt: start + 2000,
      }),
    ]);
  });

  test('takes effect once', () => {
    const { store, one, account } = running(enable);
    settle(store, start + 2000);
    const after = structuredClone(store);
    settle(store, start + 9000);
    expect(store).toEqual(after);
    expect(one.issuers).toEqual([own]);
    expect(account.providers).toHaveLength(1);
  });

  test('brings a provider of the same name in line', () => {
    const { store, account } = running(enable);
    account.providers.push({
      name: 'ack-rrsa-c1',
      issuerUrl: 'https://stale.example',
      clientIds: ['mine'],
      fingerprints: [],
      description: '',
      issuanceLimitHours: 1,
      createdAt: start,
      updatedAt: start,
    });
    settle(store, start + 2000);
    expect(account.providers).toEqual([
      expect.objectContaining({ issuerUrl: own, clientIds: ['mine', 'sts.aliyuncs.com'], updatedAt: start + 2000 }),
    ]);
  });

  test('fails when the cluster is told to, once, and says so in the log', () => {
    const { store, account, one, task } = running(enable, { failNextTask: { code: 'Boom', message: 'no way' } });
    settle(store, start + 2000);
    expect(task).toMatchObject({ state: 'fail', error: { code: 'Boom', message: 'no way' } });
    expect(one).toMatchObject({ state: 'running', rrsaEnabled: false, issuers: [], failNextTask: undefined });
    expect(account.providers).toEqual([]);
    expect(one.logs.at(-1)?.text).toBe('c1 | Failed to enable RRSA: no way');
    startTask(store, account, one, enable, start + 3000);
    settle(store, start + 5000);
    expect(one.rrsaEnabled).toBe(true);
  });

  test('logs what the failure brings along', () => {
    const { store, one } = running(enable, {
      failNextTask: { code: 'Boom', message: 'm', log: 'Failed: RRSA, quota' },
    });
    settle(store, start + 2000);
    expect(one.logs.at(-1)?.text).toBe('c1 | Failed: RRSA, quota');
  });
});

test('a task that disables RRSA removes the provider and keeps the issuers', () => {
  const { store, account, one } = running(enable);
  settle(store, start + 2000);
  startTask(store, account, one, { kind: 'rrsa', enabled: false }, start + 3000);
  settle(store, start + 5000);
  expect(one).toMatchObject({ rrsaEnabled: false, issuers: [own], state: 'running' });
  expect(account.providers).toEqual([]);
});

test('an installation that fails leaves no addon, and a removal that fails leaves it', () => {
  const addon = { name: 'a', version: '1', state: 'updating' };
  const failNextTask = { code: 'Boom', message: 'no way' };
  const install = running({ kind: 'installAddons', names: ['a'] }, { addons: [{ ...addon }], failNextTask });
  settle(install.store, start + 2000);
  expect(install.one.addons).toEqual([]);
  const removal = running({ kind: 'uninstallAddons', names: ['a'] }, { addons: [{ ...addon }], failNextTask });
  settle(removal.store, start + 2000);
  expect(removal.one.addons).toEqual([{ name: 'a', version: '1', state: 'active' }]);
});

test('a task whose cluster is gone fails', () => {
  const { store, account, task } = running(enable);
  account.clusters = [];
  settle(store, start + 2000);
  expect(task).toMatchObject({ state: 'fail', error: { code: 'ErrorClusterNotFound' } });
});

test('tasks take effect in the order of their ends', () => {
  const { store, account, one } = running(enable);
  startTask(store, account, one, { kind: 'rrsa', enabled: false }, start + 500);
  settle(store, start + 9000);
  expect(one.rrsaEnabled).toBe(false);
  expect(tasksOf(account, 'c1').map(({ createdAt }) => createdAt)).toEqual([start + 500, start]);
});

test('the sandbox issues tokens itself unless a seed names an issuer', () => {
  expect(issuerToPrepend(cluster('c1'), endpoint)).toBe(own);
  expect(issuerToPrepend(cluster('c1', { issuers: [builtInIssuer] }), endpoint)).toBe(own);
  expect(issuerToPrepend(cluster('c1', { issuers: ['https://mine.example'] }), endpoint)).toBeUndefined();
});
