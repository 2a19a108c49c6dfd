import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect as connectTo, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type HttpRequest, request } from '../../src/cloud/network.ts';
import { ToolError } from '../../src/errors.ts';
import { cut, errorOf, everythingIn, listen, sendJson, wireServer } from './wire-server.ts';

/** Made by `openssl req -x509` for localhost and ram.example; nobody trusts it. */
const selfSigned = {
  cert: readFileSync(new URL('../fixtures/cloud/self-signed.cert.pem', import.meta.url)),
  key: readFileSync(new URL('../fixtures/cloud/self-signed.key.pem', import.meta.url)),
};
const timeouts = { connectMs: 5000, readMs: 5000 };

function get(url: string, options: Partial<HttpRequest> = {}): ReturnType<typeof request> {
  return request({ method: 'GET', url, timeouts, ...options });
}

describe('a request', () => {
  it('sends method, path, query, headers and body as given, and reads the answer', async () => {
    const server = await wireServer((_, response) => {
      response.writeHead(201, { 'x-a': 'b' }).end('done');
    });
    const headers = { 'x-c': 'd' };
    const answer = await request({ method: 'POST', url: `${server.url}/p?q=1`, headers, body: 'text', timeouts });
    expect(answer).toMatchObject({ status: 201, headers: { 'x-a': 'b' } });
    expect(answer.body.toString()).toBe('done');
    expect(server.seen).toMatchObject([{ method: 'POST', path: '/p', query: { q: '1' }, body: 'text' }]);
    expect(server.seen[0]?.headers).toMatchObject({
      'x-c': 'd',
      'content-length': '4',
      'user-agent': 'ack-ram-tool/0.0.0-test',
    });
  });

  it('uses a connection again', async () => {
    const ports: (number | undefined)[] = [];
    const server = await wireServer((_, response) => {
      ports.push(response.socket?.remotePort);
      response.end('ok');
    });
    await get(server.url);
    await get(server.url);
    expect(ports[1]).toBe(ports[0]);
  });

  it('takes a redirect for an answer and does not follow it', async () => {
    const server = await wireServer((_, response) => {
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect((await get(server.url)).status).toBe(302);
    expect(server.seen).toHaveLength(1);
  });

  it('says that the connection was refused, and that it may be another try away', async () => {
    const closed = createServer();
    closed.listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port: free } = closed.address() as { port: number };
    closed.close();
    await once(closed, 'close');
    expect(await errorOf(get(`http://127.0.0.1:${free}/?SecurityToken=hidden`))).toMatchObject({
      code: 'NETWORK',
      message: `no answer from http://127.0.0.1:${free}: the connection was refused (ECONNREFUSED)`,
      details: { reason: 'ECONNREFUSED', transient: true },
    });
  });

  it('says that the connection broke before an answer', async () => {
    const server = await wireServer((_, response) => cut(response));
    expect(await errorOf(get(server.url))).toMatchObject({ code: 'NETWORK', details: { transient: true } });
  });

  it('does not take half an answer for one', async () => {
    const server = await wireServer((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"half":');
      setImmediate(() => response.socket?.destroy());
    });
    expect(await errorOf(get(server.url))).toMatchObject({ code: 'NETWORK', details: { transient: true } });
  });

  it('does not take half a chunked answer for one', async () => {
    const server = await wireServer((_, response) => {
      response.writeHead(200);
      response.write('{"half":true}');
      setImmediate(() => response.socket?.end());
    });
    expect(await errorOf(get(server.url))).toMatchObject({ code: 'NETWORK', details: { transient: true } });
  });

  it('gives up on a server that does not answer', async () => {
    const server = await wireServer(() => {});
    const error = await errorOf(get(server.url, { timeouts: { connectMs: 5000, readMs: 30 } }));
    expect(error).toMatchObject({
      code: 'NETWORK',
      message: expect.stringContaining('not all of it came within 0.03 s'),
      details: { reason: 'READ_TIMEOUT', transient: true },
    });
  });

  it('gives up on a server that answers byte by byte', async () => {
    const server = await wireServer((_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('x'), 5);
      response.on('close', () => clearInterval(timer));
    });
    const error = await errorOf(get(server.url, { timeouts: { connectMs: 5000, readMs: 60 } }));
    expect(error).toMatchObject({ details: { reason: 'READ_TIMEOUT' } });
  });

  it('gives up on a TLS server that never shakes hands', async () => {
    const port = await listen(createServer());
    const error = await errorOf(get(`https://127.0.0.1:${port}`, { timeouts: { connectMs: 50, readMs: 5000 } }));
    expect(error).toMatchObject({ code: 'NETWORK', details: { reason: 'CONNECT_TIMEOUT', transient: true } });
  });

  it('stops reading an answer that is too long', async () => {
    let isCut = false;
    const server = await wireServer((_, response) => {
      response.on('close', () => {
        isCut = true;
      });
      const write = (): void => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
        if (!response.destroyed) response.once('drain', write);
      };
      write();
    });
    const error = await errorOf(get(server.url, { maxBytes: 100_000 }));
    expect(error).toMatchObject({ code: 'BAD_ANSWER', message: expect.stringContaining('more than 100000 bytes') });
    await expect.poll(() => isCut).toBe(true);
  });

  it('says that an answer is no HTTP, without what it is', async () => {
    const port = await listen(createServer((socket) => socket.end('SSH-2.0-hidden\r\n')));
    const error = await errorOf(get(`http://127.0.0.1:${port}`));
    expect(error).toMatchObject({ code: 'BAD_ANSWER', message: expect.stringContaining('no HTTP') });
    expect(everythingIn(error)).not.toContain('hidden');
  });

  it('refuses a certificate that nobody vouches for, does not call that transient, and says what to do', async () => {
    const server = createHttpsServer(selfSigned, (_, response) => response.end('ok'));
    const port = await listen(server);
    expect(await errorOf(get(`https://localhost:${port}`))).toMatchObject({
      code: 'NETWORK',
      details: { reason: 'DEPTH_ZERO_SELF_SIGNED_CERT', transient: false },
      hint: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    });
  });

  it('ends with the reason of the signal while it waits', async () => {
    const controller = new AbortController();
    const reason = new ToolError('INTERRUPTED', 'interrupted by SIGINT');
    const server = await wireServer(() => controller.abort(reason));
    expect(await errorOf(get(server.url, { signal: controller.signal }))).toBe(reason);
  });

  it('sends nothing once the signal is aborted', async () => {
    const server = await wireServer((_, response) => response.end());
    expect(await errorOf(get(server.url, { signal: AbortSignal.abort('stop') }))).toMatchObject({
      code: 'INTERRUPTED',
    });
    expect(server.seen).toHaveLength(0);
  });

  it('never shows the query, whatever goes wrong', async () => {
    const breaking = await wireServer((_, response) => cut(response));
    const silent = await wireServer(() => {});
    const quick = { connectMs: 2000, readMs: 20 };
    for (const url of [breaking.url, silent.url, 'http://127.0.0.1:1', 'https://no-such-host.invalid']) {
      const error = await errorOf(get(`${url}/?SecurityToken=hidden&Signature=hidden`, { timeouts: quick }));
      expect(everythingIn(error)).not.toContain('hidden');
    }
  });
});

describe('a request through a proxy', () => {
  const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  afterEach(() => {
    if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
  });

  /** Notes every request line with its login, and connects each tunnel to `target`. */
  async function proxy(target: number, status = '200 OK'): Promise<{ url: string; seen: string[] }> {
    const seen: string[] = [];
    const server = createHttpServer((incoming, response) => {
      seen.push(
        `${incoming.method} ${incoming.url} ${incoming.headers.host} ${incoming.headers['proxy-authorization']}`,
      );
      sendJson(response, { from: 'proxy' });
    });
    server.on('connect', (incoming, socket: Socket) => {
      seen.push(`${incoming.method} ${incoming.url} ${incoming.headers['proxy-authorization']}`);
      socket.on('error', () => {});
      if (!status.startsWith('200')) {
        socket.end(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\n\r\n`);
        return;
      }
      socket.write(`HTTP/1.1 ${status}\r\n\r\n`);
      const upstream = connectTo(target, '127.0.0.1');
      upstream.on('error', () => {});
      upstream.pipe(socket).pipe(upstream);
    });
    return { url: `http://127.0.0.1:${await listen(server)}`, seen };
  }

  const login = `Basic ${Buffer.from('user:pass word').toString('base64')}`;

  it('tunnels https, logs in at the proxy, and tells the proxy nothing else', async () => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    const target = createHttpsServer(selfSigned, (incoming, response) => response.end(`seen ${incoming.url}`));
    const { url, seen } = await proxy(await listen(target));
    const env = { HTTPS_PROXY: url.replace('//', '//user:pass%20word@') };
    const answer = await get('https://ram.example/?Secret=hidden', { env });
    expect(answer.body.toString()).toBe('seen /?Secret=hidden');
    expect(seen).toEqual([`CONNECT ram.example:443 ${login}`]);
  });

  it('hands plain http to the proxy with its whole URL', async () => {
    const { url, seen } = await proxy(1);
    const env = { http_proxy: url.replace('//', '//user:pass%20word@') };
    const answer = await get('http://ram.example:8080/path?q=1', { env });
    expect(JSON.parse(answer.body.toString())).toEqual({ from: 'proxy' });
    expect(seen).toEqual([`GET http://ram.example:8080/path?q=1 ram.example:8080 ${login}`]);
  });

  it('says which proxy refused to connect', async () => {
    const { url } = await proxy(1, '407 Proxy Authentication Required');
    const env = { HTTPS_PROXY: url.replace('//', '//user:hidden@') };
    const error = await errorOf(get('https://ram.example/', { env }));
    expect(error).toMatchObject({
      code: 'NETWORK',
      message: `no answer from https://ram.example through the proxy ${new URL(url).host}: the proxy answered 407`,
      details: { reason: 'PROXY_407', transient: false },
    });
    expect(everythingIn(error)).not.toContain('hidden');
  });

  it('goes straight to loopback and to what NO_PROXY names', async () => {
    const server = await wireServer((_, response) => response.end('straight'));
    const { url, seen } = await proxy(1);
    const env = { HTTP_PROXY: url, HTTPS_PROXY: url, NO_PROXY: '.invalid' };
    expect((await get(server.url, { env })).body.toString()).toBe('straight');
    expect(await errorOf(get('http://no-such-host.invalid', { env }))).toMatchObject({ code: 'NETWORK' });
    expect(seen).toEqual([]);
  });
});
