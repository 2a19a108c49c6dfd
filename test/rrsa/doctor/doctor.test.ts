import { describe, expect, it } from 'vitest';
import { ToolError } from '../../../src/errors.ts';
import type { Check, Finding } from '../../../src/rrsa/doctor/check.ts';
import { type DoctorOptions, doctor } from '../../../src/rrsa/doctor/doctor.ts';
import type { Confirm } from '../../../src/rrsa/report.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { agree, errorOf, mustNotAsk, recordingReport } from '../fakes.ts';

interface Ward {
  labelled: boolean;
  installed: boolean;
  log: string[];
}

/** A check of one thing that is so or not. */
function mendable(id: 'labelled' | 'installed', ward: Ward, fail?: Error): Check<Ward> {
  const fix = {
    title: `make it ${id}`,
    async run() {
      ward.log.push(`mend ${id}`);
      if (fail !== undefined) throw fail;
      ward[id] = true;
    },
  };
  const finding = (patient: Ward): Finding =>
    patient[id] ? { status: 'ok', message: `it is ${id}` } : { status: 'fault', message: `it is not ${id}`, fix };
  return { id, link: 'pod', title: id, after: [], run: async (patient) => finding(patient) };
}

const lost: Check<Ward> = {
  id: 'lost',
  link: 'STS',
  title: 'lost',
  after: [],
  run: async () => ({ status: 'fault', message: 'lost', cure: 'find it' }),
};

function setUp(options: Partial<DoctorOptions>, fail?: Error, confirm: Confirm = agree) {
  const ward: Ward = { labelled: false, installed: false, log: [] };
  const report = recordingReport();
  const stop = new AbortController();
  const admit = () => {
    ward.log.push('look');
    return ward;
  };
  const run = (table = [mendable('installed', ward, fail), mendable('labelled', ward)]) =>
    doctor(
      table,
      { timeoutMs: 1000, fix: true, dryRun: false, ...options },
      { admit, report, clock: fakeClock(), signal: stop.signal, confirm },
    );
  return { ward, report, stop, run };
}

describe('doctor', () => {
  it('only looks, unless it is told to mend', async () => {
    const { ward, run } = setUp({ fix: false }, undefined, mustNotAsk);
    expect((await run()).healthy).toBe(false);
    expect(ward.log).toEqual(['look']);
  });

  it('says what it waits for, as one count of many', async () => {
    const { report, run } = setUp({ fix: false });
    await run();
    expect(report.progressTexts[0]).toBe('looking at the whole chain');
    expect(report.progressTexts).toContain('checks: 0 of 2 done, waiting for installed');
    expect(report.progressCounts.length).toBe(report.progressTexts.length);
  });

  it('shows what it would do, asks once, does it in the order of the table, and gives what it finds then', async () => {
    const questions: string[] = [];
    const { ward, report, run } = setUp({}, undefined, async (question) => void questions.push(question));
    const diagnosis = await run();
    expect(diagnosis.healthy).toBe(true);
    expect(diagnosis.checks.map(({ message }) => message)).toEqual(['it is installed', 'it is labelled']);
    expect(ward.log).toEqual(['look', 'mend installed', 'mend labelled', 'look']);
    expect(questions).toEqual(['Do these 2 things?']);
    expect(report.changes).toEqual([
      {
        summary: 'mend what was found',
        notes: ['make it installed: it is not installed', 'make it labelled: it is not labelled'],
      },
    ]);
  });

  it('changes nothing and asks nothing on a dry run', async () => {
    const { ward, report, run } = setUp({ dryRun: true }, undefined, mustNotAsk);
    expect((await run()).healthy).toBe(false);
    expect(ward.log).toEqual(['look']);
    expect(report.changes).toHaveLength(1);
  });

  it('changes nothing when it is declined', async () => {
    const declined = new ToolError('DECLINED', 'no');
    const { ward, run } = setUp({}, undefined, () => Promise.reject(declined));
    expect(await errorOf(run())).toBe(declined);
    expect(ward.log).toEqual(['look']);
  });

  it('asks nothing where nothing can be mended', async () => {
    const { report, run } = setUp({}, undefined, mustNotAsk);
    expect((await run([lost])).healthy).toBe(false);
    expect(report.lines).toEqual(['info: nothing of this can be mended from here; follow the cures']);
    expect((await run([])).healthy).toBe(true);
    expect(report.lines).toHaveLength(1);
  });

  it('warns of what it could not mend, and mends the rest', async () => {
    const { ward, report, run } = setUp({}, new ToolError('NETWORK', 'no answer'));
    const { checks } = await run();
    expect(checks.map(({ status }) => status)).toEqual(['fault', 'ok']);
    expect(report.lines).toEqual(['warn: could not make it installed: no answer']);
    expect(ward.log).toEqual(['look', 'mend installed', 'mend labelled', 'look']);
  });

  it('stops when it is interrupted, and says what was done', async () => {
    const interrupted = new ToolError('INTERRUPTED', 'stop');
    const { ward, report, run } = setUp({}, interrupted);
    expect(await errorOf(run([mendable('labelled', ward), mendable('installed', ward, interrupted)]))).toBe(
      interrupted,
    );
    expect(report.lines).toEqual(['warn: done before it stopped: make it labelled']);
  });
});
