import { describe, expect, it } from 'vitest';
import type { ClusterSummary } from '../../src/cloud/ports.ts';
import { ToolError } from '../../src/errors.ts';
import { runDemo } from '../../src/rrsa/demo.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { apiError, errorOf } from './fakes.ts';

const summary = (id: string, name: string): ClusterSummary => ({
  id,
  name,
  regionId: 'cn-hangzhou',
  type: 'ManagedKubernetes',
  state: 'running',
});

function world(rounds: (ClusterSummary[] | unknown)[]) {
  const clock = fakeClock();
  const controller = new AbortController();
  const events: unknown[] = [];
  return {
    clock,
    events,
    stop: new ToolError('INTERRUPTED', 'interrupted'),
    controller,
    listener: {
      begin: () => void events.push('begin'),
      listed: (result: unknown) => void events.push(result),
      failed: (error: unknown) => void events.push(error),
    },
    ports: {
      ack: {
        listClusters: async () => {
          const round = rounds.shift();
          if (!Array.isArray(round)) throw round;
          return round as ClusterSummary[];
        },
      },
      clock,
      signal: controller.signal,
    },
  };
}

describe('demo', () => {
  it('lists the clusters once with --no-loop', async () => {
    const { clock, events, listener, ports } = world([[summary('c1', 'foo'), summary('c2', 'bar')]]);
    await clock.run(runDemo({ region: 'cn-hangzhou', noLoop: true }, listener, ports));
    expect(events).toEqual([
      'begin',
      {
        region: 'cn-hangzhou',
        clusters: [
          { clusterId: 'c1', name: 'foo' },
          { clusterId: 'c2', name: 'bar' },
        ],
      },
    ]);
    expect(clock.sleeps).toEqual([]);
  });

  it('throws the error of its only round', async () => {
    const refusal = apiError('StatusForbidden', 403);
    const { clock, events, listener, ports } = world([refusal]);
    expect(await errorOf(clock.run(runDemo({ region: 'r', noLoop: true }, listener, ports)))).toBe(refusal);
    expect(events).toEqual(['begin']);
  });

  it('goes on after a failed round, every 30 seconds, until it is interrupted', async () => {
    const refusal = apiError('StatusForbidden', 403);
    const { clock, events, listener, ports, controller, stop } = world([[], refusal, [summary('c1', 'foo')]]);
    clock.at(clock.now() + 89_000, () => controller.abort(stop));
    expect(await errorOf(clock.run(runDemo({ region: 'r', noLoop: false }, listener, ports)))).toBe(stop);
    expect(events).toEqual([
      'begin',
      { region: 'r', clusters: [] },
      'begin',
      refusal,
      'begin',
      { region: 'r', clusters: [{ clusterId: 'c1', name: 'foo' }] },
    ]);
    expect(clock.sleeps).toEqual([30_000, 30_000, 30_000]);
  });

  it('keeps to the interval it is given', async () => {
    const { clock, listener, ports, controller, stop } = world([[], []]);
    clock.at(clock.now() + 8000, () => controller.abort(stop));
    await errorOf(clock.run(runDemo({ region: 'r', noLoop: false, intervalMs: 5000 }, listener, ports)));
    expect(clock.sleeps).toEqual([5000, 5000]);
  });

  it('does not hide a fault of its own behind the next round', async () => {
    const fault = new TypeError('undefined is not a function');
    const { clock, events, listener, ports } = world([fault]);
    await expect(clock.run(runDemo({ region: 'r', noLoop: false }, listener, ports))).rejects.toBe(fault);
    expect(events).toEqual(['begin']);
  });
});
