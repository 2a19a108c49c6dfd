import type { AckPort } from '../cloud/ports.ts';
import { CloudApiError, messageOf, ToolError } from '../errors.ts';
import { poll } from './poll.ts';
import type { Clock, Progress, Report } from './report.ts';

/** How long a change of a cluster is waited for unless told otherwise, in milliseconds. */
export const DEFAULT_TIMEOUT_MS = 15 * 60_000;

/** A change of a cluster that is under way. */
export interface ClusterChange {
  clusterId: string;
  /** Such as `enabling RRSA of cluster c123`. */
  doing: string;
  /** Absent when the API named no task. */
  taskId?: string | undefined;
  /** Milliseconds since the epoch from which `timeoutMs` is counted, over everything that is waited for. */
  since: number;
  timeoutMs: number;
  /** Only lines of the cluster's log that hold every one of these words tell why it failed. */
  logWords: readonly string[];
}

/** What became of a change of a cluster. With `dryRun`: what would become of it. */
export interface ClusterChangeResult {
  clusterId: string;
  /** False when it was so already. */
  changed: boolean;
  /** `null` when there was nothing to do, or the API named no task. */
  taskId: string | null;
  /** How long the change took. */
  seconds: number;
}

export interface WaitPorts {
  ack: Pick<AckPort, 'getTask' | 'listClusterLogs'>;
  report: Report;
  clock: Clock;
  signal: AbortSignal;
}

const NEWEST_LOG_ENTRIES = 20;

const GOES_ON = 'it goes on in the cloud; run the same command again to wait on';

/** The options of a wait that belongs to a change: its time limit, and how failed looks are shown. */
export function waitOptions(change: ClusterChange, progress: Progress) {
  const what = nameOf(change);
  return {
    what,
    since: change.since,
    timeout: change.timeoutMs,
    hint: GOES_ON,
    onTransient: () => progress.update(`${what}; some looks at it failed, still waiting`),
  };
}

/** A progress display for as long as the waiting in `work` takes. Whoever interrupts it is told that the change goes on. */
export async function withProgress<T>(
  change: ClusterChange,
  ports: { report: Report; signal: AbortSignal },
  work: (progress: Progress) => Promise<T>,
): Promise<T> {
  const progress = ports.report.progress(nameOf(change));
  try {
    return await work(progress);
  } catch (error) {
    progress.stop();
    if (ports.signal.aborted) ports.report.warn(`${nameOf(change)}: ${GOES_ON}`);
    throw error;
  } finally {
    progress.stop();
  }
}

/** `enabling RRSA of cluster c123 (task T-1)` */
export function nameOf(change: ClusterChange): string {
  return change.taskId === undefined ? change.doing : `${change.doing} (task ${change.taskId})`;
}

/**
 * Waits until the task of a change has succeeded, survives failed looks, and returns at once when there is no task (any
 * more) or the caller may not look at tasks. Throws `TASK_FAILED` with the API's error and the cluster's own log line.
 */
export async function waitForTask(change: ClusterChange, progress: Progress, ports: WaitPorts): Promise<void> {
  const { taskId } = change;
  if (taskId === undefined) return;
  const task = await poll(
    async () => {
      try {
        const found = await ports.ack.getTask(taskId);
        return found === undefined || found.state !== 'running' ? { found } : undefined;
      } catch (error) {
        if (!(error instanceof CloudApiError) || error.api.httpStatus !== 403) throw error;
        ports.report.warn(
          `task ${taskId} cannot be looked at (${error.api.apiCode}); the cluster itself is watched instead`,
        );
        return { found: undefined };
      }
    },
    waitOptions(change, progress),
    ports.clock,
    ports.signal,
  );
  if (task.found?.state !== 'failed') return;
  const { error, rawState } = task.found;
  const why =
    error === undefined ? `its state is '${rawState}'` : [error.code, error.message].filter(Boolean).join(': ');
  throw await taskFailed(change, why, ports, { taskId, ...(error === undefined ? {} : { apiError: error }) });
}

/** A `TASK_FAILED` that says what the cluster's own log says about it, where it says something. */
export async function taskFailed(
  change: ClusterChange,
  why: string,
  ports: Pick<WaitPorts, 'ack' | 'report'>,
  details: Record<string, unknown> = {},
): Promise<ToolError> {
  const line = await findLogLine(change, ports);
  const log = line === undefined ? '' : `; the log of the cluster says: ${line}`;
  return new ToolError('TASK_FAILED', `${nameOf(change)} failed: ${why}${log}`, {
    details: { clusterId: change.clusterId, ...details, ...(line === undefined ? {} : { clusterLog: line }) },
  });
}

async function findLogLine(
  change: ClusterChange,
  ports: Pick<WaitPorts, 'ack' | 'report'>,
): Promise<string | undefined> {
  try {
    const newest = (await ports.ack.listClusterLogs(change.clusterId)).slice(0, NEWEST_LOG_ENTRIES);
    return newest.find(({ text }) => change.logWords.every((word) => text.includes(word)))?.text.trim();
  } catch (error) {
    ports.report.debug(`the log of cluster ${change.clusterId} cannot be read: ${messageOf(error)}`);
    return undefined;
  }
}
