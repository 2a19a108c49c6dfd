import { request as httpsRequest } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, describe, expect, it } from 'vitest';
import { makeSelfSigned, type SelfSigned } from '../../src/kubernetes/self-signed.ts';
import type { ServingCertificate } from '../../src/kubernetes/webhook-certificate.ts';
import {
  startWebhookServer,
  type WebhookServer,
  type WebhookServerOptions,
} from '../../src/kubernetes/webhook-server.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const made = await makeSelfSigned('localhost', Date.now());
const certificate = servingOf(made);

function servingOf({ cert, key, expiresAt }: SelfSigned): ServingCertificate {
  return { cert, key, expiresAt, fingerprint: '' };
}

const servers: WebhookServer[] = [];
afterAll(() => Promise.all(servers.map((server) => server.close())));

async function started(options: Partial<WebhookServerOptions> = {}): Promise<WebhookServer> {
  const server = await startWebhookServer({
    host: '127.0.0.1',
    port: 0,
    certificate,
    review: async (body) => (body === undefined ? undefined : { seen: body }),
    log: quiet,
    sleep: async () => {},
    ...options,
  });
  servers.push(server);
  return server;
}

interface Ask {
  method?: string;
  path?: string;
  body?: string | Buffer;
  headers?: Record<string, string | number>;
  ca?: string;
}

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

function ask(
  { port }: { port: number },
  { method = 'POST', path = '/mutate', body = '', headers, ca }: Ask,
): Promise<Answer> {
  const options = { host: '127.0.0.1', servername: 'localhost', port, method, path, agent: false, ca: ca ?? made.ca };
  return new Promise((resolve, reject) => {
    const request = httpsRequest({ ...options, headers: { 'content-type': 'application/json', ...headers } });
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

function signalled(): { wait: Promise<void>; signal: () => void } {
  let signal = () => {};
  const wait = new Promise<void>((done) => {
    signal = done;
  });
  return { wait, signal: () => signal() };
}

describe('what the webhook answers', async () => {
  const server = await started();

  it('passes a review on and its answer back', async () => {
    const { status, headers, body } = await ask(server, { path: '/mutate?timeout=10s', body: '{"a":1}' });
    expect({ status, body }).toEqual({ status: 200, body: '{"seen":{"a":1}}' });
    expect(headers['content-type']).toBe('application/json');
  });

  it.each<[string, Ask, number]>([
    ['healthz', { method: 'GET', path: '/healthz' }, 200],
    ['readyz', { method: 'GET', path: '/readyz' }, 200],
    ['the head of healthz', { method: 'HEAD', path: '/healthz' }, 200],
    ['a post to healthz', { path: '/healthz' }, 405],
    ['another path', { path: '/' }, 404],
    ['a path below', { path: '/mutate/' }, 404],
    ['a path that climbs', { path: '/x/../mutate' }, 404],
    ['a path that is none', { path: '//[' }, 404],
    ['a get of mutate', { method: 'GET' }, 405],
    ['a put', { method: 'PUT', body: '{}' }, 405],
    ['no body', {}, 400],
    ['no JSON', { body: '{"a":' }, 400],
    ['thousands of brackets', { body: '['.repeat(200_000) }, 400],
    ['a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: '{}' }, 415],
    ['a type that only starts alike', { headers: { 'content-type': 'application/json5' }, body: '{}' }, 415],
    ['a type with parameters', { headers: { 'content-type': 'application/json; charset=utf-8' }, body: '{}' }, 200],
    ['a length that is too large', { headers: { 'content-length': 5 * 1024 * 1024 }, body: '{' }, 413],
    [
      'a body that is too large',
      { headers: { 'transfer-encoding': 'chunked' }, body: Buffer.alloc(4 * 1024 * 1024 + 1, 32) },
      413,
    ],
    ['a header that is too large', { headers: { 'x-large': 'x'.repeat(20_000) }, body: '{}' }, 431],
  ])('to %s: %s → %i', async (_what, request, wanted) => {
    expect((await ask(server, request)).status).toBe(wanted);
  });

  it('an internal error is told to the log only', async () => {
    const told: unknown[] = [];
    const log = { ...quiet, error: (...entry: unknown[]) => void told.push(entry) };
    const broken = await started({ log, review: () => Promise.reject(new Error('planted detail')) });
    const { status, body } = await ask(broken, { body: '{}' });
    expect({ status, body }).toEqual({ status: 500, body: 'internal error\n' });
    expect(JSON.stringify(told)).toContain('planted detail');
  });

  it('a client that goes away in the middle is no error', async () => {
    const told: unknown[] = [];
    const log = { ...quiet, error: (...entry: unknown[]) => void told.push(entry) };
    const own = await started({ log });
    const socket = connectTls({ host: '127.0.0.1', port: own.port, servername: 'localhost', ca: made.ca });
    await new Promise<void>((done) => socket.once('secureConnect', () => done()));
    socket.write('POST /mutate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{');
    await new Promise<void>((done) => socket.end(() => done()));
    expect((await ask(own, { method: 'GET', path: '/healthz' })).status).toBe(200);
    expect(told).toEqual([]);
  });
});

describe('clients that hold a connection open', () => {
  const limits = { headersTimeout: 50, requestTimeout: 100, connectionsCheckingInterval: 20, handshakeTimeout: 50 };

  it('a request that does not end is ended', async () => {
    const server = await started({ limits });
    const socket = connectTls({ host: '127.0.0.1', port: server.port, servername: 'localhost', ca: made.ca });
    let text = '';
    socket.setEncoding('utf8').on('data', (part) => (text += part));
    socket.on('error', () => {});
    socket.write('POST /mutate HTTP/1.1\r\nhost: x\r\n');
    await new Promise<void>((done) => socket.on('close', () => done()));
    expect(text).toContain('408');
  });

  it('a connection without TLS is ended', async () => {
    const server = await started({ limits });
    const socket = connectTcp({ host: '127.0.0.1', port: server.port });
    socket.on('error', () => {});
    await new Promise<void>((done) => socket.on('close', () => done()));
    expect((await ask(server, { method: 'GET', path: '/healthz' })).status).toBe(200);
  });
});

describe('a new certificate', () => {
  it('counts for the next connection', async () => {
    const server = await started();
    const next = await makeSelfSigned('localhost', Date.now());
    server.useCertificate(servingOf(next));
    expect((await ask(server, { method: 'GET', path: '/healthz', ca: next.ca })).status).toBe(200);
    await expect(ask(server, { method: 'GET', path: '/healthz' })).rejects.toThrow();
  });
});

describe('the end', () => {
  it('is not ready first, goes on answering, finishes what is under way, and then listens no more', async () => {
    const left = signalled();
    const asked = signalled();
    const finished = signalled();
    const review = async (): Promise<Record<string, unknown>> => {
      asked.signal();
      await finished.wait;
      return { late: true };
    };
    // The first sleep is the time to leave; the second, for the last requests, takes as long as they do.
    const sleeps = [left.wait, new Promise<void>(() => {})];
    const server = await started({ review, sleep: () => sleeps.shift() ?? Promise.resolve() });
    const underWay = ask(server, { body: '{}' });
    await asked.wait;
    const drained = server.drain();
    expect((await ask(server, { method: 'GET', path: '/readyz' })).status).toBe(503);
    expect((await ask(server, { method: 'GET', path: '/healthz' })).headers.connection).toBe('close');
    left.signal();
    await new Promise((done) => setImmediate(done));
    finished.signal();
    expect((await underWay).body).toBe('{"late":true}');
    await drained;
    await expect(ask(server, { method: 'GET', path: '/healthz' })).rejects.toThrow();
  });

  it('takes no longer than it may when a request never ends', async () => {
    const server = await started({ review: () => new Promise<never>(() => {}), sleep: async () => {} });
    const underWay = ask(server, { body: '{}' }).catch((error: Error) => error);
    await server.drain();
    expect(await underWay).toBeInstanceOf(Error);
  });

  it('an address in use is told', async () => {
    const { port } = await started();
    await expect(started({ port })).rejects.toMatchObject({
      code: 'NETWORK',
      message: expect.stringContaining(`cannot listen on 127.0.0.1 port ${port}`),
    });
  });
});
