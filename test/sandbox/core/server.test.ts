import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer, request as httpRequest, type RequestOptions } from 'node:http';
import { get as httpsGet } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { requestToken } from '../../../src/sandbox/client.ts';
import { parseListen } from '../../../src/sandbox/loopback.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../src/sandbox/server.ts';
import type { SandboxRequest } from '../../../src/sandbox/wire.ts';
import { type Json, seedWith } from './in-process.ts';
import { signedV3 } from './signed-requests.ts';

const running: Sandbox[] = [];
async function started(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox(options);
  running.push(sandbox);
  return sandbox;
}
afterEach(async () => {
  for (const sandbox of running.splice(0)) await sandbox.close();
});

function exchange(
  url: string,
  options: RequestOptions = {},
  body?: Buffer | string,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { agent: false, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}

function keysOf(sandbox: Sandbox) {
  const { ALIBABA_CLOUD_ACCESS_KEY_ID: accessKeyId = '', ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKeySecret = '' } =
    sandbox.env;
  return { accessKeyId, accessKeySecret };
}

async function sendSigned(sandbox: Sandbox, request: SandboxRequest): Promise<{ status: number; json: Json }> {
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, values]) => [name, values?.[0]]));
  const { status, text } = await exchange(
    sandbox.endpoint + request.target,
    { method: request.method, headers },
    Buffer.from(request.body),
  );
  return { status, json: JSON.parse(text) };
}

const whoami = (sandbox: Sandbox) =>
  sendSigned(sandbox, signedV3('sts.GetCallerIdentity', {}, keysOf(sandbox), { now: Date.now() }));

describe('a sandbox', () => {
  it('answers as soon as it is started, to the keys in its env', async () => {
    const sandbox = await started();
    expect(sandbox.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await whoami(sandbox)).toMatchObject({ status: 200, json: { Arn: 'acs:ram::1000000000000001:user/admin' } });
    expect(sandbox.accessLog()).toMatchObject([{ api: 'GetCallerIdentity', status: 200 }]);
  });

  it('has the environment that the contract names', async () => {
    const sandbox = await started();
    const { endpoint, url } = sandbox;
    expect(sandbox.env).toEqual({
      ACK_RAM_TOOL_SANDBOX_URL: url,
      ACK_RAM_TOOL_STS_ENDPOINT: endpoint,
      ACK_RAM_TOOL_RAM_ENDPOINT: endpoint,
      ACK_RAM_TOOL_CS_ENDPOINT: endpoint,
      ACK_RAM_TOOL_IMS_ENDPOINT: endpoint,
      ALIBABA_CLOUD_IMDS_ENDPOINT: endpoint,
      ACK_RAM_TOOL_REGION_ID: 'cn-hangzhou',
      ALIBABA_CLOUD_ACCESS_KEY_ID: expect.stringMatching(/^LTAI/),
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: expect.any(String),
    });
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{24}$/);
    expect(sandbox).not.toHaveProperty('caFile');
  });

  it('speaks https with a CA of its own, whose file goes with it', async () => {
    const sandbox = await started({ tls: true });
    const { caFile = '' } = sandbox;
    const address = sandbox.endpoint.replace('https://', '');
    expect(sandbox.env).toMatchObject({
      ACK_RAM_TOOL_STS_ENDPOINT: address,
      ALIBABA_CLOUD_IMDS_ENDPOINT: sandbox.endpoint,
      SSL_CERT_FILE: caFile,
      NODE_EXTRA_CA_CERTS: caFile,
    });
    expect((await stat(caFile)).mode & 0o777).toBe(0o600);
    const ca = await readFile(caFile);
    const region = (host: string, options: object) =>
      new Promise((resolve, reject) => {
        const url = `${sandbox.endpoint.replace('127.0.0.1', host)}/latest/meta-data/region-id`;
        httpsGet(url, { agent: false, lookup: undefined, ...options }, (response) => {
          response.on('data', (data) => resolve(String(data)));
        }).on('error', reject);
      });
    expect(await region('127.0.0.1', { ca })).toBe('cn-hangzhou');
    expect(await region('localhost', { ca })).toBe('cn-hangzhou');
    await expect(region('127.0.0.1', {})).rejects.toThrow();
    await sandbox.close();
    await expect(stat(caFile)).rejects.toThrow();
  });

  it('has a certificate that has expired when that is the fault, and only with TLS', async () => {
    const faults = ['*:*=expired-certificate'];
    await expect(started({ faults })).rejects.toMatchObject({ code: 'USAGE' });
    const sandbox = await started({ tls: true, faults });
    const ca = await readFile(sandbox.caFile ?? '');
    const answered = new Promise((resolve, reject) => {
      httpsGet(`${sandbox.endpoint}/latest/meta-data/region-id`, { agent: false, ca }, resolve).on('error', reject);
    });
    await expect(answered).rejects.toMatchObject({ code: 'CERT_HAS_EXPIRED' });
  });

  it('takes a request line of 20000 characters and more', async () => {
    const sandbox = await started();
    const target = `/?Action=AssumeRoleWithOIDC&Version=2015-04-01&OIDCToken=${'x'.repeat(60_000)}`;
    expect((await exchange(sandbox.endpoint + target, { method: 'POST' })).status).toBe(400);
  });

  it('refuses a body larger than 1 MiB', async () => {
    const sandbox = await started();
    const answer = await exchange(sandbox.endpoint, { method: 'POST' }, Buffer.alloc(2 * 1024 * 1024)).catch(
      (error: NodeJS.ErrnoException) => ({ status: error.code }),
    );
    expect([413, 'EPIPE', 'ECONNRESET']).toContain(answer.status);
    expect((await whoami(sandbox)).status).toBe(200);
  });

  it('keeps any number of requests waiting without a warning', async () => {
    const warnings: Error[] = [];
    const hear = (warning: Error): void => void warnings.push(warning);
    process.on('warning', hear);
    try {
      const sandbox = await started({ latencyMs: 20 });
      await Promise.all(Array.from({ length: 30 }, () => fetch(sandbox.endpoint).then((answer) => answer.text())));
      await new Promise((resolve) => setImmediate(resolve));
      expect(warnings).toEqual([]);
    } finally {
      process.off('warning', hear);
    }
  });

  it('goes on after a client that sent nonsense or left', async () => {
    const sandbox = await started({ latencyMs: 50 });
    const port = Number(new URL(sandbox.endpoint).port);
    for (const text of [
      '\0\0\0\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nab',
      'GET http://x/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
    ]) {
      await new Promise<void>((done) => {
        const socket = connect(port, '127.0.0.1', () => socket.write(text, () => socket.destroy()));
        socket.on('close', () => done());
        socket.on('error', () => {});
      });
    }
    expect((await whoami(sandbox)).status).toBe(200);
  });

  it.each(['reset-before', 'reset-after'])('cuts the connection for %s', async (what) => {
    const sandbox = await started({ faults: [`GetCallerIdentity=${what}`] });
    await expect(whoami(sandbox)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await whoami(sandbox)).status).toBe(200);
  });

  it('cuts an answer in half for truncate', async () => {
    const sandbox = await started({ faults: ['GetCallerIdentity=truncate'] });
    await expect(whoami(sandbox)).rejects.toThrow(/aborted|ECONNRESET|socket hang up/);
  });

  it('goes back to its seed, with the same keys and another memory', async () => {
    const sandbox = await started({ faults: ['GetRole=503'] });
    await whoami(sandbox);
    const [account] = sandbox.store.accounts;
    account!.clusters = [];
    sandbox.reset();
    expect(sandbox.store.accounts[0]!.clusters).toHaveLength(3);
    expect(sandbox.accessLog()).toEqual([]);
    expect((await whoami(sandbox)).status).toBe(200);
  });

  it('writes its access log to a file, for its owner only', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sandbox-log-'));
    try {
      const accessLogFile = join(folder, 'access.jsonl');
      const sandbox = await started({ accessLogFile });
      await whoami(sandbox);
      await whoami(sandbox);
      await sandbox.close();
      const lines = (await readFile(accessLogFile, 'utf8')).trimEnd().split('\n');
      expect(lines.map((line) => JSON.parse(line))).toEqual(sandbox.accessLog());
      expect(Object.keys(JSON.parse(lines[0]!))).toEqual(['time', 'api', 'principal', 'status', 'code']);
      expect((await stat(accessLogFile)).mode & 0o777).toBe(0o600);
      await expect(startSandbox({ accessLogFile: join(folder, 'no', 'such') })).rejects.toMatchObject({
        code: 'FILE_UNREADABLE',
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('ends at once, also in the middle of a slow answer, and twice', async () => {
    const sandbox = await started({ faults: ['GetCallerIdentity=slow(600s)'] });
    const slow = whoami(sandbox);
    slow.catch(() => {});
    await expect.poll(() => sandbox.store).toBeDefined();
    await Promise.all([sandbox.close(), sandbox.close()]);
    await expect(slow).rejects.toThrow();
  });

  it('says so when its port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((ready) => taken.once('listening', ready));
    const { port } = taken.address() as AddressInfo;
    await expect(startSandbox({ listen: `127.0.0.1:${port}` })).rejects.toMatchObject({ code: 'NETWORK' });
    taken.close();
  });

  it('refuses what it cannot start with', async () => {
    await expect(startSandbox({ listen: '0.0.0.0:0' })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(startSandbox({ faults: ['nonsense'] })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(startSandbox({ seedFile: '/no/such/file' })).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });

  it('takes the key of an administrator for its env, else that of the first user with one', async () => {
    const users = [{ name: 'eve', accessKeyId: 'LTAIeve', accessKeySecret: 's' }];
    const [account] = seedWith({ users }).accounts;
    const turned = { ...account!, users: [...account!.users!].reverse() };
    expect(keysOf(await started({ seed: { accounts: [turned] } })).accessKeyId).toBe('LTAIadmin');
    expect(keysOf(await started({ seed: { accounts: [{ id: '1', users }] } })).accessKeyId).toBe('LTAIeve');
    expect((await started({ seed: { accounts: [{ id: '1' }] } })).env).not.toHaveProperty(
      'ALIBABA_CLOUD_ACCESS_KEY_ID',
    );
  });
});

describe('the administration of a sandbox', () => {
  it('is found below its url only', async () => {
    const sandbox = await started();
    const state = JSON.parse((await exchange(`${sandbox.url}/state`)).text);
    expect(state.accounts[0].clusters).toHaveLength(3);
    expect((await exchange(`${sandbox.endpoint}/state`)).status).toBe(400 + 4);
    expect((await exchange(`${sandbox.url}/nothing`)).status).toBe(404);
    expect((await exchange(`${sandbox.url}/reset`)).status).toBe(404);
    expect((await exchange(`${sandbox.url}/reset`, { method: 'POST' })).status).toBe(200);
    await whoami(sandbox);
    expect(JSON.parse((await exchange(`${sandbox.url}/access-log`)).text)).toMatchObject([
      { api: 'GetCallerIdentity' },
    ]);
  });

  it('mints tokens for `sandbox token`', async () => {
    const sandbox = await started();
    const clusterId = sandbox.store.accounts[0]!.clusters[0]!.id;
    const request = {
      clusterId,
      namespace: 'app',
      serviceAccount: 'reader',
      audience: 'sts.aliyuncs.com',
      expiresInSeconds: 600,
    };
    const token = await requestToken(sandbox.url, request);
    const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
    expect(claims).toMatchObject({ sub: 'system:serviceaccount:app:reader', aud: ['sts.aliyuncs.com'] });
    expect(claims.exp - claims.iat).toBe(600);
  });

  it.each([
    [{ namespace: 'A' }, /namespace/],
    [{ serviceAccount: '../x' }, /serviceAccount/],
    [{ audience: '' }, /audience/],
    [{ expiresInSeconds: 0 }, /expiresInSeconds/],
    [{ expiresInSeconds: 43_201 }, /43200/],
    [{ expiresInSeconds: 1.5 }, /expiresInSeconds/],
  ])('refuses a token for %j', async (wrong, message) => {
    const sandbox = await started();
    const clusterId = sandbox.store.accounts[0]!.clusters[0]!.id;
    const good = { clusterId, namespace: 'app', serviceAccount: 'reader', audience: 'a', expiresInSeconds: 600 };
    const refused = requestToken(sandbox.url, { ...good, ...wrong });
    await expect(refused).rejects.toMatchObject({ code: 'USAGE', message: expect.stringMatching(message) });
  });

  it('knows no token of a cluster that is not there', async () => {
    const sandbox = await started();
    const request = { clusterId: 'c404', namespace: 'a', serviceAccount: 'b', audience: 'c', expiresInSeconds: 600 };
    await expect(requestToken(sandbox.url, request)).rejects.toMatchObject({
      code: 'CLUSTER_NOT_FOUND',
      message: expect.stringContaining('no cluster c404'),
    });
  });

  it('is asked on this machine only, and says when nobody is there', async () => {
    const request = { clusterId: 'c1', namespace: 'a', serviceAccount: 'b', audience: 'c', expiresInSeconds: 600 };
    for (const url of ['', 'nonsense', 'http://sandbox.example/x', 'ftp://127.0.0.1/', 'file:///etc/passwd']) {
      await expect(requestToken(url, request)).rejects.toMatchObject({ code: 'USAGE' });
    }
    const sandbox = await started();
    await expect(requestToken(`${sandbox.endpoint}/guess`, request)).rejects.toMatchObject({ code: 'BAD_ANSWER' });
    await sandbox.close();
    await expect(requestToken(sandbox.url, request)).rejects.toMatchObject({ code: 'NETWORK' });
  });

  it.each(['', '{', '[]', '"x"', 'null', '{"clusterId":1}'])('refuses a body that is none: %j', async (body) => {
    const sandbox = await started();
    expect((await exchange(`${sandbox.url}/token`, { method: 'POST' }, body)).status).toBe(400);
  });
});

describe('an address to listen on', () => {
  it.each([
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['127.0.0.1', { host: '127.0.0.1', port: 0 }],
    ['127.1.2.3:80', { host: '127.1.2.3', port: 80 }],
    ['localhost:8080', { host: '127.0.0.1', port: 8080 }],
    [':8080', { host: '127.0.0.1', port: 8080 }],
    ['[::1]:8080', { host: '::1', port: 8080 }],
  ])('is read: %s', (text, address) => {
    expect(parseListen(text)).toEqual(address);
  });

  it.each([
    '',
    '0.0.0.0:0',
    '10.0.0.1:80',
    '[::]:80',
    'example.com:80',
    '127.0.0.1:65536',
    '127.0.0.1:x',
    '127.0.0.1:',
    '::1',
    '127.0.0.1.evil.example:80',
  ])('that is not on loopback is a usage error: %j', (text) => {
    expect(() => parseListen(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});
