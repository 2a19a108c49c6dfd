import { beforeEach, describe, expect, test } from 'vitest';
import { csOperations } from '../../../src/sandbox/cs/handler.ts';
import type { Store } from '../../../src/sandbox/store.ts';
import { type Answer, callerOf, cluster, refusal, requestId, start, storeWith } from '../services.ts';

const one = { ClusterId: 'c1' };
const webhook = 'ack-pod-identity-webhook';
const instance = { ...one, AddonName: webhook };
const later = { now: start + 2000 };

let store: Store;
let call: ReturnType<typeof callerOf>;

beforeEach(() => {
  store = storeWith(cluster('c1'));
  call = callerOf(csOperations, store);
});

function install(...body: unknown[]) {
  return call('InstallClusterAddons', one, { body });
}

describe('InstallClusterAddons', () => {
  test('installs in a task, during which the addon is updating', () => {
    const answer = install({ name: webhook, version: '', config: '{"a":1}' });
    expect(answer).toEqual({ cluster_id: 'c1', request_id: requestId, task_id: expect.stringMatching(/^T-/) });
    expect(call('GetClusterAddonInstance', instance).state).toBe('updating');
    expect(call('DescribeTaskInfo', { task_id: answer.task_id }, later)).toMatchObject({
      state: 'success',
      task_type: 'cluster_addon_install',
    });
    expect(call('GetClusterAddonInstance', instance, later)).toEqual({
      name: webhook,
      version: expect.stringMatching(/^\d/),
      state: 'active',
      config: '{"a":1}',
      logging: { capable: false, enabled: false },
    });
    expect(call('DescribeClusterDetail', one).state).toBe('running');
  });

  test('installs several in one task', () => {
    install({ name: webhook }, { name: 'kritis-validation-hook' });
    const { addons } = call('ListClusterAddonInstances', one, later);
    expect(addons.map(({ name, state }: Answer) => [name, state])).toEqual([
      [webhook, 'active'],
      ['kritis-validation-hook', 'active'],
    ]);
    expect(store.accounts[0]?.tasks).toHaveLength(1);
  });

  test('refuses one that is there, and installs none of the others then', () => {
    install({ name: webhook });
    const again = refusal(() => install({ name: 'coredns' }, { name: webhook }));
    expect(again).toBe('400 AddonAlreadyInstalled');
    expect(() => install({ name: webhook })).toThrow('AddonAlreadyInstalled');
    expect(store.accounts[0]?.clusters[0]?.addons).toHaveLength(1);
  });

  test.each([
    ['no list', { name: webhook }],
    ['nothing', undefined],
    ['an empty list', []],
    ['a null', [null]],
    ['a bare name', [webhook]],
    ['a nameless addon', [{ version: '1' }]],
    ['a name that is a number', [{ name: 1 }]],
    ['a version that is a number', [{ name: webhook, version: 1 }]],
    ['a version that is not offered', [{ name: webhook, version: '99' }]],
    ['a config that is an object', [{ name: webhook, config: {} }]],
    ['an addon twice', [{ name: webhook }, { name: webhook }]],
  ])('refuses %s', (_, body) => {
    expect(refusal(() => call('InstallClusterAddons', one, { body }))).toBe('400 InvalidParameter');
    expect(store.accounts[0]?.tasks).toEqual([]);
  });

  test('refuses an addon nobody offers, an unknown cluster and one that is updating', () => {
    expect(refusal(() => install({ name: '__proto__' }))).toBe('404 AddonNotFound');
    const elsewhere = () => call('InstallClusterAddons', { ClusterId: 'c2' }, { body: [{ name: webhook }] });
    expect(refusal(elsewhere)).toBe('404 ErrorClusterNotFound');
    call('ModifyCluster', one, { body: { enable_rrsa: true } });
    expect(refusal(() => install({ name: webhook }))).toBe('400 ErrorClusterState');
  });
});

describe('UnInstallClusterAddons', () => {
  const remove = (name: string, options = later) =>
    call('UnInstallClusterAddons', one, { body: [{ name }], ...options });

  test('removes in a task, during which the addon is deleting', () => {
    install({ name: webhook });
    expect(remove(webhook)).toMatchObject({ cluster_id: 'c1', task_id: expect.any(String) });
    expect(call('GetClusterAddonInstance', instance, later).state).toBe('deleting');
    expect(refusal(() => remove(webhook))).toBe('400 InvalidParameter');
    expect(call('ListClusterAddonInstances', one, { now: start + 4000 })).toEqual({ addons: [] });
  });

  test('refuses an addon that is not there, one being installed, and no list', () => {
    expect(refusal(() => remove(webhook))).toBe('404 AddonNotFound');
    install({ name: webhook });
    expect(refusal(() => remove(webhook, { now: start }))).toBe('400 InvalidParameter');
    expect(refusal(() => call('UnInstallClusterAddons', one))).toBe('400 InvalidParameter');
  });
});

test('GetClusterAddonInstance refuses an addon that is not installed', () => {
  expect(refusal(() => call('GetClusterAddonInstance', instance))).toBe('404 AddonNotFound');
});

test('DescribeClusterAddonsVersion answers a map of what is offered and installed', () => {
  install({ name: webhook });
  const answer = call('DescribeClusterAddonsVersion', one, later);
  expect(answer[webhook]).toMatchObject({
    component_name: webhook,
    exist: true,
    can_upgrade: false,
    changed: 'false',
    ready_to_upgrade: 'false',
  });
  expect(answer.coredns).toMatchObject({ version: '', exist: false, required: true });
});

test.each(['ListClusterAddonInstances', 'GetClusterAddonInstance', 'DescribeClusterAddonsVersion'])(
  '%s refuses an unknown cluster',
  (action) => {
    expect(refusal(() => call(action, { ClusterId: 'c2', AddonName: webhook }))).toBe('404 ErrorClusterNotFound');
  },
);

test('ListAddons and DescribeAddon show the catalog', () => {
  const { addons } = call('ListAddons');
  expect(addons.map(({ name }: Answer) => name)).toContain(webhook);
  const described = call('DescribeAddon', { AddonName: webhook });
  expect(described).toEqual({ ...addons.find(({ name }: Answer) => name === webhook), newer_versions: [] });
});

test('DescribeAddon refuses an addon or a version nobody offers', () => {
  expect(refusal(() => call('DescribeAddon', { AddonName: 'nothing' }))).toBe('404 AddonNotFound');
  expect(refusal(() => call('DescribeAddon', { AddonName: webhook, version: '99' }))).toBe('404 AddonNotFound');
});
