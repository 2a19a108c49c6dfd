/** What commands may do in the cloud, as data: rows of `permissionsOf`, and what they are made of. */
import { checkUserName } from '../../eci/pass-role-policy.ts';
import { checkClusterId, checkPolicyName, checkRoleName } from '../../policy/name.ts';
import type { WantedAssociations } from '../../rrsa/read-associations.ts';
import type { Flags } from '../options.ts';

/** A command line, as far as it decides what is called. */
export interface CommandLine {
  flags: Flags;
  /** What `--file` of `rrsa plan` and `rrsa apply` wants. Absent for every other command. */
  file?: WantedAssociations | undefined;
}

/** `account`: a list of everything of one kind in the account. `all`: named things or all of them, as the flags say. */
export type ResourceKind = 'cluster' | 'role' | 'policy' | 'user' | 'provider' | 'account' | 'all';

/** One call that a command may make. */
export interface Permission {
  /** Action of a RAM policy: `ram:GetRole`. */
  action: string;
  resource: ResourceKind;
  /** It changes something, so a dry run does without it. */
  write: boolean;
  /** Alibaba Cloud publishes that name. False: it is the name of the API, as those of other actions are. */
  confirmed: boolean;
  /** What decides that it is called, in words. Absent: every run calls it. */
  when?: string | undefined;
  /** What a run does without it, in words. Absent: it fails. */
  without?: string | undefined;
  /** What this command line needs it on, as resources of a RAM policy; empty where it does not call it. Throws `USAGE`. */
  on(line: CommandLine): readonly string[];
}

/** All calls of a command, in the order in which a reader expects them. */
export interface CommandPermissions {
  permissions: readonly Permission[];
  /** One sentence about what is called and needs no permission, or is not RAM's to allow. */
  note?: string | undefined;
}

/** By command path: `rrsa status`. */
export type PermissionTable = Readonly<Record<string, CommandPermissions>>;

type Details = Partial<Pick<Permission, 'when' | 'without'>>;
type Targets = Permission['on'];

/** The only action of Container Service whose name is seen in an answer of the service itself. */
const confirmedOfCs = 'cs:DescribeClusters';

function permission(action: string, resource: ResourceKind, write: boolean, on: Targets, details: Details): Permission {
  const confirmed = /^(?:ram|sts):/.test(action) ? !/OIDCProvider/.test(action) : action === confirmedOfCs;
  return { action, resource, write, confirmed, ...details, on };
}

export function reads(action: string, resource: ResourceKind, on: Targets, details: Details = {}): Permission {
  return permission(action, resource, false, on, details);
}

export function writes(action: string, resource: ResourceKind, on: Targets, details: Details = {}): Permission {
  return permission(action, resource, true, on, details);
}

/** The permission where `isCalled` says so of the command line. */
export function onlyIf(isCalled: (flags: Flags) => boolean, { on, ...row }: Permission, when: string): Permission {
  return { ...row, when, on: (line) => (isCalled(line.flags) ? on(line) : []) };
}

/** In any region and account: neither is known before something is called. */
export const clusterResource = (clusterId: string): string => `acs:cs:*:*:cluster/${checkClusterId(clusterId)}`;
export const allClusters = 'acs:cs:*:*:cluster/*';
export const roleResource = (name: string): string => `acs:ram:*:*:role/${checkRoleName(name)}`;
export const allRoles = 'acs:ram:*:*:role/*';
/** Also of a system policy, which belongs to no account. */
export const policyResource = (name: string): string => `acs:ram:*:*:policy/${checkPolicyName(name)}`;
export const userResource = (name: string): string => `acs:ram:*:*:user/${checkUserName(name)}`;
export const allUsers = 'acs:ram:*:*:user/*';

/** The cluster of `--cluster-id`; none without it. */
export function ofCluster({ flags }: CommandLine): string[] {
  const clusterId = flags.string('cluster-id');
  return clusterId ? [clusterResource(clusterId)] : [];
}

/** The role of `--role-name`; none without it. */
export function ofRole({ flags }: CommandLine): string[] {
  const name = flags.string('role-name');
  return name ? [roleResource(name)] : [];
}
