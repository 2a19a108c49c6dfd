import { isDeepStrictEqual } from 'node:util';
import type { AttachedPolicy, RamPort } from '../cloud/ports.ts';
import { CloudApiError, isApiError, ToolError, usageError } from '../errors.ts';
import { checkPolicyName, checkRoleName, quoted } from '../policy/name.ts';
import { reportHalfDone } from '../rrsa/half-done.ts';
import type { Clock, Confirm, Report } from '../rrsa/report.ts';
import { isSame, retryUntilKnown } from '../rrsa/role-policies.ts';

/** What a RAM user needs to give a role to a pod. Source: "Assign a RAM role to a pod" of the ECI documentation. */
export interface PassRoleDocument {
  Statement: [{ Effect: 'Allow'; Action: 'ram:PassRole'; Resource: string }];
  Version: '1';
}

/** What became of the policy. With `dryRun`: what would become of it. */
export interface PassRoleResult {
  roleName: string;
  policyName: string;
  /** `null` when nobody was to get it. */
  userName: string | null;
  created: boolean;
  attached: boolean;
  /** False when everything was so already. */
  changed: boolean;
  document: PassRoleDocument;
}

export interface PassRoleInput {
  roleName: string;
  /** Default: `pass-role-` and the role's name, with a dash for what no policy name may hold. */
  policyName?: string | undefined;
  /** Who gets the policy. Absent: it is created only. */
  userName?: string | undefined;
  dryRun: boolean;
}

export interface PassRolePorts {
  ram: Pick<RamPort, 'getPolicyDocument' | 'createPolicy' | 'listPoliciesForUser' | 'attachPolicyToUser'>;
  report: Report;
  confirm: Confirm;
  clock: Clock;
  signal: AbortSignal;
}

/** Throws `USAGE` for what is no role name. */
export function passRoleDocument(roleName: string): PassRoleDocument {
  const Resource = `acs:ram:*:*:role/${checkRoleName(roleName)}`;
  return { Statement: [{ Effect: 'Allow', Action: 'ram:PassRole', Resource }], Version: '1' };
}

/**
 * Creates the custom policy that lets its owner pass the role, and attaches it to a RAM user. Looks first, shows the
 * change, asks once. A policy of that name is taken when it says the same, and never overwritten.
 *
 * Throws `USAGE`, `CONFLICT` for a policy of that name that says something else, what `confirm` throws, and the API's
 * refusals.
 */
export async function ensurePassRolePolicy(input: PassRoleInput, ports: PassRolePorts): Promise<PassRoleResult> {
  const { roleName, userName } = input;
  const document = passRoleDocument(roleName);
  const policyName = checkPolicyName(input.policyName ?? defaultPolicyName(roleName), '--policy-name');
  if (userName !== undefined) checkUserName(userName);
  const { ram, report, confirm, signal } = ports;
  const policy: AttachedPolicy = { name: policyName, type: 'Custom' };
  const [isThere, owned] = await Promise.all([
    readSame(policy, document, ram),
    userName === undefined ? [] : policiesOf(userName, ram),
  ]);
  const attaches = userName !== undefined && !owned.some((other) => isSame(other, policy));
  const planned = { roleName, policyName, userName: userName ?? null, document };
  const plan = { ...planned, created: !isThere, attached: attaches, changed: !isThere || attaches };
  if (!plan.changed) {
    report.info(
      `custom policy ${policyName} is there already${userName === undefined ? '' : `, and user ${userName} has it`}`,
    );
    return plan;
  }

  const attaching = attaches ? [`attach custom policy ${policyName} to user ${userName}`] : [];
  report.show({
    summary: `let ${userName === undefined ? 'whoever has the policy' : `user ${userName}`} pass role ${roleName}`,
    document: isThere ? undefined : { name: `custom policy ${policyName}`, after: JSON.stringify(document, null, 2) },
    notes: [...(isThere ? [] : [`create custom policy ${policyName}`]), ...attaching],
  });
  if (input.dryRun) return plan;
  await confirm(
    isThere ? `Attach policy ${policyName}?` : `Create policy ${policyName}${attaches ? ' and attach it' : ''}?`,
  );

  return reportHalfDone(report, async (done) => {
    signal.throwIfAborted();
    const created = !isThere && (await create(policy, document, ports));
    if (created) done.push(`created custom policy ${policyName}`);
    signal.throwIfAborted();
    const attached = attaches && (await attach(userName, policy, created, ports));
    if (attached) done.push(`attached custom policy ${policyName} to user ${userName}`);
    return { ...planned, created, attached, changed: created || attached };
  });
}

/** Name of the policy unless told otherwise. */
export function defaultPolicyName(roleName: string): string {
  return `pass-role-${roleName.replace(/[^A-Za-z0-9-]/g, '-')}`;
}

/** Throws `USAGE` for what cannot be the name of a RAM user. Source: UserName of RAM. */
export function checkUserName(userName: string): string {
  if (/^[A-Za-z0-9.@_-]{1,64}$/.test(userName)) return userName;
  throw usageError(
    `--attach-to-user ${quoted(userName)} is not the name of a RAM user (1 to 64 letters, digits, ".", "-" and "_")`,
  );
}

/** False when there is no such policy. Throws `CONFLICT` when it says something else than `document`. */
async function readSame(
  policy: AttachedPolicy,
  document: PassRoleDocument,
  ram: Pick<RamPort, 'getPolicyDocument'>,
): Promise<boolean> {
  const existing = await ram.getPolicyDocument(policy);
  if (existing === undefined) return false;
  if (isDeepStrictEqual(parsed(existing), document)) return true;
  throw new ToolError('CONFLICT', `custom policy ${policy.name} exists already with another document`, {
    hint: 'give the policy another name with --policy-name NAME',
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function policiesOf(userName: string, ram: Pick<RamPort, 'listPoliciesForUser'>): Promise<AttachedPolicy[]> {
  try {
    return await ram.listPoliciesForUser(userName);
  } catch (error) {
    if (!isApiError(error, 'EntityNotExist.User')) throw error;
    throw new CloudApiError(`there is no RAM user ${userName}`, error.api, {
      hint: 'give the logon name of the user without the @ and what follows it',
    });
  }
}

/** False when somebody else was faster, with the same document. */
async function create(
  policy: AttachedPolicy,
  document: PassRoleDocument,
  { ram, report }: Pick<PassRolePorts, 'ram' | 'report'>,
): Promise<boolean> {
  if (await ram.createPolicy({ name: policy.name, document: JSON.stringify(document) })) return true;
  await readSame(policy, document, ram);
  report.info(`custom policy ${policy.name} was created by somebody else meanwhile`);
  return false;
}

/** False when it was attached meanwhile. `isNew`: the policy was created just now. */
async function attach(
  userName: string,
  policy: AttachedPolicy,
  isNew: boolean,
  ports: Pick<PassRolePorts, 'ram' | 'report' | 'clock' | 'signal'>,
): Promise<boolean> {
  const attached = await retryUntilKnown(
    () => ports.ram.attachPolicyToUser(userName, policy),
    (error) => isNew && error instanceof ToolError && error.code === 'POLICY_NOT_FOUND',
    ports,
  );
  if (!attached) ports.report.info(`custom policy ${policy.name} was attached to user ${userName} meanwhile`);
  return attached;
}
