import { lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AssumeRole } from '../../src/credentials/assume-role.ts';
import { type CredentialOptions, resolveCredentials, resolveKnownCredentials } from '../../src/credentials/resolve.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { scratchFolder } from '../support/tool.ts';

const now = Date.parse('2026-01-01T00:00:00Z');
const roleArn = 'acs:ram::1000000000000001:role/reader';

const notAsked = (): Promise<never> => Promise.reject(new Error('not asked'));

function setup(overrides: Partial<CredentialOptions> = {}) {
  const asked: string[] = [];
  const assumeRole: AssumeRole = async (base, request) => {
    asked.push(`${request.roleArn} as ${request.sessionName} by ${(await base()).accessKeyId}`);
    const expiration = new Date(now + 3_600_000);
    return { accessKeyId: `STS.${asked.length}`, accessKeySecret: 's', securityToken: 't', expiration };
  };
  const options: CredentialOptions = {
    env: { ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret' },
    home: undefined,
    platform: 'linux',
    clock: fakeClock({ start: now }),
    signal: new AbortController().signal,
    assumeRole,
    assumeRoleWithOidc: notAsked,
    exchange: notAsked,
    readMetadata: notAsked,
    getCallerIdentity: notAsked,
    readTimeoutMs: 1_000,
    report: { debug: () => {}, info: () => {}, warn: () => {} },
    stsEndpointName: async () => 'sts.aliyuncs.com',
    ...overrides,
  };
  return { asked, options };
}

describe('resolveCredentials', () => {
  test('gives the credentials of the environment', async () => {
    const provider = await resolveCredentials(setup().options);
    expect(await provider()).toEqual({ accessKeyId: 'LTAI', accessKeySecret: 'secret' });
  });

  test('assumes the role on top, once for any number of calls, and not before the first', async () => {
    const { asked, options } = setup({ role: { roleArn, sessionName: 'me' } });
    const provider = await resolveCredentials(options);
    expect(asked).toEqual([]);
    await Promise.all([provider(), provider()]);
    expect(await provider()).toMatchObject({ accessKeyId: 'STS.1' });
    expect(asked).toEqual([`${roleArn} as me by LTAI`]);
  });

  test('assumes the role on top of the role of the environment', async () => {
    const { asked, options } = setup({ role: { roleArn } });
    const first = 'acs:ram::1000000000000001:role/first';
    await (await resolveCredentials({ ...options, env: { ...options.env, ALIBABA_CLOUD_ROLE_ARN: first } }))();
    expect(asked).toEqual([`${first} as ack-ram-tool by LTAI`, `${roleArn} as ack-ram-tool by STS.1`]);
  });

  test('minds the session that is asked for when the environment names the role, and only there', async () => {
    const sent: unknown[] = [];
    const assumeRole: AssumeRole = async (_base, request) => {
      sent.push(request);
      return { accessKeyId: 'STS.1', accessKeySecret: 's', securityToken: 't', expiration: new Date(now + 900_000) };
    };
    const session = { durationSeconds: 900, policy: '{}' };
    const { options } = setup({ session, assumeRole });
    const env = { ...options.env, ALIBABA_CLOUD_ROLE_ARN: roleArn, ALIBABA_CLOUD_ROLE_SESSION_NAME: 'pod' };
    await (await resolveCredentials({ ...options, env }))();
    expect(sent).toEqual([
      expect.objectContaining({ roleArn, sessionName: 'pod', durationSeconds: 900, policy: '{}' }),
    ]);
    await expect(resolveCredentials(options)).rejects.toMatchObject({ code: 'USAGE', hint: 'pass --role-arn as well' });
    const malformed = setup({ session: { durationSeconds: 1 } }).options;
    await expect(resolveCredentials({ ...malformed, env })).rejects.toMatchObject({ code: 'USAGE' });
  });

  test('refuses a malformed role before it looks for credentials', async () => {
    await expect(resolveCredentials(setup({ env: {}, role: { roleArn: 'x' } }).options)).rejects.toMatchObject({
      code: 'USAGE',
    });
  });

  test('does not look at the environment when told to ignore it', async () => {
    await expect(resolveCredentials(setup({ ignoreEnvironment: true }).options)).rejects.toMatchObject({
      code: 'CREDENTIALS_NOT_FOUND',
    });
  });

  test('names every place of the environment when nothing is configured', async () => {
    const error = await resolveCredentials(setup({ env: {} }).options).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'CREDENTIALS_NOT_FOUND', exitCode: 4 });
    for (const name of [
      'environment (STS token)',
      'environment (OIDC token)',
      'environment (AccessKey)',
      'credentials URI',
      'ECS metadata',
    ]) {
      expect((error as Error).message).toContain(`\n  ${name}: `);
    }
  });
});

const uriAnswer = {
  Code: 'Success',
  AccessKeyId: 'STS.uri',
  AccessKeySecret: 's',
  SecurityToken: 't',
  Expiration: '2026-01-01T01:00:00Z',
};
const uri = 'http://127.0.0.1:1/credentials';
const exchange: CredentialOptions['exchange'] = async () => ({
  status: 200,
  headers: {},
  body: JSON.stringify(uriAnswer),
});
const readMetadata: CredentialOptions['readMetadata'] = async (path) =>
  path.endsWith('node')
    ? JSON.stringify({ ...uriAnswer, AccessKeyId: 'STS.ecs' })
    : path.endsWith('/')
      ? 'node'
      : 'i-1';
const keys = { ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret' };
const uriVariable = { ALIBABA_CLOUD_CREDENTIALS_URI: uri };
const ecsVariable = { ALIBABA_CLOUD_ECS_METADATA: 'node' };

function homeWithProfiles(): string {
  const home = scratchFolder();
  mkdirSync(join(home, '.aliyun'));
  mkdirSync(join(home, '.alibabacloud'));
  const profile = { name: 'default', mode: 'AK', access_key_id: 'LTAIcli', access_key_secret: 's' };
  const ini = (id: string): string => `[default]\ntype = access_key\naccess_key_id = ${id}\naccess_key_secret = s\n`;
  writeFileSync(join(home, '.aliyun', 'config.json'), JSON.stringify({ current: 'default', profiles: [profile] }));
  writeFileSync(join(home, '.alibabacloud', 'credentials'), ini('LTAIini'));
  writeFileSync(join(home, 'named'), ini('LTAInamed'));
  return home;
}

describe('the order of the sources', () => {
  async function chosen(overrides: Partial<CredentialOptions>): Promise<string> {
    const provider = await resolveCredentials(setup({ exchange, readMetadata, ...overrides }).options);
    return (await provider()).accessKeyId;
  }

  test('is AccessKey, credentials URI, role of the ECS instance', async () => {
    expect(await chosen({ env: { ...keys, ...uriVariable, ...ecsVariable } })).toBe('LTAI');
    expect(await chosen({ env: { ...uriVariable, ...ecsVariable } })).toBe('STS.uri');
    expect(await chosen({ env: ecsVariable })).toBe('STS.ecs');
  });

  test('is the metadata service alone with --credential-type imds or ecs-role', async () => {
    for (const credentialType of ['imds', 'ecs-role'] as const) {
      expect(await chosen({ env: { ...keys, ...uriVariable }, credentialType })).toBe('STS.ecs');
    }
    const none = chosen({ env: keys, credentialType: 'imds', readMetadata: async () => undefined });
    await expect(none).rejects.toMatchObject({ code: 'CREDENTIALS_SOURCE_BROKEN' });
  });

  test('is the token of the pipeline alone when one is named', async () => {
    const pipeline = {
      tokenSource: 'env:JOB_TOKEN',
      providerArn: 'acs:ram::1000000000000001:oidc-provider/ci',
      roleArn,
    };
    const assumeRoleWithOidc: CredentialOptions['assumeRoleWithOidc'] = async (request) => ({
      accessKeyId: `${request.oidcToken} as ${request.roleArn}`,
      accessKeySecret: 's',
      securityToken: 't',
      expiration: new Date(now + 3_600_000),
    });
    const env = { ...keys, JOB_TOKEN: 'a.job.token' };
    expect(await chosen({ env, pipeline, assumeRoleWithOidc })).toBe(`a.job.token as ${roleArn}`);
    const broken = chosen({ env: keys, pipeline, assumeRoleWithOidc });
    await expect(broken).rejects.toMatchObject({ code: 'CREDENTIALS_SOURCE_BROKEN' });
  });

  test('leaves out every place of the environment when it is ignored', async () => {
    const env = { ...keys, ...uriVariable, ...ecsVariable };
    await expect(chosen({ env, ignoreEnvironment: true })).rejects.toMatchObject({ code: 'CREDENTIALS_NOT_FOUND' });
  });

  test('is the files of profiles after the environment: the named one, the aliyun CLI, the credentials file', async () => {
    const home = homeWithProfiles();
    const named = { ALIBABA_CLOUD_CREDENTIALS_FILE: join(home, 'named') };
    expect(await chosen({ home, env: { ...keys, ...named } })).toBe('LTAI');
    expect(await chosen({ home, env: { ...ecsVariable, ...named } })).toBe('STS.ecs');
    expect(await chosen({ home, env: named })).toBe('LTAInamed');
    expect(await chosen({ home, env: {} })).toBe('LTAIcli');
    expect(await chosen({ home, env: {}, ignoreAliyunCli: true })).toBe('LTAIini');
    expect(await chosen({ home, env: { ...keys, ...uriVariable }, ignoreEnvironment: true })).toBe('LTAIcli');
  });

  test('is the file of --profile-file alone when there is one', async () => {
    const home = homeWithProfiles();
    const env = { ...keys, ...uriVariable, ...ecsVariable };
    expect(await chosen({ home, env, profileFile: join(home, 'named') })).toBe('LTAInamed');
    const missing = chosen({ home, env, profileFile: join(home, 'missing') });
    await expect(missing).rejects.toMatchObject({ code: 'CREDENTIALS_SOURCE_BROKEN' });
  });
});

describe('the expected account', () => {
  const who = (accountId: string): CredentialOptions['getCallerIdentity'] => {
    return async () => ({ accountId, identityType: 'RAMUser', arn: `acs:ram::${accountId}:user/me`, principalId: '1' });
  };

  test('lets credentials of that account pass', async () => {
    const { options } = setup({ expectAccount: '1000000000000001', getCallerIdentity: who('1000000000000001') });
    expect(await (await resolveCredentials(options))()).toMatchObject({ accessKeyId: 'LTAI' });
  });

  test('refuses those of another, of the role on top', async () => {
    const { asked, options } = setup({ role: { roleArn }, expectAccount: '2', getCallerIdentity: who('1') });
    await expect((await resolveCredentials(options))()).rejects.toMatchObject({ code: 'WRONG_ACCOUNT', exitCode: 4 });
    expect(asked).toHaveLength(1);
  });

  test('is asked about new credentials, too, when a caller wants them renewed', async () => {
    const { asked, options } = setup({ role: { roleArn }, expectAccount: '1', getCallerIdentity: who('1') });
    const provider = await resolveCredentials(options);
    expect((await provider()).accessKeyId).toBe('STS.1');
    expect((await provider({ renew: true })).accessKeyId).toBe('STS.2');
    expect(asked).toHaveLength(2);
  });
});

describe('what tells credentials apart', () => {
  const keyOf = async (overrides: Partial<CredentialOptions> = {}): Promise<string> => {
    const { asked, options } = setup(overrides);
    const key = await (await resolveKnownCredentials(options)).key();
    expect(asked).toEqual([]);
    return key;
  };
  const keys = { ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret' };

  test('is known without a call, and holds no secret', async () => {
    expect(await keyOf()).toMatch(/^[0-9a-f]{64}$/);
    expect(await keyOf()).toBe(await keyOf());
  });

  test('is the key, its secret, its token, the role, its session and the account that is expected', async () => {
    const others = await Promise.all([
      keyOf(),
      keyOf({ env: { ...keys, ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAJ' } }),
      keyOf({ env: { ...keys, ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'other' } }),
      keyOf({ env: { ...keys, ALIBABA_CLOUD_SECURITY_TOKEN: 'token' } }),
      keyOf({ env: { ...keys, ALIBABA_CLOUD_ROLE_ARN: roleArn } }),
      keyOf({ role: { roleArn } }),
      keyOf({ role: { roleArn, policy: '{}' } }),
      keyOf({ role: { roleArn, sessionName: 'me' } }),
      keyOf({ expectAccount: '1' }),
    ]);
    expect(new Set(others).size).toBe(others.length);
  });
});

describe('with a cache', () => {
  const cache = { folder: join(scratchFolder(), 'ack-ram-tool'), uid: process.geteuid?.() };

  /** A run of its own with the same cache. */
  const run = async (overrides: Partial<CredentialOptions>) => {
    const { asked, options } = setup({ cache, ...overrides });
    const { accessKeyId } = await (await resolveCredentials(options))();
    return { accessKeyId, calls: asked.length };
  };

  test('keys of the environment are not kept, a role on top of them is', async () => {
    expect(await run({})).toEqual({ accessKeyId: 'LTAI', calls: 0 });
    expect(lstatSync(cache.folder, { throwIfNoEntry: false })).toBeUndefined();
    expect((await run({ role: { roleArn } })).calls).toBe(1);
    expect((await run({ role: { roleArn } })).calls).toBe(0);
  });

  test('another session name, policy, duration, endpoint or secret is another role', async () => {
    const changes: Partial<CredentialOptions>[] = [
      { role: { roleArn, sessionName: 'other' } },
      { role: { roleArn, policy: '{}' } },
      { role: { roleArn, durationSeconds: 900 } },
      { role: { roleArn }, stsEndpointName: async () => 'elsewhere' },
      { role: { roleArn }, env: { ...keys, ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'rotated' } },
    ];
    await run({ role: { roleArn } });
    for (const change of changes) {
      expect((await run(change)).calls).toBe(1);
      expect((await run(change)).calls).toBe(0);
    }
  });

  test('the role of the environment is kept', async () => {
    const env = { ...keys, ALIBABA_CLOUD_ROLE_ARN: roleArn };
    expect((await run({ env })).calls).toBe(1);
    expect((await run({ env })).calls).toBe(0);
  });

  test('an OIDC session is found again with a renewed token in another file, and not for another subject', async () => {
    const folder = scratchFolder();
    const sent: string[] = [];
    const assumeRoleWithOidc: CredentialOptions['assumeRoleWithOidc'] = async ({ oidcToken }) => {
      sent.push(oidcToken);
      return {
        accessKeyId: `STS.${sent.length}`,
        accessKeySecret: 's',
        securityToken: 't',
        expiration: new Date(now + 3_600_000),
      };
    };
    const claims = (sub: string, iat: number): string =>
      `h.${Buffer.from(JSON.stringify({ iss: 'https://i', sub, iat })).toString('base64url')}.s`;
    const withToken = (file: string, token: string) => {
      writeFileSync(join(folder, file), token);
      const env = {
        ALIBABA_CLOUD_ROLE_ARN: roleArn,
        ALIBABA_CLOUD_OIDC_PROVIDER_ARN: 'acs:ram::1000000000000001:oidc-provider/ack-rrsa-c1',
        ALIBABA_CLOUD_OIDC_TOKEN_FILE: join(folder, file),
      };
      return run({ env, assumeRoleWithOidc });
    };
    expect((await withToken('a', claims('reader', 1))).accessKeyId).toBe('STS.1');
    expect((await withToken('b', claims('reader', 2))).accessKeyId).toBe('STS.1');
    expect((await withToken('a', claims('writer', 3))).accessKeyId).toBe('STS.2');
    expect(sent).toEqual([claims('reader', 1), claims('writer', 3)]);
  });

  test('an expected account is not asked about twice, and not taken on trust from a run without one', async () => {
    let questions = 0;
    const expected = (accountId: string) => ({
      role: { roleArn, sessionName: 'expected' },
      expectAccount: accountId,
      getCallerIdentity: async () => {
        questions += 1;
        return { accountId: '1', identityType: 'AssumedRoleUser', arn: 'acs:ram::1:role/reader', principalId: 'p' };
      },
    });
    await run({ role: { roleArn, sessionName: 'expected' } });
    await run(expected('1'));
    await run(expected('1'));
    expect(questions).toBe(1);
    await expect(run(expected('2'))).rejects.toMatchObject({ code: 'WRONG_ACCOUNT' });
    await expect(run(expected('2'))).rejects.toMatchObject({ code: 'WRONG_ACCOUNT' });
  });
});
