import type { AckPort, Cluster, Task } from '../cloud/ports.ts';
import { CloudApiError, messageOf } from '../errors.ts';
import { requireCluster, requireRunning, requireSupported } from './cluster.ts';
import { poll } from './poll.ts';
import type { Clock, Confirm, Progress, Report } from './report.ts';
import {
  type ClusterChange,
  type ClusterChangeResult,
  DEFAULT_TIMEOUT_MS,
  taskFailed,
  waitForTask,
  waitOptions,
  withProgress,
} from './task.ts';
import { leftNoAnswer } from './transient.ts';

export interface SwitchRrsaInput {
  clusterId: string;
  /** Milliseconds for everything that is waited for together. Default 15 minutes. */
  timeoutMs?: number | undefined;
  dryRun: boolean;
}

export interface SwitchRrsaPorts {
  ack: Pick<AckPort, 'getCluster' | 'setRrsa' | 'getTask' | 'listClusterTasks' | 'listClusterLogs'>;
  report: Report;
  confirm: Confirm;
  clock: Clock;
  signal: AbortSignal;
}

/** Milliseconds for which a running cluster may still tell the old setting after its task has succeeded. */
const SETTLING_MS = 30_000;
const LOG_WORDS = ['Failed', 'RRSA'];
/** The task types that a change of RRSA may run under; the API documents none. */
const RRSA_TASKS = /^cluster_?(modify|update)|^(modify|update)_?cluster|rrsa/i;
const UPDATE_STATES = new Set(['updating', 'upgrading']);
const BROKEN_STATES = new Set(['failed', 'updating_failed', 'deleting', 'deleted', 'delete_failed']);

/** Turns RRSA on and waits until it is. Errors: those of `switchRrsa`. */
export function enableRrsa(input: SwitchRrsaInput, ports: SwitchRrsaPorts): Promise<ClusterChangeResult> {
  return switchRrsa(true, input, ports);
}

/** Turns RRSA off and waits until it is. Errors: those of `switchRrsa`. */
export function disableRrsa(input: SwitchRrsaInput, ports: SwitchRrsaPorts): Promise<ClusterChangeResult> {
  return switchRrsa(false, input, ports);
}

/**
 * Looks first; joins an update that is under way; asks once; starts the change; waits for its task, then for the
 * cluster. Throws `CLUSTER_NOT_FOUND`, `CLUSTER_UNSUPPORTED`, `CLUSTER_NOT_READY`, `TASK_FAILED`, `TIMED_OUT`, and the
 * API's refusal as it is.
 */
async function switchRrsa(
  enabled: boolean,
  input: SwitchRrsaInput,
  ports: SwitchRrsaPorts,
): Promise<ClusterChangeResult> {
  const { ack, report, clock } = ports;
  const verb = enabled ? 'enable' : 'disable';
  let cluster = await requireCluster(ack, input.clusterId);
  requireSupported(cluster, report);

  const started = clock.now();
  const change: ClusterChange = {
    clusterId: cluster.id,
    doing: `${enabled ? 'enabling' : 'disabling'} RRSA of cluster ${cluster.id}`,
    since: started,
    timeoutMs: input.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    logWords: LOG_WORDS,
  };
  const result = (changed: boolean, taskId: string | undefined): ClusterChangeResult => ({
    clusterId: cluster.id,
    changed,
    taskId: taskId ?? null,
    seconds: Math.round((clock.now() - started) / 1000),
  });
  const unchanged = (): ClusterChangeResult => ({ ...result(false, undefined), seconds: 0 });

  const wasSo = cluster.rrsa.enabled === enabled;
  if (wasSo && (input.dryRun || !UPDATE_STATES.has(cluster.state))) return unchanged();
  if (!input.dryRun) {
    const joined = await joinRunningUpdate(cluster, change, ports);
    if (joined !== undefined) {
      cluster = joined.cluster;
      if (cluster.rrsa.enabled === enabled) {
        if (wasSo) return unchanged();
        tellAboutPods(enabled, report);
        return result(true, joined.taskId);
      }
    }
  }
  if (!input.dryRun || !UPDATE_STATES.has(cluster.state)) requireRunning(cluster);

  report.show({
    summary: `${verb} RRSA of cluster ${cluster.name} (${cluster.id})`,
    notes: enabled
      ? ['the API server restarts with a new token issuer, which takes two to three minutes']
      : ['pods that use RRSA get no more credentials'],
  });
  if (input.dryRun) return { ...result(true, undefined), seconds: 0 };
  await ports.confirm(`${enabled ? 'Enable' : 'Disable'} RRSA of cluster ${cluster.id}?`);
  ports.signal.throwIfAborted();

  const asked = clock.now() - started;
  change.since += asked;
  change.taskId = await startSwitch(cluster.id, enabled, ports);
  await withProgress(change, ports, async (progress) => {
    await waitForTask(change, progress, ports);
    await waitForRrsa(enabled, change, progress, ports);
  });
  tellAboutPods(enabled, report);
  return { ...result(true, change.taskId), seconds: Math.round((clock.now() - started - asked) / 1000) };
}

/** Waits for an update that was started before; `undefined` when there is none. */
async function joinRunningUpdate(
  cluster: Cluster,
  change: ClusterChange,
  ports: SwitchRrsaPorts,
): Promise<{ cluster: Cluster; taskId: string | undefined } | undefined> {
  const { ack, clock, signal } = ports;
  const task = await findRunningTask(cluster.id, ports);
  if (task === undefined && !UPDATE_STATES.has(cluster.state)) return undefined;

  const joining: ClusterChange = {
    ...change,
    doing: `joining the update of cluster ${cluster.id} that is running already`,
    taskId: task?.id,
  };
  return withProgress(joining, ports, async (progress) => {
    await waitForTask(joining, progress, ports);
    progress.update(`waiting for cluster ${cluster.id} to be running`);
    const after = await poll(
      async () => {
        const now = await requireCluster(ack, cluster.id);
        return UPDATE_STATES.has(now.state) ? undefined : now;
      },
      waitOptions(joining, progress),
      clock,
      signal,
    );
    return { cluster: after, taskId: task?.id };
  });
}

/** The newest running task that may be a change of RRSA. Reading the tasks is optional: without the right, there is none. */
async function findRunningTask(clusterId: string, ports: SwitchRrsaPorts): Promise<Task | undefined> {
  try {
    const tasks = await ports.ack.listClusterTasks(clusterId);
    return tasks.find(({ state, type }) => state === 'running' && (type === '' || RRSA_TASKS.test(type)));
  } catch (error) {
    if (!(error instanceof CloudApiError)) throw error;
    ports.report.debug(`the tasks of cluster ${clusterId} cannot be read: ${messageOf(error)}`);
    return undefined;
  }
}

async function startSwitch(clusterId: string, enabled: boolean, ports: SwitchRrsaPorts): Promise<string | undefined> {
  try {
    return (await ports.ack.setRrsa(clusterId, enabled)).taskId;
  } catch (error) {
    if (leftNoAnswer(error) || (error instanceof CloudApiError && error.api.httpStatus !== 403)) {
      // Without an answer it may have begun all the same, and what is sent again is refused as the cluster is updating.
      const task = await findRunningTask(clusterId, ports);
      if (task !== undefined) return task.id;
      const cluster = await ports.ack.getCluster(clusterId);
      if (cluster !== undefined && UPDATE_STATES.has(cluster.state)) return undefined;
    }
    if (!(error instanceof CloudApiError)) throw error;
    throw new CloudApiError(
      `RRSA of cluster ${clusterId} was not ${enabled ? 'enabled' : 'disabled'}: ${error.api.apiCode}`,
      error.api,
      { code: error.code, cause: error, ...(error.hint === undefined ? {} : { hint: error.hint }) },
    );
  }
}

/** Waits until the cluster is running and tells the new setting. */
async function waitForRrsa(
  enabled: boolean,
  change: ClusterChange,
  progress: Progress,
  ports: SwitchRrsaPorts,
): Promise<void> {
  const { ack, clock, signal } = ports;
  progress.update(`waiting for cluster ${change.clusterId} to be running`);
  let contradictsSince: number | undefined;
  await poll(
    async () => {
      const cluster = await requireCluster(ack, change.clusterId);
      if (BROKEN_STATES.has(cluster.state)) {
        throw await taskFailed(change, `the cluster is in state '${cluster.state}'`, ports);
      }
      if (cluster.state !== 'running') {
        contradictsSince = undefined;
        return undefined;
      }
      if (cluster.rrsa.enabled === enabled) return true;
      contradictsSince ??= clock.now();
      if (clock.now() - contradictsSince >= SETTLING_MS) {
        throw await taskFailed(change, `the cluster is running, and RRSA is still ${enabled ? 'off' : 'on'}`, ports);
      }
      return undefined;
    },
    waitOptions(change, progress),
    clock,
    signal,
  );
}

function tellAboutPods(enabled: boolean, report: Report): void {
  report.info(
    enabled
      ? 'pods that are running already must be recreated before they can use it'
      : 'pods that use RRSA must be recreated without it',
  );
}
