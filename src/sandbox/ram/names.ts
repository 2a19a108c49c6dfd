import { invalidParam, nameParam, requiredParam } from '../rpc-params.ts';
import type { OperationContext } from '../types.ts';
import type { PolicyType } from './model.ts';

export function roleNameParam(ctx: OperationContext): string {
  return nameParam(ctx, 'RoleName', 64, /^[A-Za-z0-9.-]+$/);
}

export function userNameParam(ctx: OperationContext): string {
  return nameParam(ctx, 'UserName', 64, /^[A-Za-z0-9.@_-]+$/);
}

export function policyNameParam(ctx: OperationContext): string {
  return nameParam(ctx, 'PolicyName', 128, /^[A-Za-z0-9-]+$/);
}

export function policyTypeParam(ctx: OperationContext): PolicyType {
  const type = requiredParam(ctx, 'PolicyType');
  if (type !== 'System' && type !== 'Custom') throw invalidParam('PolicyType', 'must be System or Custom.');
  return type;
}

/** What permissions on one role are checked on. */
export function roleResource({ accountId, params }: OperationContext): string {
  return `acs:ram:*:${accountId}:role/${params.RoleName ?? ''}`;
}

export function userResource({ accountId, params }: OperationContext): string {
  return `acs:ram:*:${accountId}:user/${params.UserName ?? ''}`;
}

/** System policies belong to `system`, not to an account. */
export function policyResource({ accountId, params }: OperationContext): string {
  const owner = params.PolicyType === 'System' ? 'system' : accountId;
  return `acs:ram:*:${owner}:policy/${params.PolicyName ?? ''}`;
}
