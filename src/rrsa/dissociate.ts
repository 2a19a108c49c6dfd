import type { AckPort, AttachedPolicy, Cluster, RamPort, Role } from '../cloud/ports.ts';
import { ToolError, usageError } from '../errors.ts';
import { parseOidcProviderArn, roleArn } from '../policy/arn.ts';
import { formatPolicy, type PolicyDocument } from '../policy/document.ts';
import { checkClusterId, checkPolicyName, checkRoleName } from '../policy/name.ts';
import { checkNamespace, checkServiceAccount } from '../policy/subject.ts';
import { planUntrust } from '../policy/trust.ts';
import type { SaveBackup } from './backup.ts';
import { noCluster } from './cluster.ts';
import { deleteUnusedRole, trustsNobody } from './delete-role.ts';
import { reportHalfDone } from './half-done.ts';
import type { WithLock } from './lock.ts';
import type { Change, Clock, Confirm, Report } from './report.ts';
import { describe, describeChanges, detachPolicies, isSame, listWanted, type PolicyChange } from './role-policies.ts';
import type { RoleResult } from './trust-role.ts';
import { parseTrust, planWholeUntrust, tellAbsent, type Untrust, unwantedTrust, writeUntrust } from './untrust.ts';

export interface DissociateRoleInput {
  clusterId: string;
  roleName: string;
  /** Whose trust is to be taken away, with `serviceAccount`. Absent, both: only policies are. Wildcards as they were given. */
  namespace?: string | undefined;
  serviceAccount?: string | undefined;
  /** Names of system policies that are to be detached. */
  systemPolicies: readonly string[];
  customPolicies: readonly string[];
  /** Delete the role when nobody is trusted and no policy is attached any more. Default false. */
  deleteRoleIfUnused?: boolean | undefined;
  dryRun: boolean;
}

export interface DissociateRolePorts {
  ack: Pick<AckPort, 'getCluster'>;
  ram: Pick<RamPort, 'getRole' | 'updateTrustPolicy' | 'deleteRole' | 'listPoliciesForRole' | 'detachPolicyFromRole'>;
  withLock: WithLock;
  saveBackup: SaveBackup;
  report: Report;
  confirm: Confirm;
  clock: Clock;
  signal: AbortSignal;
}

/**
 * Takes the trust of a service account, and policies, away from a role, and nothing else. Looks first, shows the change,
 * asks once. What is not there is left alone and said so. A statement that trusts more than the service account is never
 * narrowed: then nothing at all is changed.
 *
 * The trust is recognised by the cluster's OIDC provider, whatever issuer a statement names: RRSA may be off by now, and
 * the cluster deleted. A role that is missing is an error, unless it is to be deleted anyway.
 *
 * Throws `USAGE`, `CLUSTER_NOT_FOUND` when the role has no trust of such a cluster either, `ROLE_NOT_FOUND`, `TRUST_POLICY_UNREADABLE`, `NOT_AS_IT_SHOULD_BE` (exit code 1) for
 * a trust that is broader, `CONFLICT`, what `confirm` throws, and the API's refusals.
 */
export async function dissociateRole(input: DissociateRoleInput, ports: DissociateRolePorts): Promise<RoleResult> {
  const { report } = ports;
  checkInput(input);
  const seen = await look(input, ports);
  if ('absent' in seen) return absentRole(input, seen.absent, report);
  const { role, untrust, before, after, policies, isUnused } = seen;
  const notes = describeChanges(policies);
  const untrusts = before !== after;
  const result: RoleResult = {
    roleName: role.name,
    roleArn: role.arn,
    created: false,
    changed: untrusts || notes.length > 0 || isUnused,
    backup: null,
    before: role.trustPolicy,
    after: isUnused ? null : untrusts && after ? formatPolicy(after, 'compact') : role.trustPolicy,
    policies,
  };
  if (!result.changed) return result;

  report.show(describeChange(seen, input, notes));
  if (input.dryRun) return result;
  await ports.confirm(isUnused ? `Delete role ${role.name}?` : `Change role ${role.name}?`);
  return reportHalfDone(report, async (done) => {
    ports.signal.throwIfAborted();
    if (isUnused) {
      await detachPolicies(role.name, policies, done, ports);
      return { ...result, backup: await deleteUnusedRole(role, (text) => whatIsLeft(text, seen), done, ports) };
    }
    const written = untrusts && untrust ? await writeUntrust(untrust, done, ports) : undefined;
    await detachPolicies(role.name, policies, done, ports);
    return {
      ...result,
      changed: done.length > 0,
      backup: written?.backup ?? null,
      before: written?.before ?? role.trustPolicy,
      after: written?.after ?? role.trustPolicy,
    };
  });
}

function checkInput(input: DissociateRoleInput): void {
  checkClusterId(input.clusterId);
  checkRoleName(input.roleName);
  const { namespace, serviceAccount } = input;
  if ((namespace === undefined) !== (serviceAccount === undefined)) {
    throw usageError('--namespace and --service-account go together');
  }
  if (namespace !== undefined) checkNamespace(namespace, { wildcards: true });
  if (serviceAccount !== undefined) checkServiceAccount(serviceAccount, { wildcards: true });
  const wanted = listWanted(input);
  for (const { name } of wanted) checkPolicyName(name);
  if (wanted.length === 0 && namespace === undefined && !input.deleteRoleIfUnused) {
    throw usageError(
      'nothing to take away is named',
      'pass --namespace and --service-account, --detach-system-policy NAME or --detach-custom-policy NAME',
    );
  }
}

interface Seen {
  role: Role;
  /** Absent when no trust is to be taken away. */
  untrust: Untrust | undefined;
  /** What the role trusts now, and afterwards: the same where nothing changes. Absent when that has no say. */
  before: PolicyDocument | undefined;
  after: PolicyDocument | undefined;
  policies: PolicyChange[];
  /** Nobody would be trusted and no policy attached, and the role is to be deleted then. */
  isUnused: boolean;
}

/** Reads everything that decides. Changes nothing. `absent`: there is no role, and there need be none. */
async function look(
  input: DissociateRoleInput,
  ports: DissociateRolePorts,
): Promise<Seen | { absent: Cluster | undefined }> {
  const { ack, ram, report } = ports;
  const { clusterId, roleName, namespace, serviceAccount } = input;
  const [cluster, role] = await Promise.all([
    namespace === undefined ? undefined : ack.getCluster(clusterId),
    ram.getRole(roleName),
  ]);
  if (role === undefined) {
    if (input.deleteRoleIfUnused) return { absent: cluster };
    throw new ToolError('ROLE_NOT_FOUND', `there is no role ${roleName}`);
  }
  const untrust: Untrust | undefined =
    namespace === undefined || serviceAccount === undefined
      ? undefined
      : { role, clusterId, unwanted: unwantedTrust(role, cluster, { clusterId, namespace, serviceAccount }) };
  const needsDocument = untrust !== undefined || input.deleteRoleIfUnused === true;
  const before = needsDocument ? parseTrust(role.name, role.trustPolicy) : undefined;
  const plan = before && untrust && planWholeUntrust(before, untrust);
  if (untrust !== undefined && plan !== undefined) {
    if (cluster === undefined) tellClusterGone(plan.kind === 'removed', input, ports);
    tellAbsent(plan, untrust, report);
  }
  const after = plan?.document ?? before;

  const wanted = listWanted(input);
  const attached = wanted.length > 0 || input.deleteRoleIfUnused ? await ram.listPoliciesForRole(role.name) : [];
  const policies = planDetachments(wanted, attached, role.name, report);
  const isUnused = input.deleteRoleIfUnused === true && isUnusedAfter(role.name, after, attached, wanted, report);
  return { role, untrust, before, after, policies, isUnused };
}

/** A cluster that is gone is worth a warning where it left its trust behind; else its id is probably mistyped. */
function tellClusterGone(
  leftTrust: boolean,
  { clusterId }: DissociateRoleInput,
  { report }: DissociateRolePorts,
): void {
  if (leftTrust) report.warn(`there is no cluster ${clusterId}; what is left of its trust is taken away`);
  else throw noCluster(clusterId);
}

function planDetachments(
  wanted: readonly AttachedPolicy[],
  attached: readonly AttachedPolicy[],
  roleName: string,
  report: Pick<Report, 'info'>,
): PolicyChange[] {
  return wanted.map((policy) => {
    const isAttached = attached.some((other) => isSame(other, policy));
    if (!isAttached) report.info(`${describe(policy)} is not attached to role ${roleName}`);
    return { ...policy, change: isAttached ? 'detach' : 'none' };
  });
}

/** Says why a role that was to be deleted when unused is not. */
function isUnusedAfter(
  roleName: string,
  after: PolicyDocument | undefined,
  attached: readonly AttachedPolicy[],
  wanted: readonly AttachedPolicy[],
  report: Pick<Report, 'info'>,
): boolean {
  const [staying] = attached.filter((policy) => !wanted.some((other) => isSame(other, policy)));
  const isTrusted = after === undefined || !trustsNobody(after);
  if (isTrusted) report.info(`role ${roleName} is not deleted: it trusts others`);
  else if (staying) report.info(`role ${roleName} is not deleted: ${describe(staying)} is attached to it`);
  return !isTrusted && staying === undefined;
}

function whatIsLeft(trustPolicy: string, { role, untrust }: Seen): PolicyDocument {
  const document = parseTrust(role.name, trustPolicy);
  return untrust === undefined ? document : planUntrust(document, untrust.unwanted).document;
}

function describeChange({ role, before, after, isUnused }: Seen, input: DissociateRoleInput, notes: string[]): Change {
  const { namespace, serviceAccount } = input;
  const document = before &&
    after && {
      name: `trust policy of role ${role.name}`,
      before: formatPolicy(before, 'indented'),
      after: formatPolicy(after, 'indented'),
    };
  const isTrustChanged = before !== after;
  const change = isTrustChanged ? { document } : {};
  if (isUnused) {
    const summary = `delete role ${role.name}, which nobody may assume then and which has no policies`;
    return { summary, ...change, notes: [...notes, `delete role ${role.name}`] };
  }
  if (!isTrustChanged) return { summary: `detach policies from role ${role.name}`, notes };
  const summary = `no longer let service account ${namespace}/${serviceAccount} assume role ${role.name}`;
  return { summary, ...change, notes };
}

function absentRole(
  input: DissociateRoleInput,
  cluster: Cluster | undefined,
  report: Pick<Report, 'info'>,
): RoleResult {
  report.info(`there is no role ${input.roleName}`);
  const account = parseOidcProviderArn(cluster?.rrsa.providerArn ?? '')?.accountId ?? '';
  return {
    roleName: input.roleName,
    roleArn: roleArn(account, input.roleName),
    created: false,
    changed: false,
    backup: null,
    before: null,
    after: null,
    policies: listWanted(input).map((policy) => ({ ...policy, change: 'none' })),
  };
}
