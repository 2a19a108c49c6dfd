import { type PolicyDocument, parsePolicy } from '../policy/document.ts';
import { evaluatePermissions } from '../policy/evaluate.ts';
import { attachedNames, findPolicy, findRole, findUser, type Identity, type PolicyType } from './ram/model.ts';
import type { SandboxAccount } from './store.ts';
import { ApiFault, type OperationContext, type Principal, type Product } from './types.ts';

/** What a caller wants to do. */
export interface Wish {
  product: Product;
  /** `ram:GetRole`. */
  action: string;
  /** `acs:…`, or `*`. */
  resource: string;
}

interface Denial {
  type: 'ImplicitDeny' | 'ExplicitDeny';
  policy: 'identity' | 'session';
}

/** Condition keys that every request has. */
export function commonConditions({ now, endpoint }: Pick<OperationContext, 'now' | 'endpoint'>) {
  return {
    'acs:CurrentTime': [new Date(now).toISOString()],
    'acs:SecureTransport': [String(endpoint.startsWith('https:'))],
    'acs:SourceIp': ['127.0.0.1'],
  };
}

/**
 * Throws the service's own 403 unless the policies of the caller allow it: for a user its own, for a session those of
 * its role and, when it was given one, the session policy as well. No policy limits the account itself.
 */
export function authorize(ctx: OperationContext, principal: Principal, wish: Wish): void {
  const denial = findDenial(ctx, principal, wish);
  if (denial === undefined) return;
  const detail = {
    AuthAction: wish.action,
    AuthPrincipalDisplayName: displayName(ctx, principal),
    AuthPrincipalOwnerId: principal.accountId,
    AuthPrincipalType: principal.kind === 'session' ? 'AssumedRoleUser' : 'SubUser',
    EncodedDiagnosticMessage: Buffer.from(`${ctx.requestId} ${wish.action} ${wish.resource}`).toString('base64'),
    NoPermissionType: denial.type,
    PolicyType: policyTypeOf(wish.product, denial),
  };
  if (wish.product === 'CS') {
    const whose = principal.kind === 'session' ? 'STSToken' : 'RAM';
    const message = `${whose} policy Forbidden for action ${wish.action}`;
    throw new ApiFault(403, 'StatusForbidden', message, { accessDeniedDetail: detail });
  }
  const message = 'You are not authorized to do this action. You should be authorized by RAM.';
  throw new ApiFault(403, 'NoPermission', message, { AccessDeniedDetail: detail });
}

function findDenial(ctx: OperationContext, principal: Principal, wish: Wish): Denial | undefined {
  if (principal.kind === 'root') return undefined;
  const byIdentity = denialBy(identityDocuments(ctx, principal), ctx, wish);
  if (byIdentity !== undefined) return { type: byIdentity, policy: 'identity' };
  if (principal.kind !== 'session' || principal.sessionPolicy === undefined) return undefined;
  const bySession = denialBy([parsePolicy(principal.sessionPolicy, 'the session policy')], ctx, wish);
  return bySession === undefined ? undefined : { type: bySession, policy: 'session' };
}

function denialBy(
  documents: readonly PolicyDocument[],
  ctx: OperationContext,
  { action, resource }: Wish,
): Denial['type'] | undefined {
  const { decision } = evaluatePermissions(documents, { action, resource, context: commonConditions(ctx) });
  if (decision === 'allowed') return undefined;
  return decision === 'explicitlyDenied' ? 'ExplicitDeny' : 'ImplicitDeny';
}

function identityDocuments({ store }: OperationContext, principal: Principal): PolicyDocument[] {
  const account = store.accounts.find(({ id }) => id === principal.accountId);
  const identity = account === undefined ? undefined : identityOf(account, principal);
  if (account === undefined || identity === undefined) return [];
  const types: PolicyType[] = ['System', 'Custom'];
  return types.flatMap((type) =>
    attachedNames(identity, type).flatMap((name) => {
      const policy = findPolicy(account, type, name);
      return policy === undefined ? [] : [parsePolicy(policy.defaultVersion.document, `policy ${name}`)];
    }),
  );
}

function identityOf(account: SandboxAccount, principal: Principal): Identity | undefined {
  if (principal.kind === 'user') return findUser(account, principal.userName);
  return principal.kind === 'session' ? findRole(account, principal.roleName) : undefined;
}

function policyTypeOf(product: Product, { policy }: Denial): string {
  if (policy === 'session') return 'SessionPolicy';
  return product === 'CS' ? 'ResourceGroupLevelIdentityBasedPolicy' : 'AccountLevelIdentityBasedPolicy';
}

function displayName({ store }: OperationContext, principal: Principal): string {
  if (principal.kind === 'session') return `${principal.roleName}:${principal.sessionName}`;
  const account = store.accounts.find(({ id }) => id === principal.accountId);
  const user = account && principal.kind === 'user' ? findUser(account, principal.userName) : undefined;
  return user?.id ?? principal.accountId;
}
