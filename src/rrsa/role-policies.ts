import type { AttachedPolicy, PolicyType, RamPort } from '../cloud/ports.ts';
import { isApiError, messageOf, ToolError } from '../errors.ts';
import type { Clock, Report } from './report.ts';

/** What happens, or with a dry run would happen, to a policy of a role. */
export interface PolicyChange {
  name: string;
  type: PolicyType;
  /** `none`: it was so already. */
  change: 'attach' | 'createAndAttach' | 'detach' | 'none';
}

/** A custom policy to be created when there is none of that name. */
export interface PolicyDocumentInput {
  name: string;
  document: string;
}

export interface WantedPolicies {
  systemPolicies: readonly string[];
  customPolicies: readonly string[];
  /** They are attached as well. Absent: none. */
  policyDocuments?: readonly PolicyDocumentInput[] | undefined;
}

/** Each policy once, in the order in which they were named. */
export function listWanted(wanted: WantedPolicies): AttachedPolicy[] {
  const all: AttachedPolicy[] = [
    ...wanted.systemPolicies.map((name) => ({ name, type: 'System' as const })),
    ...wanted.customPolicies.map((name) => ({ name, type: 'Custom' as const })),
    ...(wanted.policyDocuments ?? []).map(({ name }) => ({ name, type: 'Custom' as const })),
  ];
  return all.filter((policy, index) => all.findIndex((other) => isSame(other, policy)) === index);
}

export function isSame(one: AttachedPolicy, other: AttachedPolicy): boolean {
  return one.name === other.name && one.type === other.type;
}

/** `system policy AliyunOSSReadOnlyAccess` */
export function describe(policy: AttachedPolicy): string {
  return `${policy.type === 'System' ? 'system' : 'custom'} policy ${policy.name}`;
}

/**
 * What has to be done so that every wanted policy is attached. Reads only. Throws `POLICY_NOT_FOUND` for a policy that
 * neither exists nor comes with a document.
 */
export async function planAttachments(
  wanted: WantedPolicies,
  attached: readonly AttachedPolicy[],
  ports: { ram: Pick<RamPort, 'getPolicyDocument'>; report: Pick<Report, 'info' | 'warn'> },
): Promise<PolicyChange[]> {
  return Promise.all(
    listWanted(wanted).map(async (policy): Promise<PolicyChange> => {
      const given =
        policy.type === 'Custom' ? wanted.policyDocuments?.find(({ name }) => name === policy.name) : undefined;
      const isAttached = attached.some((other) => isSame(other, policy));
      if (isAttached && given === undefined) return { ...policy, change: 'none' };
      const existing = await ports.ram.getPolicyDocument(policy);
      if (existing === undefined) {
        if (given === undefined) throw notFound(policy);
        return { ...policy, change: 'createAndAttach' };
      }
      if (given !== undefined && !sameJson(existing, given.document)) {
        ports.report.warn(`${describe(policy)} exists already with another document, which stays as it is`);
      }
      return { ...policy, change: isAttached ? 'none' : 'attach' };
    }),
  );
}

function notFound(policy: AttachedPolicy): ToolError {
  return new ToolError('POLICY_NOT_FOUND', `there is no ${describe(policy)}`, {
    hint:
      policy.type === 'Custom'
        ? `create it, or let this command do so: --policy-document ${policy.name}=FILE`
        : 'look its name up in the RAM console, or pass --attach-custom-policy for a policy of your own',
  });
}

function sameJson(one: string, other: string): boolean {
  try {
    return JSON.stringify(JSON.parse(one)) === JSON.stringify(JSON.parse(other));
  } catch {
    return one === other;
  }
}

/** The lines that tell a person what is going to be done. */
export function describeChanges(changes: readonly PolicyChange[]): string[] {
  return changes.flatMap((policy) => {
    if (policy.change === 'createAndAttach') return [`create ${describe(policy)}`, `attach ${describe(policy)}`];
    return policy.change === 'none' ? [] : [`${policy.change} ${describe(policy)}`];
  });
}

const PAUSES_MS = [500, 1_000, 2_000, 3_000, 4_000];

/** Attaches (and creates) what is planned, in order, and notes each in `done`. `isNew`: the role was created just now. */
export async function attachPolicies(
  role: { name: string; isNew: boolean },
  changes: readonly PolicyChange[],
  documents: readonly PolicyDocumentInput[],
  done: string[],
  ports: {
    ram: Pick<RamPort, 'createPolicy' | 'attachPolicyToRole'>;
    report: Pick<Report, 'debug' | 'info'>;
    clock: Clock;
    signal: AbortSignal;
  },
): Promise<void> {
  const { ram, report, signal } = ports;
  for (const { name, type, change } of changes) {
    if (change === 'none') continue;
    signal.throwIfAborted();
    const policy: AttachedPolicy = { name, type };
    const given = change === 'createAndAttach' ? documents.find((document) => document.name === name) : undefined;
    const isNew = given !== undefined && (await ram.createPolicy({ name, document: given.document }));
    if (isNew) done.push(`created ${describe(policy)}`);
    else if (given !== undefined) report.info(`${describe(policy)} was created by somebody else meanwhile`);
    const attached = await retryUntilKnown(
      () => ram.attachPolicyToRole(role.name, policy),
      (error) =>
        (role.isNew && isApiError(error, 'EntityNotExist.Role')) ||
        (isNew && error instanceof ToolError && error.code === 'POLICY_NOT_FOUND'),
      ports,
    );
    if (attached) done.push(`attached ${describe(policy)} to role ${role.name}`);
    else report.info(`${describe(policy)} was attached to role ${role.name} meanwhile`);
  }
}

/** Detaches what is planned, in order, and notes each in `done`. */
export async function detachPolicies(
  roleName: string,
  changes: readonly PolicyChange[],
  done: string[],
  ports: { ram: Pick<RamPort, 'detachPolicyFromRole'>; report: Pick<Report, 'info'>; signal: AbortSignal },
): Promise<void> {
  for (const { name, type, change } of changes) {
    if (change !== 'detach') continue;
    ports.signal.throwIfAborted();
    const policy: AttachedPolicy = { name, type };
    if (await ports.ram.detachPolicyFromRole(roleName, policy)) {
      done.push(`detached ${describe(policy)} from role ${roleName}`);
    } else {
      ports.report.info(`${describe(policy)} was detached from role ${roleName} meanwhile`);
    }
  }
}

/** What RAM has just created is not known everywhere at once: for some seconds it may deny that it exists. */
export async function retryUntilKnown<T>(
  attempt: () => Promise<T>,
  isNotYetKnown: (error: unknown) => boolean,
  ports: { report: Pick<Report, 'debug'>; clock: Clock; signal: AbortSignal },
): Promise<T> {
  for (const pause of PAUSES_MS) {
    try {
      return await attempt();
    } catch (error) {
      if (!isNotYetKnown(error)) throw error;
      ports.report.debug(`not known everywhere yet, trying again: ${messageOf(error)}`);
      await ports.clock.sleep(pause, ports.signal);
    }
  }
  return attempt();
}
