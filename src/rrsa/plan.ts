/** From the associations that a file wants, and what is there, to what has to change. Pure. */

import type { Role } from '../cloud/ports.ts';
import { formatDuration } from '../duration.ts';
import { messageOf, ToolError } from '../errors.ts';
import { formatPolicy, type PolicyDocument, parsePolicy, statementsOf } from '../policy/document.ts';
import type { AssociationFacts, RoleFacts } from './association-facts.ts';
import { requireRrsa, type TokenIssuer } from './cluster.ts';
import { HELPER_ADDON, isInstalled } from './install-helper-addon.ts';
import type { WantedRole } from './read-associations.ts';
import type { PolicyChange } from './role-policies.ts';
import { findRemovals, planRoleTrust, type RoleTrustPlan, type TrustWish, trustsFor } from './role-trust-plan.ts';

/** What a role's associations become; after applying: what became of them. */
export interface RoleChange {
  roleName: string;
  /** `none` also where an `error` keeps it from being planned. */
  kind: 'create' | 'update' | 'none';
  /** The trust policy verbatim; `null` when there is no role, or it is not known. */
  before: string | null;
  /** The trust policy that is to be; `null` when that is not known. */
  after: string | null;
  /** Those of the file in its order, then those that are taken away. */
  serviceAccounts: SubjectChange[];
  policies: PolicyChange[];
  /** What a person should know beside the change, a line each. */
  notes: string[];
  /** What was done, a line each in the past tense. Empty in a plan. */
  done: string[];
  /** The file that keeps the trust policy as it was; `null` when none was written. */
  backup: string | null;
  /** Why it cannot be done, or was not done to its end. */
  error: ToolError | null;
}

export interface SubjectChange {
  namespace: string;
  serviceAccount: string;
  change: 'add' | 'remove' | 'none';
}

export interface AddonChange {
  name: string;
  change: 'install' | 'none';
  error: ToolError | null;
}

export interface AssociationsChange {
  clusterId: string;
  /** In the order of the file; then, when pruning, by name other roles that trust the cluster, and those that cannot be read. */
  changes: RoleChange[];
  /** `null` when the file does not want it. */
  addon: AddonChange | null;
  /** Something has to change; after applying: was changed. */
  changed: boolean;
}

export interface PlanOptions {
  /** Take away subjects of this cluster that the file does not name, in whatever role. */
  prune: boolean;
  /** Merge statements that can be one. */
  compact: boolean;
}

/** A change, and what is needed to make it. */
export interface PlannedRole {
  change: RoleChange;
  wish: TrustWish;
  /** The trust policy has to be written. */
  writesTrust: boolean;
  /** Nobody would be trusted any more: no statement is left. */
  trustsNobody: boolean;
  /** Absent for a role that the file does not name. */
  wanted?: WantedRole | undefined;
  /** Absent when there is none yet. */
  role?: Pick<Role, 'name' | 'arn'> | undefined;
}

export interface AssociationsPlan {
  result: AssociationsChange;
  roles: PlannedRole[];
}

/** Throws `RRSA_DISABLED` and `BAD_ANSWER`. What is wrong with one role is its `error`. */
export function planAssociations(facts: AssociationFacts, options: PlanOptions): AssociationsPlan {
  const { cluster } = facts;
  const issuer = requireRrsa(cluster);
  const source: Source = { issuer, options };
  const roles = [
    ...facts.wanted.map((role) => planWanted(role, source)),
    ...facts.others.flatMap((role) => planOther(role, source)),
    ...facts.unread.map(({ roleName, error }) => unreadRole(roleName, error)),
  ];
  const changes = roles.map(({ change }) => change);
  const addon = planAddon(facts);
  const changed = addon?.change === 'install' || changes.some(({ kind }) => kind !== 'none');
  return { result: { clusterId: cluster.id, changes, addon, changed }, roles };
}

interface Source {
  issuer: TokenIssuer;
  options: PlanOptions;
}

function planWanted(facts: RoleFacts, source: Source): PlannedRole {
  const { wanted, role, policies } = facts;
  const { issuer, options } = source;
  const wants = trustsFor(wanted.serviceAccounts, issuer);
  const wish: TrustWish = { wants, removals: [], compact: options.compact };
  const change: RoleChange = {
    roleName: wanted.name,
    kind: 'none',
    before: role?.trustPolicy ?? null,
    after: role?.trustPolicy ?? null,
    serviceAccounts: wants.map(({ namespace, serviceAccount }) => ({ namespace, serviceAccount, change: 'none' })),
    policies,
    notes: [...facts.notes],
    done: [],
    backup: null,
    error: facts.error ?? null,
  };
  const planned: PlannedRole = { change, wish, writesTrust: false, trustsNobody: false, wanted, role };
  if (change.error !== null) return planned;
  const document = role && parseTrust(role);
  if (document instanceof ToolError) return { ...planned, change: { ...change, error: document } };

  const found =
    options.prune && document
      ? findRemovals(document, issuer.providerArn, wanted.serviceAccounts)
      : { removals: [], kept: [] };
  const trust = planRoleTrust(document, { ...wish, removals: found.removals });
  const needsPolicies = policies.some((policy) => policy.change !== 'none');
  return {
    ...planned,
    wish: { ...wish, removals: found.removals },
    writesTrust: trust.changed,
    trustsNobody: trust.changed && trustsNobody(trust.document),
    change: {
      ...change,
      kind: role === undefined ? 'create' : trust.changed || needsPolicies ? 'update' : 'none',
      after: trust.changed ? formatPolicy(trust.document, 'compact') : change.after,
      serviceAccounts: [
        ...change.serviceAccounts.map(
          (account, index): SubjectChange => (trust.added.has(index) ? { ...account, change: 'add' } : account),
        ),
        ...removalsOf(found.removals),
      ],
      notes: [...change.notes, ...trust.notes, ...emptyNote(trust), ...found.kept, ...driftOf(facts)],
    },
  };
}

/** A role that the file does not name: nothing but what pruning takes away, and what it leaves. */
function planOther(role: Role, source: Source): PlannedRole[] {
  const { issuer } = source;
  const nothing = { wants: [], removals: [], compact: false };
  const change: RoleChange = {
    roleName: role.name,
    kind: 'none',
    before: role.trustPolicy,
    after: role.trustPolicy,
    serviceAccounts: [],
    policies: [],
    notes: [],
    done: [],
    backup: null,
    error: null,
  };
  const document = parseTrust(role);
  if (document instanceof ToolError) {
    const note = `it is not in the file, and whom it trusts is not known: ${document.message}`;
    return [{ change: { ...change, notes: [note] }, wish: nothing, writesTrust: false, trustsNobody: false, role }];
  }
  const { removals, kept } = findRemovals(document, issuer.providerArn, []);
  if (removals.length === 0 && kept.length === 0) return [];
  const wish: TrustWish = { ...nothing, removals };
  const trust = planRoleTrust(document, wish);
  return [
    {
      wish,
      writesTrust: trust.changed,
      trustsNobody: trust.changed && trustsNobody(trust.document),
      role,
      change: {
        ...change,
        kind: trust.changed ? 'update' : 'none',
        after: trust.changed ? formatPolicy(trust.document, 'compact') : role.trustPolicy,
        serviceAccounts: removalsOf(removals),
        notes: [...emptyNote(trust), ...kept],
      },
    },
  ];
}

/** A role that the file does not name, of which it is not known what pruning would take away. */
function unreadRole(roleName: string, error: ToolError): PlannedRole {
  const change: RoleChange = {
    roleName,
    kind: 'none',
    before: null,
    after: null,
    serviceAccounts: [],
    policies: [],
    notes: [],
    done: [],
    backup: null,
    error,
  };
  return { change, wish: { wants: [], removals: [], compact: false }, writesTrust: false, trustsNobody: false };
}

function trustsNobody(document: PolicyDocument): boolean {
  return statementsOf(document).length === 0;
}

/** Whether RAM takes a trust policy without statements is not documented. */
function emptyNote({ changed, document }: RoleTrustPlan): string[] {
  return changed && trustsNobody(document) ? ['it would trust nobody any more, which RAM may refuse'] : [];
}

function removalsOf(removals: readonly { namespace: string; serviceAccount: string }[]): SubjectChange[] {
  return removals.map(({ namespace, serviceAccount }) => ({ namespace, serviceAccount, change: 'remove' }));
}

/** What the file says of a role at its creation, and is otherwise now. */
function driftOf({ wanted, role }: RoleFacts): string[] {
  if (role === undefined) return [];
  const { description, maxSessionDurationSeconds: seconds } = wanted;
  const drift = (what: string, is: string, wished: string): string =>
    `its ${what} is ${is}, and ${wished} in the file: it stays as it is`;
  return [
    ...(description === undefined || description === role.description
      ? []
      : [drift('description', JSON.stringify(role.description), JSON.stringify(description))]),
    ...(seconds === undefined || seconds === role.maxSessionDurationSeconds
      ? []
      : [drift('maximum session duration', formatDuration(role.maxSessionDurationSeconds), formatDuration(seconds))]),
  ];
}

function planAddon({ addon, addonError, wantsAddon }: AssociationFacts): AddonChange | null {
  if (!wantsAddon) return null;
  const change = addonError === undefined && !isInstalled(addon) ? 'install' : 'none';
  return { name: HELPER_ADDON, change, error: addonError ?? null };
}

function parseTrust({ name, trustPolicy }: { name: string; trustPolicy: string }): PolicyDocument | ToolError {
  try {
    return parsePolicy(trustPolicy, `the trust policy of role ${name}`);
  } catch (error) {
    return error instanceof ToolError ? error : new ToolError('TRUST_POLICY_UNREADABLE', messageOf(error));
  }
}
