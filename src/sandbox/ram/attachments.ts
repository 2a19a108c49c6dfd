import { accountOf } from '../account.ts';
import { utcTime } from '../time-format.ts';
import { ApiFault, type Operation, type OperationContext } from '../types.ts';
import { attachedNames, findPolicy, type Identity, type PolicyType, ramQuotas } from './model.ts';
import { policyNameParam, policyTypeParam, roleResource, userResource } from './names.ts';
import { noSuchPolicy } from './policies.ts';
import { existingRole } from './roles.ts';
import { existingUser } from './users.ts';

const role = { noun: 'Role', find: existingRole, resource: roleResource } as const;
const user = { noun: 'User', find: existingUser, resource: userResource } as const;

type IdentityKind = typeof role | typeof user;

/** Which policies a role or a user has. */
export const attachmentOperations: readonly Operation[] = [role, user].flatMap((kind) => [
  row(`AttachPolicyTo${kind.noun}`, kind, attach),
  row(`DetachPolicyFrom${kind.noun}`, kind, detach),
  row(`ListPoliciesFor${kind.noun}`, kind, list),
]);

function row(
  action: string,
  kind: IdentityKind,
  handle: (ctx: OperationContext, kind: IdentityKind) => unknown,
): Operation {
  return {
    product: 'RAM',
    action,
    ramAction: `ram:${action}`,
    resource: kind.resource,
    handler: (ctx) => handle(ctx, kind),
  };
}

function attach(ctx: OperationContext, { noun, find }: IdentityKind) {
  const type = policyTypeParam(ctx);
  const name = policyNameParam(ctx);
  const identity = find(ctx);
  if (findPolicy(accountOf(ctx), type, name) === undefined) throw noSuchPolicy();
  const attached = attachedNames(identity, type);
  const who = noun.toLowerCase();
  if (attached.includes(name)) {
    throw new ApiFault(409, `EntityAlreadyExists.${noun}.Policy`, `The policy is already attached to the ${who}.`);
  }
  const quota = type === 'System' ? ramQuotas.systemPoliciesPerIdentity : ramQuotas.customPoliciesPerIdentity;
  if (attached.length >= quota) {
    const message = `The count of policies attached to the ${who} beyond the current limits.`;
    throw new ApiFault(409, `LimitExceeded.${noun}.Policy`, message);
  }
  attached.push(name);
  identity.attachedAt = { ...identity.attachedAt, [`${type}/${name}`]: ctx.now };
  return {};
}

function detach(ctx: OperationContext, { noun, find }: IdentityKind) {
  const type = policyTypeParam(ctx);
  const name = policyNameParam(ctx);
  const attached = attachedNames(find(ctx), type);
  const index = attached.indexOf(name);
  if (index === -1) {
    const message = `The policy is not attached to the ${noun.toLowerCase()}.`;
    throw new ApiFault(404, `EntityNotExist.${noun}.Policy`, message);
  }
  attached.splice(index, 1);
  return {};
}

function list(ctx: OperationContext, { find }: IdentityKind) {
  const identity = find(ctx);
  const items = (['System', 'Custom'] as const).flatMap((type) =>
    attachedNames(identity, type).map((name) => toAttachedPolicy(ctx, identity, type, name)),
  );
  return { Policies: { Policy: items } };
}

function toAttachedPolicy(ctx: OperationContext, identity: Identity, type: PolicyType, name: string) {
  const policy = findPolicy(accountOf(ctx), type, name);
  return {
    PolicyName: name,
    PolicyType: type,
    Description: policy?.description ?? '',
    DefaultVersion: policy?.defaultVersion.id ?? 'v1',
    AttachDate: utcTime(identity.attachedAt?.[`${type}/${name}`] ?? identity.createdAt),
  };
}
