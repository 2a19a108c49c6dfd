import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../../src/cloud/network.ts';
import { Flags } from '../../../src/commands/options.ts';
import { isInPod, tokenFacts } from '../../../src/commands/rrsa/doctor-token.ts';
import type { Env } from '../../../src/io.ts';
import { memoryIo } from '../../support/memory-io.ts';

const folder = mkdtempSync(join(tmpdir(), 'doctor-token-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'token');
writeFileSync(file, 'aaaa.bbbb.cccc\n');
utimesSync(file, 1_700_000_000, 1_700_000_000);

const podEnv: Env = {
  ALIBABA_CLOUD_ROLE_ARN: 'acs:ram::1:role/app',
  ALIBABA_CLOUD_OIDC_PROVIDER_ARN: 'acs:ram::1:oidc-provider/ack-rrsa-c1',
  ALIBABA_CLOUD_OIDC_TOKEN_FILE: file,
};
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

interface Options {
  env?: Env;
  stdin?: string;
  headers?: Record<string, string>;
}

function factsOf(given: Record<string, string>, options: Options = {}) {
  const flags = new Flags(
    new Map(Object.entries(given).map(([name, text]) => [name, [{ text, from: `--${name}` }]])),
    undefined,
  );
  const { env = {}, stdin, headers = {} } = options;
  const requests: HttpRequest[] = [];
  const asked: unknown[] = [];
  const facts = tokenFacts(flags, memoryIo({ env, now: () => NOW, ...(stdin === undefined ? {} : { stdin }) }), {
    async assumeRoleWithOidc(request) {
      asked.push(request);
      return { accessKeyId: 'STS.a', accessKeySecret: 'secret', securityToken: 'CAIS', expiration: new Date(NOW) };
    },
    async request(request) {
      requests.push(request);
      return { status: 404, headers, body: Buffer.alloc(0) };
    },
  });
  return { facts, requests, asked };
}

const never = new AbortController().signal;

describe('what doctor sees of a token', () => {
  it('in a pod is what its environment says', async () => {
    const { facts } = factsOf({}, { env: podEnv });
    expect(facts).toMatchObject({
      pod: { set: Object.keys(podEnv), missing: [], accessKeyVariable: undefined },
      file: { value: file, from: 'ALIBABA_CLOUD_OIDC_TOKEN_FILE' },
      roleArn: { value: 'acs:ram::1:role/app', from: 'ALIBABA_CLOUD_ROLE_ARN' },
    });
    expect(facts?.sts).toBeDefined();
    expect(await facts?.read()).toEqual({ token: 'aaaa.bbbb.cccc', modifiedAt: 1_700_000_000_000 });
  });

  it('in a pod that was not injected, or by half, is what is missing', () => {
    const service = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' };
    expect(isInPod(service)).toBe(true);
    expect(isInPod({})).toBe(false);
    expect(factsOf({}, { env: service }).facts).toMatchObject({ pod: { set: [], missing: Object.keys(podEnv) } });
    const env = { ALIBABA_CLOUD_ROLE_ARN: 'x', ALICLOUD_ACCESS_KEY: 'LTAI', ALIBABA_CLOUD_OIDC_TOKEN_FILE: '' };
    expect(factsOf({}, { env }).facts?.pod).toEqual({
      set: ['ALIBABA_CLOUD_ROLE_ARN'],
      missing: ['ALIBABA_CLOUD_OIDC_PROVIDER_ARN', 'ALIBABA_CLOUD_OIDC_TOKEN_FILE'],
      accessKeyVariable: 'ALICLOUD_ACCESS_KEY',
    });
  });

  it('is nothing where a cluster is looked at, and no token', () => {
    expect(factsOf({ 'cluster-id': 'c1' }, { env: podEnv }).facts).toBeUndefined();
    expect(factsOf({}).facts).toBeUndefined();
  });

  it('of a token file has no way to STS, and nothing of the environment', async () => {
    const { facts } = factsOf({ 'oidc-token-file': '-' }, { env: podEnv, stdin: 'dddd.eeee.ffff' });
    expect(facts).toMatchObject({ file: { value: '-', from: '--oidc-token-file' } });
    expect([facts?.pod, facts?.sts, facts?.roleArn, facts?.providerArn]).toEqual(Array(4).fill(undefined));
    expect(await facts?.read()).toEqual({ token: 'dddd.eeee.ffff' });
    expect(await facts?.read()).toEqual({ token: 'dddd.eeee.ffff' });
  });

  it('has one where it is asked for, with the role and the provider', async () => {
    const given = {
      'oidc-token-file': file,
      assume: 'true',
      'oidc-role-arn': 'acs:ram::1:role/app',
      'oidc-provider-arn': 'acs:ram::1:oidc-provider/ack-rrsa-c1',
    };
    const { facts, asked } = factsOf(given);
    expect(facts?.roleArn).toEqual({ value: 'acs:ram::1:role/app', from: '--oidc-role-arn' });
    const request = { roleArn: 'r', providerArn: 'p', oidcToken: 't' };
    expect(await facts?.sts?.assume(request)).toEqual({ expiration: new Date(NOW) });
    expect(asked).toEqual([{ ...request, sessionName: 'ack-ram-tool' }]);
  });

  it('refuses to ask STS without a role or a provider', () => {
    const refused = expect.objectContaining({ code: 'USAGE' });
    const given = { 'oidc-token-file': file, assume: 'true' };
    expect(() => factsOf(given)).toThrow(refused);
    expect(() => factsOf({ ...given, 'oidc-role-arn': 'acs:ram::1:role/app' })).toThrow(refused);
    expect(factsOf({ ...given, 'cluster-id': 'c1' }).facts?.sts).toBeDefined();
  });
});

describe('the way to STS', () => {
  const sts = (given: Record<string, string>, env: Env = {}, headers: Record<string, string> = {}) => {
    const { facts, requests } = factsOf(given, { env: { ...podEnv, ...env }, headers });
    return { sts: facts?.sts, requests };
  };

  it.each<[Record<string, string>, Env, string, string | undefined, boolean]>([
    [{}, {}, 'sts.aliyuncs.com', undefined, false],
    [{}, { ALIBABA_CLOUD_STS_REGION: 'cn-nowhere' }, 'sts.cn-nowhere.aliyuncs.com', 'ALIBABA_CLOUD_STS_REGION', false],
    [{ 'region-id': 'cn-x' }, {}, 'sts.cn-x.aliyuncs.com', '--region-id (or ACK_RAM_TOOL_REGION_ID)', false],
    [{}, { ALIBABA_CLOUD_STS_ENDPOINT: 'sts.example.com' }, 'sts.example.com', 'ALIBABA_CLOUD_STS_ENDPOINT', false],
    [
      { 'sts-endpoint': 'https://sts.example.com' },
      { ALIBABA_CLOUD_STS_REGION: 'cn-x' },
      'sts.example.com',
      '--sts-endpoint (or ACK_RAM_TOOL_STS_ENDPOINT)',
      false,
    ],
    [
      { 'use-vpc-endpoint': 'true' },
      { ALIBABA_CLOUD_STS_REGION: 'cn-x' },
      'sts-vpc.cn-x.aliyuncs.com',
      'ALIBABA_CLOUD_STS_REGION',
      true,
    ],
  ])('with %j and %j is %s', (given, env, host, from, isVpc) => {
    expect(sts(given, env).sts?.endpoint()).toEqual({ host, from, isVpc });
  });

  it('is a usage error where the endpoint is none', () => {
    const { sts: way } = sts({}, { ALIBABA_CLOUD_STS_ENDPOINT: 'a b' });
    expect(() => way?.endpoint()).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  it('names the variable of a proxy, and its host without its password', () => {
    const proxied = (env: Env) => sts({}, env).sts?.proxy();
    expect(proxied({})).toBeUndefined();
    expect(proxied({ https_proxy: 'http://u:p@proxy.example:3128' })).toEqual({
      value: 'proxy.example:3128',
      from: 'https_proxy',
    });
    expect(proxied({ HTTPS_PROXY: 'proxy.example', NO_PROXY: '.aliyuncs.com' })).toBeUndefined();
    expect(() => proxied({ HTTPS_PROXY: 'socks5://x' })).toThrow(/HTTPS_PROXY/);
  });

  it('is tried once, without anything of the token', async () => {
    const headers = { date: 'Fri, 02 Jan 2026 03:00:00 GMT', 'content-type': 'Text/HTML; charset=utf-8' };
    const { sts: way, requests } = sts({}, {}, headers);
    const probe = {
      status: 404,
      contentType: 'text/html',
      clocks: { there: Date.UTC(2026, 0, 2, 3, 0, 0), here: NOW },
    };
    expect(await way?.probe(never)).toEqual(probe);
    expect(await way?.probe(never)).toEqual(probe);
    expect(requests).toEqual([expect.objectContaining({ method: 'GET', url: 'https://sts.aliyuncs.com/' })]);
    expect(requests[0]).not.toHaveProperty('body');
  });

  it.each([{}, { date: 'yesterday' }])('says nothing of clocks without a Date: %j', async (headers: object) => {
    expect(await sts({}, {}, { ...headers }).sts?.probe(never)).toEqual({
      status: 404,
      contentType: '',
      clocks: undefined,
    });
  });
});
