import type { AckPort, RamPort } from '../cloud/ports.ts';
import { applyRoles, RoleWork } from './apply-roles.ts';
import { type AssociationFacts, perRole, readFacts } from './association-facts.ts';
import type { SaveBackup } from './backup.ts';
import { requireSupported } from './cluster.ts';
import { reportHalfDone } from './half-done.ts';
import { HELPER_ADDON, installHelperAddon } from './install-helper-addon.ts';
import { type AssociationRam, limitedRam } from './limited-ram.ts';
import type { Limiter } from './limiter.ts';
import type { WithLock } from './lock.ts';
import {
  type AddonChange,
  type AssociationsChange,
  type AssociationsPlan,
  type PlanOptions,
  planAssociations,
  type RoleChange,
} from './plan.ts';
import type { WantedAssociations } from './read-associations.ts';
import type { Clock, Confirm, Report } from './report.ts';
import { describeChanges } from './role-policies.ts';

export interface PlanPorts {
  ack: Pick<AckPort, 'getCluster' | 'getAddon'>;
  ram: AssociationRam;
  limiter: Limiter;
  report: Report;
  clock: Clock;
  signal: AbortSignal;
}

export interface ApplyPorts extends PlanPorts {
  ack: Pick<AckPort, 'getCluster' | 'getAddon' | 'installAddon' | 'getTask' | 'listClusterLogs'>;
  ram: AssociationRam & Pick<RamPort, 'updateTrustPolicy'>;
  withLock: WithLock;
  saveBackup: SaveBackup;
  confirm: Confirm;
}

/**
 * What has to change so that everything is as the file wants it. Reads only, each thing once. Throws
 * `CLUSTER_NOT_FOUND`, `CLUSTER_UNSUPPORTED`, `RRSA_DISABLED` and what keeps everything from being read; what is wrong
 * with one role is the `error` of its change.
 */
export async function planFile(
  file: WantedAssociations,
  options: PlanOptions,
  ports: PlanPorts,
): Promise<AssociationsChange> {
  const { plan } = await look(file, options, ports);
  return plan.result;
}

/**
 * Brings everything to what the file wants: looks first, shows the change, asks once. Where one role fails the others
 * are done, and running it again does the rest; `changed` and the changes of the result say what was done.
 *
 * Throws as `planFile` does, what `confirm` throws, and the signal's reason when it is interrupted, after a warning that
 * says what was done.
 */
export async function applyFile(
  file: WantedAssociations,
  options: PlanOptions & { dryRun: boolean },
  ports: ApplyPorts,
): Promise<AssociationsChange> {
  const { report } = ports;
  const { plan, facts } = await look(file, options, ports);
  const { result } = plan;
  show(result, ports);
  if (!result.changed) {
    if (isPlanned(result)) report.info(`nothing to do for cluster ${result.clusterId}`);
    return result;
  }
  if (options.dryRun) return result;
  await ports.confirm(questionFor(result));
  return reportHalfDone(report, async (done) => {
    const works = plan.roles.map((planned) => new RoleWork(planned, result.clusterId));
    try {
      const progress = report.progress('changing roles', { done: 0 });
      await applyRoles(works, progress, ports).finally(() => progress.stop());
      const addon = await applyAddon(plan, facts, done, ports);
      const changes = works.map((work) => work.result());
      const changed = done.length > 0 || changes.some((change) => change.done.length > 0);
      return { ...result, changes, addon, changed };
    } catch (error) {
      done.unshift(...works.flatMap((work) => work.done));
      throw error;
    }
  });
}

async function look(
  file: WantedAssociations,
  options: PlanOptions,
  ports: PlanPorts,
): Promise<{ facts: AssociationFacts; plan: AssociationsPlan }> {
  const facts = await readFacts(file, options, { ...ports, ram: limitedRam(ports.ram, ports.limiter) });
  requireSupported(facts.cluster, ports.report);
  return { facts, plan: planAssociations(facts, options) };
}

function isPlanned({ changes, addon }: AssociationsChange): boolean {
  return changes.every(({ error }) => error === null) && (addon === null || addon.error === null);
}

function show({ changes, addon, clusterId }: AssociationsChange, { report }: Pick<PlanPorts, 'report'>): void {
  for (const change of changes) {
    if (change.error !== null) report.warn(`role ${change.roleName} is left out: ${change.error.message}`);
    else if (change.kind === 'none') for (const note of change.notes) report.info(`role ${change.roleName}: ${note}`);
    else showRole(change, report);
  }
  if (addon?.change === 'install') report.show({ summary: `install ${addon.name} on cluster ${clusterId}`, notes: [] });
}

function showRole(change: RoleChange, report: PlanPorts['report']): void {
  const { roleName, kind, before, after, policies, notes } = change;
  const document =
    before === after || after === null
      ? undefined
      : { name: `trust policy of role ${roleName}`, before: before ?? undefined, after };
  report.show({ summary: `${kind} role ${roleName}`, document, notes: [...describeChanges(policies), ...notes] });
}

function questionFor({ changes, addon, clusterId }: AssociationsChange): string {
  const roles = changes.filter(({ kind }) => kind !== 'none').length;
  const what = [
    ...(roles === 0 ? [] : [`change ${roles === 1 ? '1 role' : `${roles} roles`}`]),
    ...(addon?.change === 'install' ? [`install ${addon.name}`] : []),
  ].join(' and ');
  return `${what.charAt(0).toUpperCase()}${what.slice(1)} for cluster ${clusterId}?`;
}

/** Installs the addon after everything else, and waits for it. The cluster and the question are those of before. */
async function applyAddon(
  { result }: AssociationsPlan,
  { cluster }: AssociationFacts,
  done: string[],
  ports: ApplyPorts,
): Promise<AddonChange | null> {
  const { addon } = result;
  if (addon?.change !== 'install') return addon;
  const { ack, report, clock, signal } = ports;
  const install = installHelperAddon(
    { clusterId: cluster.id, dryRun: false },
    {
      ack: {
        getCluster: async () => cluster,
        getAddon: (id, name) => ack.getAddon(id, name),
        getTask: (id) => ack.getTask(id),
        listClusterLogs: (id) => ack.listClusterLogs(id),
        async installAddon(id, name) {
          const started = await ack.installAddon(id, name);
          done.push(`asked for ${HELPER_ADDON} to be installed on cluster ${id}`);
          return started;
        },
      },
      report: { ...report, show: () => {} },
      confirm: async () => {},
      clock,
      signal,
    },
  );
  return perRole(
    install.then(({ changed }): AddonChange => ({ ...addon, change: changed ? 'install' : 'none' })),
    signal,
    (error) => ({ ...addon, error }),
  );
}
