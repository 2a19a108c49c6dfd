import { accountOf } from '../account.ts';
import { principalArn } from '../principal.ts';
import { findRole, findUser } from '../ram/model.ts';
import { ApiFault, type Operation, type OperationContext, type Principal } from '../types.ts';
import { toAssumedRole } from './answer.ts';
import { assumeRoleWithOidc } from './assume-role-with-oidc.ts';
import { issueSession, isTrusted } from './model.ts';
import { durationParam, externalIdParam, roleArnParam, sessionNameParam, sessionPolicyParam } from './params.ts';

/** A session that comes from another session lives no longer, whatever the role allows. The number is unconfirmed. */
const maxChainedSeconds = 3600;

/** Everything the sandbox's STS can do. */
export const stsOperations: readonly Operation[] = [
  {
    product: 'STS',
    action: 'AssumeRole',
    ramAction: 'sts:AssumeRole',
    resource: ({ params }) => params.RoleArn ?? '',
    handler: assumeRole,
  },
  { product: 'STS', action: 'AssumeRoleWithOIDC', anonymous: true, handler: assumeRoleWithOidc },
  { product: 'STS', action: 'GetCallerIdentity', handler: getCallerIdentity },
];

function assumeRole(ctx: OperationContext) {
  const caller = callerOf(ctx);
  if (caller.kind === 'root') throw noPermission('Roles may not be assumed by root accounts.');
  const { accountId, roleName } = roleArnParam(ctx);
  const sessionName = sessionNameParam(ctx);
  const sessionPolicy = sessionPolicyParam(ctx);
  const externalId = externalIdParam(ctx);
  const account = ctx.store.accounts.find(({ id }) => id === accountId);
  const role = account && findRole(account, roleName);
  if (role === undefined) throw new ApiFault(404, 'EntityNotExist.Role', 'The specified Role not exists .');
  const conditions: Record<string, string[]> = externalId === undefined ? {} : { 'sts:ExternalId': [externalId] };
  if (!isTrusted(role, { kind: 'RAM', arns: trustedNames(caller) }, ctx, conditions)) {
    throw noPermission(
      'No permission perform sts:AssumeRole on this Role. Maybe you are not authorized to perform sts:AssumeRole or the specified role does not trust you',
    );
  }
  const asked = durationParam(ctx, role);
  const durationSeconds = caller.kind === 'session' ? Math.min(asked, maxChainedSeconds) : asked;
  const session = issueSession(ctx.store, {
    accountId,
    role,
    sessionName,
    sessionPolicy,
    durationSeconds,
    now: ctx.now,
  });
  const { SourceIdentity } = ctx.params;
  return { ...toAssumedRole(session), ...(SourceIdentity ? { SourceIdentity } : {}) };
}

function getCallerIdentity(ctx: OperationContext) {
  const caller = callerOf(ctx);
  const account = accountOf(ctx);
  const common = { AccountId: account.id, Arn: principalArn(caller) };
  switch (caller.kind) {
    case 'root':
      return { ...common, IdentityType: 'Account', PrincipalId: account.id, UserId: account.id };
    case 'user': {
      const id = findUser(account, caller.userName)?.id ?? '';
      return { ...common, IdentityType: 'RAMUser', PrincipalId: id, UserId: id };
    }
    case 'session': {
      const id = findRole(account, caller.roleName)?.id ?? '';
      return { ...common, IdentityType: 'AssumedRoleUser', PrincipalId: `${id}:${caller.sessionName}`, RoleId: id };
    }
  }
}

/** Every ARN that a trust policy may know the caller by. */
function trustedNames(caller: Principal): string[] {
  const own = principalArn(caller);
  return caller.kind === 'session' ? [own, `acs:ram::${caller.accountId}:role/${caller.roleName}`] : [own];
}

function callerOf({ principal }: OperationContext): Principal {
  if (principal === undefined) throw new Error('a signed operation was reached without a caller');
  return principal;
}

function noPermission(message: string): ApiFault {
  return new ApiFault(403, 'NoPermission', message);
}
