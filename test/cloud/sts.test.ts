import { describe, expect, it } from 'vitest';
import { connect } from '../../src/cloud/clients.ts';
import { cloudOptions, errorOf, everythingIn, secrets, sendJson, sendRpcError, wireServer } from './wire-server.ts';

const issued = {
  AccessKeyId: 'STS.NTfakefakefake',
  AccessKeySecret: 'issued-secret',
  SecurityToken: 'issued-token',
  Expiration: '2026-01-02T04:04:05Z',
};
const roleArn = 'acs:ram::1:role/reader';

describe('AssumeRole', () => {
  it('sends what is given, signed with the credentials of the caller', async () => {
    const server = await wireServer((_, response) => sendJson(response, { Credentials: issued }));
    const { sts } = connect(cloudOptions(server.url));
    const request = { roleArn, sessionName: 'me', durationSeconds: 900, policy: '{"Version":"1"}', externalId: 'x' };
    expect(await sts.assumeRole(request)).toEqual({
      accessKeyId: issued.AccessKeyId,
      accessKeySecret: issued.AccessKeySecret,
      securityToken: issued.SecurityToken,
      expiration: new Date(issued.Expiration),
    });
    expect(server.seen[0]?.query).toEqual({
      RoleArn: roleArn,
      RoleSessionName: 'me',
      DurationSeconds: '900',
      Policy: '{"Version":"1"}',
      ExternalId: 'x',
    });
    expect(server.seen[0]?.headers).toMatchObject({
      'x-acs-action': 'AssumeRole',
      'x-acs-version': '2015-04-01',
      'x-acs-security-token': secrets.securityToken,
      'x-acs-accesskey-id': secrets.accessKeyId,
    });
  });

  it('leaves out what is not given', async () => {
    const server = await wireServer((_, response) => sendJson(response, { Credentials: issued }));
    await connect(cloudOptions(server.url)).sts.assumeRole({ roleArn, sessionName: 'me' });
    expect(server.seen[0]?.query).toEqual({ RoleArn: roleArn, RoleSessionName: 'me' });
  });

  it.each(['AccessKeyId', 'AccessKeySecret', 'SecurityToken', 'Expiration'])(
    'without %s in the answer is a bad answer, which does not show the others',
    async (missing) => {
      const server = await wireServer((_, response) =>
        sendJson(response, { Credentials: { ...issued, [missing]: '' } }),
      );
      const error = await errorOf(connect(cloudOptions(server.url)).sts.assumeRole({ roleArn, sessionName: 'me' }));
      expect(error).toMatchObject({ code: 'BAD_ANSWER' });
      expect(everythingIn(error)).not.toMatch(/issued-secret|issued-token/);
    },
  );

  it('refused is a matter of credentials', async () => {
    const server = await wireServer((_, response) => sendRpcError(response, 403, 'NoPermission'));
    expect(
      await errorOf(connect(cloudOptions(server.url)).sts.assumeRole({ roleArn, sessionName: 'me' })),
    ).toMatchObject({
      code: 'CREDENTIALS_REFUSED',
      exitCode: 4,
      message: 'STS AssumeRole for role acs:ram::1:role/reader was refused: NoPermission',
    });
  });
});

describe('the identity of the caller', () => {
  it('is that of a user', async () => {
    const body = { IdentityType: 'RAMUser', AccountId: '1', PrincipalId: '2', UserId: '2', Arn: 'acs:ram::1:user/a' };
    const server = await wireServer((_, response) => sendJson(response, body));
    expect(await connect(cloudOptions(server.url)).sts.getCallerIdentity()).toEqual({
      accountId: '1',
      identityType: 'RAMUser',
      arn: 'acs:ram::1:user/a',
      principalId: '2',
      userId: '2',
    });
  });

  it('is that of a session', async () => {
    const Arn = 'acs:ram::1:assumed-role/reader/me';
    const body = { IdentityType: 'AssumedRoleUser', AccountId: '1', PrincipalId: '300:me', RoleId: '300', Arn };
    const server = await wireServer((_, response) => sendJson(response, body));
    const identity = await connect(cloudOptions(server.url)).sts.getCallerIdentity();
    expect(identity).toMatchObject({ roleId: '300', userId: undefined });
  });

  it('is a bad answer without an account', async () => {
    const server = await wireServer((_, response) => sendJson(response, { RequestId: 'R' }));
    expect(await errorOf(connect(cloudOptions(server.url)).sts.getCallerIdentity())).toMatchObject({
      code: 'BAD_ANSWER',
    });
  });
});
