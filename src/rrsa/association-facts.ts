/** Everything that a plan of associations is made on, read once. */
import type { AckPort, AddonInstance, Cluster, Role } from '../cloud/ports.ts';
import { ToolError } from '../errors.ts';
import { requireCluster } from './cluster.ts';
import { HELPER_ADDON } from './install-helper-addon.ts';
import type { AssociationRam } from './limited-ram.ts';
import type { WantedAssociations, WantedRole } from './read-associations.ts';
import type { Clock, Report } from './report.ts';
import { listWanted, type PolicyChange, planAttachments } from './role-policies.ts';

export interface FactPorts {
  ack: Pick<AckPort, 'getCluster' | 'getAddon'>;
  /** Waits for the limiter by itself. */
  ram: Pick<AssociationRam, 'getRole' | 'listRoleNames' | 'listPoliciesForRole' | 'getPolicyDocument'>;
  report: Report;
  clock: Clock;
  signal: AbortSignal;
}

export interface AssociationFacts {
  cluster: Cluster;
  /** In the order of the file. */
  wanted: RoleFacts[];
  /** With `prune`: every other role of the account, sorted by name. Otherwise none. */
  others: Role[];
  /** Of those, the ones that cannot be read, and why. Sorted by name. */
  unread: { roleName: string; error: ToolError }[];
  /** The file wants the helper addon. */
  wantsAddon: boolean;
  /** Absent when it is not wanted, or not installed. */
  addon?: AddonInstance | undefined;
  /** Why it is not known whether the addon is installed. */
  addonError?: ToolError | undefined;
}

export interface RoleFacts {
  wanted: WantedRole;
  /** Absent when there is none. */
  role?: Role | undefined;
  policies: PolicyChange[];
  notes: string[];
  /** Why nothing can be planned. */
  error?: ToolError | undefined;
}

/**
 * Reads the cluster, each role of the file with its policies, with `prune` all other roles, and the addon: at the same
 * time, each once. What cannot be read of one role is its `error`. Throws `CLUSTER_NOT_FOUND`, the API's refusal of the
 * cluster or of the list of roles, and what the credentials throw.
 */
export async function readFacts(
  file: WantedAssociations,
  options: { prune: boolean },
  ports: FactPorts,
): Promise<AssociationFacts> {
  const { ack, ram, report, signal } = ports;
  let total = file.roles.length;
  const progress = report.progress(`reading ${countOf(total)}`, { done: 0, total });
  let read = 0;
  const counted = async <T>(work: Promise<T>): Promise<T> => {
    const value = await work;
    read += 1;
    progress.update(`roles: ${read} of ${total} read`, { done: read, total });
    return value;
  };
  const unread = new Map<string, ToolError>();
  const readOthers = async (): Promise<Role[]> => {
    const known = new Set(file.roles.map(({ name }) => name));
    const names = (await ram.listRoleNames()).filter((name) => !known.has(name)).sort();
    total += names.length;
    const roles = await Promise.all(
      names.map((name) =>
        counted(
          perRole(ram.getRole(name), signal, (error) => {
            unread.set(name, error);
            return undefined;
          }),
        ),
      ),
    );
    return roles.filter((role) => role !== undefined);
  };
  const readAddon = async (): Promise<Pick<AssociationFacts, 'addon' | 'addonError'>> => {
    if (!file.helperAddon) return {};
    const addon = ack.getAddon(file.clusterId, HELPER_ADDON);
    return perRole(
      addon.then((found) => ({ addon: found })),
      signal,
      (addonError) => ({ addonError }),
    );
  };
  try {
    // Whatever goes wrong with the cluster is said first: without it nothing else matters.
    const reads = [
      requireCluster(ack, file.clusterId),
      Promise.all(file.roles.map((role) => counted(readRole(role, ram, signal)))),
      options.prune ? readOthers() : [],
      readAddon(),
    ] as const;
    await Promise.allSettled(reads);
    const [cluster, wanted, others, addon] = await Promise.all(reads);
    return {
      cluster,
      wanted,
      others,
      unread: [...unread]
        .map(([roleName, error]) => ({ roleName, error }))
        .sort((a, b) => (a.roleName < b.roleName ? -1 : 1)),
      wantsAddon: file.helperAddon,
      ...addon,
    };
  } finally {
    progress.stop();
  }
}

async function readRole(wanted: WantedRole, ram: FactPorts['ram'], signal: AbortSignal): Promise<RoleFacts> {
  const notes: string[] = [];
  const say = (text: string): void => void notes.push(text);
  const read = async (): Promise<RoleFacts> => {
    const role = await ram.getRole(wanted.name);
    if (role === undefined && !wanted.create) {
      throw new ToolError('ROLE_NOT_FOUND', `there is no role ${wanted.name}`, {
        hint: 'to create it, write `create: true` in the file',
      });
    }
    const asks = listWanted(wanted).length > 0;
    const attached = role !== undefined && asks ? await ram.listPoliciesForRole(role.name) : [];
    const policies = await planAttachments(wanted, attached, { ram, report: { info: say, warn: say } });
    return { wanted, role, policies, notes };
  };
  return perRole(read(), signal, (error) => ({ wanted, policies: [], notes, error: withFileHint(error) }));
}

/** The hint for a policy that is missing speaks of flags, and here there is a file. */
function withFileHint(error: ToolError): ToolError {
  if (error.code !== 'POLICY_NOT_FOUND') return error;
  return new ToolError(error.code, error.message, {
    cause: error,
    hint: 'create it, or name its document in policyDocuments of the file',
  });
}

/** What keeps everything from going on, and not one role only: an interrupt, credentials, a fault of this tool. */
function isFatal(error: unknown, signal: AbortSignal): boolean {
  return (
    signal.aborted ||
    !(error instanceof ToolError) ||
    error.code.startsWith('CREDENTIALS_') ||
    ['INTERRUPTED', 'WRONG_ACCOUNT', 'USAGE'].includes(error.code)
  );
}

/** `instead` of an error that is no reason to stop everything; any other is thrown. */
export async function perRole<T>(work: Promise<T>, signal: AbortSignal, instead: (error: ToolError) => T): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isFatal(error, signal) || !(error instanceof ToolError)) throw error;
    return instead(error);
  }
}

function countOf(roles: number): string {
  return roles === 1 ? '1 role' : `${roles} roles`;
}
