import type { AttachedPolicy, RamPort } from '../cloud/ports.ts';
import type { Limiter } from './limiter.ts';

/** What planning and applying associations need of RAM, but for the writing of trust policies. */
export type AssociationRam = Pick<
  RamPort,
  | 'getRole'
  | 'listRoleNames'
  | 'listPoliciesForRole'
  | 'getPolicyDocument'
  | 'createRole'
  | 'createPolicy'
  | 'attachPolicyToRole'
>;

/**
 * A RAM whose every request waits for the limiter. A policy's document is read once, and a policy is created once,
 * however many roles ask for it.
 */
export function limitedRam(ram: AssociationRam, limiter: Limiter): AssociationRam {
  const documents = new Map<string, Promise<string | undefined>>();
  const creations = new Map<string, Promise<boolean>>();
  return {
    getRole: (name) => limiter.run(() => ram.getRole(name)),
    listRoleNames: () => limiter.run(() => ram.listRoleNames()),
    listPoliciesForRole: (name) => limiter.run(() => ram.listPoliciesForRole(name)),
    getPolicyDocument: (policy) =>
      once(documents, keyOf(policy), () => limiter.run(() => ram.getPolicyDocument(policy))),
    createRole: (role) => limiter.run(() => ram.createRole(role)),
    createPolicy: (policy) => once(creations, policy.name, () => limiter.run(() => ram.createPolicy(policy))),
    attachPolicyToRole: (name, policy) => limiter.run(() => ram.attachPolicyToRole(name, policy)),
  };
}

function keyOf({ type, name }: AttachedPolicy): string {
  return `${type}/${name}`;
}

function once<T>(known: Map<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> {
  const asked = known.get(key) ?? ask();
  known.set(key, asked);
  return asked;
}
