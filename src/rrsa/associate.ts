import type { AckPort, RamPort, Role } from '../cloud/ports.ts';
import { ToolError, usageError } from '../errors.ts';
import { parseOidcProviderArn, roleArn } from '../policy/arn.ts';
import { formatPolicy, type PolicyDocument, parsePolicy } from '../policy/document.ts';
import { checkClusterId, checkPolicyName, checkRoleName } from '../policy/name.ts';
import { checkNamespace, checkServiceAccount } from '../policy/subject.ts';
import { planTrust, type ServiceAccountTrust, type TrustPlan } from '../policy/trust.ts';
import type { SaveBackup } from './backup.ts';
import { requireCluster, requireRrsa, requireSupported } from './cluster.ts';
import { createRole, type NewRole } from './create-role.ts';
import { reportHalfDone } from './half-done.ts';
import type { WithLock } from './lock.ts';
import { writeNotedTrust } from './noted-write.ts';
import type { Change, Clock, Confirm, Report } from './report.ts';
import {
  attachPolicies,
  describeChanges,
  listWanted,
  type PolicyChange,
  type PolicyDocumentInput,
  planAttachments,
} from './role-policies.ts';
import type { TrustWriteResult } from './trust-write.ts';

export interface AssociateRoleInput {
  clusterId: string;
  roleName: string;
  /** `*` and `?` stand for any characters, as in `serviceAccount`. */
  namespace: string;
  serviceAccount: string;
  /** Create the role when there is none; otherwise a missing role is an error. */
  createRole: boolean;
  /** Names of system policies that are to be attached. */
  systemPolicies: readonly string[];
  customPolicies: readonly string[];
  /** Custom policies that are to be attached, and created before when there is none of that name. Default none. */
  policyDocuments?: readonly PolicyDocumentInput[] | undefined;
  /** For a role that is created. */
  description?: string | undefined;
  /** For a role that is created. Default: RAM's, 3600. */
  maxSessionDurationSeconds?: number | undefined;
  dryRun: boolean;
}

/** What became of a role. With `dryRun`: what would become of it. */
export interface RoleResult {
  roleName: string;
  roleArn: string;
  created: boolean;
  /** False when everything was so already. */
  changed: boolean;
  /** The file that keeps the trust policy as it was; `null` when there is none. */
  backup: string | null;
  /** The trust policy verbatim; `null` when the role was created. */
  before: string | null;
  /** The trust policy verbatim, as it was seen last; `null` when the role is deleted, or was never there. */
  after: string | null;
  policies: PolicyChange[];
}

export interface AssociateRolePorts {
  ack: Pick<AckPort, 'getCluster'>;
  ram: Pick<
    RamPort,
    | 'getRole'
    | 'createRole'
    | 'updateTrustPolicy'
    | 'listPoliciesForRole'
    | 'getPolicyDocument'
    | 'createPolicy'
    | 'attachPolicyToRole'
  >;
  withLock: WithLock;
  saveBackup: SaveBackup;
  report: Report;
  confirm: Confirm;
  clock: Clock;
  signal: AbortSignal;
}

/**
 * Lets a service account of a cluster assume a role: trust policy, and policies attached. Looks first, shows the change,
 * asks once, changes nothing before. Something that is so already is left as it is.
 *
 * Throws `USAGE`, `CLUSTER_NOT_FOUND`, `CLUSTER_UNSUPPORTED`, `RRSA_DISABLED`, `ROLE_NOT_FOUND`, `POLICY_NOT_FOUND`,
 * `TRUST_POLICY_UNREADABLE`, `TRUST_POLICY_TOO_LONG`, `CONFLICT`, what `confirm` throws, and the API's refusals.
 */
export async function associateRole(input: AssociateRoleInput, ports: AssociateRolePorts): Promise<RoleResult> {
  checkInput(input);
  const seen = await look(input, ports);
  const { role, want, plan, policies } = seen;
  const notes = describeChanges(policies);
  const arn = role?.arn ?? arnFor(input.roleName, want.providerArn);
  const planned: RoleResult = {
    roleName: input.roleName,
    roleArn: arn,
    created: role === undefined,
    changed: plan.kind !== 'unchanged' || notes.length > 0,
    backup: null,
    before: role?.trustPolicy ?? null,
    after: plan.kind === 'unchanged' && role ? role.trustPolicy : formatPolicy(plan.document, 'compact'),
    policies,
  };
  tellTrust(plan, input, ports.report);
  if (!planned.changed) return planned;

  ports.report.show(describeChange(seen, input, notes));
  if (input.dryRun) return planned;
  await ports.confirm(role === undefined ? `Create role ${input.roleName}?` : `Change role ${input.roleName}?`);

  return reportHalfDone(ports.report, async (done) => {
    ports.signal.throwIfAborted();
    const made =
      role === undefined
        ? await createRole(toRole(input, formatPolicy(plan.document, 'compact')), ports, done)
        : undefined;
    const existing = role ?? made?.existing;
    const needsTrust = role === undefined || plan.kind !== 'unchanged';
    const trust = existing && needsTrust ? await updateTrust(existing, want, ports, done) : undefined;
    const isNew = role === undefined;
    await attachPolicies({ name: input.roleName, isNew }, policies, input.policyDocuments ?? [], done, ports);
    return {
      ...planned,
      roleArn: (made?.created ?? existing)?.arn ?? arn,
      created: made?.created !== undefined,
      changed: done.length > 0,
      backup: trust?.backup ?? null,
      before: trust?.before ?? planned.before,
      after: trust?.after ?? made?.created?.trustPolicy ?? planned.after,
    };
  });
}

function toRole(input: AssociateRoleInput, trustPolicy: string): NewRole {
  const { roleName: name, description, maxSessionDurationSeconds } = input;
  return { name, trustPolicy, description, maxSessionDurationSeconds };
}

/** Source of the limits: CreateRole of RAM. */
function checkInput(input: AssociateRoleInput): void {
  checkClusterId(input.clusterId);
  checkRoleName(input.roleName);
  checkNamespace(input.namespace, { wildcards: true });
  checkServiceAccount(input.serviceAccount, { wildcards: true });
  for (const { name } of listWanted(input)) checkPolicyName(name);
  const { description, maxSessionDurationSeconds: seconds } = input;
  if (seconds !== undefined && !(Number.isInteger(seconds) && seconds >= 3600 && seconds <= 43_200)) {
    throw usageError(`--max-session-duration of ${seconds} s is not within 1h and 12h`);
  }
  if (description !== undefined && description.length > 1024) {
    throw usageError(`--description is ${description.length} characters long, and RAM takes 1024`);
  }
}

interface Seen {
  role: Role | undefined;
  want: ServiceAccountTrust;
  /** What the role trusts now; absent when there is no role. */
  document: PolicyDocument | undefined;
  plan: TrustPlan;
  policies: PolicyChange[];
}

/** Reads everything that decides, at the same time where it can. Changes nothing. */
async function look(input: AssociateRoleInput, ports: AssociateRolePorts): Promise<Seen> {
  const { ack, ram, report } = ports;
  const [clusterRead, roleRead] = await Promise.allSettled([
    requireCluster(ack, input.clusterId),
    ram.getRole(input.roleName),
  ]);
  const cluster = settledValue(clusterRead);
  requireSupported(cluster, report);
  const want: ServiceAccountTrust = {
    ...requireRrsa(cluster),
    namespace: input.namespace,
    serviceAccount: input.serviceAccount,
  };
  const role = settledValue(roleRead);
  if (role === undefined && !input.createRole) {
    throw new ToolError('ROLE_NOT_FOUND', `there is no role ${input.roleName}`, {
      hint: 'to create it, run this command again with --create-role-if-not-exist',
    });
  }
  const document = role && parseTrust(role);
  const wantsPolicies = listWanted(input).length > 0;
  const attached = role && wantsPolicies ? await ram.listPoliciesForRole(role.name) : [];
  if (role && (input.description !== undefined || input.maxSessionDurationSeconds !== undefined)) {
    report.info(`role ${role.name} exists: its description and session duration stay as they are`);
  }
  return {
    role,
    want,
    document,
    plan: planTrust(document, want),
    policies: await planAttachments(input, attached, ports),
  };
}

function settledValue<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
}

function parseTrust(role: Pick<Role, 'name' | 'trustPolicy'>): PolicyDocument {
  return parsePolicy(role.trustPolicy, `the trust policy of role ${role.name}`);
}

function subjectText(input: Pick<AssociateRoleInput, 'namespace' | 'serviceAccount'>): string {
  return `service account ${input.namespace}/${input.serviceAccount}`;
}

function tellTrust(plan: TrustPlan, input: AssociateRoleInput, report: Report): void {
  if (plan.coveredBy !== undefined) {
    const { index, broader } = plan.coveredBy;
    const by = broader ? `, by a statement that trusts more than that (Statement[${index}])` : '';
    report.info(`role ${input.roleName} trusts ${subjectText(input)} of cluster ${input.clusterId} already${by}`);
  }
  if (plan.deniedBy !== undefined) {
    report.warn(
      `role ${input.roleName} refuses ${subjectText(input)} all the same: Statement[${plan.deniedBy}] of its trust policy denies it`,
    );
  }
}

function describeChange({ role, document, plan }: Seen, input: AssociateRoleInput, notes: string[]): Change {
  if (plan.kind === 'unchanged') return { summary: `attach policies to role ${input.roleName}`, notes };
  const after = formatPolicy(plan.document, 'indented');
  const name = `trust policy of role ${input.roleName}`;
  if (role === undefined || document === undefined) {
    return {
      summary: `create role ${input.roleName}, which ${subjectText(input)} may assume`,
      document: { name, after },
      notes,
    };
  }
  return {
    summary: `let ${subjectText(input)} assume role ${input.roleName}`,
    document: { name, before: formatPolicy(document, 'indented'), after },
    notes,
  };
}

function updateTrust(
  role: Role,
  want: ServiceAccountTrust,
  ports: AssociateRolePorts,
  done: string[],
): Promise<TrustWriteResult> {
  const plan = (document: string): string | undefined => {
    const { kind, document: next } = planTrust(parseTrust({ name: role.name, trustPolicy: document }), want);
    return kind === 'unchanged' ? undefined : formatPolicy(next, 'compact');
  };
  return writeNotedTrust(role, plan, 'associate-role', done, ports);
}

function arnFor(roleName: string, providerArn: string): string {
  return roleArn(parseOidcProviderArn(providerArn)?.accountId ?? '', roleName);
}
