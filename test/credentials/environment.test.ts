import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chain } from '../../src/credentials/chain.ts';
import { environmentSources } from '../../src/credentials/environment.ts';
import { readFamilies } from '../../src/credentials/key-variables.ts';
import type { Credentials } from '../../src/credentials/provider.ts';
import { messageOf, ToolError } from '../../src/errors.ts';
import type { Env } from '../../src/io.ts';
import cases from '../cases/credentials/environment.json' with { type: 'json' };

const expiration = new Date('2026-01-01T00:00:00Z');
const issued = { accessKeyId: 'STS.x', accessKeySecret: 'issued-secret', securityToken: 'CAIS', expiration };
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'credentials-environment-'));
  await writeFile(join(home, 'token'), 'the.oidc.token\n');
});
afterAll(() => rm(home, { recursive: true }));

/** What the environment came to: static credentials, or what STS was asked. */
async function outcome(env: Env): Promise<Record<string, unknown>> {
  const calls: Record<string, unknown> = {};
  const sources = environmentSources({
    env,
    home,
    assumeRole: async (base, request) => {
      calls.assumed = { base: (await base()).accessKeyId, ...request };
      return issued;
    },
    assumeRoleWithOidc: async (request) => {
      calls.oidc = request;
      return issued;
    },
  });
  const credentials = await (await chain(sources)).provider();
  if (Object.keys(calls).length === 0) return { credentials };
  expect(credentials).toEqual(issued);
  return calls;
}

describe('credentials of the environment', () => {
  test.each(cases)('$name', async ({ env, expect: expected }) => {
    if (!('error' in expected)) {
      expect(await outcome(env as Env)).toEqual(expected);
      return;
    }
    const error = await outcome(env as Env).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ToolError);
    expect(error).toMatchObject({ code: expected.error, exitCode: 4 });
    for (const part of expected.names ?? []) expect(messageOf(error)).toContain(part);
    expect(JSON.stringify([messageOf(error), error])).not.toContain('PLANTED');
  });

  test('names every variable that was looked at when there is nothing', async () => {
    const error = await outcome({}).catch((thrown: unknown) => thrown);
    for (const family of readFamilies) {
      for (const name of [family.id, ...family.tokens]) expect(messageOf(error)).toContain(name);
    }
    expect(messageOf(error).split('\n')).toHaveLength(4);
  });

  test('never puts keys of two families together', async () => {
    const names = readFamilies.flatMap(({ id, secret, tokens }) => [id, secret, ...tokens]);
    const environments = fc.dictionary(fc.constantFrom(...names), fc.constantFrom('', 'x'));
    await fc.assert(
      fc.asyncProperty(environments, async (present) => {
        const env = Object.fromEntries(Object.keys(present).map((name) => [name, present[name] && name]));
        let credentials: Credentials;
        try {
          ({ credentials } = (await outcome(env)) as { credentials: Credentials });
        } catch (error) {
          expect(error).toBeInstanceOf(ToolError);
          return;
        }
        const family = readFamilies.find(({ id }) => id === credentials.accessKeyId);
        expect(credentials.accessKeySecret).toBe(family?.secret);
        if (credentials.securityToken) expect(family?.tokens).toContain(credentials.securityToken);
      }),
    );
  });
});

describe('what decides the credentials of the environment', () => {
  const refuse = (): Promise<never> => Promise.reject(new Error('not asked'));
  const keys = { ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'PLANTED' };
  const role = { ALIBABA_CLOUD_ROLE_ARN: 'acs:ram::1000000000000001:role/reader' };

  async function identityOf(env: Env): Promise<readonly string[] | undefined> {
    const sources = environmentSources({ env, home, assumeRole: refuse, assumeRoleWithOidc: refuse });
    return (await chain(sources)).source.identity?.();
  }

  test('is not told for keys that are at hand', async () => {
    expect(await identityOf(keys)).toBeUndefined();
    expect(await identityOf({ ...keys, ...role, ALIBABA_CLOUD_SECURITY_TOKEN: 'token' })).toBeUndefined();
  });

  test('is the keys, the role and the session name when a role is assumed', async () => {
    const identity = await identityOf({ ...keys, ...role });
    expect(identity).toEqual([
      'environment-role',
      'keys',
      'LTAI',
      expect.any(String),
      ...Object.values(role),
      'ack-ram-tool',
    ]);
    expect(identity?.join()).not.toContain('PLANTED');
    expect(await identityOf({ ...keys, ...role, ALIBABA_CLOUD_ROLE_SESSION_NAME: 'other' })).not.toEqual(identity);
    expect(await identityOf({ ...keys, ...role, ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'x' })).not.toEqual(identity);
  });

  const oidc = {
    ...role,
    ALIBABA_CLOUD_OIDC_PROVIDER_ARN: 'acs:ram::1000000000000001:oidc-provider/ack-rrsa-c1',
  };

  test('is role, provider, session name and token of an OIDC session', async () => {
    const identity = await identityOf({ ...oidc, ALIBABA_CLOUD_OIDC_TOKEN_FILE: '~/token' });
    expect(identity?.slice(0, 4)).toEqual(['environment-oidc', ...Object.values(oidc), 'ack-ram-tool']);
    expect(identity?.join()).not.toContain('the.oidc.token');
    const broken = identityOf({ ...oidc, ALIBABA_CLOUD_OIDC_TOKEN_FILE: '/missing' });
    await expect(broken).rejects.toMatchObject({ code: 'CREDENTIALS_SOURCE_BROKEN' });
  });

  test('spends the token it was made of on the call that follows, because a pipe can be read only once', async () => {
    const file = join(home, 'changing');
    const sent: string[] = [];
    const sources = environmentSources({
      env: { ...oidc, ALIBABA_CLOUD_OIDC_TOKEN_FILE: file },
      home,
      assumeRole: refuse,
      assumeRoleWithOidc: async ({ oidcToken }) => {
        sent.push(oidcToken);
        return issued;
      },
    });
    const { source, provider } = await chain(sources);
    await writeFile(file, 'first');
    await source.identity?.();
    await writeFile(file, 'second');
    await provider();
    await provider();
    expect(sent).toEqual(['first', 'second']);
  });
});
