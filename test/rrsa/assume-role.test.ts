import { describe, expect, it } from 'vitest';
import type { AssumeRoleWithOidc } from '../../src/cloud/ports.ts';
import { type AssumeRoleInput, assumeRole } from '../../src/rrsa/assume-role.ts';
import { apiError, errorOf, PROVIDER_ARN } from './fakes.ts';

const input: AssumeRoleInput = { roleArn: 'acs:ram::1000000000000001:role/oss-reader', providerArn: PROVIDER_ARN };
const credentials = {
  accessKeyId: 'STS.a',
  accessKeySecret: 's',
  securityToken: 't',
  expiration: new Date(Date.UTC(2025, 0, 1)),
};

function world(token = 'aaaa.bbbb.cccc\n') {
  const requests: Parameters<AssumeRoleWithOidc>[0][] = [];
  let reads = 0;
  return {
    requests,
    reads: () => reads,
    ports: {
      readToken: async () => {
        reads += 1;
        return token;
      },
      assumeRoleWithOidc: async (request: Parameters<AssumeRoleWithOidc>[0]) => {
        requests.push(request);
        return credentials;
      },
    },
  };
}

describe('assume-role', () => {
  it('trades the token for credentials, under a session name that tells who asked', async () => {
    const { ports, requests } = world();
    await expect(assumeRole({ ...input, durationSeconds: 900, policy: '{}' }, ports)).resolves.toBe(credentials);
    expect(requests).toEqual([
      { ...input, oidcToken: 'aaaa.bbbb.cccc', sessionName: 'ack-ram-tool', durationSeconds: 900, policy: '{}' },
    ]);
  });

  it('lets a refusal through as it is', async () => {
    const refusal = apiError('AuthenticationFail.NoPermission', 401);
    const ports = {
      ...world().ports,
      assumeRoleWithOidc: async () => {
        throw refusal;
      },
    };
    expect(await errorOf(assumeRole(input, ports))).toBe(refusal);
  });

  it.each([
    { roleArn: 'oss-reader' },
    { roleArn: 'acs:ram::1:user/x' },
    { roleArn: 'acs:ram::x:role/y' },
    { providerArn: 'ack-rrsa-c123' },
    { providerArn: 'acs:ram::1:saml-provider/x' },
    { sessionName: 'a' },
    { sessionName: 'a b' },
    { durationSeconds: 899 },
    { durationSeconds: 43_201 },
    { durationSeconds: 900.5 },
    { policy: 'x'.repeat(2049) },
  ])('refuses %j before it reads the token', async (changes) => {
    const { ports, reads, requests } = world();
    expect(await errorOf(assumeRole({ ...input, ...changes }, ports))).toMatchObject({ code: 'USAGE' });
    expect(reads()).toBe(0);
    expect(requests).toEqual([]);
  });

  it.each(['', ' \n', 'abc', 'x'.repeat(20_001), 'secret token with blanks', 'secret\u0000token', 'sécret-token'])(
    'refuses a token that cannot be one, and does not show it (%#)',
    async (token) => {
      const { ports, requests } = world(token);
      const error = await errorOf(assumeRole(input, ports));
      expect(error).toMatchObject({ code: 'FILE_INVALID' });
      expect(error.message).not.toMatch(/s.cret/);
      expect(requests).toEqual([]);
    },
  );
});
