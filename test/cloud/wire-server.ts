import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach } from 'vitest';
import type { CloudOptions } from '../../src/cloud/clients.ts';
import { sleepFor } from '../../src/io.ts';

export interface Seen {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface WireServer {
  url: string;
  port: number;
  /** What it was asked, in order. */
  seen: Seen[];
}

type Answer = (request: Seen, response: ServerResponse, count: number) => void;

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A server for one test on a loopback port; closed after the test, with every connection to it. */
export async function wireServer(answer: Answer): Promise<WireServer> {
  const seen: Seen[] = [];
  const server = createServer({ maxHeaderSize: 256 * 1024 }, async (incoming, response) => {
    const request = await read(incoming);
    seen.push(request);
    answer(request, response, seen.length);
  });
  const port = await listen(server);
  return { url: `http://127.0.0.1:${port}`, port, seen };
}

/** Listens on a loopback port and is closed after the test, with every connection to it. */
export async function listen(server: import('node:net').Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  );
  return (server.address() as AddressInfo).port;
}

async function read(incoming: IncomingMessage): Promise<Seen> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  return {
    method: incoming.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: incoming.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** An RPC error body, as RAM and STS send it. */
export function sendRpcError(response: ServerResponse, status: number, Code: string, Message = 'words'): void {
  sendJson(response, { RequestId: 'R-1', HostId: 'ram.aliyuncs.com', Code, Message, Recommend: 'https://…' }, status);
}

/** Cuts the connection without an answer. */
export function cut(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

export const secrets = {
  accessKeyId: 'LTAI5tFakeFakeFakeFakeFake',
  accessKeySecret: 'fake+secret/of=the*account',
  securityToken: 'CAISfake+security/token=of*the*session==',
};

export interface TestOptions extends CloudOptions {
  delays: number[];
  debugLines: string[];
  warnLines: string[];
}

/** Options for `connect` with every service at `url`, delays that are noted instead of waited for, and fake keys. */
export function cloudOptions(url: string, overrides: Partial<CloudOptions> = {}): TestOptions {
  const delays: number[] = [];
  const debugLines: string[] = [];
  const warnLines: string[] = [];
  return {
    credentials: async () => ({ ...secrets }),
    endpoints: { CS: url, RAM: url, STS: url, IMS: url },
    useVpc: false,
    allowInsecureHttp: false,
    env: {},
    connectTimeoutMs: 5000,
    readTimeoutMs: 5000,
    maxRetries: 3,
    signal: new AbortController().signal,
    clock: {
      now: () => Date.UTC(2026, 0, 2, 3, 4, 5),
      random: () => 0.5,
      sleep: async (ms, signal) => {
        delays.push(ms);
        await sleepFor(0, signal);
      },
    },
    debug: (line) => debugLines.push(line),
    warn: (line) => warnLines.push(line),
    ...overrides,
    delays,
    debugLines,
    warnLines,
  };
}

/** Everything an error could show: message, hint, stack, details, facts, causes. */
export function everythingIn(error: unknown): string {
  const seen = new Set<unknown>();
  const parts: string[] = [];
  const visit = (value: unknown): void => {
    if (typeof value === 'string') parts.push(value);
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    for (const key of Reflect.ownKeys(value)) {
      parts.push(String(key));
      visit((value as Record<PropertyKey, unknown>)[key]);
    }
  };
  visit(error);
  return parts.join('\n');
}

export async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    (value) => {
      throw new Error(`expected an error, got ${JSON.stringify(value)}`);
    },
    (error: unknown) => error,
  );
}
