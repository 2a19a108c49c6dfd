import type { SandboxAccount, SandboxPolicyVersion, SandboxRole, SandboxUser } from '../store.ts';
import { systemPolicyDocument, systemPolicyNames } from '../system-policies.ts';

export type PolicyType = 'System' | 'Custom';

/** RAM's published limits; those it lets a customer raise are noted where they are checked. */
export const ramQuotas = {
  roles: 1000,
  customPolicies: 1500,
  policyVersions: 5,
  systemPoliciesPerIdentity: 20,
  customPoliciesPerIdentity: 10,
} as const;

/** When every system policy of the sandbox was made. */
const systemPolicyDate = Date.UTC(2015, 0, 1);

export interface Policy {
  type: PolicyType;
  name: string;
  description: string;
  createdAt: number;
  updatedAt: number;
  defaultVersion: SandboxPolicyVersion;
}

export function roleArn(accountId: string, name: string): string {
  return `acs:ram::${accountId}:role/${name}`;
}

export function findRole(account: SandboxAccount, name: string): SandboxRole | undefined {
  return account.roles.find((role) => role.name === name);
}

export function findUser(account: SandboxAccount, name: string): SandboxUser | undefined {
  return account.users.find((user) => user.name === name);
}

/** A policy with its default version, whichever type it is of. */
export function findPolicy(account: SandboxAccount, type: PolicyType, name: string): Policy | undefined {
  return type === 'System' ? systemPolicy(name) : customPolicies(account).find((policy) => policy.name === name);
}

/** Every policy of the type, or of both. */
export function listPolicies(account: SandboxAccount, type?: PolicyType): Policy[] {
  const system = type === 'Custom' ? [] : systemPolicyNames().flatMap((name) => systemPolicy(name) ?? []);
  return type === 'System' ? system : [...system, ...customPolicies(account)];
}

function systemPolicy(name: string): Policy | undefined {
  const document = systemPolicyDocument(name);
  if (document === undefined) return undefined;
  const defaultVersion = { id: 'v1', document, isDefault: true, createdAt: systemPolicyDate };
  return {
    type: 'System',
    name,
    description: '',
    createdAt: systemPolicyDate,
    updatedAt: systemPolicyDate,
    defaultVersion,
  };
}

function customPolicies(account: SandboxAccount): Policy[] {
  return account.policies.flatMap(({ name, description, createdAt, updatedAt, versions }) => {
    const defaultVersion = versions.find(({ isDefault }) => isDefault);
    return defaultVersion === undefined
      ? []
      : [{ type: 'Custom' as const, name, description, createdAt, updatedAt, defaultVersion }];
  });
}

/** A role or a user: whatever policies are attached to. */
export type Identity = SandboxRole | SandboxUser;

/** The identity's own list of attached names, to be read and changed. */
export function attachedNames(identity: Identity, type: PolicyType): string[] {
  return type === 'System' ? identity.systemPolicies : identity.customPolicies;
}

/** Where a policy is attached. */
export function attachmentsOf(account: SandboxAccount, type: PolicyType, name: string) {
  const has = (identity: Identity) => attachedNames(identity, type).includes(name);
  return { roles: account.roles.filter(has), users: account.users.filter(has) };
}
