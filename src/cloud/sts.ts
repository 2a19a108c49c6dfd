/** STS by its official SDK. AssumeRoleWithOIDC is in `oidc.ts`. */
import { badAnswer, type CallFacts } from './api-error.ts';
import { toTemporaryCredentials } from './issued-credentials.ts';
import type { StsPort } from './ports.ts';
import { type SdkDeps, stsSdk } from './sdk.ts';

export function stsPort(deps: SdkDeps): StsPort {
  const call = stsSdk(deps);

  return {
    async assumeRole({ roleArn, sessionName, durationSeconds, policy, externalId }) {
      const facts: CallFacts = { service: 'STS', action: 'AssumeRole', thing: `role ${roleArn}` };
      const { credentials } = await call(facts, ({ client, models }) =>
        client.assumeRole(
          new models.AssumeRoleRequest({ roleArn, roleSessionName: sessionName, durationSeconds, policy, externalId }),
        ),
      );
      const { accessKeyId, accessKeySecret, securityToken, expiration } = credentials ?? {};
      return toTemporaryCredentials(facts, { accessKeyId, accessKeySecret, securityToken, expiration });
    },

    async getCallerIdentity() {
      const facts: CallFacts = { service: 'STS', action: 'GetCallerIdentity' };
      const { accountId, identityType, arn, principalId, userId, roleId } = await call(facts, ({ client }) =>
        client.getCallerIdentity(),
      );
      if (!accountId || !identityType || !arn)
        throw badAnswer(facts, 'an identity without an account, a type or an ARN');
      return {
        accountId,
        identityType,
        arn,
        principalId: principalId ?? '',
        userId: userId || undefined,
        roleId: roleId || undefined,
      };
    },
  };
}
