import { describe, expect, it } from 'vitest';
import type { Cluster, ClusterLogEntry, Task } from '../../src/cloud/ports.ts';
import { CloudApiError, ToolError } from '../../src/errors.ts';
import { disableRrsa, enableRrsa, type SwitchRrsaPorts } from '../../src/rrsa/enable.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { agree, apiError, cluster, errorOf, mustNotAsk, networkError, recordingReport, withoutRrsa } from './fakes.ts';

const UPDATE_MS = 120_000;

/** A cluster whose RRSA can be switched: updating for two minutes, then running. */
function world(initial: Partial<Cluster> = {}) {
  const clock = fakeClock();
  const report = recordingReport();
  const controller = new AbortController();
  const state = {
    cluster: cluster({ rrsa: withoutRrsa, ...initial }) as Cluster | undefined,
    tasks: [] as Task[],
    logs: [] as ClusterLogEntry[],
    calls: [] as string[],
    questions: [] as string[],
    outcome: 'succeeded' as 'succeeded' | 'failed',
    updateMs: UPDATE_MS,
    /** Thrown by the next calls of that name, first come first served. */
    failures: {} as Record<string, unknown[]>,
    namesTask: true,
  };
  const call = async <T>(name: string, answer: () => T): Promise<T> => {
    state.calls.push(name);
    const failure = state.failures[name]?.shift();
    if (failure !== undefined) throw failure;
    return answer();
  };
  const start = (enabled: boolean, id = 'T-1'): void => {
    const task: Task = { id, type: 'cluster_modify', state: 'running', rawState: 'running' };
    state.tasks.unshift(task);
    if (state.cluster) state.cluster = { ...state.cluster, state: 'updating' };
    clock.at(clock.now() + state.updateMs, () => {
      task.state = state.outcome;
      task.rawState = state.outcome === 'failed' ? 'fail' : 'success';
      if (state.outcome === 'failed') task.error = { code: 'InternalError', message: 'no quota' };
      const rrsa = enabled ? cluster().rrsa : withoutRrsa;
      if (state.cluster) {
        state.cluster = {
          ...state.cluster,
          state: 'running',
          rrsa: state.outcome === 'failed' ? state.cluster.rrsa : rrsa,
        };
      }
    });
  };
  const ports: SwitchRrsaPorts = {
    ack: {
      getCluster: () => call('getCluster', () => state.cluster),
      setRrsa: (_id, enabled) =>
        call('setRrsa', () => {
          start(enabled);
          return { taskId: state.namesTask ? 'T-1' : undefined };
        }),
      getTask: (id) => call('getTask', () => state.tasks.find((task) => task.id === id)),
      listClusterTasks: () => call('listClusterTasks', () => state.tasks),
      listClusterLogs: () => call('listClusterLogs', () => state.logs),
    },
    report,
    confirm: async (question) => void state.questions.push(question),
    clock,
    signal: controller.signal,
  };
  return { clock, report, controller, state, start, ports };
}

const input = { clusterId: 'c123', dryRun: false };

describe('enable', () => {
  it('asks once, starts, waits for task and cluster, and notices the end within 2 s', async () => {
    const { clock, ports, state, report } = world();
    const started = clock.now();
    const result = await clock.run(enableRrsa(input, ports));
    expect(result).toEqual({ clusterId: 'c123', changed: true, taskId: 'T-1', seconds: expect.any(Number) });
    expect(clock.now() - started).toBeLessThan(UPDATE_MS + 2000);
    expect(state.questions).toEqual(['Enable RRSA of cluster c123?']);
    expect(state.calls.filter((name) => name === 'setRrsa')).toHaveLength(1);
    // What became of it is the presenter's to tell, once.
    expect(report.lines).toEqual([expect.stringMatching(/^info: pods .* must be recreated/)]);
    expect(report.progressTexts.join()).toContain('T-1');
    expect(report.openProgress()).toBe(0);
  });

  it('asks and changes nothing when RRSA is on already', async () => {
    const { ports, state, report } = world(cluster());
    const result = await enableRrsa(input, { ...ports, confirm: mustNotAsk });
    expect(result).toEqual({ clusterId: 'c123', changed: false, taskId: null, seconds: 0 });
    expect(state.calls).toEqual(['getCluster']);
    expect(report.text()).toBe('');
  });

  it('shows the change and nothing else with a dry run', async () => {
    const { ports, state, report } = world();
    const result = await enableRrsa({ ...input, dryRun: true }, { ...ports, confirm: mustNotAsk });
    expect(result).toEqual({ clusterId: 'c123', changed: true, taskId: null, seconds: 0 });
    expect(state.calls).toEqual(['getCluster']);
    expect(report.changes[0]?.summary).toBe('enable RRSA of cluster foo (c123)');
  });

  it('changes nothing when the answer is no', async () => {
    const { ports, state } = world();
    const declined = new ToolError('DECLINED', 'no');
    const confirm = async (): Promise<void> => {
      throw declined;
    };
    expect(await errorOf(enableRrsa(input, { ...ports, confirm }))).toBe(declined);
    expect(state.calls).not.toContain('setRrsa');
  });

  it('joins a task that is running, says which, and does not ask', async () => {
    const { clock, ports, state, report, start } = world();
    start(true, 'T-77');
    const result = await clock.run(enableRrsa(input, { ...ports, confirm: mustNotAsk }));
    expect(result).toMatchObject({ changed: true, taskId: 'T-77' });
    expect(report.progressTexts[0]).toBe('joining the update of cluster c123 that is running already (task T-77)');
    expect(state.calls).not.toContain('setRrsa');
  });

  it('joins the task of a cluster that does not say yet that it is updating', async () => {
    const { clock, ports, state, start } = world();
    start(true, 'T-77');
    if (state.cluster) state.cluster = { ...state.cluster, state: 'running' };
    await clock.run(enableRrsa(input, { ...ports, confirm: mustNotAsk }));
    expect(state.calls).not.toContain('setRrsa');
  });

  it('waits for another update of the cluster, then asks and does its own', async () => {
    const { clock, ports, state, start } = world();
    start(false, 'T-55');
    const result = await clock.run(enableRrsa(input, ports));
    expect(result).toMatchObject({ changed: true, taskId: 'T-1' });
    expect(state.questions).toHaveLength(1);
    expect(state.calls.indexOf('setRrsa')).toBeGreaterThan(state.calls.indexOf('getTask'));
  });

  it('joins an updating cluster also without the right to list tasks', async () => {
    const { clock, ports, state, start } = world();
    start(true);
    state.failures.listClusterTasks = [apiError('StatusForbidden', 403)];
    await clock.run(enableRrsa(input, { ...ports, confirm: mustNotAsk }));
    expect(state.calls).not.toContain('getTask');
  });

  it('does not mistake the task of a node pool for its own', async () => {
    const { clock, ports, state } = world();
    state.tasks.push({ id: 'T-9', type: 'nodepool_scale', state: 'running', rawState: 'running' });
    await clock.run(enableRrsa(input, ports));
    expect(state.calls).toContain('setRrsa');
  });

  it('survives failed looks while it waits, and says so once', async () => {
    const { clock, ports, state, report } = world();
    state.failures.getTask = [apiError('ServiceUnavailable', 503), networkError(), apiError('Throttling.Api', 429)];
    await clock.run(enableRrsa(input, ports));
    const said = report.progressTexts.filter((text) => text.includes('looks at it failed'));
    expect(new Set(said)).toEqual(
      new Set(['enabling RRSA of cluster c123 (task T-1); some looks at it failed, still waiting']),
    );
  });

  it.each([
    ['a task', true],
    ['an updating cluster', false],
  ])('waits for the change whose answer got lost, found by %s', async (_name, canListTasks) => {
    const { clock, ports, state } = world();
    const { setRrsa } = ports.ack;
    ports.ack.setRrsa = async (...args) => {
      await setRrsa(...args);
      if (!canListTasks) state.failures.listClusterTasks = [apiError('StatusForbidden', 403)];
      throw networkError();
    };
    const result = await clock.run(enableRrsa(input, ports));
    expect(result).toMatchObject({ changed: true, taskId: canListTasks ? 'T-1' : null });
    expect(state.cluster?.rrsa.enabled).toBe(true);
  });

  it('waits for the change whose answer got lost and whose second sending was refused', async () => {
    const { clock, ports, state } = world();
    const { setRrsa } = ports.ack;
    ports.ack.setRrsa = async (...args) => {
      await setRrsa(...args);
      throw apiError('ErrorClusterState', 400, 'is updating and can not be changed now');
    };
    await expect(clock.run(enableRrsa(input, ports))).resolves.toMatchObject({ changed: true, taskId: 'T-1' });
    expect(state.cluster?.rrsa.enabled).toBe(true);
  });

  it('does not take a lost answer for a change that never began', async () => {
    const { ports } = world();
    ports.ack.setRrsa = async () => {
      throw networkError();
    };
    expect(await errorOf(enableRrsa(input, ports))).toMatchObject({ code: 'NETWORK' });
  });

  it('says that it goes on in the cloud when the waiting is interrupted', async () => {
    const { clock, ports, report, controller } = world();
    const interrupted = new ToolError('INTERRUPTED', 'interrupted by SIGINT');
    clock.at(clock.now() + 5_000, () => controller.abort(interrupted));
    expect(await errorOf(clock.run(enableRrsa(input, ports)))).toBe(interrupted);
    expect(report.lines.at(-1)).toBe(
      'warn: enabling RRSA of cluster c123 (task T-1): it goes on in the cloud; run the same command again to wait on',
    );
  });

  it('names the whole time limit when time runs out in a later wait', async () => {
    const { clock, ports, state } = world();
    state.updateMs = 10_000;
    const { getCluster } = ports.ack;
    ports.ack.getCluster = async (id) => {
      const found = await getCluster(id);
      return found && (state.calls.includes('setRrsa') ? { ...found, state: 'updating' } : found);
    };
    const error = await errorOf(clock.run(enableRrsa({ ...input, timeoutMs: 20_000 }, ports)));
    expect(error).toMatchObject({ code: 'TIMED_OUT', message: expect.stringContaining('within 20 s') });
  });

  it('watches the cluster when it may not look at tasks', async () => {
    const { clock, ports, state, report } = world();
    state.failures.getTask = [apiError('StatusForbidden', 403)];
    await expect(clock.run(enableRrsa(input, ports))).resolves.toMatchObject({ changed: true });
    expect(report.text()).toContain('warn: task T-1 cannot be looked at');
  });

  it('needs no task id', async () => {
    const { clock, ports, state } = world();
    state.namesTask = false;
    await expect(clock.run(enableRrsa(input, ports))).resolves.toMatchObject({ changed: true, taskId: null });
    expect(state.calls).not.toContain('getTask');
  });

  it('gives up at the timeout, naming the task, and not before', async () => {
    const { clock, ports, state, report } = world();
    state.updateMs = 3_600_000;
    const started = clock.now();
    const error = await errorOf(clock.run(enableRrsa({ ...input, timeoutMs: 300_000 }, ports)));
    expect(error).toMatchObject({ code: 'TIMED_OUT', exitCode: 5 });
    expect(error.message).toContain('T-1');
    expect(error.hint).toContain('same command again');
    expect(clock.now() - started).toBe(300_000);
    expect(report.openProgress()).toBe(0);
  });

  it('tells the API error and the log line of the cluster when the task failed', async () => {
    const { clock, ports, state } = world();
    state.outcome = 'failed';
    state.logs = [
      { id: 3, text: 'Failed to scale a node pool' },
      { id: 2, text: 'Failed to enable RRSA: OIDC provider limit exceeded' },
      { id: 1, text: 'Failed to enable RRSA: an older one' },
    ];
    const error = await errorOf(clock.run(enableRrsa(input, ports)));
    expect(error.code).toBe('TASK_FAILED');
    expect(error.message).toContain('InternalError: no quota');
    expect(error.message).toContain('OIDC provider limit exceeded');
    expect(error.message).toContain('T-1');
    expect(error.message).not.toContain('older');
  });

  it('looks at the newest 20 log entries only', async () => {
    const { clock, ports, state } = world();
    state.outcome = 'failed';
    state.logs = Array.from({ length: 30 }, (_, id) => ({ id, text: id === 20 ? 'Failed RRSA of last year' : 'ok' }));
    expect((await errorOf(clock.run(enableRrsa(input, ports)))).message).not.toContain('last year');
  });

  it('tells the failure of the task also when the log cannot be read', async () => {
    const { clock, ports, state } = world();
    state.outcome = 'failed';
    state.failures.listClusterLogs = [apiError('StatusForbidden', 403)];
    expect(await errorOf(clock.run(enableRrsa(input, ports)))).toMatchObject({ code: 'TASK_FAILED' });
  });

  it('does not report success when the cluster is running and RRSA is still off', async () => {
    const { clock, ports, state } = world();
    const on = ports.ack.getTask;
    ports.ack.getTask = async (id) => {
      const task = await on(id);
      if (task?.state === 'succeeded' && state.cluster) state.cluster = { ...state.cluster, rrsa: withoutRrsa };
      return task;
    };
    const error = await errorOf(clock.run(enableRrsa(input, ports)));
    expect(error.code).toBe('TASK_FAILED');
    expect(error.message).toContain('still off');
  });

  it.each([
    [{ state: 'failed' }, 'CLUSTER_NOT_READY'],
    [{ state: 'deleting' }, 'CLUSTER_NOT_READY'],
    [{ type: 'ExternalKubernetes' }, 'CLUSTER_UNSUPPORTED'],
    [{ version: '1.20.4-aliyun.1' }, 'CLUSTER_UNSUPPORTED'],
  ])('refuses %j with %s, and changes nothing', async (initial, code) => {
    const { ports, state } = world(initial);
    expect(await errorOf(enableRrsa(input, { ...ports, confirm: mustNotAsk }))).toMatchObject({ code });
    expect(state.calls).not.toContain('setRrsa');
  });

  it('says so when there is no such cluster, also when it goes while it waits', async () => {
    const { clock, ports, state } = world();
    clock.at(clock.now() + UPDATE_MS + 1, () => {
      state.cluster = undefined;
    });
    expect(await errorOf(clock.run(enableRrsa(input, ports)))).toMatchObject({ code: 'CLUSTER_NOT_FOUND' });
    expect(await errorOf(enableRrsa(input, ports))).toMatchObject({ code: 'CLUSTER_NOT_FOUND' });
  });

  it('stops waiting at once when it is interrupted', async () => {
    const { clock, ports, controller, report } = world();
    const reason = new ToolError('INTERRUPTED', 'interrupted');
    const started = clock.now();
    clock.at(started + 10_000, () => controller.abort(reason));
    expect(await errorOf(clock.run(enableRrsa(input, ports)))).toBe(reason);
    expect(clock.now() - started).toBe(10_000);
    expect(report.openProgress()).toBe(0);
  });
});

describe('disable', () => {
  it('turns RRSA off and waits until it is', async () => {
    const { clock, ports, state } = world(cluster());
    await expect(clock.run(disableRrsa(input, ports))).resolves.toMatchObject({ changed: true, taskId: 'T-1' });
    expect(state.cluster?.rrsa.enabled).toBe(false);
  });

  it('asks nothing when it is off already', async () => {
    const { ports } = world();
    const result = await disableRrsa(input, { ...ports, confirm: mustNotAsk });
    expect(result).toMatchObject({ changed: false, seconds: 0 });
  });

  it('says exactly what the API answers when RRSA cannot be disabled', async () => {
    const { ports, state } = world(cluster());
    state.failures.setRrsa = [apiError('InvalidParameter', 400, 'RRSA can not be disabled once it is enabled')];
    const error = await errorOf(disableRrsa(input, { ...ports, confirm: agree }));
    expect(error).toBeInstanceOf(CloudApiError);
    expect(error.message).toBe('RRSA of cluster c123 was not disabled: InvalidParameter');
    expect(error).toMatchObject({
      code: 'CLOUD_API',
      api: { httpStatus: 400, apiMessage: 'RRSA can not be disabled once it is enabled' },
    });
  });

  it('says so when the API accepts it and nothing changes', async () => {
    const { clock, ports, state } = world(cluster());
    ports.ack.setRrsa = async () => ({ taskId: undefined });
    const error = await errorOf(clock.run(disableRrsa(input, ports)));
    expect(error.message).toContain('RRSA is still on');
    expect(state.cluster?.state).toBe('running');
  });
});
