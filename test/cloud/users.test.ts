import { describe, expect, it } from 'vitest';
import { connect } from '../../src/cloud/clients.ts';
import { cloudOptions, cut, errorOf, sendJson, wireServer } from './wire-server.ts';

const uid = '300123456789012347';

describe('the users of an account', () => {
  it('are read marker by marker, with every digit of their ids', async () => {
    const server = await wireServer(({ query }, response) => {
      const last = query.Marker === 'm1';
      const User = last ? [{ UserId: uid, UserName: 'c' }] : [{ UserId: '2', UserName: 'a' }];
      sendJson(response, { Users: { User }, IsTruncated: !last, ...(last ? {} : { Marker: 'm1' }) });
    });
    expect(await connect(cloudOptions(server.url)).ram.listUsers()).toEqual([
      { id: '2', name: 'a' },
      { id: uid, name: 'c' },
    ]);
    expect(server.seen.map(({ query }) => query)).toEqual([{ MaxItems: '1000' }, { MaxItems: '1000', Marker: 'm1' }]);
    expect(server.seen[0]?.headers['x-acs-action']).toBe('ListUsers');
  });

  it.each([[{ UserName: 'a' }], [{ UserId: '2' }]])('without an id or a name are a bad answer: %j', async (user) => {
    const server = await wireServer((_, response) => sendJson(response, { Users: { User: [user] } }));
    expect(await errorOf(connect(cloudOptions(server.url)).ram.listUsers())).toMatchObject({ code: 'BAD_ANSWER' });
  });
});

describe('the roles of an account', () => {
  it('are read with their ids', async () => {
    const Role = [{ RoleId: uid, RoleName: 'a' }, { RoleName: 'b' }];
    const server = await wireServer((_, response) => sendJson(response, { Roles: { Role }, IsTruncated: false }));
    expect(await connect(cloudOptions(server.url)).ram.listRoles()).toEqual([
      { id: uid, name: 'a' },
      { id: '', name: 'b' },
    ]);
  });
});

describe('the activity of a user in a cluster', () => {
  it('is asked for by one signed GET', async () => {
    const server = await wireServer((_, response) =>
      sendJson(response, {
        active: true,
        last_activity: '2026-01-02T03:04:05+08:00',
        log_project_name: 'p',
        log_store_name: 's',
        last_audit_id: 'a',
      }),
    );
    expect(await connect(cloudOptions(server.url)).ack.getUserActivity('c1', uid)).toEqual({
      active: true,
      lastActivity: new Date(Date.UTC(2026, 0, 1, 19, 4, 5)),
      logProject: 'p',
      logStore: 's',
      lastAuditId: 'a',
    });
    expect(server.seen).toMatchObject([{ method: 'GET', path: `/clusters/c1/users/${uid}/activity-state`, body: '' }]);
    expect(server.seen[0]?.headers).toMatchObject({
      'x-acs-action': 'DescribeUserClusterActivityState',
      'x-acs-version': '2015-12-15',
      authorization: expect.stringMatching(/^ACS3-HMAC-SHA256 Credential=.*Signature=/),
    });
  });

  it('may be none, with nothing said about it', async () => {
    const server = await wireServer((_, response) => sendJson(response, { active: false, last_activity: null }));
    expect(await connect(cloudOptions(server.url)).ack.getUserActivity('c1', uid)).toEqual({
      active: false,
      lastActivity: undefined,
      logProject: '',
      logStore: '',
      lastAuditId: '',
    });
  });

  it.each([{}, { active: 'true' }, { active: null }])('is never taken from %j', async (body) => {
    const server = await wireServer((_, response) => sendJson(response, body));
    const { ack } = connect(cloudOptions(server.url));
    expect(await errorOf(ack.getUserActivity('c1', uid))).toMatchObject({ code: 'BAD_ANSWER' });
  });

  it('leads to nowhere else by an id with a slash', async () => {
    const server = await wireServer((_, response) => sendJson(response, { active: false }));
    await connect(cloudOptions(server.url)).ack.getUserActivity('c1/../c2', '1?x=/');
    expect(server.seen[0]?.path).toBe('/clusters/c1%2F..%2Fc2/users/1%3Fx%3D%2F/activity-state');
  });
});

describe('cleaning up after a user', () => {
  it.each([
    [true, 'true'],
    [false, 'false'],
  ])('sends Force=%s, and takes an answer of nothing for done', async (force, text) => {
    for (const body of ['', '{}']) {
      const server = await wireServer((_, response) => void response.writeHead(200).end(body));
      await connect(cloudOptions(server.url)).ack.cleanUserPermissions('c1', uid, force);
      expect(server.seen).toMatchObject([
        { method: 'DELETE', path: `/cluster/c1/user/${uid}/permissions`, query: { Force: text } },
      ]);
    }
  });

  it('that is refused, or fails with nothing said, is an error', async () => {
    const refusing = await wireServer((_, response) => sendJson(response, { code: 'X', message: 'm' }, 400));
    const { ack } = connect(cloudOptions(refusing.url));
    expect(await errorOf(ack.cleanUserPermissions('c1', uid, false))).toMatchObject({ api: { apiCode: 'X' } });
    const silent = await wireServer((_, response) => void response.writeHead(400).end());
    expect(await errorOf(connect(cloudOptions(silent.url)).ack.cleanUserPermissions('c1', uid, false))).toMatchObject({
      code: 'BAD_ANSWER',
    });
  });

  it('is sent again when there was no answer: the end is the same', async () => {
    const server = await wireServer((_, response, count) => {
      if (count === 1) cut(response);
      else response.writeHead(200).end();
    });
    await connect(cloudOptions(server.url)).ack.cleanUserPermissions('c1', uid, false);
    expect(server.seen).toHaveLength(2);
  });
});
