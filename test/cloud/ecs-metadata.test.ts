import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { readMetadata } from '../../src/cloud/ecs-metadata.ts';
import type { Env } from '../../src/io.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function metadata(handler: Handler): Promise<{ env: Env; seen: string[] }> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers['x-aliyun-ecs-metadata-token'] ?? '-'}`);
    handler(request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { env: { ALIBABA_CLOUD_IMDS_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }, seen };
}

const slept: number[] = [];
const clock = { random: () => 0.5, sleep: async (ms: number) => void slept.push(ms) };

const read = (env: Env): Promise<string | undefined> =>
  readMetadata('meta-data/region-id', { env, signal: new AbortController().signal, ...clock });

const versionTwo: Handler = ({ method, headers }, response) => {
  if (method === 'PUT') {
    response.writeHead(headers['x-aliyun-ecs-metadata-token-ttl-seconds'] === '21600' ? 200 : 400).end('the-token\n');
  } else if (headers['x-aliyun-ecs-metadata-token'] === 'the-token') response.end('cn-hangzhou\n');
  else response.writeHead(403).end();
};

describe('the metadata service', () => {
  it('is asked by version 2 first', async () => {
    const { env, seen } = await metadata(versionTwo);
    expect(await read(env)).toBe('cn-hangzhou');
    expect(seen).toEqual(['PUT /latest/api/token -', 'GET /latest/meta-data/region-id the-token']);
  });

  it.each([403, 404])('is asked by version 1 when the token path says %d', async (status) => {
    const { env } = await metadata(({ method }, response) => {
      if (method === 'PUT') response.writeHead(status).end();
      else response.end('cn-beijing');
    });
    expect(await read(env)).toBe('cn-beijing');
    await expect(read({ ...env, ALIBABA_CLOUD_IMDSV1_DISABLED: 'true' })).rejects.toMatchObject({ code: 'BAD_ANSWER' });
  });

  it('is not asked for a token when version 2 is switched off', async () => {
    const { env, seen } = await metadata((_request, response) => void response.end('cn-beijing'));
    expect(await read({ ...env, ALIBABA_CLOUD_IMDSV2_DISABLED: 'true' })).toBe('cn-beijing');
    expect(seen).toEqual(['GET /latest/meta-data/region-id -']);
  });

  it.each([429, 500, 502, 503])('is asked again when it answers %d', async (status) => {
    let troubles = 2;
    const { env, seen } = await metadata((request, response) => {
      if (troubles-- > 0) response.writeHead(status).end();
      else versionTwo(request, response);
    });
    expect(await read(env)).toBe('cn-hangzhou');
    expect(seen).toHaveLength(4);
  });

  it('is asked again when the connection breaks, and not for ever', async () => {
    const { env, seen } = await metadata((request) => void request.socket.destroy());
    await expect(read(env)).rejects.toMatchObject({ code: 'NETWORK' });
    expect(seen).toHaveLength(3);
  });

  it.each(['', '<html>\r\n<title>Sign in</title>', 'tökén', 'x'.repeat(5_000)])(
    'is none when the token it gives is no token: %j',
    async (token) => {
      const { env, seen } = await metadata((_request, response) => void response.end(token));
      await expect(read(env)).rejects.toMatchObject({ code: 'BAD_ANSWER' });
      expect(seen).toHaveLength(1);
    },
  );

  it('is not asked again where nobody answers', async () => {
    slept.length = 0;
    await expect(read({ ALIBABA_CLOUD_IMDS_ENDPOINT: 'http://127.0.0.1:1' })).rejects.toMatchObject({
      code: 'NETWORK',
    });
    expect(slept).toEqual([]);
  });

  it('may have nothing at a path', async () => {
    const { env } = await metadata(
      ({ method }, response) => void response.writeHead(method === 'PUT' ? 200 : 404).end('t'),
    );
    expect(await read(env)).toBeUndefined();
  });

  it.each([500, 302])('answering %d is an error that names it', async (status) => {
    const { env } = await metadata((_request, response) => void response.writeHead(status, { location: '/x' }).end());
    await expect(read(env)).rejects.toMatchObject({
      code: 'BAD_ANSWER',
      message: expect.stringContaining(String(status)),
    });
  });

  it('that is not there is a network error', async () => {
    await expect(read({ ALIBABA_CLOUD_IMDS_ENDPOINT: 'http://127.0.0.1:1' })).rejects.toMatchObject({
      code: 'NETWORK',
    });
  });

  it('is never another machine in a sandbox', async () => {
    const env = { ACK_RAM_TOOL_SANDBOX_URL: 'http://127.0.0.1:1/x' };
    await expect(read(env)).rejects.toMatchObject({ code: 'USAGE' });
  });
});
