/** The local servers of the tool, as a page in a browser, another local user, and whoever can connect would try them. */
import { createServer, request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { connectAnonymous, connect as connectCloud } from '../../src/cloud/clients.ts';
import { readMetadata } from '../../src/cloud/ecs-metadata.ts';
import { createExchange } from '../../src/cloud/exchange.ts';
import { request as requestByFetch } from '../../src/cloud/fetched.ts';
import { request } from '../../src/cloud/network.ts';
import { fromCredentialsUri } from '../../src/credentials/credentials-uri.ts';
import { githubRequest, requestGithubToken } from '../../src/credentials/github-oidc.ts';
import { startCredentialServer } from '../../src/credentials/server.ts';
import { openClient } from '../../src/kubernetes/api-client.ts';
import { makeSelfSigned } from '../../src/kubernetes/self-signed.ts';
import { startWebhookServer } from '../../src/kubernetes/webhook-server.ts';
import { startSandbox } from '../../src/sandbox/server.ts';
import { cloudOptions } from '../cloud/wire-server.ts';

const planted = 'PLANTED-SECRET';
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

interface Target {
  port: number;
  /** Whoever knows these gets something worth having. */
  secretPaths: readonly string[];
  /** Everybody knows these. */
  openPaths: readonly string[];
}

async function credentialServer(imds: 'off' | 'v1' | 'v2' = 'off'): Promise<Target> {
  const session = {
    accessKeyId: planted,
    accessKeySecret: planted,
    securityToken: planted,
    expiration: new Date(Date.now() + 3_600_000),
  };
  const quiet = { debug() {}, info() {}, warn() {} };
  const limits = { headersTimeout: 300, requestTimeout: 300, connectionsCheckingInterval: 50 };
  const server = await startCredentialServer({
    current: async () => session,
    listen: '127.0.0.1:0',
    imds,
    regionId: 'cn-hangzhou',
    now: Date.now,
    log: quiet,
    limits,
  });
  closers.push(() => server.close());
  const { port, pathname } = new URL(server.uri);
  const openPaths = [
    '/',
    '/credentials',
    '/latest/api/token',
    '/latest/meta-data/',
    '/latest/meta-data/ram/security-credentials/',
    '/latest/meta-data/ram/security-credentials/ack-ram-tool',
    '/favicon.ico',
  ];
  return { port: Number(port), secretPaths: [pathname], openPaths };
}

async function sandbox(): Promise<Target> {
  const server = await startSandbox();
  closers.push(() => server.close());
  const { port, pathname } = new URL(server.url);
  const secretPaths = ['state', 'access-log', 'token', 'reset'].map((what) => `${pathname}/${what}`);
  return {
    port: Number(port),
    secretPaths,
    openPaths: ['/', '/latest/meta-data/', '/oidc/', '/?Action=GetCallerIdentity'],
  };
}

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: string;
}

function ask(
  port: number,
  path: string,
  headers: OutgoingHttpHeaders = {},
  method = 'GET',
  body = '',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ host: '127.0.0.1', port, path, method, agent: false, headers }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (part) => (text += part));
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Everything said until the other side hangs up. */
function heardFrom(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let heard = '';
    socket.setEncoding('latin1').on('data', (part) => (heard += part));
    socket.on('error', () => {});
    socket.on('close', () => resolve(heard));
  });
}

const corsOf = ({ headers }: Answer): string[] =>
  Object.keys(headers).filter((name) => name.startsWith('access-control') || name === 'timing-allow-origin');

/** What a browser sends along from a page of another site, by the way the page asks. */
const pages: readonly [string, string, OutgoingHttpHeaders][] = [
  [
    'fetch',
    'GET',
    {
      origin: 'https://evil.example',
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'cors',
      'sec-fetch-dest': 'empty',
      referer: 'https://evil.example/',
    },
  ],
  [
    'fetch without CORS',
    'GET',
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'empty' },
  ],
  [
    'a form',
    'POST',
    {
      origin: 'null',
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      'content-type': 'text/plain',
    },
  ],
  [
    'a link',
    'GET',
    { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'sec-fetch-user': '?1' },
  ],
  ['an image', 'GET', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
  ['a script', 'GET', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' }],
  [
    'a page of another port here',
    'GET',
    {
      origin: 'http://127.0.0.1:3000',
      'sec-fetch-site': 'same-site',
      'sec-fetch-mode': 'cors',
      'sec-fetch-dest': 'empty',
    },
  ],
  ['an extension', 'GET', { origin: 'chrome-extension://abc' }],
  ['an old browser', 'GET', { origin: 'https://evil.example', referer: 'https://evil.example/' }],
  [
    'a question whether it may',
    'OPTIONS',
    {
      origin: 'https://evil.example',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'x-aliyun-ecs-metadata-token-ttl-seconds',
      'access-control-request-private-network': 'true',
    },
  ],
  [
    'a question for a token',
    'PUT',
    { origin: 'https://evil.example', 'x-aliyun-ecs-metadata-token-ttl-seconds': '60' },
  ],
];

describe('a page in a browser', () => {
  it.each(['off', 'v1', 'v2'] as const)(
    'reads nothing of the credential server, knowing every path, with metadata %s',
    async (imds) => {
      const { port, secretPaths, openPaths } = await credentialServer(imds);
      for (const path of [...secretPaths, ...openPaths]) {
        for (const [name, method, headers] of pages) {
          const answer = await ask(port, path, headers, method);
          expect([answer.status, answer.body, corsOf(answer)], `${name} ${path}`).toEqual([403, '', []]);
        }
      }
    },
  );

  it('gets no leave to read from the sandbox, and none of what only its owner may ask', async () => {
    const { port, secretPaths, openPaths } = await sandbox();
    for (const path of [...secretPaths, ...openPaths]) {
      for (const [name, method, headers] of pages) {
        const answer = await ask(port, path, headers, method);
        expect(corsOf(answer), `${name} ${path}`).toEqual([]);
        if (secretPaths.includes(path)) expect([answer.status, name, path]).toEqual([403, name, path]);
      }
    }
  });

  const rebound = (port: number): string[] => [
    `evil.example:${port}`,
    'evil.example',
    `127.0.0.1.evil.example:${port}`,
    `localhost.evil.example:${port}`,
    `evil.localhost.example:${port}`,
    `127.0.0.1.:${port}`,
    `0x7f000001.evil.example:${port}`,
    `[::1].evil.example:${port}`,
    `10.0.0.1:${port}`,
    `169.254.169.254`,
    `100.100.100.200`,
    `user@127.0.0.1:${port}`,
    `127.0.0.1:${port}@evil.example`,
    `127.0.0.1:${port}/`,
    ' ',
  ];

  it('finds nothing by making a name of its own point here', async () => {
    for (const { port, secretPaths } of [await credentialServer('v1'), await sandbox()]) {
      for (const host of rebound(port)) {
        for (const path of [...secretPaths, '/latest/meta-data/ram/security-credentials/']) {
          const { status, body } = await ask(port, path, { host });
          expect([400, 403], `${host} ${path}`).toContain(status);
          expect(body).not.toContain(planted);
        }
      }
    }
  });
});

describe('another local user', () => {
  it('gets one and the same answer for every path but the right one', async () => {
    const { port, secretPaths } = await credentialServer();
    const [right = ''] = secretPaths;
    const random = '/credentials/'.concat('A'.repeat(right.length - '/credentials/'.length));
    const wrong = [
      random,
      right.slice(0, -1),
      `${right}A`,
      `${right.slice(0, -1)}${right.endsWith('A') ? 'B' : 'A'}`,
      '/',
      '/x',
    ];
    const answers = await Promise.all(wrong.map((path) => ask(port, path)));
    const seen = answers.map(({ status, headers: { date: _date, ...headers }, body }) =>
      JSON.stringify([status, headers, body]),
    );
    expect(new Set(seen).size).toBe(1);
    expect(answers[0]?.status).toBe(404);
    expect((await ask(port, right)).status).toBe(200);
  });

  it('learns nothing about where the sandbox is administered', async () => {
    const { port, secretPaths } = await sandbox();
    const [right = ''] = secretPaths;
    const admin = right.slice(0, right.lastIndexOf('/'));
    expect(Buffer.from(admin.split('/').at(-1) ?? '', 'base64url').length).toBeGreaterThanOrEqual(16);
    for (const path of [
      `${admin.slice(0, -1)}/state`,
      `${admin}x/state`,
      admin,
      `${admin}/`,
      `${admin}/../state`,
      `${admin.toUpperCase()}/state`,
    ]) {
      expect((await ask(port, path)).status, path).toBe(404);
    }
    expect((await ask(port, right)).status).toBe(200);
  });

  it('gets no metadata unless that was asked for, and no version 1 unless that was', async () => {
    const roles = '/latest/meta-data/ram/security-credentials/';
    const ttl = { 'x-aliyun-ecs-metadata-token-ttl-seconds': '60' };
    const off = await credentialServer('off');
    for (const path of off.openPaths) expect((await ask(off.port, path)).status).toBe(404);
    expect((await ask(off.port, '/latest/api/token', ttl, 'PUT')).status).toBe(405);
    const v2 = await credentialServer('v2');
    expect((await ask(v2.port, roles)).status).toBe(403);
    for (const forwarded of ['10.0.0.1', '']) {
      expect((await ask(v2.port, '/latest/api/token', { ...ttl, 'x-forwarded-for': forwarded }, 'PUT')).status).toBe(
        403,
      );
    }
    expect((await ask(v2.port, '/latest/api/token', {}, 'PUT')).status).toBe(400);
    const token = (await ask(v2.port, '/latest/api/token', ttl, 'PUT')).body;
    expect((await ask(v2.port, roles, { 'x-aliyun-ecs-metadata-token': token })).status).toBe(200);
    expect((await ask((await credentialServer('v1')).port, roles)).status).toBe(200);
  });
});

describe('whoever can connect', () => {
  const nonsense: readonly string[] = [
    'GET / HTTP/1.1\r\n\r\n',
    'GET / HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n',
    'GET  HTTP/1.1\r\n\r\n',
    '\r\n\r\n\r\n',
    '\0\0\0\0',
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc',
    'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -1\r\n\r\n',
    'POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx',
    'POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n',
    `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n${'X: y\r\n'.repeat(5_000)}\r\n`,
    `GET /${'x'.repeat(300_000)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`,
    'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: a\0b\r\n\r\n',
    'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n',
    'GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  ];

  it('brings neither the credential server nor the sandbox down by what is no HTTP', async () => {
    for (const { port, secretPaths } of [await credentialServer('v1'), await sandbox()]) {
      const heard = nonsense.map((bytes) => {
        const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
        return heardFrom(socket);
      });
      for (const text of await Promise.all(heard)) {
        expect(text).not.toContain(planted);
        expect(text).not.toMatch(/\n\s+at /);
        if (text !== '') expect(text).toMatch(/^HTTP\/1\.1 [1-5]\d\d/);
      }
      expect((await ask(port, secretPaths[0] ?? '')).status).toBe(200);
    }
  });

  it('gets a refusal of the sandbox, and no internal error, for odd parameters and bodies', async () => {
    const faults: unknown[] = [];
    const server = await startSandbox({ onInternalError: (error) => faults.push(error) });
    closers.push(() => server.close());
    const port = Number(new URL(server.url).port);
    const deep = '['.repeat(200_000);
    const targets = [
      '/?Action=GetRole&Action=DeleteRole&Version=2015-05-01',
      '/?Action=GetRole&Version=2015-05-01&Version=2015-04-01',
      '/?Action=__proto__&Version=2015-05-01',
      '/?Action=constructor&Version=__proto__',
      '/?__proto__=x&Action=GetRole&Version=2015-05-01',
      '/?%zz=1',
      `/?${'a=b&'.repeat(10_000)}`,
      '/clusters/%00',
      '/clusters/..%2f..%2fetc%2fpasswd',
      '/oidc/__proto__/.well-known/openid-configuration',
      '/oidc/constructor/keys',
      '/latest/meta-data/__proto__',
      '//',
      '/\\',
    ];
    for (const target of targets) {
      for (const [type, body] of [
        ['application/json', deep],
        ['application/json', '{"__proto__":{"polluted":1}}'],
        ['application/x-www-form-urlencoded', 'Action=GetRole&Action=DeleteRole'],
        ['multipart/form-data', '--x'],
        ['text/xml', '<!DOCTYPE x [<!ENTITY a "b">]>'],
        ['', '\0'],
      ] as const) {
        const headers = { ...(type === '' ? {} : { 'content-type': type }), 'content-length': Buffer.byteLength(body) };
        const { status } = await ask(port, target, headers, 'POST', body);
        expect([400, 401, 403, 404, 405], `${target} ${type}`).toContain(status);
      }
    }
    const admin = new URL(server.url).pathname;
    for (const body of [deep, '{"__proto__":1}', '[]', '{"clusterId":{},"namespace":[],"serviceAccount":1}', '\0']) {
      expect((await ask(port, `${admin}/token`, {}, 'POST', body)).status).toBe(400);
    }
    expect(faults).toEqual([]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('is cut off by the webhook when it dribbles, sends too much, or another method, path or type', async () => {
    const made = await makeSelfSigned('localhost', Date.now());
    const quiet = { debug() {}, info() {}, warn() {}, error() {} };
    const limits = { headersTimeout: 300, requestTimeout: 300, handshakeTimeout: 300, connectionsCheckingInterval: 50 };
    const server = await startWebhookServer({
      host: '127.0.0.1',
      port: 0,
      certificate: { cert: made.cert, key: made.key, expiresAt: made.expiresAt, fingerprint: '' },
      review: async (body) => (body === undefined ? undefined : { secret: planted }),
      log: quiet,
      sleep: async () => {},
      limits,
    });
    closers.push(() => server.close());
    const say = (bytes: string, drip = false): Promise<string> => {
      const socket = connectTls({ host: '127.0.0.1', port: server.port, servername: 'localhost', ca: made.ca }, () => {
        socket.write(bytes);
        const timer = drip ? setInterval(() => socket.write('x'), 30) : undefined;
        socket.on('close', () => clearInterval(timer));
      });
      return heardFrom(socket);
    };
    const head = 'Host: localhost\r\nConnection: close\r\n';
    const json = `${head}Content-Type: application/json\r\n`;
    const cases: [string, number][] = [
      [`GET /mutate HTTP/1.1\r\n${head}\r\n`, 405],
      [
        `OPTIONS /mutate HTTP/1.1\r\n${head}Origin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\n\r\n`,
        405,
      ],
      [`POST / HTTP/1.1\r\n${json}Content-Length: 2\r\n\r\n{}`, 404],
      [`POST /mutate/../mutate HTTP/1.1\r\n${json}Content-Length: 2\r\n\r\n{}`, 404],
      [`POST /mutate HTTP/1.1\r\n${head}Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}`, 415],
      [
        `POST /mutate HTTP/1.1\r\n${head}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 2\r\n\r\n{}`,
        415,
      ],
      [`POST /mutate HTTP/1.1\r\n${json}Content-Length: 99999999\r\n\r\n`, 413],
      [`POST /mutate HTTP/1.1\r\n${json}Content-Length: 1\r\n\r\n{`, 400],
    ];
    for (const [bytes, status] of cases) {
      const heard = await say(bytes);
      expect([Number(/^HTTP\/1\.1 (\d+)/.exec(heard)?.[1]), bytes]).toEqual([status, bytes]);
      expect(heard.toLowerCase()).not.toContain('access-control');
      expect(heard).not.toContain(planted);
    }
    for (const slow of [
      '',
      'P',
      `POST /mutate HTTP/1.1\r\n${json}X: `,
      `POST /mutate HTTP/1.1\r\n${json}Content-Length: 1000\r\n\r\n{`,
    ]) {
      expect(await say(slow, true)).not.toContain(planted);
    }
    const plain = connect(server.port, '127.0.0.1', () => plain.end(`POST /mutate HTTP/1.1\r\n${json}\r\n`));
    expect(await heardFrom(plain)).not.toContain(planted);
  });

  it('is cut off by the sandbox when it dribbles', async () => {
    const { createServer: createSandboxServer } = await import('../../src/sandbox/http-server.ts');
    const server = createSandboxServer(async () => ({ status: 200, headers: {}, body: 'x' }));
    for (const [limit, most] of [
      ['headersTimeout', 10_000],
      ['requestTimeout', 30_000],
      ['keepAliveTimeout', 10_000],
    ] as const) {
      expect(server[limit]).toBeGreaterThan(0);
      expect(server[limit]).toBeLessThanOrEqual(most);
    }
  });
});

describe('a server that sends clients elsewhere', () => {
  /** One that redirects, and one that must never hear of anything. */
  async function redirecting(status: number): Promise<{ url: string; heard: string[] }> {
    const heard: string[] = [];
    const evil = createServer((incoming, response) => {
      heard.push(`${incoming.method} ${incoming.url} ${JSON.stringify(incoming.headers)}`);
      response.end('{}');
    });
    await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve));
    // Another host, as far as names go.
    const elsewhere = `http://localhost:${(evil.address() as AddressInfo).port}/stolen`;
    const server = createServer((incoming, response) => {
      incoming.resume();
      response.writeHead(status, { location: elsewhere, 'content-type': 'application/json' }).end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    for (const each of [evil, server]) {
      closers.push(() => {
        each.closeAllConnections();
        each.close();
      });
    }
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard };
  }

  const signal = new AbortController().signal;
  const timeouts = { connectMs: 5_000, readMs: 5_000 };
  const headers = { authorization: `Bearer ${planted}` };
  const exchange = createExchange({ env: {}, connectTimeoutMs: 5_000, readTimeoutMs: 5_000, signal });
  const clock = { now: Date.now, sleep: async () => {}, random: () => 0.5 };
  const clients: readonly [string, (url: string) => Promise<unknown>][] = [
    ['the client', (url) => request({ method: 'GET', url, headers, timeouts })],
    ['the client by fetch', (url) => requestByFetch({ method: 'POST', url, headers, body: planted, timeouts })],
    ['the exchange of credential sources', (url) => exchange({ method: 'POST', url, headers, body: planted })],
    ['a credentials URI', (url) => fromCredentialsUri(`${url}/${planted}`, { exchange })()],
    [
      'the metadata service',
      (url) =>
        readMetadata('meta-data/ram/security-credentials/', {
          env: { ALIBABA_CLOUD_IMDS_ENDPOINT: url },
          signal,
          timeouts,
          sleep: clock.sleep,
          random: clock.random,
          debug() {},
        } as never),
    ],
    [
      'GitHub',
      (url) =>
        requestGithubToken(
          githubRequest(
            { ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/?x=${planted}`, ACTIONS_ID_TOKEN_REQUEST_TOKEN: planted },
            'a',
          ),
          exchange,
        ),
    ],
    [
      'STS, anonymously',
      (url) =>
        connectAnonymous(cloudOptions(url, { maxRetries: 0 }))({
          roleArn: 'acs:ram::1:role/r',
          sessionName: 'me',
          providerArn: 'acs:ram::1:oidc-provider/p',
          oidcToken: planted,
        }),
    ],
    ['STS', (url) => connectCloud(cloudOptions(url, { maxRetries: 0 })).sts.getCallerIdentity()],
    ['RAM', (url) => connectCloud(cloudOptions(url, { maxRetries: 0 })).ram.getRole('r')],
    ['IMS', (url) => connectCloud(cloudOptions(url, { maxRetries: 0 })).ims.getOidcProvider('p')],
    ['ACK', (url) => connectCloud(cloudOptions(url, { maxRetries: 0 })).ack.getCluster('c1')],
    [
      'an API server',
      async (url) => {
        const { Agent } = await import('node:http');
        const route = { server: new URL(url), agent: new Agent(), headers };
        return openClient(route, { clock, signal, debug() {}, attempts: 1 }).get('/api/v1/namespaces/app');
      },
    ],
  ];

  it.each(clients)('is not followed by %s, and nothing is sent on', async (_name, send) => {
    for (const status of [301, 302, 303, 307, 308]) {
      const { url, heard } = await redirecting(status);
      const outcome = await send(url).then(
        (value) => value,
        (error: unknown) => error,
      );
      expect(heard).toEqual([]);
      expect(
        outcome instanceof Error ? (outcome as { code?: string }).code : (outcome as { status?: number })?.status,
      ).toBeDefined();
      expect(outcome instanceof Error ? outcome.message : '').not.toContain(planted);
    }
  });
});
