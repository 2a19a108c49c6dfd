/** Everything the tool can talk to, in this process: it can be made to fail, and remembers what it was asked. */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { AccessLog } from '../../src/sandbox/access-log.ts';
import { FaultPlan, parseFault } from '../../src/sandbox/faults.ts';
import { handle } from '../../src/sandbox/handle.ts';
import { createServer } from '../../src/sandbox/http-server.ts';
import type { SandboxSeed } from '../../src/sandbox/seed.ts';
import { createState, type SandboxState } from '../../src/sandbox/state.ts';
import type { SandboxRequest, SandboxResponse } from '../../src/sandbox/wire.ts';
import type { CertificateAndKey } from '../support/certificate-authority.ts';

/** What every server does. The first is health; `echo…` answers a refusal that repeats the whole request. */
export const faults = [
  'none',
  'echo',
  'echo-encoded',
  'echo-cut',
  'throttle',
  '500',
  '503',
  'reset-before',
  'reset-after',
  'truncate',
  'html',
  'portal',
  'wrong-content-type',
  'wrong-type',
  'huge',
  'slow(200ms)',
] as const;

export type Fault = (typeof faults)[number];

/** What is said of a request by somebody who has no secrets to keep. */
function wordsOf(fault: Fault, request: { method?: string | undefined; url: string; headers: unknown; body: string }) {
  const text = `${request.method} ${request.url} ${JSON.stringify(request.headers)} ${request.body}`;
  if (fault === 'echo-cut') return Object.values(bareSecrets(request)).join(' ');
  if (fault === 'echo') return `server string to sign is: ${text} ${bareSecrets(request).join(' ')}`;
  if (fault === 'echo-encoded') return `${Buffer.from(text).toString('base64')} ${encodeURIComponent(text)}`;
  return text;
}

/** Without names, by which they would be known. */
function bareSecrets({ headers, body }: { headers: unknown; body: string }): string[] {
  const { authorization, ...others } = headers as Record<string, string | readonly string[] | undefined>;
  const login = String(authorization ?? '').replace(/^\w+ /, '');
  const password = Buffer.from(login, 'base64')
    .toString('utf8')
    .replace(/^[^:]*:/, '');
  return [login, password, ...Object.values(others).map(String), ...new URLSearchParams(body).values()].sort(
    (one, other) => other.length - one.length,
  );
}

const isEcho = (fault: Fault): boolean => fault.startsWith('echo');

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Starts servers, and ends all of them. */
export class World {
  fault: Fault = 'none';
  /** Request lines, of every server but those whose path is a secret itself. */
  readonly targets: string[] = [];
  /** Secrets that were given out by answers: private keys of certificates, tokens of the metadata service. */
  readonly issued: { name: string; value: string }[] = [];
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  async listen(server: Server): Promise<number> {
    this.#servers.push(server);
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  /** Drops every connection. */
  close(): void {
    for (const server of this.#servers) server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** A sandbox whose faults are those of the world. */
  async sandbox(seedFor: (endpoint: string) => SandboxSeed, now: () => number): Promise<SandboxState> {
    let state: SandboxState | undefined;
    const port = await this.listen(
      createServer(async (request) => {
        if (state === undefined) throw new Error('asked too soon');
        const isOwn = request.target.startsWith(state.adminPath);
        if (!isOwn) this.targets.push(request.target);
        return isOwn || !isEcho(this.fault) ? this.#noted(await handle(state, request)) : this.#echoed(request);
      }),
    );
    const endpoint = `http://127.0.0.1:${port}`;
    state = createState({
      endpoint,
      now,
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref()),
      onInternalError: (error) => {
        throw error;
      },
      log: new AccessLog(() => {}),
      seed: seedFor(endpoint),
      updateTimeMs: 0,
    });
    return state;
  }

  /** Has a sandbox fail as the world does. */
  plan(state: SandboxState): void {
    const isOwn = this.fault === 'none' || isEcho(this.fault);
    state.faults = new FaultPlan(isOwn ? [] : [parseFault(`*:*=${this.fault}`, [])]);
  }

  #noted(response: SandboxResponse): SandboxResponse {
    const text = response.body.length > 1_000_000 ? '' : Buffer.from(response.body).toString('utf8');
    for (const [, value = ''] of text.matchAll(/client-key-data\W+([A-Za-z0-9+/=]{100,})/g)) {
      this.issued.push({ name: 'key of an issued certificate', value: Buffer.from(value, 'base64').toString('utf8') });
    }
    if (/^[\w-]{56}$/.test(text)) this.issued.push({ name: 'token of the metadata service', value: text });
    return response;
  }

  #echoed({ method, target, headers, body }: SandboxRequest): SandboxResponse {
    const text = wordsOf(this.fault, { method, url: target, headers, body: Buffer.from(body).toString('utf8') });
    const message = this.fault === 'echo-cut' ? `${'-'.repeat(4076 - 'code: 400, '.length)}${text}` : text;
    const refusal = { RequestId: 'R-1', Code: 'SignatureDoesNotMatch', code: 'Refused', Message: message, message };
    return {
      status: 400,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...refusal, requestId: text.slice(0, 400), accessDeniedDetail: { Detail: text } }),
    };
  }

  /** A server of somebody else, which answers as `healthy` says. */
  async other(healthy: (request: IncomingMessage, body: string) => unknown, tls?: CertificateAndKey): Promise<string> {
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      this.#answer(request, response, healthy).catch(() => response.destroy());
    };
    const server = tls === undefined ? createHttpServer(listener) : createHttpsServer(tls, listener);
    const port = await this.listen(server);
    return `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  }

  async #answer(
    request: IncomingMessage,
    response: ServerResponse,
    healthy: (request: IncomingMessage, body: string) => unknown,
  ): Promise<void> {
    const { fault } = this;
    const body = await bodyOf(request);
    const send = (status: number, text: string, type = 'application/json'): void => {
      response.writeHead(status, { 'content-type': type }).end(text);
    };
    const good = (): string => {
      const answer = healthy(request, body);
      return typeof answer === 'string' ? answer : JSON.stringify(answer);
    };
    if (fault.startsWith('reset')) return void response.socket?.resetAndDestroy();
    if (fault === 'html') return send(502, '<html>Bad Gateway</html>', 'text/html');
    if (fault === 'portal') return send(200, '<html>Sign in</html>', 'text/html');
    if (fault === 'wrong-content-type') return send(200, good(), 'text/html');
    if (fault === 'wrong-type') return send(200, '{"value":{"not":1},"items":{"0":1},"AccessKeyId":[1]}');
    if (fault === 'huge') return send(200, `{"items":"${'x'.repeat(1_000_000)}"}`);
    if (fault === 'truncate') {
      const text = good();
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length });
      response.write(text.slice(0, text.length / 2), () => response.destroy());
      return;
    }
    if (fault === 'none' || fault === 'slow(200ms)') {
      if (fault !== 'none') await new Promise((resolve) => setTimeout(resolve, 200).unref());
      return send(200, good());
    }
    const words = wordsOf(fault, { method: request.method, url: request.url ?? '', headers: request.headers, body });
    const message = fault === 'echo-cut' ? `${'-'.repeat(480)}${words}` : words;
    const status = isEcho(fault) ? 403 : fault === 'throttle' ? 429 : Number(fault);
    send(status, JSON.stringify({ kind: 'Status', reason: 'Forbidden', code: status, message, error: message }));
  }

  /** A proxy that lets nobody through, and says why: with whatever it was sent. */
  async proxy(): Promise<string> {
    const server = createHttpServer((request, response) => {
      this.targets.push(request.url ?? '');
      const words = wordsOf('echo', { url: '', headers: request.headers, body: '' });
      const encoded = wordsOf('echo-encoded', { url: '', headers: request.headers, body: '' });
      const message = `${words} ${request.headers['proxy-authorization']?.slice(6)} ${encoded}`;
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ RequestId: 'R-1', Code: 'ProxyRefused', Message: message, message }));
    });
    server.on('connect', (request, socket) => {
      this.targets.push(request.url ?? '');
      if (this.fault.startsWith('reset')) return void socket.destroy();
      const status = this.fault === '503' ? 503 : 407;
      socket.end(
        `HTTP/1.1 ${status} ${request.headers['proxy-authorization']}\r\nx-why: ${request.headers['proxy-authorization']}\r\n\r\n`,
      );
    });
    return `127.0.0.1:${await this.listen(server)}`;
  }

  /** The first words of an AMQP broker, which refuses everybody and repeats the user name and the password. */
  async broker(): Promise<number> {
    return this.listen(
      createTcpServer((socket) => {
        let step = 0;
        socket.on('data', (chunk) => {
          step += 1;
          if (this.fault.startsWith('reset')) return void socket.destroy();
          if (this.fault === 'html') return void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
          if (step === 1) return void socket.write(connectionStart());
          const login = chunk.toString('latin1').match(/\0{1,4}.?\0[\x20-\x7e]{20,}\0[\x20-\x7e]+/)?.[0] ?? '';
          const [user = '', password = ''] = login.split('\0').filter((part) => part.length > 20);
          const texts = [user.slice(0, 200), password, `${user.slice(20, 100)} ${password.slice(20)}`];
          const text = texts[faults.indexOf(this.fault) % texts.length] ?? '';
          socket.end(connectionClose(this.fault === 'none' ? 403 : 530, `REFUSED - user '${text}'`.slice(0, 250)));
        });
      }),
    );
  }
}

/** A method of class Connection (10) on channel 0. */
function frame(method: number, fields: Buffer): Buffer {
  const payload = Buffer.concat([Buffer.from([0, 10, 0, method]), fields]);
  const head = Buffer.alloc(7);
  head.writeUInt8(1, 0);
  head.writeUInt32BE(payload.length, 3);
  return Buffer.concat([head, payload, Buffer.from([0xce])]);
}

function longText(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, Buffer.from(text)]);
}

function connectionStart(): Buffer {
  return frame(10, Buffer.concat([Buffer.from([0, 9, 0, 0, 0, 0]), longText('PLAIN'), longText('en_US')]));
}

function connectionClose(code: number, text: string): Buffer {
  const words = Buffer.from(text, 'latin1');
  return frame(50, Buffer.concat([Buffer.from([code >> 8, code & 0xff, words.length]), words, Buffer.alloc(4)]));
}
