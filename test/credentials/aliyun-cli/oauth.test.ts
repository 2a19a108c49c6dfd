import { spawn } from 'node:child_process';
import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync, unlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'rolldown';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { chain } from '../../../src/credentials/chain.ts';
import { type ProfileOptions, profileSources } from '../../../src/credentials/profiles.ts';
import { ToolError } from '../../../src/errors.ts';
import { credentialsOf, failure, issued, newHome, now, profileOptions, put } from '../profile-harness.ts';

const home = newHome();
const path = '.aliyun/config.json';
const file = join(home, path);
const seconds = now / 1000;

const keys = {
  accessKeyId: issued.accessKeyId,
  accessKeySecret: issued.accessKeySecret,
  securityToken: issued.securityToken,
  expiration: '2026-01-01T01:00:00Z',
  requestId: 'r',
};
const tokens = { access_token: 'next-access', refresh_token: 'next-refresh', expires_in: 10_800, token_type: 'Bearer' };
const login = {
  name: 'default',
  mode: 'OAuth',
  region_id: 'cn-hangzhou',
  oauth_site_type: 'CN',
  oauth_access_token: 'PLANTED-access',
  oauth_refresh_token: 'PLANTED-refresh',
  oauth_access_token_expire: seconds + 3600,
};

interface Request {
  url: string;
  headers?: Record<string, string>;
  body?: string;
}
let requests: Request[];
beforeEach(() => {
  requests = [];
});

const write = (profile: object, indent: number | string = '\t') =>
  put(
    home,
    path,
    JSON.stringify({ current: 'default', profiles: [{ ...login, ...profile }], meta_path: '' }, null, indent),
  );
const written = () => JSON.parse(readFileSync(file, 'utf8')).profiles[0];

/** A service that answers well, but for the paths that a test answers itself. */
const service =
  (own: Record<string, { status: number; body: unknown } | Error> = {}): ProfileOptions['exchange'] =>
  async (request) => {
    requests.push(request as Request);
    const { pathname } = new URL(request.url);
    const answer = own[pathname] ?? { status: 200, body: pathname === '/v1/token' ? tokens : keys };
    if (answer instanceof Error) throw answer;
    const { status, body } = answer;
    return { status, headers: {}, body: typeof body === 'string' ? body : JSON.stringify(body) };
  };

const use = (overrides: Partial<ProfileOptions> = {}) =>
  credentialsOf(profileOptions(home, { exchange: service(), ...overrides }));

describe('mode OAuth', () => {
  test('exchanges a good access token for keys, and keeps them in the profile', async () => {
    write({});
    expect(await use()).toEqual(issued);
    expect(requests).toEqual([
      {
        method: 'POST',
        url: 'https://oauth.aliyun.com/v1/exchange',
        headers: { 'content-type': 'application/json', authorization: 'Bearer PLANTED-access' },
      },
    ]);
    const { access_key_id, access_key_secret, sts_token, sts_expiration, ...rest } = written();
    expect([access_key_id, access_key_secret, sts_token]).toEqual(['STS.issued', 'issued-secret', 'issued-token']);
    expect(sts_expiration).toBe(seconds + 3600);
    expect(rest).toEqual(login);
  });

  test('renews an access token that has expired, and keeps both tokens', async () => {
    write({ oauth_access_token_expire: seconds - 1, oauth_site_type: 'intl' });
    expect(await use()).toEqual(issued);
    expect(requests.map(({ url }) => url)).toEqual([
      'https://oauth.alibabacloud.com/v1/token',
      'https://oauth.alibabacloud.com/v1/exchange',
    ]);
    expect(Object.fromEntries(new URLSearchParams(requests[0]?.body))).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'PLANTED-refresh',
      client_id: '4103531455503354461',
    });
    expect(requests[1]?.headers?.authorization).toBe('Bearer next-access');
    expect(written()).toMatchObject({
      oauth_access_token: 'next-access',
      oauth_refresh_token: 'next-refresh',
      oauth_access_token_expire: seconds + 10_800,
      sts_token: 'issued-token',
    });
  });

  test('keeps the new tokens although the keys were then refused', async () => {
    write({ oauth_access_token_expire: 0 });
    await failure(use({ exchange: service({ '/v1/exchange': { status: 403, body: 'PLANTED' } }) }));
    expect(written()).toMatchObject({ oauth_access_token: 'next-access', oauth_refresh_token: 'next-refresh' });
  });

  test('keeps the old refresh token when no new one comes', async () => {
    write({ oauth_access_token_expire: 0 });
    await use({ exchange: service({ '/v1/token': { status: 200, body: { access_token: 'next-access' } } }) });
    expect(written()).toMatchObject({
      oauth_refresh_token: 'PLANTED-refresh',
      oauth_access_token_expire: seconds + 3600,
    });
  });

  test('uses what another process has renewed meanwhile', async () => {
    write({ oauth_access_token_expire: 0 });
    const { provider } = await chain(profileSources(profileOptions(home, { exchange: service() })));
    write({ access_key_id: 'STS.other', access_key_secret: 's', sts_token: 't', sts_expiration: seconds + 3600 });
    expect(await provider()).toMatchObject({ accessKeyId: 'STS.other' });
    expect(requests).toEqual([]);
  });

  test('exchanges anew when renewal is asked for, and only then', async () => {
    const kept = { access_key_id: 'STS.kept', access_key_secret: 's', sts_token: 't', sts_expiration: seconds + 3600 };
    write(kept);
    const { provider } = await chain(profileSources(profileOptions(home, { exchange: service() })));
    expect(await provider()).toMatchObject({ accessKeyId: 'STS.kept' });
    expect(await provider({ renew: true })).toEqual(issued);
    expect(await provider()).toEqual(issued);
    expect(requests).toHaveLength(1);
  });

  test('goes on with keys that are still valid when the service fails', async () => {
    write({ access_key_id: 'STS.kept', access_key_secret: 's', sts_token: 't', sts_expiration: seconds + 60 });
    const exchange = service({ '/v1/exchange': { status: 500, body: '' } });
    expect(await use({ exchange })).toMatchObject({ accessKeyId: 'STS.kept' });
  });

  test('keeps the mode, the formatting and a link, and leaves nothing else behind', async () => {
    const real = put(home, 'dotfiles/config.json', JSON.stringify({ current: 'default', profiles: [login] }, null, 4));
    chmodSync(real, 0o640);
    write({});
    unlinkSync(file);
    symlinkSync(real, file);
    await use();
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(statSync(real).mode & 0o777).toBe(0o640);
    expect(readdirSync(join(home, 'dotfiles'))).toEqual(['config.json']);
    expect(readFileSync(real, 'utf8')).toMatch(
      /^\{\n {4}"current": "default",\n {4}"profiles": \[\n {8}\{\n {12}"name"/,
    );
    unlinkSync(file);
  });

  test('gives the keys although they cannot be kept, and warns', async () => {
    write({});
    const warned: string[] = [];
    const report = { debug: () => {}, warn: (text: string) => void warned.push(text) };
    const exchange: ProfileOptions['exchange'] = async (request) => {
      unlinkSync(file);
      return service()(request);
    };
    expect(await use({ exchange, report })).toEqual(issued);
    expect(warned).toEqual([expect.stringContaining('could not be written back')]);
  });

  test.each([
    ['the login cannot be renewed', { oauth_access_token_expire: 0, oauth_refresh_token: '' }, {}, 'login has expired'],
    [
      'the refresh token is over',
      { oauth_access_token_expire: 0, oauth_refresh_token_expire: 1 },
      {},
      'login has expired',
    ],
    [
      'the refresh token is refused',
      { oauth_access_token_expire: 0 },
      { '/v1/token': { status: 400, body: { error: 'invalid_grant', error_description: 'PLANTED' } } },
      'refuses to renew this login',
    ],
    ['the access token is refused', {}, { '/v1/exchange': { status: 401, body: 'PLANTED' } }, 'refuses to issue keys'],
    [
      'the token service is not well',
      { oauth_access_token_expire: 0 },
      { '/v1/token': { status: 503, body: 'PLANTED' } },
      'answered 503',
    ],
    [
      'no token comes',
      { oauth_access_token_expire: 0 },
      { '/v1/token': { status: 200, body: { access_token: 'PLANTED\n' } } },
      'without an access token',
    ],
    ['a page comes', {}, { '/v1/exchange': { status: 200, body: '<html>PLANTED' } }, 'other than a JSON object'],
    [
      'half comes',
      {},
      { '/v1/exchange': { status: 200, body: { ...keys, accessKeySecret: 'PLANTED', securityToken: '' } } },
      'without SecurityToken',
    ],
    [
      'expired keys come',
      {},
      { '/v1/exchange': { status: 200, body: { ...keys, expiration: '2020-01-01T00:00:00Z' } } },
      'expired at',
    ],
    [
      'nothing comes',
      {},
      { '/v1/exchange': new ToolError('NETWORK', 'no answer from https://oauth.aliyun.com') },
      'no answer from',
    ],
  ])('is broken when %s, and nothing secret is shown', async (_name, profile, own, words) => {
    write(profile);
    const error = await failure(use({ exchange: service(own) }));
    expect(error).toMatchObject({ code: 'CREDENTIALS_SOURCE_BROKEN', exitCode: 4 });
    expect(error.message).toContain(`profile "default" of ${file}`);
    expect(error.message).toContain(words);
  });

  test('works below a chain of roles', async () => {
    const role = {
      name: 'top',
      mode: 'ChainableRamRoleArn',
      source_profile: 'default',
      ram_role_arn: 'acs:ram::1:role/r',
    };
    put(home, path, JSON.stringify({ current: 'top', profiles: [role, login] }));
    const bases: string[] = [];
    await use({
      assumeRole: async (base) => {
        bases.push((await base()).accessKeyId);
        return issued;
      },
    });
    expect(bases).toEqual(['STS.issued']);
    expect(requests).toHaveLength(1);
    expect(JSON.parse(readFileSync(file, 'utf8')).profiles[1].sts_token).toBe('issued-token');
  });
});

describe('mode OAuth in many processes', () => {
  const program = join(home, 'oauth.mjs');
  const counts = { token: 0, exchange: 0 };
  const server = createServer((request, response) => {
    const isToken = request.url === '/v1/token';
    counts[isToken ? 'token' : 'exchange'] += 1;
    const expiration = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+/, '');
    const n = counts.token;
    const next = { access_token: `access-${n}`, refresh_token: `refresh-${n}`, expires_in: 3600 };
    request.resume();
    request.on('end', () => response.end(JSON.stringify(isToken ? next : { ...keys, expiration })));
  });

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await build({
      input: join(import.meta.dirname, 'oauth-main.ts'),
      platform: 'node',
      output: { file: program, format: 'esm', codeSplitting: false },
      logLevel: 'warn',
    });
  });
  afterAll(() => void server.close());

  test('renews once for all of them', async () => {
    write({ oauth_access_token_expire: 0, note: 'kept' });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const run = () =>
      new Promise<string>((resolve) => {
        const child = spawn(process.execPath, [program, url], { env: { HOME: home, PATH: process.env.PATH } });
        let out = '';
        child.stdout.on('data', (chunk) => (out += chunk));
        child.stderr.on('data', (chunk) => (out += chunk));
        child.on('close', (code) => resolve(`${code} ${out}`));
      });
    const results = await Promise.all(Array.from({ length: 20 }, run));
    expect(results).toEqual(Array.from({ length: 20 }, () => '0 STS.issued'));
    expect(counts).toEqual({ token: 1, exchange: 1 });
    expect(written()).toMatchObject({ oauth_refresh_token: 'refresh-1', sts_token: 'issued-token', note: 'kept' });
    expect(readdirSync(join(home, '.aliyun'))).toEqual(['config.json']);
  });
});
