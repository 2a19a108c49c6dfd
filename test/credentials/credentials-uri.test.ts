import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { credentialsUriSource, fromCredentialsUri } from '../../src/credentials/credentials-uri.ts';
import type { Exchange } from '../../src/credentials/provider.ts';
import { ToolError } from '../../src/errors.ts';

const uri = 'http://127.0.0.1:9099/PLANTED-path?q=PLANTED-query';
const document = {
  Code: 'Success',
  AccessKeyId: 'STS.NUabcdefgh123456',
  AccessKeySecret: 'PLANTED-secret',
  SecurityToken: 'CAIS-PLANTED-token',
  Expiration: '2026-01-02T03:04:05Z',
};

function answering(body: string, status = 200): { exchange: Exchange; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    exchange: async ({ method, url, direct }) => {
      expect(direct, 'no proxy gets to see it').toBe(true);
      asked.push(`${method} ${url}`);
      return { status, headers: { location: 'http://PLANTED/' }, body };
    },
  };
}
const good = answering(JSON.stringify(document));

async function failureOf(work: () => unknown): Promise<ToolError> {
  try {
    await work();
  } catch (error) {
    expect(error).toMatchObject({ code: 'CREDENTIALS_SOURCE_BROKEN', exitCode: 4 });
    const all = JSON.stringify([String(error), (error as Error).stack, error, String((error as Error).cause)]);
    expect(all).not.toContain('PLANTED');
    return error as ToolError;
  }
  throw new Error('nothing was thrown');
}

describe('fromCredentialsUri', () => {
  test('asks the URI at every call and gives the true expiry', async () => {
    const { exchange, asked } = answering(JSON.stringify(document));
    const provider = fromCredentialsUri(` ${uri}\n`, { exchange });
    expect(await provider()).toEqual({
      accessKeyId: document.AccessKeyId,
      accessKeySecret: document.AccessKeySecret,
      securityToken: document.SecurityToken,
      expiration: new Date(document.Expiration),
    });
    await provider();
    expect(asked).toEqual([`GET ${uri}`, `GET ${uri}`]);
  });

  test('takes long-lived keys', async () => {
    const { exchange } = answering('{"AccessKeyId":"LTAI1","AccessKeySecret":"s"}');
    expect(await fromCredentialsUri(uri, { exchange })()).toEqual({ accessKeyId: 'LTAI1', accessKeySecret: 's' });
  });

  test.each([
    'http://localhost:1/x',
    'http://[::1]:1/x',
    'http://127.9.9.9/x',
    'http://169.254.169.254/x',
    'http://100.100.100.200/latest/x',
    'https://vault.example.com/x',
  ])('may be %s', async (allowed) => {
    expect(await fromCredentialsUri(allowed, good)()).toMatchObject({ accessKeyId: document.AccessKeyId });
  });

  test.each([
    ['http://10.0.0.1/PLANTED', 'http to 10.0.0.1'],
    ['http://127.0.0.1.example.com/PLANTED', 'http to 127.0.0.1.example.com'],
    ['http://169.254.example.com/PLANTED', 'http to 169.254.example.com'],
    ['http://localhost.example.com/PLANTED', 'http to localhost.example.com'],
    ['http://user:PLANTED@127.0.0.1/', 'a user or a password'],
    ['https://PLANTED@vault.example.com/', 'a user or a password'],
    ['file:///PLANTED', 'neither http nor https'],
    ['ftp://127.0.0.1/PLANTED', 'neither http nor https'],
    ['/PLANTED', 'no URL'],
    ['127.0.0.1:80/PLANTED', 'no URL'],
    ['http://127.0.0.1\\PLANTED', 'no URL'],
    ['http://127.0.0.1/a b', 'no URL'],
    ['http://127.0.0.1:99999/PLANTED', 'no URL'],
  ])('may not be %s', async (refused, fault) => {
    const { exchange, asked } = answering(JSON.stringify(document));
    expect((await failureOf(() => fromCredentialsUri(refused, { exchange }))).message).toContain(fault);
    expect(asked).toEqual([]);
  });

  test('may be http elsewhere when that was allowed', async () => {
    expect(await fromCredentialsUri('http://10.0.0.1/x', { ...good, allowHttp: true })()).toBeDefined();
  });

  test.each([301, 302, 307, 308])('that redirects (%d) is not followed', async (status) => {
    const { exchange, asked } = answering(JSON.stringify(document), status);
    const { message } = await failureOf(fromCredentialsUri(uri, { exchange }));
    expect(message).toContain('127.0.0.1:9099');
    expect(message).toContain('redirects are not followed');
    expect(asked).toHaveLength(1);
  });

  test.each([
    [500, 'PLANTED', 'it answered 500'],
    [204, '', 'it answered 204'],
    [200, '<html>PLANTED</html>', 'other than a JSON object'],
    [200, '', 'other than a JSON object'],
    [200, JSON.stringify({ ...document, Code: 'PLANTED' }), 'gave no credentials'],
    [200, JSON.stringify({ ...document, AccessKeySecret: 1 }), 'unusable AccessKeySecret'],
    [200, JSON.stringify({ ...document, more: 'PLANTED'.repeat(10_000) }), 'more than 64 KiB'],
  ])('that answers %d %s is broken', async (status, body, fault) => {
    const { message } = await failureOf(fromCredentialsUri(uri, answering(body, status)));
    expect(message).toContain('the credentials URI (127.0.0.1:9099) is unusable');
    expect(message).toContain(fault);
  });

  test('refuses credentials that have expired', async () => {
    const provider = fromCredentialsUri(uri, { ...good, now: () => Date.parse('2027-01-01T00:00:00Z') });
    expect((await failureOf(provider)).message).toContain('expired at');
  });

  test('that does not answer is broken, and an interruption is none', async () => {
    const silent = new ToolError('NETWORK', 'no answer from http://127.0.0.1:9099: the connection was refused', {
      hint: 'the hint',
    });
    const error = await failureOf(fromCredentialsUri(uri, { exchange: () => Promise.reject(silent) }));
    expect(error.message).toContain('the connection was refused');
    expect(error.hint).toBe('the hint');
    const interrupted = new ToolError('INTERRUPTED', 'interrupted by SIGINT');
    await expect(fromCredentialsUri(uri, { exchange: () => Promise.reject(interrupted) })()).rejects.toBe(interrupted);
  });

  test('is asked over http near this machine only, whatever it is called', () => {
    fc.assert(
      fc.property(fc.webUrl({ validSchemes: ['http', 'https'], withQueryParameters: true }), (url) => {
        const isHttps = url.startsWith('https:');
        const build = (): unknown => fromCredentialsUri(url, good);
        if (isHttps) expect(build()).toBeTypeOf('function');
        else expect(build).toThrow('loopback only');
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          fromCredentialsUri(text, good);
        } catch (error) {
          expect(error).toMatchObject({ code: 'CREDENTIALS_SOURCE_BROKEN' });
        }
      }),
    );
  });
});

describe('credentialsUriSource', () => {
  test.each(['ALIBABA_CLOUD_CREDENTIALS_URI', 'ALICLOUD_CREDENTIALS_URI'])('reads %s', async (name) => {
    const provider = await credentialsUriSource({ env: { [name]: uri }, ...good }).resolve();
    expect((await provider?.())?.accessKeyId).toBe(document.AccessKeyId);
  });

  test('prefers the first, and an empty variable is one that is not set', async () => {
    const { exchange, asked } = answering(JSON.stringify(document));
    const first = { ALIBABA_CLOUD_CREDENTIALS_URI: uri, ALICLOUD_CREDENTIALS_URI: 'https://other.example.com/' };
    await (await credentialsUriSource({ env: first, exchange }).resolve())?.();
    const second = { ALIBABA_CLOUD_CREDENTIALS_URI: '', ALICLOUD_CREDENTIALS_URI: 'https://other.example.com/' };
    await (await credentialsUriSource({ env: second, exchange }).resolve())?.();
    expect(asked).toEqual([`GET ${uri}`, 'GET https://other.example.com/']);
  });

  test('is absent without a variable, and broken with one that may not be asked', async () => {
    const absent = credentialsUriSource({ env: {}, ...good });
    expect(await absent.resolve()).toBeUndefined();
    expect(await absent.identity?.()).toBeUndefined();
    expect(absent.lookedAt).toContain('ALIBABA_CLOUD_CREDENTIALS_URI');
    const env = { ALIBABA_CLOUD_CREDENTIALS_URI: 'http://10.0.0.1/PLANTED' };
    const error = await failureOf(() => credentialsUriSource({ env, ...good }).resolve());
    expect(error.message).toContain('ALIBABA_CLOUD_CREDENTIALS_URI is unusable');
  });

  test('is decided by the URI, which its identity does not tell', async () => {
    const identityOf = (value: string) =>
      credentialsUriSource({ env: { ALIBABA_CLOUD_CREDENTIALS_URI: value }, ...good }).identity?.();
    const identity = await identityOf(uri);
    expect(identity?.[0]).toBe('credentials-uri');
    expect(JSON.stringify(identity)).not.toContain('PLANTED');
    expect(await identityOf(`${uri}x`)).not.toEqual(identity);
  });
});
