import { messageOf, ToolError } from '../../errors.ts';
import { reportHalfDone } from '../half-done.ts';
import type { Clock, Confirm, Report } from '../report.ts';
import type { Check, Diagnosis, Fix } from './check.ts';
import { type RunState, runChecks } from './run.ts';

export interface DoctorOptions {
  /** Milliseconds for one look at everything; mending has time of its own. */
  timeoutMs: number;
  /** Mend what can be mended, and look again. */
  fix: boolean;
  /** With `fix`: only say what would be done. */
  dryRun: boolean;
}

export interface DoctorPorts<Patient> {
  /** A patient of whom nothing is known yet. */
  admit(): Patient;
  report: Report;
  confirm: Confirm;
  clock: Clock;
  signal: AbortSignal;
  /** See `RunOptions`. */
  explain?: ((error: ToolError) => ToolError) | undefined;
}

/**
 * Looks for what keeps pods from their credentials; with `fix` asks once, does what mends it in the order of the chain,
 * and gives what a second look found. A mend that fails is warned of, and keeps the others from nothing.
 *
 * Throws what `runChecks` and `confirm` throw.
 */
export async function doctor<Patient>(
  checks: readonly Check<Patient>[],
  { timeoutMs, fix, dryRun }: DoctorOptions,
  { admit, report, confirm, clock, signal, explain }: DoctorPorts<Patient>,
): Promise<Diagnosis> {
  const look = async (): Promise<Diagnosis> => {
    const progress = report.progress('looking at the whole chain', { done: 0 });
    const onProgress = ({ done, total, waitingFor }: RunState): void => {
      if (waitingFor === undefined) return;
      progress.update(`checks: ${done} of ${total} done, waiting for ${waitingFor}`, { done, total });
    };
    try {
      return await runChecks(checks, admit(), { timeoutMs, clock, signal, explain, onProgress });
    } finally {
      progress.stop();
    }
  };
  const first = await look();
  if (!fix) return first;
  const mends = first.checks.flatMap(({ fix: mend, message }) => (mend === undefined ? [] : [{ mend, message }]));
  if (mends.length === 0) {
    if (!first.healthy) report.info('nothing of this can be mended from here; follow the cures');
    return first;
  }
  const notes = mends.map(({ mend, message }) => `${mend.title}: ${message}`);
  report.show({ summary: 'mend what was found', notes });
  if (dryRun) return first;
  await confirm(mends.length === 1 ? 'Do this?' : `Do these ${mends.length} things?`);
  const fixes = mends.map(({ mend }) => mend);
  await reportHalfDone(report, (done) => mendAll(fixes, done, { report, signal }));
  return look();
}

async function mendAll(
  fixes: readonly Fix[],
  done: string[],
  { report, signal }: Pick<DoctorPorts<never>, 'report' | 'signal'>,
): Promise<void> {
  for (const { title, run } of fixes) {
    signal.throwIfAborted();
    try {
      await run();
      done.push(title);
    } catch (error) {
      if (signal.aborted || !(error instanceof ToolError) || error.code === 'INTERRUPTED') throw error;
      report.warn(`could not ${title}: ${messageOf(error)}`);
    }
  }
}
