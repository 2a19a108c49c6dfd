import { afterEach, beforeEach, expect, test } from 'vitest';
import { csOperations } from '../../../src/sandbox/cs/handler.ts';
import { csSdk, serveOperations } from '../sdk-server.ts';
import { cluster, endpoint, start, storeWith } from '../services.ts';

let server: Awaited<ReturnType<typeof serveOperations>>;
let cs: typeof server.cs;
let now: number;

beforeEach(async () => {
  now = start;
  const clusters = [cluster('c1', { name: 'foo' }), cluster('c2', { name: 'bar', type: 'Kubernetes' })];
  server = await serveOperations(csOperations, storeWith(...clusters), () => now);
  cs = server.cs;
});

afterEach(() => server.close());

test('the official client enables RRSA and follows the task', async () => {
  const before = await cs.describeClusterDetail('c1');
  expect(before.body?.rrsaConfig?.enabled).toBe(false);
  const modified = await cs.modifyCluster('c1', new csSdk.ModifyClusterRequest({ enableRrsa: true }));
  const taskId = String(modified.body?.taskId);
  expect((await cs.describeTaskInfo(taskId)).body?.state).toBe('running');
  expect((await cs.describeClusterDetail('c1')).body?.state).toBe('updating');
  await expect(cs.modifyCluster('c1', new csSdk.ModifyClusterRequest({ enableRrsa: true }))).rejects.toMatchObject({
    code: 'ErrorClusterState',
    statusCode: 400,
  });
  now += 2000;
  const task = await cs.describeTaskInfo(taskId);
  expect(task.body).toMatchObject({ state: 'success', target: { id: 'c1' }, stages: [{ state: 'success' }] });
  const tasks = await cs.describeClusterTasks('c1', new csSdk.DescribeClusterTasksRequest({}));
  expect(tasks.body?.tasks).toMatchObject([{ taskId, state: 'success' }]);
  const after = await cs.describeClusterDetail('c1');
  expect(after.body?.rrsaConfig).toMatchObject({
    enabled: true,
    issuer: `${endpoint}/oidc/c1`,
    oidcName: 'ack-rrsa-c1',
    openApiConfigurationUrl: `${endpoint}/oidc/c1/.well-known/openid-configuration`,
  });
  const logs = await cs.describeClusterLogs('c1');
  expect(logs.body?.[0]).toMatchObject({ ID: expect.any(Number), clusterLog: expect.stringContaining('RRSA') });
});

test('the official client lists clusters in all three ways', async () => {
  const request = new csSdk.DescribeClustersV1Request({ pageSize: 1, pageNumber: 2 });
  const v1 = await cs.describeClustersV1(request);
  expect(v1.body).toMatchObject({
    clusters: [{ clusterId: 'c2', metaData: expect.any(String) }],
    pageInfo: { pageNumber: 2, pageSize: 1, totalCount: 2 },
  });
  const inRegion = await cs.describeClustersForRegion(
    'cn-hangzhou',
    new csSdk.DescribeClustersForRegionRequest({ name: 'foo' }),
  );
  expect(inRegion.body?.clusters).toMatchObject([{ clusterId: 'c1', tags: [] }]);
  const deprecated = await cs.describeClusters(new csSdk.DescribeClustersRequest({ clusterType: 'Kubernetes' }));
  expect(deprecated.body).toMatchObject([{ clusterId: 'c2' }]);
});

test('the official client installs, reads and removes an addon', async () => {
  const name = 'ack-pod-identity-webhook';
  await expect(cs.getClusterAddonInstance('c1', name)).rejects.toMatchObject({
    code: 'AddonNotFound',
    statusCode: 404,
  });
  const body = [new csSdk.InstallClusterAddonsRequestBody({ name, version: '' })];
  const install = () => cs.installClusterAddons('c1', new csSdk.InstallClusterAddonsRequest({ body }));
  expect((await install()).body).toMatchObject({ clusterId: 'c1', taskId: expect.any(String) });
  await expect(install()).rejects.toThrow('AddonAlreadyInstalled');
  now += 2000;
  expect((await cs.getClusterAddonInstance('c1', name)).body).toMatchObject({ name, state: 'active', logging: {} });
  expect((await cs.listClusterAddonInstances('c1')).body?.addons).toMatchObject([{ name, state: 'active' }]);
  expect((await cs.describeClusterAddonsVersion('c1')).body?.[name]).toMatchObject({ exist: true });
  const offered = await cs.listAddons(new csSdk.ListAddonsRequest({ regionId: 'cn-hangzhou' }));
  expect(offered.body?.addons?.map((addon) => addon.name)).toContain(name);
  const described = await cs.describeAddon(name, new csSdk.DescribeAddonRequest({ regionId: 'cn-hangzhou' }));
  expect(described.body).toMatchObject({ name, newerVersions: [], architecture: expect.any(Array) });
  const addons = [new csSdk.UnInstallClusterAddonsRequestAddons({ name })];
  await cs.unInstallClusterAddons('c1', new csSdk.UnInstallClusterAddonsRequest({ addons }));
  now += 2000;
  expect((await cs.listClusterAddonInstances('c1')).body?.addons).toEqual([]);
});

test('the official client sees an unknown cluster and an unknown task as such', async () => {
  await expect(cs.describeClusterDetail('c9')).rejects.toMatchObject({ code: 'ErrorClusterNotFound', statusCode: 404 });
  await expect(cs.describeTaskInfo('T-0')).rejects.toMatchObject({ code: 'TaskNotFound', statusCode: 404 });
});
