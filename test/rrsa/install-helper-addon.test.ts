import { describe, expect, it } from 'vitest';
import type { AddonInstance, Cluster } from '../../src/cloud/ports.ts';
import { CloudApiError } from '../../src/errors.ts';
import { HELPER_ADDON, type InstallHelperAddonPorts, installHelperAddon } from '../../src/rrsa/install-helper-addon.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { apiError, cluster, errorOf, mustNotAsk, networkError, recordingReport, withoutRrsa } from './fakes.ts';

function world(initial: AddonInstance | undefined, of: Partial<Cluster> = {}) {
  const clock = fakeClock();
  const report = recordingReport();
  const state = {
    addon: initial,
    installs: 0,
    questions: 0,
    taskState: 'running' as 'running' | 'succeeded' | 'failed',
  };
  const ports: InstallHelperAddonPorts = {
    ack: {
      getCluster: async () => cluster(of),
      getAddon: async () => state.addon,
      installAddon: async (_id, name) => {
        expect(name).toBe(HELPER_ADDON);
        state.installs += 1;
        state.addon = { name: HELPER_ADDON, version: '', state: 'installing' };
        clock.at(clock.now() + 20_000, () => {
          state.taskState = 'succeeded';
        });
        clock.at(clock.now() + 30_000, () => {
          state.addon = { name: HELPER_ADDON, version: '0.1.1', state: 'active' };
        });
        return { taskId: 'T-2', alreadyInstalled: false };
      },
      getTask: async (id) => ({ id, type: 'addon_install', state: state.taskState, rawState: state.taskState }),
      listClusterLogs: async () => [{ id: 1, text: `Failed to install ${HELPER_ADDON}: no nodes` }],
    },
    report,
    confirm: async () => {
      state.questions += 1;
    },
    clock,
    signal: new AbortController().signal,
  };
  return { clock, report, state, ports };
}

const input = { clusterId: 'c123', dryRun: false };
const active: AddonInstance = { name: HELPER_ADDON, version: '0.1.1', state: 'active' };

describe('install-helper-addon', () => {
  it('installs it and waits until it is active, not only until the task is done', async () => {
    const { clock, ports, state } = world(undefined);
    const result = await clock.run(installHelperAddon(input, ports));
    expect(result).toEqual({ clusterId: 'c123', changed: true, taskId: 'T-2', seconds: expect.any(Number) });
    expect(result.seconds).toBeGreaterThanOrEqual(30);
    expect(state).toMatchObject({ installs: 1, questions: 1, addon: active });
  });

  it('does nothing when it is installed, whatever the state of the cluster', async () => {
    const { ports, state } = world(active, { state: 'updating' });
    const result = await installHelperAddon(input, { ...ports, confirm: mustNotAsk });
    expect(result).toEqual({ clusterId: 'c123', changed: false, taskId: null, seconds: 0 });
    expect(state.installs).toBe(0);
  });

  it.each([
    { ...active, version: '' },
    { ...active, state: 'failed' },
    { ...active, state: '' },
  ])('does not take %j for installed', async (addon) => {
    const { clock, ports, state } = world(addon);
    await clock.run(installHelperAddon(input, ports));
    expect(state.installs).toBe(1);
  });

  it('joins an installation that is running, without a question', async () => {
    const { clock, ports, state } = world({ ...active, version: '', state: 'installing' });
    clock.at(clock.now() + 5000, () => {
      state.addon = active;
    });
    const result = await clock.run(installHelperAddon(input, { ...ports, confirm: mustNotAsk }));
    expect(result).toMatchObject({ changed: true, taskId: null });
    expect(state.installs).toBe(0);
  });

  it('shows what it would do with a dry run', async () => {
    const { ports, state, report } = world(undefined);
    const result = await installHelperAddon({ ...input, dryRun: true }, { ...ports, confirm: mustNotAsk });
    expect(result).toMatchObject({ changed: true, taskId: null });
    expect(report.changes).toHaveLength(1);
    expect(state.installs).toBe(0);
  });

  it.each([403, 400, 500])('reports a refused installation (%d) with what the API said', async (httpStatus) => {
    const { ports } = world(undefined);
    const cause = apiError('StatusForbidden', httpStatus, 'Forbidden for action cs:InstallClusterAddons');
    ports.ack.installAddon = async () => {
      throw cause;
    };
    const error = await errorOf(installHelperAddon(input, ports));
    expect(error).toBeInstanceOf(CloudApiError);
    expect(error).toMatchObject({ code: 'ADDON_FAILED', cause, api: { httpStatus } });
    expect(error.message).toBe('ack-pod-identity-webhook could not be installed on cluster c123: StatusForbidden');
  });

  it('reports a broken connection too', async () => {
    const { ports } = world(undefined);
    ports.ack.installAddon = async () => {
      throw networkError();
    };
    expect(await errorOf(installHelperAddon(input, ports))).toMatchObject({ code: 'NETWORK' });
  });

  it('waits on when the API says that it is installed already', async () => {
    const { clock, ports, state } = world(undefined);
    ports.ack.installAddon = async () => {
      clock.at(clock.now() + 3000, () => {
        state.addon = active;
      });
      return { alreadyInstalled: true };
    };
    await expect(clock.run(installHelperAddon(input, ports))).resolves.toMatchObject({ taskId: null });
  });

  it('tells what the log of the cluster says when the task failed', async () => {
    const { clock, ports, state } = world(undefined);
    state.taskState = 'failed';
    const error = await errorOf(clock.run(installHelperAddon(input, ports)));
    expect(error.code).toBe('TASK_FAILED');
    expect(error.message).toContain('no nodes');
  });

  it('gives up at the timeout', async () => {
    const { clock, ports } = world(undefined);
    const error = await errorOf(clock.run(installHelperAddon({ ...input, timeoutMs: 25_000 }, ports)));
    expect(error).toMatchObject({ code: 'TIMED_OUT' });
    expect(error.message).toContain(HELPER_ADDON);
  });

  it('needs a running cluster', async () => {
    const { ports } = world(undefined, { state: 'updating' });
    expect(await errorOf(installHelperAddon(input, ports))).toMatchObject({ code: 'CLUSTER_NOT_READY' });
  });

  it('warns when RRSA is off, and goes on', async () => {
    const { clock, ports, report } = world(undefined, { rrsa: withoutRrsa });
    await clock.run(installHelperAddon(input, ports));
    expect(report.text()).toContain('warn: RRSA is off');
  });
});
