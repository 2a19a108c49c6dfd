/**
 * Changes the trust policy of a role that others may be changing at the same time.
 *
 * RAM keeps the last document it is sent and knows no versions, so whoever writes a document that was planned on an older
 * one undoes what came between. Writers that keep to the following lose nothing:
 *
 * 1. Under the role's lock on this machine: read, plan on what was read, write once, read back. Nothing but these three
 *    requests happens under the lock, so processes on one machine queue for a fraction of a second each.
 * 2. Without the lock: wait for the settle time, then read once more. It is longer than anybody takes from reading to
 *    writing, so whoever planned on a document from before our write has written by then. If our change is gone, start again.
 *
 * A write is never sent twice. Without an answer nobody knows whether it was done: read, plan and write anew.
 * A writer that does not look again can still lose its own change, but not ours.
 */
import type { RamPort, Role } from '../cloud/ports.ts';
import { CloudApiError, isApiError, messageOf, ToolError } from '../errors.ts';
import type { SaveBackup } from './backup.ts';
import type { WithLock } from './lock.ts';
import type { Clock, Report } from './report.ts';
import { isTransient, leftNoAnswer } from './transient.ts';

/** The document to write instead of this one; `undefined` when this one is as it should be. Pure; may throw. */
export type PlanTrustChange = (document: string) => string | undefined;

export interface TrustWritePorts {
  ram: Pick<RamPort, 'getRole' | 'updateTrustPolicy'>;
  withLock: WithLock;
  saveBackup: SaveBackup;
  report: Pick<Report, 'debug'>;
  clock: Clock;
  signal: AbortSignal;
}

export interface TrustWriteResult {
  /** False when the document was as it should be before anything was written. */
  changed: boolean;
  /** The document that was replaced first, or the one that was as it should be, verbatim. */
  before: string;
  /** The document as it was seen last, verbatim. */
  after: string;
  /** The file that keeps `before`; `null` when nothing was written or it could not be kept. */
  backup: string | null;
}

export interface TrustWriteOptions {
  /** Kept in the backup: `associate-role`. */
  reason: string;
  /** Hears of every write: that it was done, or (`sure` false) that it may have been. A refused one is none. */
  onWrite?: ((sure: boolean) => void) | undefined;
}

const MAX_ROUNDS = 10;
/** Shortest settle time. It grows with the latency that this writer sees, and is lengthened by up to a quarter. */
const SETTLE_MS = 2_000;
const SETTLE_WINDOWS = 4;
const LONGEST_SETTLE_MS = 20_000;
/** A document read longer ago than this is read again before it is planned on, unless reading always takes as long. */
const FRESH_MS = 1_000;
const READS_FOR_FRESHNESS = 3;
const FIRST_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 8_000;

type Attempt =
  /** The document is as it should be. `windowMs`: from asking for it to the end of the attempt. */
  { kind: 'there'; document: string; windowMs: number } | { kind: 'again'; why: string; error?: unknown };

/**
 * Brings the trust policy of `role` to where `plan` has nothing left to change, in at most 10 rounds.
 *
 * Throws `CONFLICT` when it kept being overwritten, `ROLE_NOT_FOUND` when the role is gone, `TRUST_POLICY_TOO_LONG`, the
 * API's refusal, and what `plan` throws (nothing is written then).
 */
export async function writeTrustPolicy(
  role: Pick<Role, 'name' | 'arn'>,
  plan: PlanTrustChange,
  options: TrustWriteOptions,
  ports: TrustWritePorts,
): Promise<TrustWriteResult> {
  const { report, clock, signal } = ports;
  const first: { before?: string; backup?: string } = {};
  const result = (after: string): TrustWriteResult => ({
    changed: first.before !== undefined,
    before: first.before ?? after,
    after,
    backup: first.backup ?? null,
  });

  /** Keeps the document that is about to be replaced, then replaces it. */
  const write = async (before: string, after: string): Promise<void> => {
    const backup = await ports.saveBackup({
      roleName: role.name,
      roleArn: role.arn,
      document: before,
      reason: options.reason,
    });
    if (first.before === undefined) {
      first.before = before;
      if (backup !== undefined) first.backup = backup;
    }
    signal.throwIfAborted();
    try {
      await ports.ram.updateTrustPolicy(role.name, after);
    } catch (error) {
      if (!(error instanceof CloudApiError) || leftNoAnswer(error)) options.onWrite?.(false);
      throw error;
    }
    options.onWrite?.(true);
  };

  let last: Attempt & { kind: 'again' } = { kind: 'again', why: '' };
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    signal.throwIfAborted();
    if (round > 0) await clock.sleep(pauseBefore(round, clock), signal);
    const attempt = await ports.withLock(role.arn, () => attemptWrite(role, plan, write, ports));
    if (attempt.kind === 'again') {
      last = attempt;
    } else {
      // What was never written here is looked after by whoever wrote it. What was written here and overwritten may be back
      // only because a third one read it in between, and goes again when somebody slower writes.
      if (first.before === undefined) return result(attempt.document);
      await clock.sleep(settleTime(attempt.windowMs, clock), signal);
      const { document } = await read(role, ports);
      if (plan(document) === undefined) return result(document);
      last = { kind: 'again', why: 'somebody else overwrote it' };
    }
    report.debug(`the trust policy of role ${role.name} is planned anew (round ${round + 1}): ${last.why}`);
  }
  if (last.error !== undefined) throw last.error;
  throw new ToolError(
    'CONFLICT',
    `the trust policy of role ${role.name} was overwritten by others ${MAX_ROUNDS} times in a row`,
    { hint: 'find out what else writes this trust policy, then run this command again' },
  );
}

async function attemptWrite(
  role: Pick<Role, 'name'>,
  plan: PlanTrustChange,
  write: (before: string, after: string) => Promise<void>,
  ports: TrustWritePorts,
): Promise<Attempt> {
  const { clock } = ports;
  const current = await readFresh(role, ports);
  const planned = plan(current.document);
  const windowMs = (): number => clock.now() - current.askedAt;
  if (planned === undefined) return { kind: 'there', document: current.document, windowMs: windowMs() };
  try {
    await write(current.document, planned);
  } catch (error) {
    if (isTransient(error)) return { kind: 'again', why: `no answer to the write: ${messageOf(error)}`, error };
    throw isTooLong(error) ? tooLong(role.name, planned, error) : error;
  }
  const writtenAfter = windowMs();
  const { document } = await read(role, ports);
  if (plan(document) !== undefined) return { kind: 'again', why: 'it was not there when it was read back' };
  return { kind: 'there', document, windowMs: writtenAfter };
}

async function read(role: Pick<Role, 'name'>, ports: TrustWritePorts): Promise<{ document: string; askedAt: number }> {
  ports.signal.throwIfAborted();
  const askedAt = ports.clock.now();
  const found = await ports.ram.getRole(role.name);
  if (found === undefined) {
    throw new ToolError('ROLE_NOT_FOUND', `role ${role.name} is gone: somebody deleted it meanwhile`);
  }
  return { document: found.trustPolicy, askedAt };
}

/** A process that was suspended between asking and planning (a closed lid, a busy machine) reads again. */
async function readFresh(role: Pick<Role, 'name'>, ports: TrustWritePorts): ReturnType<typeof read> {
  let current = await read(role, ports);
  for (let reads = 1; reads < READS_FOR_FRESHNESS && ports.clock.now() - current.askedAt > FRESH_MS; reads += 1) {
    current = await read(role, ports);
  }
  return current;
}

function settleTime(windowMs: number, clock: Clock): number {
  const longEnough = Math.min(Math.max(SETTLE_MS, SETTLE_WINDOWS * windowMs), LONGEST_SETTLE_MS);
  return longEnough * (1 + clock.random() / 4);
}

/** Writers that met once must not meet again: the pause is random over a span that doubles. */
function pauseBefore(round: number, clock: Clock): number {
  return FIRST_PAUSE_MS / 2 + clock.random() * Math.min(FIRST_PAUSE_MS * 2 ** round, LONGEST_PAUSE_MS);
}

function isTooLong(error: unknown): error is CloudApiError {
  return (
    isApiError(error, 'InvalidParameter.NewAssumeRolePolicyDocument.Length') ||
    isApiError(error, 'InvalidParameter.AssumeRolePolicyDocument.Length')
  );
}

/** RAM publishes no limit, so only its refusal tells. */
function tooLong(roleName: string, document: string, error: CloudApiError): CloudApiError {
  return new CloudApiError(
    `the trust policy of role ${roleName} would be ${document.length} characters long, which RAM refuses`,
    error.api,
    {
      code: 'TRUST_POLICY_TOO_LONG',
      cause: error,
      hint: "use a role of its own for some of the service accounts, or one statement with a '*' in the service account",
    },
  );
}
