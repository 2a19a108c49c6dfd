/** Makes planned changes of roles, many at a time. What one role throws is its error, and keeps no other from going on. */
import type { RamPort, Role } from '../cloud/ports.ts';
import { CloudApiError, isApiError, type ToolError } from '../errors.ts';
import { formatPolicy, parsePolicy } from '../policy/document.ts';
import { perRole } from './association-facts.ts';
import type { SaveBackup } from './backup.ts';
import { createRole } from './create-role.ts';
import { type AssociationRam, limitedRam } from './limited-ram.ts';
import type { Limiter } from './limiter.ts';
import type { WithLock } from './lock.ts';
import type { PlannedRole, RoleChange } from './plan.ts';
import type { Clock, Count, Progress, Report } from './report.ts';
import { attachPolicies } from './role-policies.ts';
import { planRoleTrust } from './role-trust-plan.ts';
import { shellWord } from './shell-word.ts';
import { isTooLong, tooLong } from './too-long.ts';
import { type TrustWriteResult, writeTrustPolicies } from './trust-write.ts';

export interface ApplyRolesPorts {
  ram: AssociationRam & Pick<RamPort, 'updateTrustPolicy'>;
  limiter: Limiter;
  withLock: WithLock;
  saveBackup: SaveBackup;
  report: Pick<Report, 'debug' | 'info'>;
  clock: Clock;
  signal: AbortSignal;
}

/** One role while it is being changed. */
export class RoleWork {
  readonly planned: PlannedRole;
  readonly clusterId: string;
  /** What was done to it, a line each in the past tense. */
  readonly done: string[] = [];
  error: ToolError | null;
  isNew = false;
  /** Absent until there is a role. */
  role: Pick<Role, 'name' | 'arn'> | undefined;
  trust: TrustWriteResult | undefined;

  constructor(planned: PlannedRole, clusterId: string) {
    this.planned = planned;
    this.clusterId = clusterId;
    this.error = planned.change.error;
    this.role = planned.role;
  }

  get name(): string {
    return this.planned.change.roleName;
  }

  /** There is something to do, and nothing has failed. */
  get goesOn(): boolean {
    return this.error === null && this.planned.change.kind !== 'none';
  }

  get attaches(): boolean {
    return this.planned.change.policies.some(({ change }) => change !== 'none');
  }

  result(): RoleChange {
    const { trust, error, done } = this;
    const written = trust === undefined ? {} : { before: trust.before, after: trust.after, backup: trust.backup };
    return { ...this.planned.change, ...written, error, done };
  }
}

/** First roles that are missing, then all trust policies together, then policies. Throws only what ends everything. */
export async function applyRoles(
  works: readonly RoleWork[],
  progress: Progress,
  ports: ApplyRolesPorts,
): Promise<void> {
  const ram = limitedRam(ports.ram, ports.limiter);
  const each = async (what: string, some: readonly RoleWork[], work: (role: RoleWork) => Promise<void>) => {
    let ended = 0;
    const settled = some.map(async (role) => {
      await perRole(work(role), ports.signal, (error) => {
        role.error = error;
      });
      ended += 1;
      progress.update(`${what}: ${ended} of ${some.length} done`, { done: ended, total: some.length });
    });
    await Promise.allSettled(settled);
    await Promise.all(settled);
  };

  const isMissing = ({ planned }: RoleWork): boolean => planned.change.kind === 'create';
  const missing = works.filter((work) => work.goesOn && isMissing(work));
  await each('roles', missing, (work) => create(work, { ...ports, ram }));
  // What was to be created and was there already is brought to the same as the others.
  await writeTrusts(
    works.filter((work) => work.goesOn && !work.isNew && (work.planned.writesTrust || isMissing(work))),
    progress,
    ports,
  );
  const attaching = works.filter((work) => work.goesOn && work.attaches);
  await each('policies of roles', attaching, async (work) => {
    const { change, wanted } = work.planned;
    const documents = wanted?.policyDocuments ?? [];
    await attachPolicies({ name: work.name, isNew: work.isNew }, change.policies, documents, work.done, {
      ...ports,
      ram,
    });
  });
}

async function create(work: RoleWork, ports: Omit<ApplyRolesPorts, 'ram'> & { ram: AssociationRam }): Promise<void> {
  const { change, wanted } = work.planned;
  const trustPolicy = change.after ?? '';
  const { description, maxSessionDurationSeconds } = wanted ?? {};
  try {
    const made = await createRole(
      { name: work.name, trustPolicy, description, maxSessionDurationSeconds },
      ports,
      work.done,
    );
    work.isNew = made.created !== undefined;
    work.role = made.created ?? made.existing;
  } catch (error) {
    throw isTooLong(error) ? tooLong(work.name, trustPolicy, error) : error;
  }
}

async function writeTrusts(works: readonly RoleWork[], progress: Progress, ports: ApplyRolesPorts): Promise<void> {
  const backups = new Map<string, string>();
  const saveBackup: SaveBackup = async (backup) => {
    const path = await ports.saveBackup(backup);
    if (path !== undefined && !backups.has(backup.roleName)) backups.set(backup.roleName, path);
    return path;
  };
  const items = works.flatMap((work) => {
    const { role } = work;
    if (role === undefined) return [];
    const place = work.done.length;
    const onWrite = (sure: boolean): void => {
      const path = backups.get(role.name);
      const kept = path === undefined ? '' : ` (the one before is kept in ${path})`;
      work.done[place] = sure
        ? `wrote the trust policy of role ${work.name}${kept}`
        : `sent the trust policy of role ${work.name}, and got no answer: it may have changed${kept}`;
    };
    return [{ work, role, onWrite, plan: (document: string) => nextDocument(document, work) }];
  });
  const onProgress = (text: string, count: Count): void => progress.update(text, count);
  const outcomes = await writeTrustPolicies(items, { reason: 'apply', onProgress }, { ...ports, saveBackup });
  for (const [index, outcome] of outcomes.entries()) {
    const item = items[index];
    if (item === undefined) continue;
    if (outcome.status === 'fulfilled') {
      item.work.trust = outcome.value;
      // Also where a write got no answer: it was found to be there.
      if (outcome.value.changed) item.onWrite(true);
    } else {
      await perRole(Promise.reject(outcome.reason), ports.signal, (error) => {
        item.work.error = explainEmpty(item.work, error);
      });
    }
  }
}

/** Only RAM's refusal tells that it takes no trust policy without statements. */
function explainEmpty({ name, clusterId, planned }: RoleWork, error: ToolError): ToolError {
  if (!planned.trustsNobody || !isApiError(error, 'MalformedPolicyDocument')) return error;
  const [last, ...others] = planned.wish.removals;
  const command =
    last === undefined || others.length > 0
      ? ''
      : ` with: ack-ram-tool rrsa dissociate-role -c ${clusterId} -r ${name} -n ${shellWord(last.namespace)} -s ${shellWord(last.serviceAccount)} --delete-role-if-unused`;
  return new CloudApiError(
    `role ${name} would trust nobody any more, and RAM refuses a trust policy without statements: it stays as it is`,
    error.api,
    {
      cause: error,
      hint: `to keep the role, let it trust another first; if nobody needs it, detach its policies and delete it${command}`,
    },
  );
}

/** The document that a trust policy has to become; `undefined` when it is as it should be. */
function nextDocument(text: string, { name, planned }: RoleWork): string | undefined {
  const { document, changed } = planRoleTrust(parsePolicy(text, `the trust policy of role ${name}`), planned.wish);
  return changed ? formatPolicy(document, 'compact') : undefined;
}
