import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ToolError } from '../../../src/errors.ts';
import type { Check, CheckStatus, Finding } from '../../../src/rrsa/doctor/check.ts';
import { runChecks } from '../../../src/rrsa/doctor/run.ts';
import { fakeClock } from '../../support/fake-clock.ts';

type Run = Check<undefined>['run'];

const check = (id: string, after: string[], run: Run): Check<undefined> => ({
  id,
  link: 'cluster',
  title: `the ${id}`,
  after,
  run,
});
const found = (status: CheckStatus): Finding => ({ status, message: status });
const gives = (id: string, finding: Finding | undefined, after: string[] = []) => check(id, after, async () => finding);
const throws = (id: string, error: unknown, after: string[] = []) =>
  check(id, after, async () => {
    throw error;
  });
const never = () => new Promise<undefined>(() => {});

function start(checks: Check<undefined>[], timeoutMs = 30_000) {
  const clock = fakeClock();
  const stop = new AbortController();
  const work = runChecks(checks, undefined, { timeoutMs, clock, signal: stop.signal });
  work.catch(() => {});
  return { clock, stop, work };
}

describe('runChecks', () => {
  it('gives the results in the order of the table, whatever order they end in', async () => {
    const { work } = start([
      check('slow', [], async () => {
        await new Promise((resolve) => setImmediate(resolve));
        return found('ok');
      }),
      gives('quick', found('warning')),
    ]);
    const { healthy, checks } = await work;
    expect(checks.map(({ id, status, title }) => [id, status, title])).toEqual([
      ['slow', 'ok', 'the slow'],
      ['quick', 'warning', 'the quick'],
    ]);
    expect(healthy).toBe(true);
  });

  it('runs at once what waits for nothing', async () => {
    let release = (): void => {};
    const met = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { work } = start([
      check('first', [], async () => {
        await met;
        return found('ok');
      }),
      check('second', [], async () => {
        release();
        return found('ok');
      }),
    ]);
    expect((await work).healthy).toBe(true);
  });

  it('skips what comes after a fault, and names the fault also further down', async () => {
    const { work } = start([
      gives('fault', found('fault')),
      gives('next', found('ok'), ['fault']),
      gives('last', found('ok'), ['next']),
      gives('other', found('ok')),
    ]);
    const { healthy, checks } = await work;
    expect(healthy).toBe(false);
    expect(checks.map(({ status, message }) => [status, message])).toEqual([
      ['fault', 'fault'],
      ['skipped', 'not looked at: fault comes first'],
      ['skipped', 'not looked at: fault comes first'],
      ['ok', 'ok'],
    ]);
  });

  it('goes on after a warning, after what had nothing to look at, and after what is in no table', async () => {
    const { work } = start([
      gives('warning', found('warning')),
      gives('nothing', undefined),
      gives('last', found('ok'), ['warning', 'nothing', 'unheard-of']),
    ]);
    expect((await work).checks.map(({ id, status }) => [id, status])).toEqual([
      ['warning', 'warning'],
      ['last', 'ok'],
    ]);
  });

  it('waits for a check that stands later in the table', async () => {
    const { work } = start([gives('early', found('ok'), ['late']), gives('late', found('fault'))]);
    expect((await work).checks.map(({ status }) => status)).toEqual(['skipped', 'fault']);
  });

  it('makes a fault of an error, with its hint as cure', async () => {
    const { work } = start([throws('broken', new ToolError('NETWORK', 'no answer', { hint: 'plug it in' }))]);
    expect((await work).checks).toEqual([
      { id: 'broken', link: 'cluster', title: 'the broken', status: 'fault', message: 'no answer', cure: 'plug it in' },
    ]);
  });

  it('tells how far it is and what it waits for', async () => {
    const told: (string | undefined)[] = [];
    const checks = [
      gives('first', found('fault')),
      gives('next', found('ok'), ['first']),
      { ...gives('elsewhere', found('ok')), concerns: () => false },
    ];
    await runChecks(checks, undefined, {
      timeoutMs: 30_000,
      clock: fakeClock(),
      signal: new AbortController().signal,
      onProgress: ({ done, total, waitingFor }) => told.push(`${done}/${total} ${waitingFor}`),
    });
    expect(told).toEqual(['0/2 first', '1/2 undefined', '2/2 undefined']);
  });

  it.each([
    [1, '1ms'],
    [4_000, '4s'],
    [90_000, '1m30s'],
  ])('names a limit of %d ms as it is written', async (timeoutMs, limit) => {
    const { work, clock } = start([check('slow', [], never)], timeoutMs);
    expect((await clock.run(work)).checks[0]?.message).toBe(`no answer within ${limit}`);
  });

  it('passes an interrupt and its own faults on', async () => {
    const interrupted = new ToolError('INTERRUPTED', 'stop');
    await expect(start([throws('a', interrupted), check('b', [], never)]).work).rejects.toBe(interrupted);
    const bug = new TypeError('bug');
    await expect(start([throws('a', bug), gives('b', found('ok'), ['a'])]).work).rejects.toBe(bug);
  });

  it('throws the reason as soon as it is stopped', async () => {
    const { stop, work } = start([check('a', [], never), gives('b', found('ok'), ['a'])]);
    const reason = new ToolError('INTERRUPTED', 'stop');
    stop.abort(reason);
    await expect(work).rejects.toBe(reason);
  });

  it('does not start when it was stopped before', async () => {
    const reason = new ToolError('INTERRUPTED', 'stop');
    const work = runChecks([], undefined, { timeoutMs: 1, clock: fakeClock(), signal: AbortSignal.abort(reason) });
    await expect(work).rejects.toBe(reason);
  });

  it('ends when the time is over: what has not ended is a fault, and is told to stop', async () => {
    let seen: AbortSignal | undefined;
    const { clock, work } = start(
      [
        gives('done', found('ok')),
        check('hangs', [], (_, signal) => {
          seen = signal;
          return never();
        }),
        gives('after', found('ok'), ['hangs']),
      ],
      1500,
    );
    const { healthy, checks } = await clock.run(work);
    expect(healthy).toBe(false);
    expect(checks.map(({ status, message }) => [status, message])).toEqual([
      ['ok', 'ok'],
      ['fault', 'no answer within 1500ms'],
      ['skipped', 'not looked at: hangs comes first'],
    ]);
    expect(checks[1]?.cure).toContain('--timeout');
    expect(seen?.aborted).toBe(true);
  });

  it('leaves no timer behind', async () => {
    const { clock, work } = start([gives('a', found('ok'))]);
    await work;
    await expect(clock.run(never())).rejects.toThrow('nothing is left');
  });

  it('runs a check exactly when nothing before it found a fault or was skipped', async () => {
    const nodes = fc.array(
      fc.record({
        finding: fc.option(fc.constantFrom<CheckStatus>('ok', 'fault', 'warning', 'skipped'), { nil: undefined }),
        before: fc.array(fc.nat(20), { maxLength: 3 }),
      }),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(nodes, async (rows) => {
        const ran = new Set<string>();
        const table = rows.map(({ finding, before }, index) =>
          check(`c${index}`, index === 0 ? [] : before.map((at) => `c${at % index}`), async () => {
            ran.add(`c${index}`);
            return finding && found(finding);
          }),
        );
        const { checks } = await start(table).work;
        const status = new Map(checks.map((result) => [result.id, result.status]));
        for (const { id, after } of table) {
          const isBlocked = after.some((before) => ['fault', 'skipped'].includes(status.get(before) ?? ''));
          expect(ran.has(id)).toBe(!isBlocked);
        }
        expect(checks.map(({ id }) => id)).toEqual(table.map(({ id }) => id).filter((id) => status.has(id)));
      }),
    );
  });
});
