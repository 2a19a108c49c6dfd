import { describe, expect, test } from 'vitest';
import { csOperations } from '../../../src/sandbox/cs/handler.ts';
import {
  type Answer,
  accountId,
  callerOf,
  cluster,
  contextOf,
  endpoint,
  operationNamed,
  refusal,
  requestId,
  start,
  storeWith,
} from '../services.ts';

const one = { ClusterId: 'c1' };
const enable = { body: { enable_rrsa: true } };

describe('DescribeClusterDetail', () => {
  test('says in both places that RRSA is off', () => {
    const answer = callerOf(csOperations, storeWith(cluster('c1')))('DescribeClusterDetail', one);
    expect(answer).toMatchObject({
      cluster_id: 'c1',
      name: 'c1',
      cluster_type: 'ManagedKubernetes',
      cluster_spec: 'ack.pro.small',
      profile: 'Default',
      region_id: 'cn-hangzhou',
      state: 'running',
      created: '2026-01-02T11:04:05+08:00',
      current_version: '1.32.1-aliyun.1',
      meta_data: '{"RRSAConfig":{"enabled":false}}',
      rrsa_config: { enabled: false },
    });
  });

  test('says in both places that RRSA is on, with every issuer', () => {
    const issuers = ['https://new.example/c1', 'https://kubernetes.default.svc'];
    const store = storeWith(cluster('c1', { rrsaEnabled: true, issuers }));
    const answer = callerOf(csOperations, store)('DescribeClusterDetail', one);
    const inMetaData = {
      enabled: true,
      issuer: 'https://new.example/c1,https://kubernetes.default.svc',
      audience: 'https://kubernetes.default.svc',
      oidc_name: 'ack-rrsa-c1',
      oidc_arn: `acs:ram::${accountId}:oidc-provider/ack-rrsa-c1`,
    };
    expect(JSON.parse(answer.meta_data)).toEqual({ RRSAConfig: inMetaData });
    expect(answer.rrsa_config).toEqual({
      ...inMetaData,
      jwks_url: 'https://new.example/c1/keys',
      max_oidc_token_expiration: '12h',
      open_api_configuration_url: 'https://new.example/c1/.well-known/openid-configuration',
    });
  });

  test('refuses an unknown cluster', () => {
    const call = callerOf(csOperations, storeWith(cluster('c1')));
    for (const id of ['c2', '', '__proto__']) {
      expect(refusal(() => call('DescribeClusterDetail', { ClusterId: id }))).toBe('404 ErrorClusterNotFound');
    }
  });
});

describe('ModifyCluster', () => {
  test('goes running, updating, running and enables RRSA with the issuer of the sandbox', () => {
    const store = storeWith(cluster('c1'));
    const call = callerOf(csOperations, store);
    const answer = call('ModifyCluster', one, enable);
    expect(answer).toEqual({
      cluster_id: 'c1',
      request_id: requestId,
      task_id: expect.stringMatching(/^T-[0-9a-f]{24}$/),
    });
    const during = call('DescribeClusterDetail', one, { now: start + 1999 });
    expect(during).toMatchObject({ state: 'updating', rrsa_config: { enabled: false } });
    const after = call('DescribeClusterDetail', one, { now: start + 2000 });
    expect(after).toMatchObject({ state: 'running', rrsa_config: { enabled: true, issuer: `${endpoint}/oidc/c1` } });
  });

  test('disables RRSA', () => {
    const store = storeWith(cluster('c1', { rrsaEnabled: true, issuers: ['https://a.example'] }));
    const call = callerOf(csOperations, store);
    call('ModifyCluster', one, { body: { enable_rrsa: false } });
    const after = call('DescribeClusterDetail', one, { now: start + 2000 });
    expect(after).toMatchObject({ state: 'running', rrsa_config: { enabled: false } });
  });

  test.each([
    ['an unknown cluster', 'c2', {}, '404 ErrorClusterNotFound'],
    ['a dedicated cluster', 'c1', { type: 'Kubernetes' }, '400 InvalidParameter'],
    ['a registered cluster', 'c1', { type: 'ExternalKubernetes' }, '400 InvalidParameter'],
    ['a cluster below 1.22', 'c1', { version: '1.20.11-aliyun.1' }, '400 InvalidParameter'],
    ['a cluster without a version', 'c1', { version: '' }, '400 InvalidParameter'],
    ['a cluster that does not run', 'c1', { state: 'initial' }, '400 ErrorClusterState'],
  ])('refuses %s and starts nothing', (_, id, more, expected) => {
    const store = storeWith(cluster('c1', more));
    expect(refusal(() => callerOf(csOperations, store)('ModifyCluster', { ClusterId: id }, enable))).toBe(expected);
    expect(store.accounts[0]?.tasks).toEqual([]);
  });

  test.each([
    undefined,
    null,
    [],
    {},
    'enable_rrsa',
    { enable_rrsa: 'true' },
    { enable_rrsa: null },
    { cluster_name: 'x' },
    { enable_rrsa: true, deletion_protection: true },
  ])('refuses the body %j', (body) => {
    const call = callerOf(csOperations, storeWith(cluster('c1')));
    expect(refusal(() => call('ModifyCluster', one, { body }))).toBe('400 InvalidParameter');
  });

  test('refuses a second change while one is under way, and takes it afterwards', () => {
    const call = callerOf(csOperations, storeWith(cluster('c1'), cluster('c2')));
    call('ModifyCluster', one, enable);
    expect(refusal(() => call('ModifyCluster', one, enable))).toBe('400 ErrorClusterState');
    call('ModifyCluster', { ClusterId: 'c2' }, enable);
    call('ModifyCluster', one, { ...enable, now: start + 2000 });
  });

  test('refuses while an addon is being installed', () => {
    const call = callerOf(csOperations, storeWith(cluster('c1')));
    call('InstallClusterAddons', one, { body: [{ name: 'ack-pod-identity-webhook' }] });
    expect(refusal(() => call('ModifyCluster', one, enable))).toBe('400 ErrorClusterState');
  });
});

describe('DescribeClusterLogs', () => {
  test('answers a bare list, newest first', () => {
    const failNextTask = { code: 'Boom', message: 'no way' };
    const call = callerOf(csOperations, storeWith(cluster('c1', { failNextTask })));
    expect(call('DescribeClusterLogs', one)).toEqual([]);
    call('ModifyCluster', one, enable);
    const logs = call('DescribeClusterLogs', one, { now: start + 2000 });
    expect(logs.map(({ cluster_log }: Answer) => cluster_log)).toEqual([
      'c1 | Failed to enable RRSA: no way',
      'c1 | Start to enable RRSA',
    ]);
    expect(logs[0]).toEqual({
      ID: expect.any(Number),
      cluster_id: 'c1',
      cluster_log: expect.any(String),
      created: '2026-01-02T11:04:07+08:00',
      updated: '2026-01-02T11:04:07+08:00',
    });
  });

  test('refuses an unknown cluster', () => {
    const call = callerOf(csOperations, storeWith());
    expect(refusal(() => call('DescribeClusterLogs', one))).toBe('404 ErrorClusterNotFound');
  });
});

describe.each([
  ['DescribeClustersV1', {}],
  ['DescribeClustersForRegion', { region_id: 'cn-hangzhou' }],
])('%s', (action, path) => {
  const many = Array.from({ length: 60 }, (_, i) => cluster(`c${i}`));
  const call = (params: Record<string, string> = {}, clusters = many) =>
    callerOf(csOperations, storeWith(...clusters))(action, { ...path, ...params });
  const ids = ({ clusters }: Answer) => clusters.map(({ cluster_id }: Answer) => cluster_id);

  test('pages by ten, by what is asked for, and by fifty at most', () => {
    expect(call().page_info).toEqual({ page_number: 1, page_size: 10, total_count: 60 });
    expect(ids(call())).toEqual(many.slice(0, 10).map(({ id }) => id));
    expect(ids(call({ page_number: '2', page_size: '7' }))).toEqual(many.slice(7, 14).map(({ id }) => id));
    const capped = call({ page_size: '1000' });
    expect(capped.page_info.page_size).toBe(50);
    expect(capped.clusters).toHaveLength(50);
  });

  test('answers an empty page past the end', () => {
    expect(call({ page_number: '7' })).toMatchObject({ clusters: [], page_info: { total_count: 60 } });
  });

  test.each([
    { page_number: '0' },
    { page_size: '0' },
    { page_size: '-1' },
    { page_number: 'two' },
    { page_size: '9'.repeat(30) },
  ])('refuses %j', (params) => {
    expect(refusal(() => call(params as unknown as Record<string, string>))).toBe('400 InvalidParameter');
  });

  test.each([
    [{ name: 'beta' }, ['c2']],
    [{ cluster_id: 'c1' }, ['c1']],
    [{ cluster_type: 'Kubernetes' }, ['c3']],
    [{ cluster_spec: 'ack.pro.small' }, ['c1', 'c2']],
    [{ profile: 'Serverless' }, ['c2']],
    [{ name: 'nobody' }, []],
    [{ name: '' }, ['c1', 'c2', 'c3']],
  ])('filters by %j', (params, expected) => {
    const clusters = [
      cluster('c1', { name: 'alpha' }),
      cluster('c2', { name: 'beta', profile: 'Serverless' }),
      cluster('c3', { type: 'Kubernetes' }),
    ];
    expect(ids(call(params as unknown as Record<string, string>, clusters))).toEqual(expected);
  });

  test('filters by region', () => {
    const clusters = [cluster('c1'), cluster('c2', { regionId: 'cn-beijing' })];
    expect(ids(call({ region_id: 'cn-beijing' }, clusters))).toEqual(['c2']);
  });

  test('carries as much of a cluster as the service does', () => {
    const [item] = call({}, [cluster('c1')]).clusters;
    expect('meta_data' in item).toBe(action === 'DescribeClustersV1');
    expect('master_url' in item).toBe(action === 'DescribeClustersV1');
    expect(item).not.toHaveProperty('rrsa_config');
  });
});

test('DescribeClusters answers a bare list and filters by name and clusterType', () => {
  const store = storeWith(cluster('c1', { name: 'alpha' }), cluster('c2', { type: 'Kubernetes' }));
  const call = callerOf(csOperations, store);
  const ids = (params: Record<string, string>) =>
    call('DescribeClusters', params).map((item: Answer) => item.cluster_id);
  expect(ids({})).toEqual(['c1', 'c2']);
  expect(ids({ name: 'alpha' })).toEqual(['c1']);
  expect(ids({ clusterType: 'Kubernetes' })).toEqual(['c2']);
  expect(ids({ name: 'nobody' })).toEqual([]);
});

describe('permissions', () => {
  const store = storeWith(cluster('c1', { regionId: 'cn-beijing' }));
  const resourceOf = (action: string, params: Record<string, string>) =>
    operationNamed(csOperations, action).resource?.(contextOf(store, params, undefined, start));

  test('on one cluster are checked in its region', () => {
    expect(resourceOf('ModifyCluster', one)).toBe(`acs:cs:cn-beijing:${accountId}:cluster/c1`);
    expect(resourceOf('ModifyCluster', { ClusterId: 'c2' })).toBe(`acs:cs:*:${accountId}:cluster/c2`);
  });

  test('on a task are those on its cluster', () => {
    const { task_id } = callerOf(csOperations, store)('ModifyCluster', one, enable);
    expect(resourceOf('DescribeTaskInfo', { task_id })).toBe(`acs:cs:cn-beijing:${accountId}:cluster/c1`);
    expect(resourceOf('DescribeTaskInfo', { task_id: 'T-0' })).toBe(`acs:cs:*:${accountId}:cluster/*`);
  });

  test('to list clusters have one name', () => {
    for (const action of ['DescribeClusters', 'DescribeClustersV1', 'DescribeClustersForRegion']) {
      expect(operationNamed(csOperations, action).ramAction).toBe('cs:DescribeClusters');
      expect(resourceOf(action, {})).toBe(`acs:cs:*:${accountId}:cluster/*`);
    }
  });
});
