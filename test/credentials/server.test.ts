import {
  type ClientRequest,
  get as httpGet,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Credentials } from '../../src/credentials/provider.ts';
import { createRefresher } from '../../src/credentials/refresher.ts';
import {
  type CredentialServer,
  type CredentialServerOptions,
  startCredentialServer,
} from '../../src/credentials/server.ts';
import { ToolError } from '../../src/errors.ts';

const session: Credentials = {
  accessKeyId: 'STS.ID',
  accessKeySecret: 'PLANTED-SECRET',
  securityToken: 'PLANTED-TOKEN',
  expiration: new Date('2030-01-02T03:04:05.678Z'),
};

const open: CredentialServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

interface Started extends CredentialServer {
  told: string[];
  port: number;
  path: string;
}

async function started(options: Partial<CredentialServerOptions> = {}): Promise<Started> {
  const told: string[] = [];
  const tell = (level: string) => (message: string) => void told.push(`${level}: ${message}`);
  const log = { debug: tell('debug'), info: tell('info'), warn: tell('warn') };
  const server = await startCredentialServer({
    current: async () => session,
    listen: '127.0.0.1:0',
    now: () => Date.now(),
    log,
    ...options,
  });
  open.push(server);
  const { port, pathname } = new URL(server.uri);
  return { ...server, told, port: Number(port), path: pathname };
}

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: string;
}

function ask(
  server: Started,
  {
    method = 'GET',
    path = server.path,
    headers = {},
    body = '',
  }: { method?: string; path?: string; headers?: OutgoingHttpHeaders; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: server.port, method, path, headers, agent: false };
    const outgoing: ClientRequest = httpRequest(options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => (text += part));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Everything that the server says to these bytes, until it hangs up. */
function say(server: Started, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1', () => socket.write(bytes));
    let heard = '';
    socket.setEncoding('latin1').on('data', (part) => (heard += part));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' ? resolve(heard) : reject(error),
    );
    socket.on('close', () => resolve(heard));
  });
}

const statusOf = (heard: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(heard)?.[1] ?? 0);

describe('the credentials URI', () => {
  test('answers with all five keys, and an expiry of 20 characters', async () => {
    const server = await started();
    const { status, headers, body } = await ask(server);
    expect(status).toBe(200);
    expect(JSON.parse(body)).toEqual({
      Code: 'Success',
      AccessKeyId: 'STS.ID',
      AccessKeySecret: 'PLANTED-SECRET',
      SecurityToken: 'PLANTED-TOKEN',
      Expiration: '2030-01-02T03:04:05Z',
    });
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test('has a path that holds at least 128 bits, another one each time', async () => {
    const [one, two] = [await started(), await started()];
    const secret = (path: string): string => path.replace('/credentials/', '');
    expect(Buffer.from(secret(one.path), 'base64url').length).toBeGreaterThanOrEqual(16);
    expect(secret(one.path)).not.toBe(secret(two.path));
    expect(one.address).not.toContain(secret(one.path));
    expect(one.told.join()).not.toContain(secret(one.path));
  });

  test('can be read by fetch of Node, by a name of loopback, and many times on one connection', async () => {
    const server = await started();
    for (const uri of [server.uri, server.uri.replace('127.0.0.1', 'localhost')]) {
      for (let read = 0; read < 3; read += 1) expect((await fetch(uri)).status, uri).toBe(200);
    }
  });

  test('can be read on IPv6 loopback', async () => {
    const server = await started({ listen: '[::1]:0' });
    expect(server.uri).toMatch(/^http:\/\/\[::1\]:\d+\/credentials\//);
    expect((await fetch(server.uri)).status).toBe(200);
  });

  test('asks once for many readers at the same time', async () => {
    let asked = 0;
    const { current, stop } = createRefresher({
      provider: async () => {
        asked += 1;
        await new Promise((resolve) => setTimeout(resolve, 100));
        return { ...session, expiration: new Date(Date.now() + 3_600_000) };
      },
      clock: { now: Date.now, sleep: () => new Promise(() => {}) },
      random: () => 0,
      signal: new AbortController().signal,
      log: { debug() {}, info() {}, warn() {} },
    });
    const server = await started({ current });
    const answers = await Promise.all(Array.from({ length: 150 }, () => ask(server)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(asked).toBe(1);
    stop();
  });

  test.each([
    [new ToolError('CREDENTIALS_REFUSED', 'STS refused'), 503],
    [new Error('bug'), 500],
  ])('answers %s with a status of failure, tells nothing to the reader, and logs it once', async (error, status) => {
    const server = await started({ current: () => Promise.reject(error) });
    for (let read = 0; read < 5; read += 1) {
      const answer = await ask(server);
      expect(answer.status).toBe(status);
      expect(answer.body).not.toContain(error.message);
      expect(JSON.parse(answer.body)).toMatchObject({ Code: 'CredentialsUnavailable' });
      expect(answer.headers['cache-control']).toBe('no-store');
    }
    expect(server.told).toEqual([`warn: the credentials could not be served: ${error.message}`]);
  });

  test('does not invent an expiry or a token for credentials that have none', async () => {
    for (const missing of ['expiration', 'securityToken']) {
      const server = await started({ current: async () => ({ ...session, [missing]: undefined }) });
      const answer = await ask(server);
      expect(answer.status).toBe(500);
      expect(answer.body + server.told.join()).not.toContain('PLANTED');
    }
  });

  test('stops answering when it is closed, with readers waiting', async () => {
    const server = await started({ current: () => new Promise(() => {}) });
    const waiting = ask(server).catch((error: NodeJS.ErrnoException) => error.code);
    await new Promise((resolve) => setTimeout(resolve, 100));
    open.splice(0);
    await server.close();
    expect(await waiting).toBe('ECONNRESET');
    await expect(ask(server)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('says so when the port is taken', async () => {
    const { address } = await started();
    await expect(started({ listen: address })).rejects.toMatchObject({
      code: 'NETWORK',
      message: expect.stringContaining('EADDRINUSE'),
    });
  });
});

describe('whoever should not read them', () => {
  test('gets 404 and nothing else at any other path', async () => {
    const server = await started();
    const paths = [
      '/',
      '/credentials',
      '/credentials/',
      server.path.slice(0, -1),
      `${server.path}x`,
      `${server.path}/`,
      `${server.path}?`,
      `/.${server.path}`,
      `/${server.path}`,
      server.path.toUpperCase(),
      server.path.replace('credentials', '%63redentials'),
      `/credentials/${'A'.repeat(43)}`,
      '/latest/api/token',
      '/latest/meta-data/ram/security-credentials/',
      '/latest/meta-data/region-id',
      '*',
      server.uri,
    ];
    for (const path of paths) {
      const { status, body, headers } = await ask(server, { path });
      expect([status, body], path).toEqual([404, '']);
      expect(headers['content-type']).toBeUndefined();
    }
  });

  test.each(['POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'TRACE'])(
    'gets 405 for %s, at any path',
    async (method) => {
      const server = await started();
      for (const path of [server.path, '/', '/latest/api/token']) {
        const { status, body, headers } = await ask(server, { method, path });
        expect([status, body]).toEqual([405, '']);
        expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
      }
    },
  );

  test.each([
    'evil.example',
    'evil.example:PORT',
    'localhost',
    '127.0.0.1:1',
    'localhost.evil.example:PORT',
    '10.0.0.1:PORT',
    '',
  ])('is refused by another Host than our own: %j', async (host) => {
    const server = await started();
    const heard = await say(
      server,
      `GET ${server.path} HTTP/1.1\r\nHost: ${host.replace('PORT', String(server.port))}\r\n\r\n`,
    );
    expect(statusOf(heard)).toBe(403);
    expect(heard).not.toContain('PLANTED');
  });

  test('is refused with no Host, and with two', async () => {
    const server = await started();
    const own = `127.0.0.1:${server.port}`;
    for (const head of ['HTTP/1.1\r\n', 'HTTP/1.0\r\n', `HTTP/1.1\r\nHost: ${own}\r\nHost: ${own}\r\n`]) {
      const heard = await say(server, `GET ${server.path} ${head}Connection: close\r\n\r\n`);
      expect([400, 403]).toContain(statusOf(heard));
      expect(heard).not.toContain('PLANTED');
    }
  });

  test.each([
    ['origin', 'http://evil.example'],
    ['origin', 'null'],
    ['sec-fetch-site', 'cross-site'],
    ['sec-fetch-site', 'none'],
    ['sec-fetch-dest', 'image'],
    ['sec-fetch-user', '?1'],
  ])('is refused as a browser by %s: %s', async (name, value) => {
    const server = await started();
    expect(await ask(server, { headers: { [name]: value } })).toMatchObject({ status: 403, body: '' });
  });

  test('is refused with a body', async () => {
    const server = await started();
    expect(await ask(server, { body: 'x', headers: { 'content-length': 1 } })).toMatchObject({ status: 413, body: '' });
    const huge = `GET ${server.path} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nContent-Length: 99999999999\r\n\r\n`;
    expect(statusOf(await say(server, huge))).toBe(413);
    const chunked = `GET ${server.path} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nTransfer-Encoding: chunked\r\n\r\n`;
    expect(statusOf(await say(server, chunked))).toBe(413);
  });

  test('is refused with headers or a target beyond all measure', async () => {
    const server = await started();
    const host = `Host: 127.0.0.1:${server.port}\r\n`;
    expect(
      statusOf(await say(server, `GET ${server.path} HTTP/1.1\r\n${host}X: ${'x'.repeat(64 * 1024)}\r\n\r\n`)),
    ).toBe(431);
    expect(statusOf(await say(server, `GET /${'x'.repeat(64 * 1024)} HTTP/1.1\r\n${host}\r\n`))).toBe(431);
  });

  test('is cut off when it speaks no http', async () => {
    const server = await started();
    expect(statusOf(await say(server, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'))).toBe(400);
    expect(statusOf(await say(server, `GET ${server.path} HTTP/1.1\r\nHost: a\nb: c\r\n\r\n`))).not.toBe(200);
    expect((await ask(server)).status).toBe(200);
  });

  test('is cut off when it sends its headers a drop at a time, or nothing, and others are served meanwhile', async () => {
    const limits = { headersTimeout: 200, requestTimeout: 200, connectionsCheckingInterval: 50 };
    const server = await started({ limits });
    const slow = ['', 'G', `GET ${server.path} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nX-Slow: `].map((start) => {
      return new Promise<string>((resolve) => {
        const socket = connect(server.port, '127.0.0.1', () => socket.write(start));
        let heard = '';
        const drip = start === '' ? undefined : setInterval(() => socket.write('x'), 50);
        socket.on('data', (part) => (heard += part));
        socket.on('error', () => {});
        socket.on('close', () => {
          clearInterval(drip);
          resolve(heard);
        });
      });
    });
    expect((await ask(server)).status).toBe(200);
    for (const heard of await Promise.all(slow)) expect(heard).not.toContain('PLANTED');
  });

  test('cannot hold more connections than the limit, and gives them back', async () => {
    const limits = { maxConnections: 4, headersTimeout: 300, requestTimeout: 300, connectionsCheckingInterval: 50 };
    const server = await started({ limits });
    const idle = Array.from({ length: 4 }, () => connect(server.port, '127.0.0.1').on('error', () => {}));
    await Promise.all(idle.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    await expect(ask(server)).rejects.toMatchObject({ code: 'ECONNRESET' });
    await Promise.all(idle.map((socket) => new Promise((resolve) => socket.resume().once('close', resolve))));
    expect((await ask(server)).status).toBe(200);
  });

  test('does not bring it down by leaving early', async () => {
    let give = (_: Credentials): void => {};
    const server = await started({ current: () => new Promise((resolve) => (give = resolve)) });
    const leaving = httpGet(server.uri).on('error', () => {});
    await new Promise((resolve) => setTimeout(resolve, 100));
    leaving.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    give(session);
    const next = ask(server);
    await new Promise((resolve) => setTimeout(resolve, 50));
    give(session);
    expect((await next).status).toBe(200);
  });
});

describe('where it may listen', () => {
  test('nowhere but on loopback unless that is allowed, and then it warns', async () => {
    await expect(started({ listen: '0.0.0.0:0' })).rejects.toMatchObject({ code: 'USAGE' });
    const server = await started({ listen: '0.0.0.0:0', allowRemote: true });
    expect(server.told).toEqual([expect.stringMatching(/^warn: serving at 0\.0\.0\.0: /)]);
    expect((await ask(server, { headers: { host: `host.docker.internal:${server.port}` } })).status).toBe(200);
    expect((await ask(server, { headers: { host: `evil.example:${server.port}` } })).status).toBe(403);
  });

  test.each(['v1', 'v2'] as const)('never with metadata %s where other machines could read it', async (imds) => {
    await expect(started({ listen: '0.0.0.0:0', allowRemote: true, imds })).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('as ECS metadata', () => {
  const roles = '/latest/meta-data/ram/security-credentials/';
  const ttl = { 'X-aliyun-ecs-metadata-token-ttl-seconds': '60' };
  const withToken = (token: string): OutgoingHttpHeaders => ({ 'X-aliyun-ecs-metadata-token': token });

  test('v2 gives a token, and then the role, its credentials and the region', async () => {
    const now = Date.parse('2029-12-31T00:00:00Z');
    const server = await started({ imds: 'v2', regionId: 'cn-hangzhou', now: () => now });
    expect(server.told).toEqual(['warn: answering as ECS metadata: every local user can read the credentials']);
    const token = (await ask(server, { method: 'PUT', path: '/latest/api/token', headers: ttl })).body;
    const headers = withToken(token);
    const role = (await ask(server, { path: roles, headers })).body;
    const { status, body, headers: answered } = await ask(server, { path: roles + role, headers });
    expect(status).toBe(200);
    expect(answered['cache-control']).toBe('no-store');
    expect(JSON.parse(body)).toEqual({
      Code: 'Success',
      AccessKeyId: 'STS.ID',
      AccessKeySecret: 'PLANTED-SECRET',
      SecurityToken: 'PLANTED-TOKEN',
      Expiration: '2030-01-02T03:04:05Z',
      LastUpdated: '2029-12-31T00:00:00Z',
    });
    expect(await ask(server, { path: '/latest/meta-data/region-id', headers })).toMatchObject({ body: 'cn-hangzhou' });
    expect((await ask(server)).status).toBe(200);
    expect((await ask(server, { path: `${roles}other`, headers })).status).toBe(404);
    expect((await ask(server, { path: '/latest/user-data', headers })).status).toBe(404);
  });

  test('v2 answers nobody without a token, with a wrong one, or one that has expired', async () => {
    let now = Date.parse('2026-01-01T00:00:00Z');
    const server = await started({ imds: 'v2', now: () => now });
    const other = await started({ imds: 'v2', now: () => now });
    const tokenOf = async (issuer: Started) =>
      (await ask(issuer, { method: 'PUT', path: '/latest/api/token', headers: ttl })).body;
    const token = await tokenOf(server);
    const [end = '', nonce, seal] = token.split('.');
    const forged = [`${Number(end) + 1000}.${nonce}.${seal}`, `${end}.${nonce}.`, `${end}.x.${seal}`, '..', '', 'x'];
    for (const path of [roles, `${roles}ack-ram-tool`]) {
      expect((await ask(server, { path })).status).toBe(403);
      for (const wrong of [...forged, await tokenOf(other)]) {
        const { status, body } = await ask(server, { path, headers: withToken(wrong) });
        expect(status, wrong).toBe(403);
        expect(body).not.toContain('PLANTED');
      }
      expect((await ask(server, { path, headers: withToken(token) })).status).toBe(200);
    }
    now += 60_000;
    expect((await ask(server, { path: roles, headers: withToken(token) })).status).toBe(403);
  });

  test.each(['', '0', '21601', '-1', '1e3', 'x', '000000060'])(
    'gives no token for a life of %j seconds',
    async (seconds) => {
      const server = await started({ imds: 'v2' });
      const headers = { 'X-aliyun-ecs-metadata-token-ttl-seconds': seconds };
      expect((await ask(server, { method: 'PUT', path: '/latest/api/token', headers })).status).toBe(400);
    },
  );

  test('gives no token to a request that came through a proxy, or from a browser', async () => {
    const server = await started({ imds: 'v2' });
    for (const [name, value] of [
      ['x-forwarded-for', '10.0.0.1'],
      ['origin', 'http://evil.example'],
      ['host', `evil.example:${server.port}`],
    ] as const) {
      const answer = await ask(server, {
        method: 'PUT',
        path: '/latest/api/token',
        headers: { ...ttl, [name]: value },
      });
      expect(answer.status, name).toBe(403);
    }
  });

  test('v1 answers without a token too, refuses a wrong one, and warns of what that means', async () => {
    const server = await started({ imds: 'v1' });
    expect(server.told[0]).toMatch(/every local user can read the credentials, and so can/);
    expect(await ask(server, { path: roles })).toMatchObject({ status: 200, body: 'ack-ram-tool' });
    expect(JSON.parse((await ask(server, { path: `${roles}ack-ram-tool` })).body)).toMatchObject({ Code: 'Success' });
    expect((await ask(server, { path: roles, headers: withToken('x') })).status).toBe(403);
    expect((await ask(server, { path: '/latest/meta-data/region-id' })).status).toBe(404);
    expect((await ask(server, { path: roles, method: 'POST' })).status).toBe(405);
  });

  test('tells a failure of the provider as the URI does', async () => {
    const error = new ToolError('NETWORK', 'down');
    const server = await started({ imds: 'v1', current: () => Promise.reject(error) });
    expect((await ask(server, { path: `${roles}ack-ram-tool` })).status).toBe(503);
    expect(server.told).toContain('warn: the credentials could not be served: down');
  });
});
