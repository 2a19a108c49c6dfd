import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ToolError } from '../../src/errors.ts';
import { type ConnectDeps, connectKubernetes, type KubeconfigSource } from '../../src/kubernetes/client.ts';
import { readUserBindings } from '../../src/kubernetes/rbac-bindings.ts';
import { sendJson, sendStatus, startedListServer, token } from '../support/kubernetes-lists.ts';
import { binding, leaver } from './rbac-harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'ack-ram-tool-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const path = '/api/v1/things';
const items = (count: number) => Array.from({ length: count }, (_, index) => ({ metadata: { name: `t${index}` } }));

interface Deps extends ConnectDeps {
  sleeps: number[];
}

function deps(more: Partial<ConnectDeps> = {}): Deps {
  const sleeps: number[] = [];
  return {
    env: {},
    home: folder,
    clock: { sleep: async (ms) => void sleeps.push(ms), random: () => 0 },
    signal: new AbortController().signal,
    debug: () => {},
    sleeps,
    ...more,
  };
}

async function errorOf(work: Promise<unknown>): Promise<ToolError> {
  const error = await work.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ToolError);
  expect(JSON.stringify({ ...(error as object), message: (error as Error).message })).not.toContain(token);
  return error as ToolError;
}

const sent = (text: string): KubeconfigSource => ({ text, what: 'the kubeconfig of cluster c1' });

describe('a list', () => {
  it('of 2,000 bindings is read in four pages, without a pause', async () => {
    const server = await startedListServer();
    const api = '/apis/rbac.authorization.k8s.io/v1';
    server.lists.set(`${api}/clusterrolebindings`, []);
    const bindings = Array.from({ length: 2_000 }, (_, index) => binding(`b${index}`, [leaver], 'app'));
    server.lists.set(`${api}/rolebindings`, bindings);
    const own = deps();
    const counts: number[] = [];
    const found = await readUserBindings(await connectKubernetes(sent(server.kubeconfig), own), (count) =>
      counts.push(count),
    );
    expect(found.map(({ name }) => name)).toEqual(bindings.map((_, index) => `b${index}`));
    expect(server.requests.filter((each) => each.startsWith(`${api}/rolebindings?limit=500`))).toHaveLength(4);
    expect(counts.at(-1)).toBe(2_000);
    expect(own.sleeps).toEqual([]);
  });

  it('whose snapshot is gone is read anew', async () => {
    let isGone = true;
    const server = await startedListServer((asked, response) => {
      if (!asked.includes('continue=') || !isGone) return false;
      isGone = false;
      sendStatus(response, 410, 'Expired');
      return true;
    });
    server.lists.set(path, items(600));
    const client = await connectKubernetes(sent(server.kubeconfig), deps());
    expect(await client.list(path)).toEqual(items(600));
    expect(server.requests).toHaveLength(4);
  });

  it('without an end is a bad answer', async () => {
    const server = await startedListServer((_, response) => {
      sendJson(response, 200, { items: items(1), metadata: { continue: 'again' } });
      return true;
    });
    const client = await connectKubernetes(sent(server.kubeconfig), deps());
    expect(await errorOf(client.list(path))).toMatchObject({ code: 'BAD_ANSWER' });
  });

  it.each([{}, { items: null }, { items: {} }, { items: [1] }, { items: [null] }])(
    'of another shape is a bad answer: %j',
    async (body) => {
      const server = await startedListServer((_, response) => {
        sendJson(response, 200, body);
        return true;
      });
      const client = await connectKubernetes(sent(server.kubeconfig), deps());
      expect(await errorOf(client.list(path))).toMatchObject({ code: 'BAD_ANSWER' });
    },
  );

  it('is asked for again when the server is busy or the connection breaks, as late as it asks', async () => {
    const server = await startedListServer((_, response, count) => {
      if (count === 1) response.writeHead(429, { 'retry-after': '2' }).end('busy');
      else if (count === 2) response.socket?.destroy();
      else return false;
      return true;
    });
    server.lists.set(path, items(1));
    const own = deps();
    const client = await connectKubernetes(sent(server.kubeconfig), own);
    expect(await client.list(path)).toEqual(items(1));
    expect(own.sleeps[0]).toBe(2000);
    expect(own.sleeps).toHaveLength(2);
  });

  it('that is refused says which, and by whom', async () => {
    const server = await startedListServer((_, response) => {
      sendStatus(response, 403, 'Forbidden');
      return true;
    });
    const client = await connectKubernetes(sent(server.kubeconfig), deps());
    const error = await errorOf(client.list(path));
    expect(error).toMatchObject({ code: 'CLOUD_API', details: { httpStatus: 403, reason: 'Forbidden' } });
    expect(error.message).toContain(path);
    expect(error.message).toContain(server.url);
    expect(server.requests).toHaveLength(1);
  });

  it('of a page that is no JSON is a bad answer', async () => {
    const server = await startedListServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
      return true;
    });
    const client = await connectKubernetes(sent(server.kubeconfig), deps());
    expect(await errorOf(client.list(path))).toMatchObject({ code: 'BAD_ANSWER' });
  });

  it('stops when it is interrupted', async () => {
    const controller = new AbortController();
    const reason = new ToolError('INTERRUPTED', 'interrupted');
    const server = await startedListServer(() => {
      controller.abort(reason);
      return true;
    });
    const client = await connectKubernetes(sent(server.kubeconfig), deps({ signal: controller.signal }));
    expect(await errorOf(client.list(path))).toBe(reason);
  });

  it('takes no longer than it may', async () => {
    const server = await startedListServer(() => true);
    const client = await connectKubernetes(sent(server.kubeconfig), deps({ timeoutMs: 20 }));
    expect(await errorOf(client.list(path))).toMatchObject({ code: 'NETWORK', details: { reason: 'TIMEOUT' } });
  });
});

describe('an object', () => {
  it('that is not there is undefined, but not where the server does not know its kind', async () => {
    const server = await startedListServer((asked, response) => {
      const details = asked.endsWith('/known') ? { details: { name: 'known' } } : {};
      sendJson(response, 404, { kind: 'Status', reason: 'NotFound', message: 'not found', code: 404, ...details });
      return true;
    });
    const client = await connectKubernetes(sent(server.kubeconfig), deps());
    expect(await client.get('/api/v1/things/known')).toBeUndefined();
    expect(await errorOf(client.get('/api/v9/things/other'))).toMatchObject({ code: 'CLOUD_API' });
  });
});

describe('a kubeconfig that a service sent', () => {
  const config = (user: object, cluster: object = { server: 'https://127.0.0.1:1' }) =>
    JSON.stringify({
      'current-context': 'm',
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'm', context: { cluster: 'c', user: 'u' } }],
    });

  it.each([
    ['runs a program', config({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'touch' } })],
    ['uses an auth provider', config({ 'auth-provider': { name: 'exec', config: { exec: { command: 'touch' } } } })],
    ['sends a file of this machine', config({ tokenFile: '/etc/hostname' })],
    ['sends a certificate of this machine', config({ 'client-certificate': '/etc/hostname' })],
    ['trusts a file of this machine', config({}, { server: 'https://127.0.0.1:1', 'certificate-authority': '/x' })],
    ['is no YAML', '{'],
    ['is nothing', ''],
    ['is a list', '[]'],
    ['has no users', '{"clusters":[],"contexts":[]}'],
    ['has users that are none', '{"clusters":[],"contexts":[],"users":[1]}'],
    ['names no context', '{"clusters":[],"contexts":[],"users":[]}'],
    ['speaks plain http beyond this machine', config({ token }, { server: 'http://example.com' })],
    ['has no server', config({ token }, { server: 'x' })],
  ])('is not followed when it %s', async (_, text) => {
    expect(await errorOf(connectKubernetes(sent(text), deps()))).toMatchObject({ code: 'BAD_ANSWER' });
  });

  it('names the server and the user of its current context, by certificate, token or password', async () => {
    const seen: unknown[] = [];
    const server = await startedListServer((_path, response) => {
      seen.push(response.req.headers.authorization);
      sendJson(response, 200, { kind: 'List', items: [] });
      return true;
    });
    const config = JSON.parse(server.kubeconfig);
    config.users.unshift({ name: 'other', user: { token: 'not-this-one' } });
    await (await connectKubernetes(sent(JSON.stringify(config)), deps())).list(path);
    config.users[1].user = { username: 'me', password: 'secret' };
    await (await connectKubernetes(sent(JSON.stringify(config)), deps())).list(path);
    expect(seen).toEqual([`Bearer ${token}`, `Basic ${Buffer.from('me:secret').toString('base64')}`]);
  });

  it('is trusted with its own CA only, unless it waives that', async () => {
    const server = await startedListServer();
    server.lists.set(path, items(1));
    const config = JSON.parse(server.kubeconfig);
    delete config.clusters[0].cluster['certificate-authority-data'];
    const client = await connectKubernetes(sent(JSON.stringify(config)), deps());
    expect(await errorOf(client.list(path))).toMatchObject({ code: 'NETWORK' });
    config.clusters[0].cluster['insecure-skip-tls-verify'] = true;
    expect(await (await connectKubernetes(sent(JSON.stringify(config)), deps())).list(path)).toHaveLength(1);
  });

  it('with a certificate or key that is none says so, and shows nothing of it', async () => {
    const { kubeconfig } = await startedListServer();
    const config = JSON.parse(kubeconfig);
    config.users[0].user = { 'client-certificate-data': 'bm9uZQ==', 'client-key-data': 'bm9uZQ==' };
    const error = await errorOf(connectKubernetes(sent(JSON.stringify(config)), deps()));
    expect(error.code).toBe('CREDENTIALS_SOURCE_BROKEN');
    expect(error.message).toBe('the kubeconfig of cluster c1 holds a certificate or key that cannot be read');
  });
});

describe("the user's own kubeconfig", () => {
  it('is the file that is named, and its current context', async () => {
    const server = await startedListServer();
    server.lists.set(path, items(2));
    const file = join(folder, 'named');
    writeFileSync(file, server.kubeconfig);
    const client = await connectKubernetes({ file }, deps({ env: { KUBECONFIG: '/nowhere' } }));
    expect(await client.list(path)).toHaveLength(2);
    expect(await errorOf(connectKubernetes({ file, context: 'other' }, deps()))).toMatchObject({ code: 'USAGE' });
  });

  it('is else those of KUBECONFIG, of which some may be missing and the first counts', async () => {
    const [a, b] = [await startedListServer(), await startedListServer()];
    const files = [join(folder, 'missing'), join(folder, 'a'), join(folder, 'b')];
    writeFileSync(join(folder, 'a'), a.kubeconfig);
    writeFileSync(join(folder, 'b'), b.kubeconfig.replace('"name":"main"', '"name":"second"'));
    const env = { KUBECONFIG: files.join(delimiter) };
    expect((await connectKubernetes({}, deps({ env }))).server).toBe(a.url);
    expect((await connectKubernetes({ context: 'second' }, deps({ env }))).server).toBe(a.url);
  });

  it('that is missing, broken or nowhere says so, and shows nothing of it', async () => {
    const file = join(folder, 'broken');
    writeFileSync(file, `users: [{ token: ${token}`);
    expect(await errorOf(connectKubernetes({ file }, deps()))).toMatchObject({ code: 'FILE_INVALID' });
    expect(await errorOf(connectKubernetes({ file: join(folder, 'no') }, deps()))).toMatchObject({
      code: 'FILE_UNREADABLE',
    });
    expect(await errorOf(connectKubernetes({}, deps({ home: undefined })))).toMatchObject({ code: 'USAGE' });
  });

  it('may run a credential plugin, whose failure is told without what it said', async () => {
    const server = await startedListServer();
    server.lists.set(path, items(1));
    const run = (script: string) => {
      const config = JSON.parse(server.kubeconfig);
      config.users[0].user = {
        exec: { command: process.execPath, args: ['-e', script], env: [{ name: 'X', value: token }] },
      };
      const file = join(folder, 'plugin');
      writeFileSync(file, JSON.stringify(config));
      return connectKubernetes({ file }, deps());
    };
    const client = await run('console.log(JSON.stringify({ status: { token: process.env.X } }))');
    expect(await client.list(path)).toHaveLength(1);
    const error = await errorOf(run('console.error(`${process.env.X} has run out`); process.exit(3)'));
    expect(error).toMatchObject({ code: 'CREDENTIALS_SOURCE_BROKEN', exitCode: 4 });
    expect(error.message).toMatch(/plugin cannot be had from its credential plugin$/);
    expect(error.hint).toMatch(/^run it by hand/);
  });

  it.each([
    ['as it is', (secret: string) => secret],
    ['in base64', (secret: string) => Buffer.from(`Bearer ${secret}`).toString('base64')],
    ['cut off', (secret: string) => `${'-'.repeat(490)}${secret}`],
  ])('keeps its token to itself when the server repeats it %s', async (_how, repeat) => {
    const server = await startedListServer((_path, response) => {
      sendJson(response, 403, { kind: 'Status', reason: 'Forbidden', message: repeat(token) });
      return true;
    });
    const file = join(folder, 'repeating');
    writeFileSync(file, server.kubeconfig);
    const error = await errorOf((await connectKubernetes({ file }, deps())).list(path));
    expect(error).toMatchObject({ code: 'CLOUD_API' });
    expect(error.message).toContain('***');
    for (const piece of [token.slice(0, 8), Buffer.from(token).toString('base64').slice(4, 16)])
      expect(error.message).not.toContain(piece);
  });

  it('is sent through a proxy where one is set for its server', async () => {
    const server = await startedListServer();
    const file = join(folder, 'proxied');
    writeFileSync(file, server.kubeconfig);
    const proxyFor = () => new URL('http://127.0.0.1:1');
    const client = await connectKubernetes({ file }, deps({ proxyFor }));
    expect(await errorOf(client.list(path))).toMatchObject({ code: 'NETWORK' });
    expect(server.requests).toEqual([]);
  });
});
