import { formatDuration } from '../../duration.ts';
import { ToolError } from '../../errors.ts';
import type { Clock } from '../report.ts';
import type { Check, CheckResult, CheckStatus, Diagnosis, Finding } from './check.ts';

export interface RunOptions {
  /** Milliseconds for all checks together. */
  timeoutMs: number;
  clock: Pick<Clock, 'sleep'>;
  /** Ends everything; the reason is thrown. */
  signal: AbortSignal;
  /** Adds to an error what is known of its kind. Default: nothing. */
  explain?: ((error: ToolError) => ToolError) | undefined;
  /** Told of every start and end of a check. Default: nobody. */
  onProgress?: ((state: RunState) => void) | undefined;
}

/** How far a run is. */
export interface RunState {
  /** Checks that have ended or were skipped. */
  done: number;
  /** Checks that have anything to look at. */
  total: number;
  /** The id of the first check, in the order of the table, that is waited for. Absent between two. */
  waitingFor: string | undefined;
}

/** What became of a check: `undefined` when it had nothing to look at. */
type Outcome = { result: CheckResult; skippedAfter?: string } | undefined;

/**
 * Runs every check as soon as those before it have ended, many at once, and gives the results in the order of `checks`.
 *
 * A check that waits for one that found a fault, or was skipped, is skipped and names the first of them. One that waits
 * for a check that is not in `checks`, or had nothing to look at, does not wait. A `ToolError` is a fault of the check
 * that threw it, its hint the cure. What has not ended when the time is over is a fault, and nothing is waited for.
 *
 * Throws the signal's reason, `INTERRUPTED` of a check, and whatever is no `ToolError`: a fault of this tool.
 */
export async function runChecks<Patient>(
  checks: readonly Check<Patient>[],
  patient: Patient,
  { timeoutMs, clock, signal, explain = (error) => error, onProgress = () => {} }: RunOptions,
): Promise<Diagnosis> {
  signal.throwIfAborted();
  const over = new AbortController();
  const ended = new AbortController();
  const checkSignal = AbortSignal.any([signal, over.signal]);
  const deadline = clock.sleep(timeoutMs, AbortSignal.any([signal, ended.signal])).then(() => {
    const noAnswer = noAnswerWithin(timeoutMs);
    over.abort(noAnswer);
    throw noAnswer;
  });
  // It is rejected when everything has ended, too.
  deadline.catch(() => {});

  const concerned = checks.filter((check) => check.concerns?.(patient) !== false);
  const running = new Set<string>();
  let done = 0;
  const tell = (): void => {
    const waitingFor = concerned.find(({ id }) => running.has(id))?.id;
    onProgress({ done, total: concerned.length, waitingFor });
  };
  const known = new Map(checks.map((check) => [check.id, check]));
  const outcomes = new Map<string, Promise<Outcome>>();
  const start = (check: Check<Patient>): Promise<Outcome> => {
    const outcome = outcomes.get(check.id) ?? counted(check);
    outcomes.set(check.id, outcome);
    return outcome;
  };
  const counted = async (check: Check<Patient>): Promise<Outcome> => {
    if (!concerned.includes(check)) return undefined;
    try {
      return await outcomeOf(check);
    } finally {
      running.delete(check.id);
      done += 1;
      tell();
    }
  };
  const outcomeOf = async (check: Check<Patient>): Promise<Outcome> => {
    const before = await Promise.all(check.after.flatMap((id) => known.get(id) ?? []).map(start));
    const obstacle = before.find((outcome) => outcome !== undefined && blockers.has(outcome.result.status));
    if (obstacle !== undefined) {
      // Of a row of skipped checks the first is named: that is where the trouble is.
      const first = obstacle.skippedAfter ?? obstacle.result.id;
      const message = `not looked at: ${first} comes first`;
      return { result: asResult(check, { status: 'skipped', message }), skippedAfter: first };
    }
    running.add(check.id);
    tell();
    const work = (async () => check.run(patient, checkSignal))();
    work.catch(() => {});
    try {
      const finding = await Promise.race([work, deadline]);
      return finding && { result: asResult(check, finding) };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      return { result: asResult(check, toFault(error, explain)) };
    }
  };

  try {
    const results = (await Promise.all(checks.map(start))).flatMap((outcome) => outcome?.result ?? []);
    return { healthy: results.every(({ status }) => status !== 'fault'), checks: results };
  } finally {
    ended.abort();
  }
}

const blockers: ReadonlySet<CheckStatus> = new Set(['fault', 'skipped']);

function asResult({ id, link, title }: Omit<Check<never>, 'run'>, finding: Finding): CheckResult {
  return { id, link, title, ...finding };
}

function toFault(error: unknown, explain: (error: ToolError) => ToolError): Finding {
  if (!(error instanceof ToolError) || error.code === 'INTERRUPTED') throw error;
  const { message, hint } = explain(error);
  return { status: 'fault', message, cure: hint };
}

function noAnswerWithin(timeoutMs: number): ToolError {
  const limit = timeoutMs % 1000 === 0 ? formatDuration(timeoutMs / 1000) : `${timeoutMs}ms`;
  return new ToolError('TIMED_OUT', `no answer within ${limit}`, {
    hint: 'look at the network and its proxies, or give it longer with --timeout',
  });
}
