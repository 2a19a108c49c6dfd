import { request as plainRequest } from 'httpx';
import { describe, expect, it } from 'vitest';
import { connect } from '../../src/cloud/clients.ts';
import type { Credentials } from '../../src/credentials/provider.ts';
import { ToolError } from '../../src/errors.ts';
import { cloudOptions, errorOf, everythingIn, sendJson, wireServer } from './wire-server.ts';

const identity = { IdentityType: 'RAMUser', AccountId: '1', PrincipalId: '2', Arn: 'acs:ram::1:user/a' };

describe('connecting', () => {
  it('does nothing before a method is called', () => {
    const fail = (): never => {
      throw new Error('called too early');
    };
    connect(
      cloudOptions('', { credentials: fail, endpoints: { CS: 'http://refused.example' }, env: { HTTPS_PROXY: '::' } }),
    );
  });

  it('refuses a bad endpoint at the first call that needs it, before it asks for credentials', async () => {
    const credentials = async (): Promise<Credentials> => {
      throw new Error('asked too early');
    };
    const { ack } = connect(cloudOptions('', { credentials, endpoints: { CS: 'http://cs.example' } }));
    expect(await errorOf(ack.listClusters())).toMatchObject({ code: 'USAGE' });
  });

  it('asks for credentials before every call, so that renewed ones are used', async () => {
    const server = await wireServer((_, response) => sendJson(response, identity));
    let round = 0;
    const credentials = async (): Promise<Credentials> => {
      round += 1;
      return round === 1
        ? { accessKeyId: 'first-key', accessKeySecret: 'secret' }
        : { accessKeyId: 'second-key', accessKeySecret: 'secret', securityToken: 'token' };
    };
    const { sts } = connect(cloudOptions(server.url, { credentials }));
    await sts.getCallerIdentity();
    await sts.getCallerIdentity();
    const [first, second] = server.seen.map(({ headers }) => headers);
    expect(first?.authorization).toContain('Credential=first-key,');
    expect(first?.['x-acs-security-token']).toBeUndefined();
    expect(second?.authorization).toContain('Credential=second-key,');
    expect(second?.['x-acs-security-token']).toBe('token');
  });

  it('keeps the credentials of concurrent calls apart', async () => {
    const server = await wireServer((_, response) => sendJson(response, identity));
    const clouds = ['a', 'b', 'c', 'd'].map((name) =>
      connect(
        cloudOptions(server.url, { credentials: async () => ({ accessKeyId: `key-${name}`, accessKeySecret: name }) }),
      ),
    );
    await Promise.all(clouds.flatMap(({ sts }) => [sts.getCallerIdentity(), sts.getCallerIdentity()]));
    const keys = server.seen.map(({ headers }) => /Credential=([^,]+)/.exec(headers.authorization ?? '')?.[1]);
    expect(keys.sort()).toEqual(['key-a', 'key-a', 'key-b', 'key-b', 'key-c', 'key-c', 'key-d', 'key-d']);
  });

  it('passes on what the credentials fail with, and calls nothing', async () => {
    const server = await wireServer((_, response) => sendJson(response, identity));
    const reason = new ToolError('CREDENTIALS_NOT_FOUND', 'no credentials');
    const credentials = async (): Promise<Credentials> => {
      throw reason;
    };
    expect(await errorOf(connect(cloudOptions(server.url, { credentials })).ram.getRole('x'))).toBe(reason);
    expect(server.seen).toHaveLength(0);
  });

  it('ends a call in flight with the reason of the signal, and starts no other', async () => {
    const controller = new AbortController();
    const reason = new ToolError('INTERRUPTED', 'interrupted by SIGTERM', { exitCode: 143 });
    const server = await wireServer(() => controller.abort(reason));
    const { ack } = connect(cloudOptions(server.url, { signal: controller.signal, readTimeoutMs: 600_000 }));
    expect(await errorOf(ack.listClusters())).toBe(reason);
    expect(await errorOf(ack.listClusters())).toBe(reason);
    expect(server.seen).toHaveLength(1);
  });

  it('times out, says so at once, and tries again', async () => {
    const server = await wireServer((_, response, count) => {
      if (count > 1) sendJson(response, identity);
    });
    const options = cloudOptions(server.url, { readTimeoutMs: 60 });
    await connect(options).sts.getCallerIdentity();
    expect(server.seen).toHaveLength(2);
    expect(options.warnLines).toEqual([
      expect.stringMatching(/^STS GetCallerIdentity: no answer from .*; again in 0\.2 s/),
    ]);
  });

  it('makes many calls at once without a word of node about it', async () => {
    const server = await wireServer((_, response) => sendJson(response, identity));
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    const { sts } = connect(cloudOptions(server.url));
    await Promise.all(Array.from({ length: 40 }, () => sts.getCallerIdentity()));
    await new Promise(setImmediate);
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });

  it.each(['key\n', 'k\u0000y', 'k y', 'kéy'])(
    'refuses keys that cannot be any, without showing them: %j',
    async (bad) => {
      const good = { accessKeyId: 'hidden-id', accessKeySecret: 'hidden-secret', securityToken: 'hidden-token' };
      for (const name of ['accessKeyId', 'accessKeySecret', 'securityToken'] as const) {
        const credentials = async (): Promise<Credentials> => ({ ...good, [name]: `hidden-${bad}` });
        const error = await errorOf(connect(cloudOptions('http://127.0.0.1:1', { credentials })).ram.getRole('x'));
        expect(error).toMatchObject({ code: 'CREDENTIALS_SOURCE_BROKEN' });
        expect(everythingIn(error)).not.toContain('hidden');
      }
    },
  );

  it('goes through the proxy of the environment', async () => {
    const proxy = await wireServer((_, response) => sendJson(response, identity));
    const endpoints = { STS: 'http://sts.example' };
    const env = { HTTP_PROXY: proxy.url };
    const { sts } = connect(cloudOptions('', { endpoints, env, allowInsecureHttp: true }));
    expect((await sts.getCallerIdentity()).accountId).toBe('1');
    expect(proxy.seen[0]?.headers).toMatchObject({ host: 'sts.example', 'x-acs-action': 'GetCallerIdentity' });
  });

  it('refuses an answer without an end', async () => {
    const server = await wireServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const write = (): void => {
        while (!response.destroyed && response.write('"x",'.repeat(50_000)));
        if (!response.destroyed) response.once('drain', write);
      };
      response.write('[');
      write();
    });
    expect(await errorOf(connect(cloudOptions(server.url)).ack.listClusters())).toMatchObject({ code: 'BAD_ANSWER' });
  });

  it('names what it calls at debug level', async () => {
    const server = await wireServer((_, response) => sendJson(response, identity));
    const options = cloudOptions(server.url);
    await connect(options).sts.getCallerIdentity();
    expect(options.debugLines).toEqual([`calling STS GetCallerIdentity at 127.0.0.1:${server.port}`]);
  });

  it("leaves requests that are not the tool's to the SDKs' own client", async () => {
    const server = await wireServer((_, response) => sendJson(response, identity));
    await connect(cloudOptions(server.url)).sts.getCallerIdentity();
    const answer = await plainRequest(server.url, { method: 'GET' });
    answer.resume();
    expect(answer.statusCode).toBe(200);
    expect(server.seen.at(-1)?.headers['user-agent']).toBeUndefined();
  });
});
