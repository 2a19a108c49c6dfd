import { describe, expect, it } from 'vitest';
import { accountId, inProcess, seedWith, trustPolicy } from './in-process.ts';
import { requestOf } from './signed-requests.ts';

const ecs = trustPolicy({ Service: ['ecs.aliyuncs.com'] });
const roles = [
  { name: 'not-for-ecs', trustPolicy: trustPolicy({ Service: 'fc.aliyuncs.com' }) },
  { name: 'node', trustPolicy: ecs },
  { name: 'second', trustPolicy: ecs },
];

function instance(options = {}) {
  const sandbox = inProcess(seedWith({ roles, clusters: [{ id: 'c1', region: 'cn-beijing' }] }), options);
  const get = async (path: string, token?: string) =>
    sandbox.send(
      requestOf('GET', `/latest/${path}`, token === undefined ? {} : { 'x-aliyun-ecs-metadata-token': token }),
    );
  const put = async (ttl?: string) =>
    sandbox.send(requestOf('PUT', '/latest/api/token', { 'x-aliyun-ecs-metadata-token-ttl-seconds': ttl }));
  return { sandbox, get, put };
}

const credentials = 'meta-data/ram/security-credentials/';

describe('ECS metadata', () => {
  it('says where it is', async () => {
    const { get } = instance();
    const text = async (name: string) => (await get(`meta-data/${name}`)).response.body;
    expect(await text('region-id')).toBe('cn-beijing');
    expect(await text('zone-id')).toBe('cn-beijing-h');
    expect(await text('instance-id')).toMatch(/^i-/);
    expect(await text('owner-account-id')).toBe(accountId);
    expect((await get('meta-data/toString')).status).toBe(404);
    expect((await get('nothing')).status).toBe(404);
  });

  it('names the first role that trusts ECS, and gives the credentials of any', async () => {
    const { get, sandbox } = instance();
    expect((await get(credentials)).response.body).toBe('node');
    expect((await get(credentials.slice(0, -1))).response.body).toBe('node');
    for (const name of ['node', 'second']) {
      const { json } = await get(credentials + name);
      expect(json).toMatchObject({
        Code: 'Success',
        AccessKeyId: expect.stringMatching(/^STS\./),
        LastUpdated: '2026-01-02T03:04:05Z',
        Expiration: '2026-01-02T09:04:05Z',
      });
      const keys = {
        accessKeyId: json.AccessKeyId,
        accessKeySecret: json.AccessKeySecret,
        securityToken: json.SecurityToken,
      };
      const identity = await sandbox.call('sts.GetCallerIdentity', {}, keys);
      expect(identity.json.Arn).toMatch(new RegExp(`assumed-role/${name}/i-`));
    }
    expect((await get(`${credentials}not-for-ecs`)).status).toBe(404);
    expect((await get(`${credentials}absent`)).status).toBe(404);
  });

  it('has no credentials where no role trusts ECS', async () => {
    const { send } = inProcess(seedWith());
    expect((await send(requestOf('GET', `/latest/${credentials}`))).status).toBe(404);
  });

  it('keeps to the same credentials until they near their end', async () => {
    const { get, sandbox } = instance({ sessionTtlMs: 9000 });
    const id = async () => (await get(`${credentials}node`)).json.AccessKeyId;
    const first = await id();
    sandbox.clock.now += 5999;
    expect(await id()).toBe(first);
    sandbox.clock.now += 1;
    expect(await id()).not.toBe(first);
  });

  it('of version 2 takes the tokens it gave, as long as they last', async () => {
    const { get, put, sandbox } = instance();
    const token = String((await put('60')).response.body);
    expect((await get('meta-data/region-id', token)).status).toBe(200);
    expect((await get('meta-data/region-id', 'made-up')).status).toBe(403);
    expect((await get('meta-data/region-id', '')).status).toBe(403);
    sandbox.clock.now += 60_000;
    expect((await get('meta-data/region-id', token)).status).toBe(403);
  });

  it.each([undefined, '', '0', '21601', '-1', '1.5', 'x', '999999999'])(
    'gives no token for a life of %j',
    async (ttl) => {
      expect((await instance().put(ttl)).status).toBe(400);
    },
  );

  it.each(['1', '21600'])('gives a token for a life of %s seconds', async (ttl) => {
    expect((await instance().put(ttl)).status).toBe(200);
  });

  it('forgets its tokens with a reset', async () => {
    const { get, put, sandbox } = instance();
    const token = String((await put('60')).response.body);
    sandbox.state.reset();
    expect((await get('meta-data/region-id', token)).status).toBe(403);
  });

  it('is only read', async () => {
    const { sandbox } = instance();
    expect((await sandbox.send(requestOf('POST', '/latest/meta-data/region-id'))).status).toBe(405);
    expect((await sandbox.send(requestOf('GET', '/latest/api/token'))).status).toBe(405);
  });
});
