import { describe, expect, it } from 'vitest';
import { ToolError } from '../../src/errors.ts';
import { createLimiter } from '../../src/rrsa/limiter.ts';
import { type PlanTrustChange, type TrustWritePorts, writeTrustPolicies } from '../../src/rrsa/trust-write.ts';
import { fakeClock, seededRandom } from '../support/fake-clock.ts';
import { apiError, fakeRam, networkError, noLock, queueLock, recordingReport, sharedController } from './fakes.ts';

const namesIn = (document: string): string[] => JSON.parse(document) as string[];
const adding =
  (...names: string[]): PlanTrustChange =>
  (document) => {
    const missing = names.filter((name) => !namesIn(document).includes(name));
    return missing.length === 0 ? undefined : JSON.stringify([...namesIn(document), ...missing]);
  };

function world(roles: number, options: { seed?: number; latency?: () => number } = {}) {
  const clock = fakeClock({ random: seededRandom(options.seed ?? 1) });
  const ram = fakeRam(clock, options.latency ?? (() => 30));
  const names = Array.from({ length: roles }, (_, index) => `r${index}`);
  for (const name of names) ram.addRole(name, '["foreign"]');
  const controller = sharedController();
  const report = recordingReport();
  const ports: TrustWritePorts = {
    ram,
    withLock: noLock,
    saveBackup: async ({ roleName }) => `/backups/${roleName}.json`,
    report,
    clock,
    signal: controller.signal,
  };
  const items = names.map((name) => ({ role: { name, arn: `acs:ram::1:role/${name}` }, plan: adding('mine') }));
  const trusted = (name: string): string[] => namesIn(ram.roles.get(name)?.trustPolicy ?? '[]');
  const calls = (name: string): number => ram.calls.filter((call) => call === name).length;
  return { clock, ram, names, items, ports, trusted, calls, controller };
}

describe('the write of many trust policies', () => {
  it('takes four requests a role, and waits for the settle time once for all together', async () => {
    const { clock, ram, items, ports, trusted, names } = world(20);
    const started = clock.now();
    const outcomes = await clock.run(writeTrustPolicies(items, { reason: 'apply' }, ports));
    expect(ram.calls).toHaveLength(4 * 20);
    expect(names.map(trusted)).toEqual(names.map(() => ['foreign', 'mine']));
    expect(outcomes[3]).toEqual({
      status: 'fulfilled',
      value: { changed: true, before: '["foreign"]', after: '["foreign","mine"]', backup: '/backups/r3.json' },
    });
    expect(clock.sleeps.filter((ms) => ms >= 2000)).toHaveLength(1);
    expect(clock.now() - started).toBeLessThan(3000);
  });

  it('does nothing for no role', async () => {
    const { clock, ports, ram } = world(0);
    expect(await clock.run(writeTrustPolicies([], { reason: 'apply' }, ports))).toEqual([]);
    expect(ram.calls).toEqual([]);
    expect(clock.sleeps).toEqual([]);
  });

  it('writes the others when one fails, and says which', async () => {
    const { clock, ram, items, ports, trusted, names } = world(4);
    ram.roles.delete('r1');
    const refusal = apiError('NoPermission', 403);
    let writes = 0;
    ram.intercept = (call, proceed) => {
      if (call === 'updateTrustPolicy' && writes++ === 0) throw refusal;
      return proceed();
    };
    const outcomes = await clock.run(writeTrustPolicies(items, { reason: 'apply' }, ports));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled', 'fulfilled']);
    expect(outcomes[0]).toMatchObject({ reason: refusal });
    expect(outcomes[1]).toMatchObject({ reason: { code: 'ROLE_NOT_FOUND' } });
    expect([names[2], names[3]].map((name) => trusted(name ?? ''))).toEqual([
      ['foreign', 'mine'],
      ['foreign', 'mine'],
    ]);
  });

  it('writes only what was overwritten once more', async () => {
    const { clock, ram, items, ports, trusted, names, calls } = world(5);
    const role = ram.roles.get('r2');
    clock.at(clock.now() + 1500, () => {
      if (role !== undefined) ram.roles.set('r2', { ...role, trustPolicy: '["foreign","console"]' });
    });
    await clock.run(writeTrustPolicies(items, { reason: 'apply' }, ports));
    expect(calls('updateTrustPolicy')).toBe(6);
    expect(trusted('r2')).toEqual(['foreign', 'console', 'mine']);
    expect(names.filter((name) => !trusted(name).includes('mine'))).toEqual([]);
  });

  it('gets through throttling and lost answers with a limiter, and loses nothing', async () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const { clock, ram, items, ports, trusted, names, controller } = world(20, { seed });
      const random = seededRandom(seed * 31);
      ram.intercept = (call, proceed) => {
        if (random() < 0.1) throw apiError('Throttling.User', 400);
        const answer = proceed();
        if (call === 'updateTrustPolicy' && random() < 0.1) throw networkError();
        return answer;
      };
      const limiter = createLimiter({ clock, signal: controller.signal, report: ports.report }, { atOnce: 4 });
      const outcomes = await clock.run(writeTrustPolicies(items, { reason: 'apply' }, { ...ports, limiter }));
      expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
      expect(names.filter((name) => !trusted(name).includes('mine') || !trusted(name).includes('foreign'))).toEqual([]);
    }
  });

  it('loses nothing when batches and single writers meet on the same roles', async () => {
    for (let seed = 1; seed <= 30; seed += 1) {
      const { clock, items, ports, trusted, names } = world(3, { seed });
      const batches = ['a', 'b'].map((batch) =>
        writeTrustPolicies(
          items.map((item) => ({ ...item, plan: adding(`${batch}-1`, `${batch}-2`) })),
          { reason: 'apply' },
          { ...ports, withLock: seed % 2 === 0 ? noLock : queueLock() },
        ),
      );
      const singles = Array.from({ length: 10 }, (_, index) =>
        writeTrustPolicies(
          items.slice(0, 1).map((item) => ({ ...item, plan: adding(`single-${index}`) })),
          { reason: 'associate-role' },
          ports,
        ),
      );
      await clock.run(Promise.all([...batches, ...singles]));
      for (const name of names) {
        expect(trusted(name)).toEqual(expect.arrayContaining(['foreign', 'a-1', 'a-2', 'b-1', 'b-2']));
      }
      expect(trusted('r0')).toHaveLength(1 + 4 + 10);
    }
  });

  it.each([0, 50, 100, 1000])('ends with the reason when it is interrupted after %d ms', async (after) => {
    const { clock, items, ports, controller } = world(5);
    const reason = new ToolError('INTERRUPTED', 'interrupted');
    clock.at(clock.now() + after, () => controller.abort(reason));
    const outcomes = await clock.run(writeTrustPolicies(items, { reason: 'apply' }, ports));
    expect(outcomes.every((outcome) => outcome.status === 'rejected' && outcome.reason === reason)).toBe(true);
  });
});
