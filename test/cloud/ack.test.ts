import { describe, expect, it } from 'vitest';
import { connect } from '../../src/cloud/clients.ts';
import type { AckPort } from '../../src/cloud/ports.ts';
import { cloudOptions, errorOf, type Seen, sendJson, type WireServer, wireServer } from './wire-server.ts';

/** The port with a server behind it that answers from a table of `METHOD path` to body or `[status, body]`. */
async function ackWith(answers: Record<string, unknown>): Promise<{ ack: AckPort; server: WireServer }> {
  const server = await wireServer(({ method, path }, response) => {
    const answer = answers[`${method} ${path}`];
    if (Array.isArray(answer) && typeof answer[0] === 'number') sendJson(response, answer[1], answer[0]);
    else sendJson(response, answer);
  });
  return { ack: connect(cloudOptions(server.url)).ack, server };
}

const notFound = [404, { code: 'ErrorClusterNotFound', message: 'no such cluster', requestId: 'R-1', status: 404 }];

function asked({ seen }: WireServer): Pick<Seen, 'method' | 'path' | 'query' | 'body'>[] {
  return seen.map(({ method, path, query, body }) => ({ method, path, query, body }));
}

describe('a cluster', () => {
  it('is read by one signed GET', async () => {
    const { ack, server } = await ackWith({
      'GET /clusters/c1': {
        cluster_id: 'c1',
        name: 'foo',
        region_id: 'cn-hangzhou',
        cluster_type: 'ManagedKubernetes',
        profile: 'Default',
        state: 'running',
        current_version: '1.32.1-aliyun.1',
        rrsa_config: { enabled: true, issuer: 'https://new,https://old', oidc_name: 'ack-rrsa-c1', oidc_arn: 'acs:…' },
        meta_data: '{"RRSAConfig":{"enabled":false}}',
      },
    });
    expect(await ack.getCluster('c1')).toEqual({
      id: 'c1',
      name: 'foo',
      regionId: 'cn-hangzhou',
      type: 'ManagedKubernetes',
      profile: 'Default',
      state: 'running',
      version: '1.32.1-aliyun.1',
      rrsa: {
        enabled: true,
        issuers: ['https://new', 'https://old'],
        providerName: 'ack-rrsa-c1',
        providerArn: 'acs:…',
      },
    });
    expect(asked(server)).toEqual([{ method: 'GET', path: '/clusters/c1', query: {}, body: '' }]);
    expect(server.seen[0]?.headers).toMatchObject({
      'x-acs-action': 'DescribeClusterDetail',
      'x-acs-version': '2015-12-15',
      authorization: expect.stringMatching(/^ACS3-HMAC-SHA256 Credential=LTAI/),
      'user-agent': expect.stringMatching(/ ack-ram-tool\/0\.0\.0-test$/),
    });
  });

  it('that is not there is undefined', async () => {
    const { ack } = await ackWith({ 'GET /clusters/c1': notFound });
    expect(await ack.getCluster('c1')).toBeUndefined();
  });

  it('that cannot be read is a bad answer', async () => {
    for (const body of [{}, { name: 'foo' }, { cluster_id: 'c1', meta_data: 'not json' }]) {
      const { ack } = await ackWith({ 'GET /clusters/c1': body });
      expect(await errorOf(ack.getCluster('c1'))).toMatchObject({
        code: 'BAD_ANSWER',
        message: expect.stringContaining('CS DescribeClusterDetail for cluster c1'),
      });
    }
  });

  it('of another shape than documented is a bad answer', async () => {
    const { ack } = await ackWith({ 'GET /clusters/c1': { cluster_id: 'c1', rrsa_config: 'on' } });
    expect(await errorOf(ack.getCluster('c1'))).toMatchObject({
      code: 'BAD_ANSWER',
      message: expect.stringContaining('JSON of another shape'),
    });
  });
});

describe('the clusters', () => {
  it('are read page by page, to the total', async () => {
    const server = await wireServer(({ query }, response) => {
      const page = Number(query.page_number);
      const clusters =
        page <= 2 ? [{ cluster_id: `c${page}a`, name: 'x', meta_data: 'not json' }, { cluster_id: `c${page}b` }] : [];
      sendJson(response, { clusters, page_info: { page_number: page, page_size: 2, total_count: 4 } });
    });
    const clusters = await connect(cloudOptions(server.url)).ack.listClusters();
    expect(clusters.map(({ id }) => id)).toEqual(['c1a', 'c1b', 'c2a', 'c2b']);
    expect(asked(server)).toEqual(
      ['1', '2'].map((page_number) => ({
        method: 'GET',
        path: '/api/v1/clusters',
        query: { page_number, page_size: '50' },
        body: '',
      })),
    );
  });

  it('are not read for ever from a service that ignores the page number', async () => {
    const { ack, server } = await ackWith({ 'GET /api/v1/clusters': { clusters: [{ cluster_id: 'c1' }] } });
    expect(await ack.listClusters()).toHaveLength(1);
    expect(server.seen).toHaveLength(2);
  });

  it('may be none', async () => {
    const { ack } = await ackWith({ 'GET /api/v1/clusters': { clusters: [], page_info: { total_count: 0 } } });
    expect(await ack.listClusters()).toEqual([]);
  });

  it('are a bad answer when one has no id', async () => {
    const { ack } = await ackWith({ 'GET /api/v1/clusters': { clusters: [{ name: 'foo' }] } });
    expect(await errorOf(ack.listClusters())).toMatchObject({ code: 'BAD_ANSWER' });
  });
});

describe('switching RRSA', () => {
  it.each([true, false])('to %s is one PUT, and gives the task', async (enabled) => {
    const { ack, server } = await ackWith({ 'PUT /api/v2/clusters/c1': { cluster_id: 'c1', task_id: 'T-1' } });
    expect(await ack.setRrsa('c1', enabled)).toEqual({ taskId: 'T-1' });
    const body = JSON.stringify({ enable_rrsa: enabled });
    expect(asked(server)).toEqual([{ method: 'PUT', path: '/api/v2/clusters/c1', query: {}, body }]);
    expect(server.seen[0]?.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it('gives no task when the API names none', async () => {
    const { ack } = await ackWith({ 'PUT /api/v2/clusters/c1': {} });
    expect(await ack.setRrsa('c1', true)).toEqual({ taskId: undefined });
  });

  it('of a cluster that is not there says so', async () => {
    const { ack } = await ackWith({ 'PUT /api/v2/clusters/c1': notFound });
    expect(await errorOf(ack.setRrsa('c1', true))).toMatchObject({ code: 'CLUSTER_NOT_FOUND' });
  });
});

describe('tasks', () => {
  it('are read one by one', async () => {
    const task = { task_id: 'T-1', task_type: 'cluster_modify', state: 'fail', error: { code: 'X', message: 'y' } };
    const { ack } = await ackWith({ 'GET /tasks/T-1': { ...task, created: '2025-04-07T09:57:26+08:00' } });
    expect(await ack.getTask('T-1')).toEqual({
      id: 'T-1',
      type: 'cluster_modify',
      state: 'failed',
      rawState: 'fail',
      error: { code: 'X', message: 'y' },
      createdAt: new Date('2025-04-07T01:57:26Z'),
    });
  });

  it('that are not there (any more) are undefined, by whatever code', async () => {
    const { ack } = await ackWith({ 'GET /tasks/T-1': [404, { code: 'TaskNotFound', message: 'x', requestId: 'R' }] });
    expect(await ack.getTask('T-1')).toBeUndefined();
  });

  it('are not taken for missing when the gateway knows neither call nor key', async () => {
    for (const Code of ['InvalidAction.NotFound', 'InvalidAccessKeyId.NotFound']) {
      const { ack } = await ackWith({ 'GET /tasks/T-1': [404, { Code, Message: 'x', RequestId: 'R' }] });
      expect(await errorOf(ack.getTask('T-1'))).toMatchObject({ api: { apiCode: Code } });
    }
  });

  it('of a cluster come newest first', async () => {
    const tasks = [
      { task_id: 'T-1', state: 'success', created: '2025-04-07T09:00:00+08:00' },
      { task_id: 'T-2', state: 'running', created: '2025-04-08T09:00:00+08:00' },
    ];
    const { ack } = await ackWith({ 'GET /clusters/c1/tasks': { tasks, page_info: { total_count: 2 } } });
    expect((await ack.listClusterTasks('c1')).map(({ id }) => id)).toEqual(['T-2', 'T-1']);
  });
});

it('gives the log of a cluster, newest first', async () => {
  const { ack } = await ackWith({
    'GET /clusters/c1/logs': [
      { ID: 1, cluster_id: 'c1', cluster_log: 'old', created: '2025-04-07T09:00:00+08:00' },
      { ID: 3, cluster_log: 'new', created: '2025-04-08T09:00:00+08:00' },
      { ID: 2, cluster_log: 'new, too', created: '2025-04-08T09:00:00+08:00' },
    ],
  });
  const entries = await ack.listClusterLogs('c1');
  expect(entries.map(({ id, text }) => `${id} ${text}`)).toEqual(['3 new', '2 new, too', '1 old']);
});

it('gives every character of a log entry, and its time with its offset', async () => {
  const cluster_log = 'c1ab | cab c1 | Failed to enable RRSA';
  const { ack } = await ackWith({
    'GET /clusters/c1/logs': [{ ID: 1, cluster_id: 'c1ab', cluster_log, created: '2025-04-07T09:00:00+08:00' }],
  });
  expect(await ack.listClusterLogs('c1')).toEqual([
    { id: 1, text: cluster_log, createdAt: new Date(Date.UTC(2025, 3, 7, 1)) },
  ]);
});

describe('an addon', () => {
  const install = 'POST /clusters/c1/components/install';

  it('is read', async () => {
    const addon = { name: 'ack-pod-identity-webhook', state: 'active', version: '0.2.0' };
    const { ack } = await ackWith({ 'GET /clusters/c1/addon_instances/ack-pod-identity-webhook': addon });
    expect(await ack.getAddon('c1', 'ack-pod-identity-webhook')).toEqual(addon);
  });

  it('that is not installed is undefined, on a cluster that is not there an error', async () => {
    const path = 'GET /clusters/c1/addon_instances/x';
    const missing = await ackWith({ [path]: [404, { code: 'AddonNotFound', message: 'x', requestId: 'R' }] });
    expect(await missing.ack.getAddon('c1', 'x')).toBeUndefined();
    const nowhere = await ackWith({ [path]: notFound });
    expect(await errorOf(nowhere.ack.getAddon('c1', 'x'))).toMatchObject({ code: 'CLUSTER_NOT_FOUND' });
  });

  it('is installed by a bare array with its name', async () => {
    const { ack, server } = await ackWith({ [install]: { cluster_id: 'c1', task_id: 'T-9' } });
    expect(await ack.installAddon('c1', 'x')).toEqual({ taskId: 'T-9', alreadyInstalled: false });
    expect(server.seen[0]?.body).toBe('[{"name":"x"}]');
  });

  it.each([
    { code: 'AddonAlreadyInstalled', message: 'x' },
    { code: 'InvalidParameter', message: 'AddonAlreadyInstalled: x' },
  ])('that is installed already is no error: %j', async (body) => {
    const { ack } = await ackWith({ [install]: [400, { ...body, requestId: 'R' }] });
    expect(await ack.installAddon('c1', 'x')).toEqual({ taskId: undefined, alreadyInstalled: true });
  });

  it('that may not be installed is an error', async () => {
    const { ack } = await ackWith({ [install]: [403, { code: 'StatusForbidden', message: 'x', requestId: 'R' }] });
    expect(await errorOf(ack.installAddon('c1', 'x'))).toMatchObject({ code: 'CLOUD_API', api: { httpStatus: 403 } });
  });
});
