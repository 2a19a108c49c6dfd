import { describe, expect, test } from 'vitest';
import { fromOidc, oidcSessionFault } from '../../src/credentials/oidc.ts';
import { issued, roleArn, stsError } from './sts-answers.ts';

const providerArn = 'acs:ram::1000000000000001:oidc-provider/ack-rrsa-c1';

describe('fromOidc', () => {
  const session = { roleArn, providerArn };

  test('reads the token anew for every session', async () => {
    const tokens = ['first', 'second'];
    const sent: string[] = [];
    const provider = fromOidc({
      session,
      readToken: async () => tokens.shift() ?? '',
      assumeRoleWithOidc: async (request) => {
        sent.push(request.oidcToken);
        expect(request).toMatchObject({ roleArn, providerArn, sessionName: 'ack-ram-tool' });
        return issued;
      },
    });
    await provider();
    expect(await provider()).toEqual(issued);
    expect(sent).toEqual(['first', 'second']);
  });

  test('turns a refusal into CREDENTIALS_REFUSED without the token', async () => {
    const refusal = stsError(401, 'AuthenticationFail.NoPermission');
    const provider = fromOidc({
      session,
      readToken: async () => 'PLANTED.TOKEN',
      assumeRoleWithOidc: () => Promise.reject(refusal),
    });
    const error = await provider().catch((e) => e);
    expect(error).toMatchObject({
      code: 'CREDENTIALS_REFUSED',
      exitCode: 4,
      api: { apiCode: 'AuthenticationFail.NoPermission' },
    });
    expect(JSON.stringify([error.message, error.stack, error])).not.toContain('PLANTED');
  });
});

test('oidcSessionFault names what is malformed', () => {
  expect(oidcSessionFault({ roleArn, providerArn })).toBeUndefined();
  expect(oidcSessionFault({ roleArn, providerArn: 'ack-rrsa-c1' })).toContain('OIDC provider ARN "ack-rrsa-c1"');
  expect(oidcSessionFault({ roleArn, providerArn: roleArn })).toContain('OIDC provider ARN');
  expect(oidcSessionFault({ roleArn: 'reader', providerArn })).toContain('role ARN "reader"');
});
