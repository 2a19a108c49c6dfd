import type { AckPort, AddonInstance } from '../cloud/ports.ts';
import { CloudApiError } from '../errors.ts';
import { requireCluster, requireRunning, requireSupported } from './cluster.ts';
import { poll } from './poll.ts';
import type { Clock, Confirm, Report } from './report.ts';
import {
  type ClusterChange,
  type ClusterChangeResult,
  DEFAULT_TIMEOUT_MS,
  waitForTask,
  waitOptions,
  withProgress,
} from './task.ts';

/** The addon that mounts the token and sets the variables in pods that ask for it. */
export const HELPER_ADDON = 'ack-pod-identity-webhook';

export interface InstallHelperAddonInput {
  clusterId: string;
  /** Milliseconds for everything that is waited for together. Default 15 minutes. */
  timeoutMs?: number | undefined;
  dryRun: boolean;
}

export interface InstallHelperAddonPorts {
  ack: Pick<AckPort, 'getCluster' | 'getAddon' | 'installAddon' | 'getTask' | 'listClusterLogs'>;
  report: Report;
  confirm: Confirm;
  clock: Clock;
  signal: AbortSignal;
}

/** States of an addon that is on its way. */
export const BUSY_STATES: ReadonlySet<string> = new Set(['initial', 'installing', 'updating', 'upgrading']);

/** Installed and at work. A version alone does not say so: an installation that failed may leave one behind. */
export function isInstalled(addon: AddonInstance | undefined): boolean {
  return addon !== undefined && addon.version !== '' && addon.state === 'active';
}

/**
 * Installs ack-pod-identity-webhook and waits until it is active; joins an installation that is under way.
 * Throws `CLUSTER_NOT_FOUND`, `CLUSTER_UNSUPPORTED`, `CLUSTER_NOT_READY`, `ADDON_FAILED`, `TASK_FAILED`, `TIMED_OUT`.
 */
export async function installHelperAddon(
  input: InstallHelperAddonInput,
  ports: InstallHelperAddonPorts,
): Promise<ClusterChangeResult> {
  const { ack, report, clock } = ports;
  const cluster = await requireCluster(ack, input.clusterId);
  requireSupported(cluster, report);
  const addon = await ack.getAddon(cluster.id, HELPER_ADDON);
  if (isInstalled(addon)) {
    return { clusterId: cluster.id, changed: false, taskId: null, seconds: 0 };
  }

  const change: ClusterChange = {
    clusterId: cluster.id,
    doing: `installing ${HELPER_ADDON} on cluster ${cluster.id}`,
    since: clock.now(),
    timeoutMs: input.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    logWords: ['Failed', HELPER_ADDON],
  };
  if (addon !== undefined && BUSY_STATES.has(addon.state)) {
    change.doing = `joining the installation of ${HELPER_ADDON} on cluster ${cluster.id} (state '${addon.state}')`;
    if (input.dryRun) return { clusterId: cluster.id, changed: true, taskId: null, seconds: 0 };
  } else {
    requireRunning(cluster);
    if (!cluster.rrsa.enabled) {
      report.warn(`RRSA is off on cluster ${cluster.id}; until it is on, ${HELPER_ADDON} has nothing to hand out`);
    }
    report.show({
      summary: `install ${HELPER_ADDON} on cluster ${cluster.name} (${cluster.id})`,
      notes: addon === undefined ? [] : [`it is there in state '${addon.state}' and not at work`],
    });
    if (input.dryRun) return { clusterId: cluster.id, changed: true, taskId: null, seconds: 0 };
    await ports.confirm(`Install ${HELPER_ADDON} on cluster ${cluster.id}?`);
    ports.signal.throwIfAborted();
    change.taskId = await startInstallation(cluster.id, ports);
  }

  const started = clock.now();
  change.since = started;
  await withProgress(change, ports, async (progress) => {
    await waitForTask(change, progress, ports);
    progress.update(`waiting for ${HELPER_ADDON} to be active on cluster ${cluster.id}`);
    await poll(
      async () => (isInstalled(await ack.getAddon(cluster.id, HELPER_ADDON)) ? true : undefined),
      waitOptions(change, progress),
      clock,
      ports.signal,
    );
  });
  return {
    clusterId: cluster.id,
    changed: true,
    taskId: change.taskId ?? null,
    seconds: Math.round((clock.now() - started) / 1000),
  };
}

async function startInstallation(clusterId: string, ports: InstallHelperAddonPorts): Promise<string | undefined> {
  try {
    const { taskId, alreadyInstalled } = await ports.ack.installAddon(clusterId, HELPER_ADDON);
    if (alreadyInstalled)
      ports.report.info(`the API says that ${HELPER_ADDON} is installed already, waiting until it is active`);
    return taskId;
  } catch (error) {
    if (!(error instanceof CloudApiError) || error.code !== 'CLOUD_API') throw error;
    throw new CloudApiError(
      `${HELPER_ADDON} could not be installed on cluster ${clusterId}: ${error.api.apiCode}`,
      error.api,
      { code: 'ADDON_FAILED', cause: error, ...(error.hint === undefined ? {} : { hint: error.hint }) },
    );
  }
}
