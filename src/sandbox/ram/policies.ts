import { accountOf } from '../account.ts';
import { booleanParam, boundedParam, invalidParam, pageByMarker, requiredParam, tooLong } from '../rpc-params.ts';
import type { SandboxPolicy, SandboxPolicyVersion } from '../store.ts';
import { utcTime } from '../time-format.ts';
import { ApiFault, type Operation, type OperationContext } from '../types.ts';
import { checkPermissionPolicy } from './documents.ts';
import { attachedNames, attachmentsOf, findPolicy, listPolicies, type Policy, ramQuotas } from './model.ts';
import { policyNameParam, policyResource, policyTypeParam } from './names.ts';

const maxDocumentLength = 6144;

/** Permission policies of RAM: system ones to read, custom ones to change. */
export const policyOperations: readonly Operation[] = [
  row('GetPolicy', getPolicy),
  row('CreatePolicy', createPolicy),
  row('CreatePolicyVersion', createPolicyVersion),
  row('DeletePolicy', deletePolicy),
  {
    product: 'RAM',
    action: 'ListPolicies',
    ramAction: 'ram:ListPolicies',
    resource: ({ accountId }) => `acs:ram:*:${accountId}:policy/*`,
    handler: listAllPolicies,
  },
];

function row(action: string, handler: (ctx: OperationContext) => unknown): Operation {
  return { product: 'RAM', action, ramAction: `ram:${action}`, resource: policyResource, handler };
}

function getPolicy(ctx: OperationContext) {
  const policy = findPolicy(accountOf(ctx), policyTypeParam(ctx), policyNameParam(ctx));
  if (policy === undefined) throw noSuchPolicy();
  return {
    Policy: { ...toPolicy(ctx, policy), PolicyDocument: 'N/A' },
    DefaultPolicyVersion: toVersion(policy.defaultVersion),
  };
}

function listAllPolicies(ctx: OperationContext) {
  const type = ctx.params.PolicyType ? policyTypeParam(ctx) : undefined;
  const policies = listPolicies(accountOf(ctx), type);
  const size = { defaultSize: 100, maxSize: 1000 };
  const page = pageByMarker(ctx, policies, (policy) => `${policy.name}/${policy.type}`, size);
  return { ...page.tail, Policies: { Policy: page.items.map((policy) => toPolicy(ctx, policy)) } };
}

function createPolicy(ctx: OperationContext) {
  const account = accountOf(ctx);
  const name = policyNameParam(ctx);
  const document = documentParam(ctx);
  const description = boundedParam(ctx, 'Description', 1024) ?? '';
  if (account.policies.some((policy) => policy.name === name)) {
    throw new ApiFault(409, 'EntityAlreadyExists.Policy', 'The policy does already EXIST.');
  }
  if (account.policies.length >= ramQuotas.customPolicies) {
    throw new ApiFault(409, 'LimitExceeded.Policy', 'The count of policies beyond the current limits.');
  }
  const versions = [{ id: 'v1', document, isDefault: true, createdAt: ctx.now }];
  account.policies.push({ name, description, createdAt: ctx.now, updatedAt: ctx.now, versions });
  return {
    Policy: {
      PolicyName: name,
      PolicyType: 'Custom',
      Description: description,
      DefaultVersion: 'v1',
      CreateDate: utcTime(ctx.now),
    },
  };
}

const rotation = 'DeleteOldestNonDefaultVersionWhenLimitExceeded';

function createPolicyVersion(ctx: OperationContext) {
  const name = policyNameParam(ctx);
  const document = documentParam(ctx);
  const isDefault = booleanParam(ctx, 'SetAsDefault', false);
  const strategy = ctx.params.RotateStrategy || 'None';
  if (strategy !== 'None' && strategy !== rotation) throw invalidParam('RotateStrategy', 'is not a known strategy.');
  const policy = existingCustomPolicy(ctx, name);
  if (policy.versions.length >= ramQuotas.policyVersions) {
    if (strategy === 'None') {
      const message = 'The count of policy versions beyond the current limits.';
      throw new ApiFault(409, 'LimitExceeded.Policy.Version', message);
    }
    const oldest = policy.versions.find((version) => !version.isDefault);
    policy.versions = policy.versions.filter((version) => version !== oldest);
  }
  const number = Math.max(...policy.versions.map(({ id }) => Number(id.slice(1)))) + 1;
  const version = { id: `v${number}`, document, isDefault, createdAt: ctx.now };
  if (isDefault) for (const other of policy.versions) other.isDefault = false;
  policy.versions.push(version);
  policy.updatedAt = ctx.now;
  return { PolicyVersion: toVersion(version) };
}

function deletePolicy(ctx: OperationContext) {
  const account = accountOf(ctx);
  const policy = existingCustomPolicy(ctx, policyNameParam(ctx));
  const { roles, users } = attachmentsOf(account, 'Custom', policy.name);
  if (!booleanParam(ctx, 'CascadingDelete', false)) {
    if (roles.length > 0) throw deleteConflict('Role', 'is attached to a role');
    if (users.length > 0) throw deleteConflict('User', 'is attached to a user');
    if (policy.versions.length > 1) throw deleteConflict('Version', 'has more versions than its default one');
  }
  for (const identity of [...roles, ...users]) {
    const attached = attachedNames(identity, 'Custom');
    attached.splice(attached.indexOf(policy.name), 1);
  }
  account.policies = account.policies.filter((other) => other !== policy);
  return {};
}

function deleteConflict(what: string, why: string): ApiFault {
  return new ApiFault(409, `DeleteConflict.Policy.${what}`, `The policy can not be deleted while it ${why}.`);
}

function existingCustomPolicy(ctx: OperationContext, name: string): SandboxPolicy {
  const policy = accountOf(ctx).policies.find((other) => other.name === name);
  if (policy === undefined) throw noSuchPolicy();
  return policy;
}

/** 404 `EntityNotExist.Policy`. */
export function noSuchPolicy(): ApiFault {
  return new ApiFault(404, 'EntityNotExist.Policy', 'The policy does not exist.');
}

function documentParam(ctx: OperationContext): string {
  const document = requiredParam(ctx, 'PolicyDocument');
  if (document.length > maxDocumentLength) throw tooLong('PolicyDocument');
  checkPermissionPolicy(document);
  return document;
}

function toPolicy(ctx: OperationContext, policy: Policy) {
  const { roles, users } = attachmentsOf(accountOf(ctx), policy.type, policy.name);
  return {
    PolicyName: policy.name,
    PolicyType: policy.type,
    Description: policy.description,
    DefaultVersion: policy.defaultVersion.id,
    CreateDate: utcTime(policy.createdAt),
    UpdateDate: utcTime(policy.updatedAt),
    AttachmentCount: roles.length + users.length,
  };
}

function toVersion(version: SandboxPolicyVersion) {
  return {
    VersionId: version.id,
    IsDefaultVersion: version.isDefault,
    PolicyDocument: version.document,
    CreateDate: utcTime(version.createdAt),
  };
}
