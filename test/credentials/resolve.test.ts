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
});
