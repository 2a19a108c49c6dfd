import type { RamPort, Role } from '../cloud/ports.ts';
import { usageError } from '../errors.ts';
import { formatPolicy, type PolicyDocument, parsePolicy } from '../policy/document.ts';
import { checkPolicyName } from '../policy/name.ts';
import type { TrustPlan } from '../policy/trust.ts';
import type { SaveBackup } from './backup.ts';
import { createRole } from './create-role.ts';
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

/** What a role is to have beside its trust. */
export interface RoleSettings {
  /** Names of system policies that are to be attached. */
  systemPolicies: readonly string[];
  customPolicies: readonly string[];
  /** Custom policies that are to be attached, and created before when there is none of that name. Default none. */
  policyDocuments?: readonly PolicyDocumentInput[] | undefined;
  /** For a role that is created. */
  description?: string | undefined;
  /** For a role that is created. Default: RAM's, 3600. */
  maxSessionDurationSeconds?: number | undefined;
}

/** Who is to be trusted by which role. */
export interface TrustWish {
  roleName: string;
  /** `service account reports/reader` */
  whom: string;
  /** Where `whom` belongs, for the sentences that need it: `cluster c123`. */
  of?: string | undefined;
  /** Adds the trust to what a role trusts; without a document: to a new role. */
  plan: (document: PolicyDocument | undefined) => TrustPlan;
  settings: RoleSettings;
  /** The command, kept in backups: `associate-role`. */
  reason: string;
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

export interface TrustRolePorts {
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

/** Throws `USAGE` for what RAM would not take. Source of the limits: CreateRole of RAM. */
export function checkRoleSettings(settings: RoleSettings): void {
  for (const { name } of listWanted(settings)) checkPolicyName(name);
  const { description, maxSessionDurationSeconds: seconds } = settings;
  if (seconds !== undefined && !(Number.isInteger(seconds) && seconds >= 3600 && seconds <= 43_200)) {
    throw usageError(`--max-session-duration of ${seconds} s is not within 1h and 12h`);
  }
  if (description !== undefined && description.length > 1024) {
    throw usageError(`--description is ${description.length} characters long, and RAM takes 1024`);
  }
}

/**
 * Brings trust and policies of a role to what is wished, and creates it where there is none. Looks first, shows the
 * change, asks once, changes nothing before. Something that is so already is left as it is.
 *
 * @param role as it was read; `undefined` where there is none
 * @param newRoleArn of a role that is created
 * @throws ToolError `POLICY_NOT_FOUND`, `TRUST_POLICY_UNREADABLE`, `TRUST_POLICY_TOO_LONG`, `CONFLICT`, what `confirm`
 * throws, and the API's refusals
 */
export async function trustRole(
  wish: TrustWish,
  role: Role | undefined,
  newRoleArn: string,
  ports: TrustRolePorts,
): Promise<RoleResult> {
  const { roleName, settings } = wish;
  const seen = await look(wish, role, ports);
  const { plan, policies } = seen;
  const notes = describeChanges(policies);
  const newTrust = formatPolicy(plan.document, 'compact');
  const planned: RoleResult = {
    roleName,
    roleArn: role?.arn ?? newRoleArn,
    created: role === undefined,
    changed: plan.kind !== 'unchanged' || notes.length > 0,
    backup: null,
    before: role?.trustPolicy ?? null,
    after: plan.kind === 'unchanged' && role ? role.trustPolicy : newTrust,
    policies,
  };
  tellTrust(plan, wish, ports.report);
  if (!planned.changed) return planned;

  ports.report.show(describeChange(seen, wish, notes));
  if (wish.dryRun) return planned;
  await ports.confirm(role === undefined ? `Create role ${roleName}?` : `Change role ${roleName}?`);

  return reportHalfDone(ports.report, async (done) => {
    ports.signal.throwIfAborted();
    const { description, maxSessionDurationSeconds } = settings;
    const newRole = { name: roleName, trustPolicy: newTrust, description, maxSessionDurationSeconds };
    const made = role === undefined ? await createRole(newRole, ports, done) : undefined;
    const existing = role ?? made?.existing;
    const needsTrust = role === undefined || plan.kind !== 'unchanged';
    const trust = existing && needsTrust ? await updateTrust(existing, wish, ports, done) : undefined;
    const isNew = role === undefined;
    await attachPolicies({ name: roleName, isNew }, policies, settings.policyDocuments ?? [], done, ports);
    return {
      ...planned,
      roleArn: (made?.created ?? existing)?.arn ?? newRoleArn,
      created: made?.created !== undefined,
      changed: done.length > 0,
      backup: trust?.backup ?? null,
      before: trust?.before ?? planned.before,
      after: trust?.after ?? made?.created?.trustPolicy ?? planned.after,
    };
  });
}

interface Seen {
  /** What the role trusts now; absent when there is no role. */
  document: PolicyDocument | undefined;
  plan: TrustPlan;
  policies: PolicyChange[];
}

/** Reads the rest of what decides. Changes nothing. */
async function look({ plan, settings }: TrustWish, role: Role | undefined, ports: TrustRolePorts): Promise<Seen> {
  const { ram, report } = ports;
  const document = role && parseTrust(role);
  const wantsPolicies = listWanted(settings).length > 0;
  const attached = role && wantsPolicies ? await ram.listPoliciesForRole(role.name) : [];
  if (role && (settings.description !== undefined || settings.maxSessionDurationSeconds !== undefined)) {
    report.info(`role ${role.name} exists: its description and session duration stay as they are`);
  }
  return { document, plan: plan(document), policies: await planAttachments(settings, attached, ports) };
}

function parseTrust(role: Pick<Role, 'name' | 'trustPolicy'>): PolicyDocument {
  return parsePolicy(role.trustPolicy, `the trust policy of role ${role.name}`);
}

function tellTrust(plan: TrustPlan, { roleName, whom, of }: TrustWish, report: Report): void {
  if (plan.coveredBy !== undefined) {
    const { index, broader } = plan.coveredBy;
    const by = broader ? `, by a statement that trusts more than that (Statement[${index}])` : '';
    report.info(`role ${roleName} trusts ${whom}${of === undefined ? '' : ` of ${of}`} already${by}`);
  }
  if (plan.deniedBy !== undefined) {
    report.warn(
      `role ${roleName} refuses ${whom} all the same: Statement[${plan.deniedBy}] of its trust policy denies it`,
    );
  }
}

function describeChange({ document, plan }: Seen, { roleName, whom }: TrustWish, notes: string[]): Change {
  if (plan.kind === 'unchanged') return { summary: `attach policies to role ${roleName}`, notes };
  const after = formatPolicy(plan.document, 'indented');
  const name = `trust policy of role ${roleName}`;
  if (document === undefined) {
    return { summary: `create role ${roleName}, which ${whom} may assume`, document: { name, after }, notes };
  }
  const before = formatPolicy(document, 'indented');
  return { summary: `let ${whom} assume role ${roleName}`, document: { name, before, after }, notes };
}

function updateTrust(role: Role, wish: TrustWish, ports: TrustRolePorts, done: string[]): Promise<TrustWriteResult> {
  const plan = (document: string): string | undefined => {
    const { kind, document: next } = wish.plan(parseTrust({ name: role.name, trustPolicy: document }));
    return kind === 'unchanged' ? undefined : formatPolicy(next, 'compact');
  };
  return writeNotedTrust(role, plan, wish.reason, done, ports);
}
