import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { podOn } from '../support/pod.ts';
import { runTool, scratchFolder, startedSandbox, type ToolResult } from '../support/tool.ts';

type Env = Record<string, string | undefined>;

const home = scratchFolder();
const sandbox = await startedSandbox(['--update-time', '200ms']);
const cluster = sandbox.clusters.foo;
const account = '1000000000000001';
/** Accepts connections to nothing: a proxy that refuses every tunnel. */
const proxy = createServer().on('connect', (_request, socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
afterAll(() => proxy.close());
let pod: Env;
let proxyUrl: string;

beforeAll(async () => {
  pod = await podOn(sandbox, home);
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
});

interface Check {
  id: string;
  status: string;
  message: string;
  cure?: string;
}

interface Examined extends ToolResult {
  checks: Check[];
  faults: Check[];
}

async function examine(env: Env, argv: readonly string[] = [], stdin?: string): Promise<Examined> {
  const result = await runTool(['rrsa', 'doctor', '-o', 'json', '--log-level', 'debug', ...argv], {
    env,
    ...(stdin === undefined ? {} : { stdin }),
  });
  const { checks } = JSON.parse(result.stdout || '{"checks":[]}') as { checks: Check[] };
  return { ...result, checks, faults: checks.filter(({ status }) => status === 'fault') };
}

async function tokenOf(clusterId: string, ...argv: string[]): Promise<string> {
  const all = ['sandbox', 'token', '-c', clusterId, '-n', 'ns', '-s', 'sa', ...argv];
  const { stdout, stderr, exitCode } = await runTool(all, { env: sandbox.env });
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

let files = 0;

function file(text: string): string {
  files += 1;
  const path = join(home, `planted-${files}`);
  writeFileSync(path, text);
  return path;
}

const withToken = (text: string): Env => ({ ALIBABA_CLOUD_OIDC_TOKEN_FILE: file(text) });
const withRole = (arn: string): Env => ({ ALIBABA_CLOUD_ROLE_ARN: arn });
const withProvider = (arn: string): Env => ({ ALIBABA_CLOUD_OIDC_PROVIDER_ARN: arn });
const forged = (header: object): string =>
  [header, { iss: 'https://x' }].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
/** Beyond the sandbox: a proxy is never asked for what is on this machine. */
const outside: Env = { ACK_RAM_TOOL_SANDBOX_URL: undefined, ACK_RAM_TOOL_STS_ENDPOINT: undefined };

describe('doctor in a pod', () => {
  it('finds nothing where nothing is wrong, and shows nothing of the session that it gets', async () => {
    const { exitCode, checks, stdout, stderr } = await examine(pod);
    expect(exitCode, stdout + stderr).toBe(0);
    expect(checks.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect(checks.map(({ id }) => id)).toEqual(expect.arrayContaining(['token-file', 'clock', 'sts-assume']));
    expect(stdout + stderr).not.toMatch(/STS\.N|CAIS|AccessKey(Id|Secret)|eyJ/);
  });

  type Plant = () => Promise<Env> | Env;

  it.each<[string, Plant, string, RegExp, RegExp]>([
    [
      'no variable',
      () => ({
        KUBERNETES_SERVICE_HOST: '10.0.0.1',
        KUBERNETES_SERVICE_PORT: '443',
        ...withRole(''),
        ...withProvider(''),
        ALIBABA_CLOUD_OIDC_TOKEN_FILE: '',
      }),
      'pod-variables',
      /not injected/,
      /recreate/,
    ],
    ['no role', () => withRole(''), 'pod-variables', /ALIBABA_CLOUD_ROLE_ARN is not/, /recreate/],
    ['a role name for an ARN', () => withRole('app'), 'pod-role-arn', /"app"/, /RAM console/],
    [
      'no provider ARN',
      () => withProvider(`acs:ram::${account}:role/x`),
      'pod-provider-arn',
      /oidc-provider/,
      /rrsa status/,
    ],
    [
      'a role in another account',
      () => withRole('acs:ram::2000000000000002:role/app'),
      'pod-accounts',
      /account 2000000000000002/,
      /AssumeRole/,
    ],
    [
      'a provider of another account',
      () => withProvider(`acs:ram::2000000000000002:oidc-provider/ack-rrsa-${cluster}`),
      'pod-accounts',
      /2000000000000002/,
      /ALIBABA_CLOUD_OIDC_PROVIDER_ARN/,
    ],
    [
      'a provider of another cluster',
      () => withProvider(`acs:ram::${account}:oidc-provider/ack-rrsa-${sandbox.clusters.bar}`),
      'token-provider',
      new RegExp(sandbox.clusters.bar),
      new RegExp(`ack-rrsa-${cluster}$`),
    ],
    [
      'no file',
      () => ({ ALIBABA_CLOUD_OIDC_TOKEN_FILE: '/nowhere/token' }),
      'token-file',
      /no such file/,
      /recreate the pod/,
    ],
    ['a folder', () => ({ ALIBABA_CLOUD_OIDC_TOKEN_FILE: home }), 'token-file', /folder/, /rrsa-tokens\/token/],
    ['an empty file', () => withToken(''), 'token-file', /is empty/, /./],
    ['a huge file', () => withToken('x'.repeat(200_000)), 'token-file', /longer than 20000/, /./],
    [
      'two tokens',
      async () => withToken(`${await tokenOf(cluster)}\n${await tokenOf(cluster)}`),
      'token-file',
      /one token/,
      /./,
    ],
    ['no token', () => withToken('a-password'), 'token-form', /1 parts/, /./],
    ['a token that nobody signed', () => withToken(`${forged({ alg: 'none' })}.x`), 'token-form', /"none"/, /./],
    ['a token of a shared key', () => withToken(`${forged({ alg: 'HS256' })}.x`), 'token-form', /"HS256"/, /./],
    [
      'the default token',
      async () => withToken(await tokenOf(sandbox.clusters.bar, '--audience', 'https://kubernetes.default.svc')),
      'token-default',
      /for the API server/,
      /sts.aliyuncs.com/,
    ],
    [
      'another audience',
      async () => withToken(await tokenOf(cluster, '--audience', 'vault')),
      'token-audience',
      /"vault"/,
      /audience: sts.aliyuncs.com/,
    ],
    [
      'a token from before RRSA',
      async () => withToken(await tokenOf(sandbox.clusters.bar)),
      'token-issuer',
      /RRSA .* was off/,
      /rrsa enable/,
    ],
    ['a token that nobody replaces', expired(false), 'token-rotation', /nobody has replaced/, /subPath/],
    ['an expired token that was written later', expired(true), 'token-expiry', /expired at/, /./],
    [
      'no such role',
      () => withRole(`acs:ram::${account}:role/gone`),
      'sts-assume',
      /EntityNotExist.Role/,
      /-r gone .*--create-role-if-not-exist/,
    ],
    [
      'a role that trusts somebody else',
      async () => withToken(await tokenOf(cluster, '-s', 'nobody')),
      'sts-assume',
      /NoPermission/,
      /rrsa associate-role/,
    ],
    [
      'no such provider',
      () => withProvider(`acs:ram::${account}:oidc-provider/gone`),
      'sts-assume',
      /NoPermission.*no such OIDC provider/,
      /rrsa status/,
    ],
    [
      'a token that was changed',
      async () => withToken(`${(await tokenOf(cluster)).slice(0, -10)}AAAAAAAAAA`),
      'sts-assume',
      /InvalidSignature/,
      /kubectl create token/,
    ],
    [
      'an endpoint where nobody is',
      () => ({ ACK_RAM_TOOL_STS_ENDPOINT: 'http://127.0.0.1:9' }),
      'sts-endpoint',
      /refused/,
      /127.0.0.1:9/,
    ],
    [
      'an endpoint that is none',
      () => ({ ACK_RAM_TOOL_STS_ENDPOINT: 'http://a b' }),
      'sts-endpoint',
      /ACK_RAM_TOOL_STS_ENDPOINT/,
      /./,
    ],
    [
      'a region that is none',
      () => ({ ...outside, ALIBABA_CLOUD_STS_REGION: 'cn nowhere' }),
      'sts-endpoint',
      /ALIBABA_CLOUD_STS_REGION/,
      /./,
    ],
    [
      'a host that is none',
      () => ({ ...outside, ALIBABA_CLOUD_STS_ENDPOINT: 'sts.cn-nowhere.invalid' }),
      'sts-endpoint',
      /no host sts.cn-nowhere.invalid .*ALIBABA_CLOUD_STS_ENDPOINT/,
      /ALIBABA_CLOUD_STS_ENDPOINT/,
    ],
    [
      'a proxy that refuses',
      () => ({ ...outside, HTTPS_PROXY: proxyUrl }),
      'sts-proxy',
      /HTTPS_PROXY is in the way: .*403/,
      /NO_PROXY/,
    ],
    [
      'a proxy that is not there',
      () => ({ ...outside, https_proxy: 'http://user:hidden@127.0.0.1:9' }),
      'sts-proxy',
      /https_proxy is in the way/,
      /NO_PROXY/,
    ],
    [
      'a proxy on the way to a VPC endpoint',
      () => ({
        ...outside,
        HTTPS_PROXY: proxyUrl,
        ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED: 'true',
        ALIBABA_CLOUD_STS_REGION: 'cn-hangzhou',
      }),
      'sts-proxy',
      /sts-vpc.cn-hangzhou/,
      /sts-vpc.cn-hangzhou.aliyuncs.com to NO_PROXY/,
    ],
  ])('names %s', async (_name, plant, id, message, cure) => {
    const env = { ...pod, ...(await plant()) };
    const { exitCode, faults, stdout, stderr } = await examine(env);
    expect(exitCode, stdout + stderr).toBe(3);
    expect(faults[0]).toMatchObject({ id, message: expect.stringMatching(message), cure: expect.stringMatching(cure) });
    expect(faults).toHaveLength(1);
    expect(stdout + stderr).not.toMatch(/eyJ|a-password|hidden/);
  });

  it('names a clock that is wrong, and a session that STS throttles', async () => {
    const skewed = await startedSandbox(['--update-time', '200ms', '--fault', '*:*=skew(20m)']);
    const behind = await examine(await podOn(skewed, scratch('skewed')));
    await skewed.stop();
    expect(behind.exitCode).toBe(3);
    expect(behind.faults).toEqual([expect.objectContaining({ id: 'clock', message: expect.stringMatching(/behind/) })]);

    const throttled = await startedSandbox(['--update-time', '200ms', '--fault', 'AssumeRoleWithOIDC:*=throttle']);
    const env = { ...(await podOn(throttled, scratch('throttled'))), ACK_RAM_TOOL_MAX_RETRIES: '0' };
    const refused = await examine(env);
    await throttled.stop();
    expect(refused.faults).toEqual([
      expect.objectContaining({ id: 'sts-assume', message: expect.stringMatching(/Throttling\.User/) }),
    ]);
  });

  it('takes the page of a proxy for what it is', async () => {
    const page = createServer((_request, answer) => answer.setHeader('content-type', 'text/html').end('<p>log in</p>'));
    await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(page.address() as AddressInfo).port}`;
    const { faults } = await examine({ ...pod, ACK_RAM_TOOL_STS_ENDPOINT: endpoint });
    page.close();
    expect(faults).toEqual([
      expect.objectContaining({ id: 'sts-endpoint', message: expect.stringMatching(/web page/) }),
    ]);
  });
});

describe('doctor on a token file', () => {
  const calls = async (): Promise<number> => (await sandbox.accessLog()).length;

  it('sends nothing anywhere', async () => {
    const path = file(await tokenOf(cluster));
    const before = await calls();
    const fromFile = await examine(sandbox.env, ['--oidc-token-file', path]);
    const fromStdin = await examine(sandbox.env, ['--oidc-token-file', '-'], await tokenOf(cluster));
    for (const { exitCode, checks, stdout, stderr } of [fromFile, fromStdin]) {
      expect(exitCode, stdout + stderr).toBe(0);
      expect(checks.every(({ status }) => status === 'ok')).toBe(true);
      expect(checks.map(({ id }) => id)).not.toContain('sts-assume');
      expect(stdout + stderr).not.toMatch(/eyJ/);
    }
    expect(await calls()).toBe(before);
  });

  it('asks STS with --assume, and needs to know for which role', async () => {
    const path = file(await tokenOf(cluster));
    const role = ['--oidc-role-arn', `acs:ram::${account}:role/app`];
    const provider = ['--oidc-provider-arn', `acs:ram::${account}:oidc-provider/ack-rrsa-${cluster}`];
    const argv = ['--oidc-token-file', path, '--assume'];
    const { exitCode, checks, stderr } = await examine(sandbox.env, [...argv, ...role, ...provider]);
    expect(exitCode, stderr).toBe(0);
    expect(checks.at(-1)).toMatchObject({ id: 'sts-assume', status: 'ok' });
    expect(await examine(sandbox.env, [...argv, ...role])).toMatchObject({ exitCode: 2, stdout: '' });
  });

  it('compares it with the cluster', async () => {
    const path = file(await tokenOf(sandbox.clusters.bar));
    const argv = ['-c', cluster, '--oidc-token-file', path];
    const { exitCode, faults, stderr } = await examine({ ...sandbox.env, HOME: home }, argv);
    expect(exitCode, stderr).toBe(3);
    expect(faults.map(({ id }) => id)).toContain('token-issuer');
  });
});

function scratch(name: string): string {
  const folder = join(home, name);
  mkdirSync(folder);
  return folder;
}

/** A real token that has expired; its file was written when it was issued, or after it had expired. */
function expired(isLate: boolean): () => Promise<Env> {
  return async () => {
    const path = file(await tokenOf(cluster, '--expires-in', '1s'));
    const issuedAt = Date.now() / 1000;
    await new Promise((resolve) => setTimeout(resolve, 2100));
    utimesSync(path, issuedAt + (isLate ? 2 : -1), issuedAt + (isLate ? 2 : -1));
    return { ALIBABA_CLOUD_OIDC_TOKEN_FILE: path };
  };
}
