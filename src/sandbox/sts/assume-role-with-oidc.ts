import { parseOidcProviderArn } from '../../policy/arn.ts';
import { findProvider } from '../ims/model.ts';
import { type OidcClaims, verifyOidcToken } from '../oidc/verify.ts';
import { findRole } from '../ram/model.ts';
import { requiredParam } from '../rpc-params.ts';
import type { SandboxOidcProvider } from '../store.ts';
import { utcTime } from '../time-format.ts';
import { ApiFault, type OperationContext } from '../types.ts';
import { toAssumedRole } from './answer.ts';
import { issueSession, isTrusted } from './model.ts';
import { durationParam, roleArnParam, sessionNameParam, sessionPolicyParam, wronglyFormed } from './params.ts';

/**
 * The provider, then the token, then the role, then its trust, then the duration; the order of the real service is not
 * published. Only the trust policy of the role counts: the caller is nobody, so it has no permissions of its own.
 */
export async function assumeRoleWithOidc(ctx: OperationContext) {
  const { accountId, roleName } = roleArnParam(ctx);
  const sessionName = sessionNameParam(ctx);
  const sessionPolicy = sessionPolicyParam(ctx);
  const providerArn = requiredParam(ctx, 'OIDCProviderArn');
  const provider = providerBy(ctx, providerArn);
  const claims = await verifyOidcToken(ctx.store, provider, ctx.params.OIDCToken ?? '', ctx.now);
  const account = ctx.store.accounts.find(({ id }) => id === accountId);
  const role = account && findRole(account, roleName);
  if (role === undefined) {
    throw new ApiFault(404, 'EntityNotExist.Role', `The role not exists: ${ctx.params.RoleArn ?? ''}. `);
  }
  const conditions = { 'oidc:iss': [claims.issuer], 'oidc:aud': claims.audiences, 'oidc:sub': [claims.subject] };
  if (!isTrusted(role, { kind: 'Federated', arn: providerArn }, ctx, conditions)) {
    throw noPermission('There is no permission');
  }
  const durationSeconds = durationParam(ctx, role);
  const session = issueSession(ctx.store, {
    accountId,
    role,
    sessionName,
    sessionPolicy,
    durationSeconds,
    now: ctx.now,
  });
  return { ...toAssumedRole(session), OIDCTokenInfo: toTokenInfo(claims) };
}

function providerBy({ store }: OperationContext, arn: string): SandboxOidcProvider {
  const named = parseOidcProviderArn(arn);
  if (named === undefined) throw wronglyFormed('OIDCProviderArn');
  const account = store.accounts.find(({ id }) => id === named.accountId);
  const provider = account && findProvider(account, named.name);
  if (provider === undefined) throw noPermission('No such OIDC Provider registered.');
  return provider;
}

function toTokenInfo(claims: OidcClaims) {
  return {
    Subject: claims.subject,
    Issuer: claims.issuer,
    ClientIds: claims.audiences.join(','),
    ExpirationTime: utcTime(claims.expiresAt),
    IssuanceTime: utcTime(claims.issuedAt),
    VerificationInfo: 'Success',
  };
}

function noPermission(message: string): ApiFault {
  return new ApiFault(401, 'AuthenticationFail.NoPermission', message);
}
