import { describe, expect, test } from 'vitest';
import type { AssumeRole } from '../../src/credentials/assume-role.ts';
import { type CredentialOptions, resolveCredentials } from '../../src/credentials/resolve.ts';
import { fakeClock } from '../support/fake-clock.ts';

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
    stsEndpointName: 'sts.aliyuncs.com',
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
});
