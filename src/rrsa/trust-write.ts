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
import type { SaveBackup } from './backup.ts';
import { type Limiter, unlimited } from './limiter.ts';
import type { WithLock } from './lock.ts';
import type { Clock, Count, Report } from './report.ts';
import { RoleWriter } from './role-writer.ts';

/** The document to write instead of this one; `undefined` when this one is as it should be. Pure; may throw. */
export type PlanTrustChange = (document: string) => string | undefined;

export interface TrustWritePorts {
  ram: Pick<RamPort, 'getRole' | 'updateTrustPolicy'>;
  withLock: WithLock;
  saveBackup: SaveBackup;
  report: Pick<Report, 'debug'>;
  clock: Clock;
  signal: AbortSignal;
  /** Absent: all roles at once. */
  limiter?: Limiter | undefined;
}

/** A role, and what is to become of its trust policy. */
export interface TrustWrite {
  role: Pick<Role, 'name' | 'arn'>;
  plan: PlanTrustChange;
  /** As in `TrustWriteOptions`. */
  onWrite?: TrustWriteOptions['onWrite'];
}

export interface TrustBatchOptions {
  /** Kept in the backups: `apply`. */
  reason: string;
  /** Hears how far it is, often. */
  onProgress?: ((text: string, count: Count) => void) | undefined;
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

/** Shortest settle time. It grows with the latency that this writer sees, and is lengthened by up to a quarter. */
const SETTLE_MS = 2_000;
const SETTLE_WINDOWS = 4;
const LONGEST_SETTLE_MS = 20_000;

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
  const { reason, onWrite } = options;
  const [outcome] = await writeTrustPolicies([{ role, plan, onWrite }], { reason }, ports);
  if (outcome?.status !== 'fulfilled') throw outcome?.reason;
  return outcome.value;
}

/**
 * The same for many roles at once, each under its own lock. The settle time passes once for all of them together, as long
 * as nobody overwrites anything. What one role throws keeps no other from being written; the outcomes are in the order of
 * `items`. A role costs four requests: read, write, read back, second look.
 */
export async function writeTrustPolicies(
  items: readonly TrustWrite[],
  options: TrustBatchOptions,
  ports: TrustWritePorts,
): Promise<PromiseSettledResult<TrustWriteResult>[]> {
  const { clock, signal } = ports;
  const limiter = ports.limiter ?? unlimited;
  const writers = items.map((item) => new RoleWriter(item, options.reason, ports));
  const tell = (): void => {
    const there = writers.filter((writer) => writer.isSettled || writer.mayLookAgain).length;
    const total = writers.length;
    options.onProgress?.(`trust policies: ${there} of ${total} written`, { done: there, total });
  };
  for (let open = writers; open.length > 0; open = open.filter((writer) => !writer.isSettled)) {
    await Promise.all(
      open.map(async (writer) => {
        await writer.settle(() => writer.attempt(limiter));
        tell();
      }),
    );
    const written = open.filter((writer) => !writer.isSettled);
    if (written.length === 0) break;
    const windowMs = Math.max(...written.map((writer) => writer.windowMs));
    const done = written.length;
    options.onProgress?.(`trust policies: ${done} written, looking once more in a moment`, { done, total: done });
    const settled = clock.sleep(settleTime(windowMs, clock), signal);
    await Promise.all(
      written.map((writer) =>
        writer.settle(async () => {
          await settled;
          return writer.lookAgain(limiter);
        }),
      ),
    );
  }
  return writers.map((writer) => writer.outcome);
}

function settleTime(windowMs: number, clock: Clock): number {
  const longEnough = Math.min(Math.max(SETTLE_MS, SETTLE_WINDOWS * windowMs), LONGEST_SETTLE_MS);
  return longEnough * (1 + clock.random() / 4);
}
