import type { AckPort, AttachedPolicy, Cluster, RamPort, Role } from '../cloud/ports.ts';
import { CloudApiError, isApiError, messageOf, ToolError } from '../errors.ts';
import { oidcProviderArn, parseArn } from '../policy/arn.ts';
import { parsePolicy } from '../policy/document.ts';
import { checkClusterId, checkRoleName } from '../policy/name.ts';
import { checkNamespace, checkServiceAccount } from '../policy/subject.ts';
import { requireCluster, requireRrsa } from './cluster.ts';
import { HELPER_ADDON, isInstalled } from './install-helper-addon.ts';
import type { Limiter } from './limiter.ts';
import type { Clock, Report } from './report.ts';
import { isMeant, type SubjectFilter, type TokenSource, type Trust, trustsOf } from './role-trusts.ts';
import { isThrottled } from './transient.ts';

export interface ListAssociationsInput extends SubjectFilter {
  clusterId: string;
  /** Absent: all roles of the account. */
  roleName?: string | undefined;
  /** Whether ack-pod-identity-webhook is installed is asked as well. Default false. */
  withHelperAddon?: boolean | undefined;
}

/** A role that trusts somebody of the cluster. */
export interface TrustingRole {
  role: Role;
  /** Those that the filter means, at least one, in the order of the document. */
  trusts: Trust[];
  /** System policies first, then by name. */
  policies: AttachedPolicy[];
}

export interface AssociationList {
  clusterId: string;
  /** Sorted by name. */
  roles: TrustingRole[];
  /** Roles of which it is not known whom they trust, or which policies they have. Sorted by name. */
  unreadable: { roleName: string; error: string }[];
  /** ack-pod-identity-webhook is installed. Absent when that was not asked, or not answered. */
  helperAddon?: boolean | undefined;
}

export interface ListAssociationsPorts {
  ack: Pick<AckPort, 'getCluster' | 'getAddon'>;
  ram: Pick<RamPort, 'getRole' | 'listRoleNames' | 'listPoliciesForRole'>;
  limiter: Limiter;
  report: Pick<Report, 'warn' | 'progress'>;
  clock: Pick<Clock, 'now'>;
}

/**
 * Every role that trusts tokens of the cluster's OIDC provider, whom, and the policies attached to it. Reads only. A role
 * that cannot be read is listed as such and hides no other; one that is deleted meanwhile is left out. While RRSA is
 * off, the provider is the one that the cluster has whenever it is on.
 *
 * Throws `USAGE`, `CLUSTER_NOT_FOUND`, `ROLE_NOT_FOUND` for a role that was named, `NETWORK`, what the credentials throw,
 * the API's refusal of a list, and, when not one role could be read, what the first of them failed with.
 */
export async function listAssociations(
  input: ListAssociationsInput,
  ports: ListAssociationsPorts,
): Promise<AssociationList> {
  checkInput(input);
  const { ack, ram, limiter, report } = ports;
  const progress = report.progress(`looking for the roles that trust cluster ${input.clusterId}`, { done: 0 });
  try {
    const [cluster, names, helperAddon] = await Promise.all([
      requireCluster(ack, input.clusterId),
      input.roleName === undefined ? limiter.run(() => ram.listRoleNames()) : [input.roleName],
      input.withHelperAddon ? hasHelperAddon(input.clusterId, ports) : undefined,
    ]);
    const sourceOf = tokenSourceOf(cluster, report);
    let done = 0;
    const readings = await untilOneThrows(names, async (name, goesOn) => {
      const reading = await readRole(name, sourceOf, input, ports, goesOn);
      done += 1;
      progress.update(`trust policies: ${done} of ${names.length} read`, { done, total: names.length });
      return reading;
    });
    const failed = readings.filter(({ error }) => error !== undefined);
    if (failed[0] !== undefined && failed.length === names.length && failed.every(({ found }) => found === undefined)) {
      throw failed[0].error;
    }
    return {
      clusterId: cluster.id,
      roles: readings.flatMap(({ found }) => found ?? []).sort((a, b) => compare(a.role.name, b.role.name)),
      unreadable: failed
        .map(({ roleName, error }) => ({ roleName, error: messageOf(error) }))
        .sort((a, b) => compare(a.roleName, b.roleName)),
      helperAddon,
    };
  } finally {
    progress.stop();
  }
}

function checkInput({ clusterId, roleName, namespace, serviceAccount }: ListAssociationsInput): void {
  checkClusterId(clusterId);
  if (roleName !== undefined) checkRoleName(roleName);
  if (namespace !== undefined) checkNamespace(namespace, { wildcards: true });
  if (serviceAccount !== undefined) checkServiceAccount(serviceAccount, { wildcards: true });
}

async function hasHelperAddon(
  clusterId: string,
  { ack, report }: Pick<ListAssociationsPorts, 'ack' | 'report'>,
): Promise<boolean | undefined> {
  try {
    return isInstalled(await ack.getAddon(clusterId, HELPER_ADDON));
  } catch (error) {
    if (!(error instanceof CloudApiError) || error.code !== 'CLOUD_API') throw error;
    report.warn(`whether ${HELPER_ADDON} is installed is not known: ${messageOf(error)}`);
    return undefined;
  }
}

/** Whose tokens a role would have to trust. While RRSA is off the API names no provider, but its name follows from the cluster's id. */
function tokenSourceOf(cluster: Cluster, report: Pick<Report, 'warn'>): (role: Role) => TokenSource {
  if (cluster.rrsa.enabled) {
    const source = requireRrsa(cluster);
    return () => source;
  }
  report.warn(`RRSA is off on cluster ${cluster.id}: until it is on, its service accounts can assume no role`);
  return (role) => {
    const accountId = parseArn(role.arn)?.accountId ?? '';
    return { providerArn: oidcProviderArn(accountId, `ack-rrsa-${cluster.id}`) };
  };
}

/** What is known of one role: nothing when it trusts nobody who is meant, or is gone. */
interface Reading {
  roleName: string;
  found?: TrustingRole;
  error?: unknown;
}

/** Reads all of them at once; `goesOn` throws as soon as one has failed, so that the others need not be asked for. */
async function untilOneThrows(
  names: readonly string[],
  read: (roleName: string, goesOn: () => void) => Promise<Reading>,
): Promise<Reading[]> {
  const stop = new AbortController();
  const goesOn = (): void => stop.signal.throwIfAborted();
  const readings = names.map((name) =>
    read(name, goesOn).catch((error: unknown) => {
      stop.abort(error);
      throw error;
    }),
  );
  await Promise.allSettled(readings);
  goesOn();
  return Promise.all(readings);
}

async function readRole(
  roleName: string,
  sourceOf: (role: Role) => TokenSource,
  input: ListAssociationsInput,
  { ram, limiter }: ListAssociationsPorts,
  goesOn: () => void,
): Promise<Reading> {
  const ask = <T>(work: () => Promise<T>): Promise<T> =>
    limiter.run(() => {
      goesOn();
      return work();
    });
  let found: TrustingRole | undefined;
  try {
    const role = await ask(() => ram.getRole(roleName));
    if (role === undefined) {
      if (input.roleName === undefined) return { roleName };
      throw new ToolError('ROLE_NOT_FOUND', `there is no role ${roleName}`);
    }
    const document = parsePolicy(role.trustPolicy, `the trust policy of role ${roleName}`);
    const trusts = trustsOf(document, sourceOf(role)).filter((trust) => isMeant(trust, input));
    if (trusts.length === 0) return { roleName };
    found = { role, trusts, policies: [] };
    const policies = await ask(() => ram.listPoliciesForRole(roleName));
    policies.sort((a, b) => compare(b.type, a.type) || compare(a.name, b.name));
    return { roleName, found: { ...found, policies } };
  } catch (error) {
    if (isApiError(error, 'EntityNotExist.Role')) return { roleName };
    if (!concernsThisRole(error)) throw error;
    return { roleName, error, ...(found === undefined ? {} : { found }) };
  }
}

/** Not so: no connection, no credentials, too many requests, an interrupt. The next role would fail with the same. */
function concernsThisRole(error: unknown): boolean {
  if (error instanceof CloudApiError) return error.code === 'CLOUD_API' && !isThrottled(error);
  return error instanceof ToolError && (error.code === 'BAD_ANSWER' || error.code === 'TRUST_POLICY_UNREADABLE');
}

/** By code unit, so that the order is the same everywhere. */
function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
