import { describe, expect, it } from 'vitest';
import { operations } from '../../../src/sandbox/operations.ts';
import { accountId, admin, clusterId, inProcess, seedWith } from './in-process.ts';
import { form, requestOf, signedV3 } from './signed-requests.ts';

const withCluster = () => inProcess(seedWith({ clusters: [{ id: clusterId }] }));

describe('the table of operations', () => {
  it('has every API name once, so that log and faults can go by it', () => {
    const names = operations.map(({ action }) => action);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('asks a permission for every operation but those that need none', () => {
    const free = operations.filter(({ ramAction }) => ramAction === undefined).map(({ action }) => action);
    expect(free).toEqual(['AssumeRoleWithOIDC', 'GetCallerIdentity']);
  });

  it('gives ACK operations a method and a path, and the others none', () => {
    for (const { product, action, method, path } of operations) {
      expect([action, method !== undefined, path !== undefined]).toEqual([action, product === 'CS', product === 'CS']);
    }
  });
});

describe('a request', () => {
  it.each([
    ['an action that nobody has', 'sts.NoSuchAction', {}, 404, 'InvalidAction.NotFound'],
    ['an action of another product', 'sts.GetRole', {}, 404, 'InvalidAction.NotFound'],
    ['an operation of ACK called as RPC', 'cs.DescribeClusterDetail', {}, 404, 'InvalidAction.NotFound'],
    ['a path that nobody has', 'cs.X', { method: 'GET', path: '/no/such/path' }, 404, 'InvalidAction.NotFound'],
    ['a path by another method', 'cs.X', { method: 'DELETE', path: '/clusters' }, 404, 'InvalidAction.NotFound'],
    ['RPC by another method', 'sts.GetCallerIdentity', { method: 'DELETE' }, 404, 'InvalidAction.NotFound'],
    [
      'a path of ACK in the version of RAM',
      'ram.X',
      { method: 'GET', path: '/clusters' },
      404,
      'InvalidAction.NotFound',
    ],
    ['a version that nobody has', 'sts.GetCallerIdentity', { version: '1999-01-01' }, 400, 'InvalidVersion'],
    ['no version', 'sts.GetCallerIdentity', { version: '' }, 400, 'MissingParameter'],
    ['no action', 'sts.', {}, 400, 'MissingParameter'],
  ])('for %s is refused by the gateway', async (_what, api, options, status, code) => {
    const answer = await withCluster().call(api, {}, admin, options);
    expect([answer.status, answer.json.Code]).toEqual([status, code]);
    expect(answer.json.Message).toEqual(expect.any(String));
  });

  it('without a signature is refused', async () => {
    const headers = { 'x-acs-version': '2015-05-01', 'x-acs-action': 'GetRole' };
    const { status, json } = await withCluster().send(requestOf('POST', '/?RoleName=a', headers));
    expect([status, json.Code]).toEqual([400, 'MissingAccessKeyId']);
    const cluster = await withCluster().send(requestOf('GET', `/clusters/${clusterId}`));
    expect([cluster.status, cluster.json.Code]).toEqual([400, 'MissingAccessKeyId']);
  });

  it('signed by its parameters is what its parameters say, whatever its headers say', async () => {
    const params = {
      Action: 'GetCallerIdentity',
      Version: '2015-04-01',
      Signature: 'x',
      AccessKeyId: admin.accessKeyId,
    };
    const headers = { 'x-acs-version': '2015-05-01', 'x-acs-action': 'DeleteRole' };
    const sandbox = withCluster();
    await sandbox.send(requestOf('POST', `/?${form(params)}`, headers));
    expect(sandbox.state.log.entries().at(-1)?.api).toBe('GetCallerIdentity');
  });

  it('for ACK gets its path parameters decoded, and errors as ACK spells them', async () => {
    const sandbox = withCluster();
    const found = await sandbox.call('cs.DescribeClusterDetail', {}, admin, {
      method: 'GET',
      path: `/clusters/${clusterId}`,
    });
    expect([found.status, found.json.cluster_id, found.json.RequestId]).toEqual([200, clusterId, undefined]);
    const absent = await sandbox.call('cs.DescribeClusterDetail', {}, admin, {
      method: 'GET',
      path: '/clusters/c%2f1',
    });
    expect(absent.status).toBe(404);
    expect(absent.json).toMatchObject({ code: 'ErrorClusterNotFound', status: 404, requestId: expect.any(String) });
    expect(absent.response.headers['x-acs-request-id']).toBe(absent.json.requestId);
  });

  it('for ACK is refused by the gateway in the shape of the gateway', async () => {
    const request = signedV3(
      'cs.X',
      {},
      { ...admin, accessKeySecret: 'x' },
      { now: Date.UTC(2026, 0, 2, 3, 4, 5), method: 'GET', path: '/clusters' },
    );
    expect((await withCluster().send(request)).json).toMatchObject({
      Code: 'SignatureDoesNotMatch',
      HostId: 'cs.aliyuncs.com',
    });
  });

  it.each(['{', '\u0000', 'x'.repeat(1000)])(
    'with a body that is not JSON is a fault of the caller: %j',
    async (body) => {
      const sandbox = withCluster();
      const path = `/api/v2/clusters/${clusterId}`;
      const { status, json } = await sandbox.call('cs.ModifyCluster', {}, admin, { method: 'PUT', path, body });
      expect([status, json.code]).toEqual([400, 'InvalidParameter']);
      expect(sandbox.internalErrors).toEqual([]);
    },
  );

  it('that the sandbox fails at is a 500, never a 400, and its owner hears why', async () => {
    const sandbox = withCluster();
    Object.defineProperty(sandbox.state.store.accounts[0], 'roles', {
      get: () => {
        throw new TypeError('broken inside');
      },
    });
    const { status, json } = await sandbox.call('ram.GetRole', { RoleName: 'a' });
    expect([status, json.Code]).toEqual([500, 'InternalError']);
    expect(JSON.stringify(json)).not.toContain('broken inside');
    expect(sandbox.internalErrors).toEqual([new TypeError('broken inside')]);
  });

  it.each([
    'evil.example',
    'evil.example:1234',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '10.0.0.1',
    '',
    '127.0.0.1@evil.example',
  ])('that names another host (%j) is refused, as a page in a browser could send it', async (host) => {
    const request = requestOf('GET', '/latest/meta-data/region-id', { host });
    expect((await withCluster().send(request)).status).toBe(403);
  });

  it.each(['127.0.0.1:1234', 'localhost:1234', 'LOCALHOST', '[::1]:1234', '127.0.0.1'])(
    'to %s is answered',
    async (host) => {
      const request = requestOf('GET', '/latest/meta-data/region-id', { host });
      expect((await withCluster().send(request)).status).toBe(200);
    },
  );
});

describe('the access log', () => {
  it('has a line a request: what, who, how it ended', async () => {
    const sandbox = withCluster();
    await sandbox.call('sts.GetCallerIdentity');
    await sandbox.call('ram.GetRole', { RoleName: 'absent' });
    await sandbox.call('ram.GetRole', { RoleName: 'absent' }, { ...admin, accessKeySecret: 'x' });
    await sandbox.call('ram.NoSuch');
    await sandbox.send(requestOf('GET', '/latest/meta-data/region-id'));
    await sandbox.send(requestOf('GET', `/oidc/${clusterId}/keys`));
    await sandbox.send(requestOf('GET', '/favicon.ico', { 'x-acs-action': '../../etc\r\n' }));
    const arn = `acs:ram::${accountId}:user/admin`;
    const time = '2026-01-02T03:04:05.000Z';
    expect(sandbox.state.log.entries()).toEqual([
      { time, api: 'GetCallerIdentity', principal: arn, status: 200, code: null },
      { time, api: 'GetRole', principal: arn, status: 404, code: 'EntityNotExist.Role' },
      { time, api: 'GetRole', principal: null, status: 400, code: 'SignatureDoesNotMatch' },
      { time, api: 'NoSuch', principal: null, status: 404, code: 'InvalidAction.NotFound' },
      { time, api: 'Metadata', principal: null, status: 200, code: null },
      { time, api: 'OidcKeys', principal: null, status: 404, code: null },
      { time, api: 'unknown', principal: null, status: 404, code: 'InvalidAction.NotFound' },
    ]);
  });

  it('has no secret in it', async () => {
    const sandbox = withCluster();
    await sandbox.call('ram.GetRole', { RoleName: 'adminSecret' });
    await sandbox.send(requestOf('POST', '/?Action=AssumeRoleWithOIDC&Version=2015-04-01&OIDCToken=tokentoken'));
    expect(JSON.stringify(sandbox.state.log.entries())).not.toMatch(/adminSecret|tokentoken/);
  });
});

describe('a task of a cluster', () => {
  it('takes effect for every service as soon as its time has come', async () => {
    const sandbox = withCluster();
    const path = `/api/v2/clusters/${clusterId}`;
    await sandbox.call('cs.ModifyCluster', {}, admin, { method: 'PUT', path, body: '{"enable_rrsa":true}' });
    const provider = () => sandbox.call('ims.GetOIDCProvider', { OIDCProviderName: `ack-rrsa-${clusterId}` });
    expect((await provider()).status).toBe(404);
    sandbox.clock.now += 2000;
    expect((await provider()).status).toBe(200);
  });
});
