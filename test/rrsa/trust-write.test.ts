import { describe, expect, it } from 'vitest';
import type { Role } from '../../src/cloud/ports.ts';
import { ToolError } from '../../src/errors.ts';
import type { TrustBackup } from '../../src/rrsa/backup.ts';
import type { WithLock } from '../../src/rrsa/lock.ts';
import { type PlanTrustChange, type TrustWritePorts, writeTrustPolicy } from '../../src/rrsa/trust-write.ts';
import { type FakeClock, fakeClock, seededRandom } from '../support/fake-clock.ts';
import {
  apiError,
  errorOf,
  type FakeRam,
  fakeRam,
  networkError,
  noLock,
  queueLock,
  recordingReport,
  sharedController,
} from './fakes.ts';

/** Documents here are lists of names, so that what is lost is plain to see. */
const namesIn = (document: string): string[] => JSON.parse(document) as string[];
const adding =
  (name: string): PlanTrustChange =>
  (document) =>
    namesIn(document).includes(name) ? undefined : JSON.stringify([...namesIn(document), name]);
const removing =
  (name: string): PlanTrustChange =>
  (document) =>
    namesIn(document).includes(name) ? JSON.stringify(namesIn(document).filter((other) => other !== name)) : undefined;

interface World {
  clock: FakeClock;
  ram: FakeRam;
  role: Role;
  ports: TrustWritePorts;
  backups: TrustBackup[];
  controller: AbortController;
  report: ReturnType<typeof recordingReport>;
  trusted(): string[];
  write(plan: PlanTrustChange, onWrite?: (sure: boolean) => void): ReturnType<typeof writeTrustPolicy>;
}

function world(options: { seed?: number; latency?: () => number; withLock?: WithLock; document?: string } = {}): World {
  const random = seededRandom(options.seed ?? 1);
  const clock = fakeClock({ random });
  const ram = fakeRam(clock, options.latency ?? (() => 30));
  const role = ram.addRole('r', options.document ?? '["foreign"]');
  const backups: TrustBackup[] = [];
  const controller = sharedController();
  const report = recordingReport();
  const ports: TrustWritePorts = {
    ram,
    withLock: options.withLock ?? noLock,
    saveBackup: async (backup) => {
      backups.push(backup);
      return `/backups/${backups.length}.json`;
    },
    report,
    clock,
    signal: controller.signal,
  };
  return {
    clock,
    ram,
    role,
    ports,
    backups,
    controller,
    report,
    trusted: () => namesIn(ram.roles.get('r')?.trustPolicy ?? '[]'),
    write: (plan, onWrite) => writeTrustPolicy(role, plan, { reason: 'test', onWrite }, ports),
  };
}

describe('the write of a trust policy', () => {
  it('reads just before it writes, writes once, reads back, and looks again after 2 s', async () => {
    const { clock, ram, write, trusted, backups } = world();
    const result = await clock.run(write(adding('mine')));
    expect(ram.calls).toEqual(['getRole', 'updateTrustPolicy', 'getRole', 'getRole']);
    expect(trusted()).toEqual(['foreign', 'mine']);
    expect(result).toEqual({
      changed: true,
      before: '["foreign"]',
      after: '["foreign","mine"]',
      backup: '/backups/1.json',
    });
    const settle = Math.max(...clock.sleeps);
    expect(settle).toBeGreaterThanOrEqual(2000);
    expect(settle).toBeLessThanOrEqual(2500);
    expect(backups).toEqual([
      { roleName: 'r', roleArn: 'acs:ram::1000000000000001:role/r', document: '["foreign"]', reason: 'test' },
    ]);
  });

  it('writes nothing, keeps nothing and does not wait when it is so already', async () => {
    const { clock, ram, write, backups } = world({ document: '["mine"]' });
    const result = await clock.run(write(adding('mine')));
    expect(ram.calls).toEqual(['getRole']);
    expect(backups).toEqual([]);
    expect(result).toEqual({ changed: false, before: '["mine"]', after: '["mine"]', backup: null });
    expect(Math.max(...clock.sleeps)).toBeLessThan(100);
  });

  it('plans on the document that is there now, not on one that was seen before', async () => {
    const { clock, ram, write, trusted, role } = world();
    ram.roles.set('r', { ...role, trustPolicy: '["foreign","newer"]' });
    await clock.run(write(adding('mine')));
    expect(trusted()).toEqual(['foreign', 'newer', 'mine']);
  });

  it('does not hold the lock while it settles', async () => {
    const held: boolean[] = [];
    let holders = 0;
    const { clock, write } = world({
      withLock: async (key, work) => {
        expect(key).toBe('acs:ram::1000000000000001:role/r');
        holders += 1;
        try {
          return await work();
        } finally {
          holders -= 1;
        }
      },
    });
    const { sleep } = clock;
    clock.sleep = (ms, signal) => {
      if (ms >= 2000) held.push(holders > 0);
      return sleep(ms, signal);
    };
    await clock.run(write(adding('mine')));
    expect(held).toEqual([false]);
  });

  it('adds its change again when somebody overwrites it between write and second look', async () => {
    const { clock, ram, write, trusted, role } = world();
    clock.at(clock.now() + 1500, () => ram.roles.set('r', { ...role, trustPolicy: '["foreign","console"]' }));
    const result = await clock.run(write(adding('mine')));
    expect(trusted()).toEqual(['foreign', 'console', 'mine']);
    expect(result.before).toBe('["foreign"]');
    expect(result.backup).toBe('/backups/1.json');
    expect(ram.calls.filter((call) => call === 'updateTrustPolicy')).toHaveLength(2);
  });

  it('takes its change away again when somebody brings it back', async () => {
    const { clock, ram, write, trusted, role } = world({ document: '["foreign","mine"]' });
    clock.at(clock.now() + 1500, () => ram.roles.set('r', { ...role, trustPolicy: '["foreign","mine","console"]' }));
    await clock.run(write(removing('mine')));
    expect(trusted()).toEqual(['foreign', 'console']);
  });

  it('gives up with CONFLICT after ten writes that were all overwritten', async () => {
    const { clock, ram, write, role } = world();
    ram.intercept = (call, proceed) => {
      const answer = proceed();
      if (call === 'updateTrustPolicy') ram.roles.set('r', { ...role, trustPolicy: '["foreign"]' });
      return answer;
    };
    const error = await errorOf(clock.run(write(adding('mine'))));
    expect(error.code).toBe('CONFLICT');
    expect(error.message).toContain('role r');
    expect(ram.calls.filter((call) => call === 'updateTrustPolicy')).toHaveLength(10);
  });

  it.each([
    ['the connection broke', networkError()],
    ['the service failed', apiError('InternalError', 500)],
    ['the answer was no answer', new ToolError('BAD_ANSWER', 'html')],
  ])('does not send a write again that was done although %s', async (_why, failure) => {
    const { clock, ram, write, trusted } = world();
    ram.intercept = (call, proceed) => {
      const answer = proceed();
      if (call === 'updateTrustPolicy') throw failure;
      return answer;
    };
    const writes: boolean[] = [];
    const result = await clock.run(write(adding('mine'), (sure) => writes.push(sure)));
    expect(ram.calls.filter((call) => call === 'updateTrustPolicy')).toHaveLength(1);
    expect(trusted()).toEqual(['foreign', 'mine']);
    expect(result).toMatchObject({ changed: true, before: '["foreign"]', backup: '/backups/1.json' });
    expect(writes).toEqual([false]);
  });

  it('plans anew when a write got lost, so that what came between stays', async () => {
    const { clock, ram, write, trusted, role } = world();
    let lost = false;
    ram.intercept = (call, proceed) => {
      if (call !== 'updateTrustPolicy' || lost) return proceed();
      lost = true;
      ram.roles.set('r', { ...role, trustPolicy: '["foreign","between"]' });
      throw networkError();
    };
    await clock.run(write(adding('mine')));
    expect(trusted()).toEqual(['foreign', 'between', 'mine']);
  });

  it('tries again later when it is throttled', async () => {
    const { clock, ram, write, trusted } = world();
    let refusals = 3;
    ram.intercept = (call, proceed) => {
      if (call === 'updateTrustPolicy' && refusals-- > 0) throw apiError('Throttling.User', 400);
      return proceed();
    };
    await clock.run(write(adding('mine')));
    expect(trusted()).toEqual(['foreign', 'mine']);
  });

  it('tells the failure itself when there was never an answer', async () => {
    const { clock, ram, write } = world();
    ram.intercept = (call, proceed) => {
      if (call === 'updateTrustPolicy') throw networkError();
      return proceed();
    };
    expect(await errorOf(clock.run(write(adding('mine'))))).toMatchObject({ code: 'NETWORK' });
    expect(ram.calls.filter((call) => call === 'updateTrustPolicy')).toHaveLength(10);
  });

  it('stops at a refusal, which is no write', async () => {
    const { clock, ram, write, trusted } = world();
    const refusal = apiError('NoPermission', 403);
    ram.intercept = (call, proceed) => {
      if (call === 'updateTrustPolicy') throw refusal;
      return proceed();
    };
    const writes: boolean[] = [];
    expect(await errorOf(clock.run(write(adding('mine'), (sure) => writes.push(sure))))).toBe(refusal);
    expect(writes).toEqual([]);
    expect(trusted()).toEqual(['foreign']);
  });

  it('names the length when RAM finds the document too long', async () => {
    const { clock, ram, write } = world();
    ram.intercept = (call, proceed) => {
      if (call === 'updateTrustPolicy') throw apiError('InvalidParameter.NewAssumeRolePolicyDocument.Length', 400);
      return proceed();
    };
    const error = await errorOf(clock.run(write(adding('mine'))));
    expect(error).toMatchObject({ code: 'TRUST_POLICY_TOO_LONG', api: { httpStatus: 400 } });
    expect(error.message).toContain('18 characters');
  });

  it('writes nothing when the document cannot be planned on', async () => {
    const { clock, ram, write } = world({ document: 'not json' });
    await expect(clock.run(write(adding('mine')))).rejects.toThrow(SyntaxError);
    expect(ram.calls).toEqual(['getRole']);
  });

  it('says so when the role is deleted meanwhile', async () => {
    const { clock, ram, write } = world();
    clock.at(clock.now() + 1000, () => ram.roles.delete('r'));
    expect(await errorOf(clock.run(write(adding('mine'))))).toMatchObject({ code: 'ROLE_NOT_FOUND' });
  });

  it('does not write when the old document cannot be kept', async () => {
    const { clock, ram, ports, role } = world();
    const noHome = new ToolError('USAGE', 'no home');
    const saveBackup = async (): Promise<string> => {
      throw noHome;
    };
    const work = writeTrustPolicy(role, adding('mine'), { reason: 'test' }, { ...ports, saveBackup });
    expect(await errorOf(clock.run(work))).toBe(noHome);
    expect(ram.calls).toEqual(['getRole']);
  });

  it('goes on without a backup where none can be had', async () => {
    const { clock, ports, role } = world();
    const work = writeTrustPolicy(
      role,
      adding('mine'),
      { reason: 'test' },
      { ...ports, saveBackup: async () => undefined },
    );
    expect(await clock.run(work)).toMatchObject({ changed: true, before: '["foreign"]', backup: null });
  });

  it('reads again when it was suspended between reading and planning', async () => {
    const { clock, ram, write, trusted, role } = world();
    let suspended = false;
    ram.intercept = async (call, proceed) => {
      const answer = proceed();
      if (call === 'getRole' && !suspended) {
        suspended = true;
        await clock.sleep(60_000);
        ram.roles.set('r', { ...role, trustPolicy: '["foreign","meanwhile"]' });
      }
      return answer;
    };
    await clock.run(write(adding('mine')));
    expect(trusted()).toEqual(['foreign', 'meanwhile', 'mine']);
    expect(ram.calls.filter((call) => call === 'updateTrustPolicy')).toHaveLength(1);
  });

  it('writes all the same where every answer takes long, and settles for longer', async () => {
    const { clock, ram, write, trusted } = world({ latency: () => 1500 });
    await clock.run(write(adding('mine')));
    expect(trusted()).toEqual(['foreign', 'mine']);
    expect(ram.calls.filter((call) => call === 'updateTrustPolicy')).toHaveLength(1);
    expect(Math.max(...clock.sleeps)).toBeGreaterThanOrEqual(20_000);
  });

  it.each([0, 10, 45, 80, 110, 1000])('stops when it is interrupted after %d ms', async (after) => {
    const { clock, write, controller } = world();
    const reason = new ToolError('INTERRUPTED', 'interrupted');
    clock.at(clock.now() + after, () => controller.abort(reason));
    expect(await errorOf(clock.run(write(adding('mine'))))).toBe(reason);
  });
});

it('writes nothing when it is interrupted while the old document is kept', async () => {
  const { clock, ports, ram, role, controller } = world();
  const reason = new ToolError('INTERRUPTED', 'interrupted');
  const saveBackup = async (): Promise<undefined> => {
    controller.abort(reason);
    return undefined;
  };
  const work = writeTrustPolicy(role, adding('mine'), { reason: 'test' }, { ...ports, saveBackup });
  expect(await errorOf(clock.run(work))).toBe(reason);
  expect(ram.calls).toEqual(['getRole']);
});

interface Simulation {
  lost: string[];
  rounds: number;
  seconds: number;
}

async function simulate(
  seed: number,
  writers: number,
  options: { latency: (random: () => number) => number; shared: boolean; loss?: number; lag?: number },
): Promise<Simulation> {
  const random = seededRandom(seed * 7919);
  const { clock, ram, role, ports, trusted } = world({ seed, latency: () => options.latency(random) });
  const started = clock.now();
  const history: { at: number; document: string }[] = [{ at: 0, document: role.trustPolicy }];
  ram.intercept = (call, proceed) => {
    const lost = call === 'updateTrustPolicy' && random() < (options.loss ?? 0);
    if (lost && random() < 0.5) throw networkError();
    const answer = proceed() as Role;
    if (call === 'updateTrustPolicy') history.push({ at: clock.now(), document: answer.trustPolicy });
    if (lost) throw networkError();
    if (call !== 'getRole' || options.lag === undefined) return answer;
    const asOf = clock.now() - random() * options.lag;
    return { ...answer, trustPolicy: history.findLast(({ at }) => at <= asOf)?.document };
  };
  const lock = options.shared ? queueLock() : noLock;
  const names = Array.from({ length: writers }, (_, index) => `sa-${index}`);
  await clock.run(
    Promise.all(
      names.map(async (name) => {
        await clock.sleep(random() * 100);
        await writeTrustPolicy(role, adding(name), { reason: 'test' }, { ...ports, withLock: lock });
      }),
    ),
  );
  const there = new Set(trusted());
  return {
    lost: ['foreign', ...names].filter((name) => !there.has(name)),
    rounds: ram.calls.filter((call) => call === 'updateTrustPolicy').length,
    seconds: (clock.now() - started) / 1000,
  };
}

describe('many writers at once', () => {
  const seeds = Array.from({ length: 60 }, (_, index) => index + 1);
  const steady = (): number => 30;
  const uneven = (random: () => number): number => 10 + random() * random() * 400;

  it.each([
    ['as from 20 machines, with steady answers', { latency: steady, shared: false }],
    ['as from 20 machines, with uneven answers', { latency: uneven, shared: false }],
    ['as from 20 machines, with every tenth answer lost', { latency: steady, shared: false, loss: 0.1 }],
    ['as from 20 machines, with reads that are up to 300 ms behind', { latency: steady, shared: false, lag: 300 }],
  ])('lose nothing: %s', async (_how, options) => {
    const runs = [];
    for (const seed of seeds) runs.push(await simulate(seed, 20, options));
    expect(runs.flatMap(({ lost }) => lost)).toEqual([]);
  });

  it('lose nothing on one machine, write once each, and are done in seconds', async () => {
    for (const seed of seeds.slice(0, 20)) {
      const run = await simulate(seed, 20, { latency: steady, shared: true });
      expect(run.lost).toEqual([]);
      expect(run.rounds).toBe(20);
      expect(run.seconds).toBeLessThan(10);
    }
  });

  it('find what a writer that never looks again has overwritten', async () => {
    for (const seed of seeds) {
      const random = seededRandom(seed);
      const { clock, ram, role, write, trusted } = world({ seed });
      const console = async (): Promise<void> => {
        await clock.sleep(random() * 200);
        const document = (await ram.getRole('r'))?.trustPolicy ?? '[]';
        await clock.sleep(random() * 1500);
        await ram.updateTrustPolicy(role.name, JSON.stringify([...namesIn(document), 'console']));
      };
      await clock.run(Promise.all([write(adding('mine')), console()]));
      expect(trusted()).toContain('mine');
      expect(trusted()).toContain('foreign');
    }
  });
});
