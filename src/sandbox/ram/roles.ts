import { accountOf } from '../account.ts';
import { takeDigitId } from '../ids.ts';
import { boundedParam, integerParam, pageByMarker, requiredParam, tooLong } from '../rpc-params.ts';
import type { SandboxRole } from '../store.ts';
import { utcTime } from '../time-format.ts';
import { ApiFault, type Operation, type OperationContext } from '../types.ts';
import { checkTrustPolicy } from './documents.ts';
import { findRole, ramQuotas, roleArn } from './model.ts';
import { roleNameParam, roleResource } from './names.ts';

/** Roles of RAM. */
export const roleOperations: readonly Operation[] = [
  { product: 'RAM', action: 'GetRole', ramAction: 'ram:GetRole', resource: roleResource, handler: getRole },
  { product: 'RAM', action: 'CreateRole', ramAction: 'ram:CreateRole', resource: roleResource, handler: createRole },
  { product: 'RAM', action: 'UpdateRole', ramAction: 'ram:UpdateRole', resource: roleResource, handler: updateRole },
  { product: 'RAM', action: 'DeleteRole', ramAction: 'ram:DeleteRole', resource: roleResource, handler: deleteRole },
  {
    product: 'RAM',
    action: 'ListRoles',
    ramAction: 'ram:ListRoles',
    resource: ({ accountId }) => `acs:ram:*:${accountId}:role/*`,
    handler: listRoles,
  },
];

function getRole(ctx: OperationContext) {
  return { Role: toRole(ctx, existingRole(ctx)) };
}

function createRole(ctx: OperationContext) {
  const account = accountOf(ctx);
  const name = roleNameParam(ctx);
  const trustPolicy = trustPolicyOf(ctx, 'AssumeRolePolicyDocument', requiredParam(ctx, 'AssumeRolePolicyDocument'));
  const description = boundedParam(ctx, 'Description', 1024) ?? '';
  const maxSessionDurationSeconds = integerParam(ctx, 'MaxSessionDuration', 3600, 43_200) ?? 3600;
  if (findRole(account, name) !== undefined) {
    throw new ApiFault(409, 'EntityAlreadyExists.Role', 'The role does already EXIST.');
  }
  // An account that holds more from its seed on has had its quota raised.
  if (account.roles.length === ramQuotas.roles) {
    throw new ApiFault(409, 'LimitExceeded.Role', 'The count of roles beyond the current limits.');
  }
  const role: SandboxRole = {
    id: takeDigitId(ctx.store),
    name,
    description,
    trustPolicy,
    maxSessionDurationSeconds,
    createdAt: ctx.now,
    updatedAt: ctx.now,
    systemPolicies: [],
    customPolicies: [],
  };
  account.roles.push(role);
  const { UpdateDate, ...created } = toRole(ctx, role);
  return { Role: created };
}

function updateRole(ctx: OperationContext) {
  const name = roleNameParam(ctx);
  const document = ctx.params.NewAssumeRolePolicyDocument;
  const trustPolicy = document && trustPolicyOf(ctx, 'NewAssumeRolePolicyDocument', document);
  const description = boundedParam(ctx, 'NewDescription', 1024);
  const maxSessionDuration = integerParam(ctx, 'NewMaxSessionDuration', 3600, 43_200);
  const role = findRole(accountOf(ctx), name) ?? noSuchRole();
  if (trustPolicy) role.trustPolicy = trustPolicy;
  if (description !== undefined) role.description = description;
  if (maxSessionDuration !== undefined) role.maxSessionDurationSeconds = maxSessionDuration;
  role.updatedAt = ctx.now;
  return { Role: toRole(ctx, role) };
}

function deleteRole(ctx: OperationContext) {
  const account = accountOf(ctx);
  const role = existingRole(ctx);
  if (role.systemPolicies.length + role.customPolicies.length > 0) {
    const message = 'The role CAN NOT has any attached policy while deleting the role.';
    throw new ApiFault(409, 'DeleteConflict.Role.Policy', message);
  }
  account.roles = account.roles.filter((other) => other !== role);
  return {};
}

function listRoles(ctx: OperationContext) {
  const page = pageByMarker(ctx, accountOf(ctx).roles, ({ name }) => name, { defaultSize: 100, maxSize: 1000 });
  const items = page.items.map((role) => {
    const { AssumeRolePolicyDocument, ...item } = toRole(ctx, role);
    return item;
  });
  return { ...page.tail, Roles: { Role: items } };
}

/** The role that `RoleName` names. Throws 404 `EntityNotExist.Role`. */
export function existingRole(ctx: OperationContext): SandboxRole {
  return findRole(accountOf(ctx), roleNameParam(ctx)) ?? noSuchRole();
}

function noSuchRole(): never {
  throw new ApiFault(404, 'EntityNotExist.Role', 'The role does not exist.');
}

function trustPolicyOf({ store }: OperationContext, param: string, text: string): string {
  if (text.length > store.trustPolicyMaxLength) throw tooLong(param);
  checkTrustPolicy(text);
  return text;
}

function toRole({ accountId }: OperationContext, role: SandboxRole) {
  return {
    RoleId: role.id,
    RoleName: role.name,
    Arn: roleArn(accountId, role.name),
    Description: role.description,
    AssumeRolePolicyDocument: role.trustPolicy,
    MaxSessionDuration: role.maxSessionDurationSeconds,
    CreateDate: utcTime(role.createdAt),
    UpdateDate: utcTime(role.updatedAt),
  };
}
