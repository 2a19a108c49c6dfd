import type { Role } from '../cloud/ports.ts';
import { CloudApiError, messageOf, ToolError } from '../errors.ts';
import type { Limiter } from './limiter.ts';
import type { Clock } from './report.ts';
import { isTooLong, tooLong } from './too-long.ts';
import { isThrottled, isTransient, leftNoAnswer } from './transient.ts';
import type { PlanTrustChange, TrustWrite, TrustWritePorts, TrustWriteResult } from './trust-write.ts';

const MAX_ROUNDS = 10;
/** A document read longer ago than this is read again before it is planned on, unless reading always takes as long. */
const FRESH_MS = 1_000;
const READS_FOR_FRESHNESS = 3;
const FIRST_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 8_000;

type Attempt =
  /** The document is as it should be. `windowMs`: from asking for it to the end of the attempt. */
  { kind: 'there'; document: string; windowMs: number } | { kind: 'again'; why: string; error?: unknown };

/** One role on its way through the rounds. */
export class RoleWriter {
  readonly #item: TrustWrite;
  readonly #reason: string;
  readonly #ports: TrustWritePorts;
  #first: { before?: string; backup?: string } = {};
  #rounds = 0;
  #last: Attempt & { kind: 'again' } = { kind: 'again', why: '' };
  #outcome: PromiseSettledResult<TrustWriteResult> | undefined;
  /** From reading to writing, in the last attempt that wrote. */
  windowMs = 0;
  /** It is as it should be, and was written here. */
  mayLookAgain = false;

  constructor(item: TrustWrite, reason: string, ports: TrustWritePorts) {
    this.#item = item;
    this.#reason = reason;
    this.#ports = ports;
  }

  get isSettled(): boolean {
    return this.#outcome !== undefined;
  }

  get outcome(): PromiseSettledResult<TrustWriteResult> {
    return this.#outcome ?? { status: 'rejected', reason: new Error('the outcome was asked for too early') };
  }

  /** Takes a step; a result or an error of it is the outcome, and `undefined` means that there is more to do. */
  async settle(step: () => Promise<TrustWriteResult | undefined>): Promise<void> {
    try {
      const value = await step();
      if (value !== undefined) this.#outcome = { status: 'fulfilled', value };
    } catch (reason) {
      this.#outcome = { status: 'rejected', reason };
    }
  }

  /** Goes on until the document is as it should be. Gives a result where nothing was written here. */
  async attempt(limiter: Limiter): Promise<TrustWriteResult | undefined> {
    const { clock, signal, withLock } = this.#ports;
    const { role, plan } = this.#item;
    const write = (before: string, after: string): Promise<void> => this.#write(before, after);
    this.mayLookAgain = false;
    for (; this.#rounds < MAX_ROUNDS; this.#planAnew()) {
      signal.throwIfAborted();
      if (this.#rounds > 0) await clock.sleep(pauseBefore(this.#rounds, clock), signal);
      const attempt = await limiter.run(() => withLock(role.arn, () => attemptWrite(role, plan, write, this.#ports)));
      if (attempt.kind === 'again') {
        if (isThrottled(attempt.error)) limiter.slowDown();
        this.#last = attempt;
        continue;
      }
      // What was never written here is looked after by whoever wrote it. What was written here and overwritten may be back
      // only because a third one read it in between, and goes again when somebody slower writes.
      if (this.#first.before === undefined) return this.#result(attempt.document);
      this.windowMs = attempt.windowMs;
      this.mayLookAgain = true;
      return undefined;
    }
    throw (
      this.#last.error ??
      new ToolError(
        'CONFLICT',
        `the trust policy of role ${role.name} was overwritten by others ${MAX_ROUNDS} times in a row`,
        { hint: 'find out what else writes this trust policy, then run this command again' },
      )
    );
  }

  /** The second look, after the settle time. `undefined` when somebody overwrote it. */
  async lookAgain(limiter: Limiter): Promise<TrustWriteResult | undefined> {
    const { document } = await limiter.run(() => read(this.#item.role, this.#ports));
    if (this.#item.plan(document) === undefined) return this.#result(document);
    this.#last = { kind: 'again', why: 'somebody else overwrote it' };
    this.#planAnew();
    return undefined;
  }

  #planAnew(): void {
    this.#rounds += 1;
    const { name } = this.#item.role;
    this.#ports.report.debug(
      `the trust policy of role ${name} is planned anew (round ${this.#rounds}): ${this.#last.why}`,
    );
  }

  #result(after: string): TrustWriteResult {
    const { before, backup } = this.#first;
    return { changed: before !== undefined, before: before ?? after, after, backup: backup ?? null };
  }

  /** Keeps the document that is about to be replaced, then replaces it. */
  async #write(before: string, after: string): Promise<void> {
    const { ram, saveBackup, signal } = this.#ports;
    const { role, onWrite } = this.#item;
    const backup = await saveBackup({
      roleName: role.name,
      roleArn: role.arn,
      document: before,
      reason: this.#reason,
    });
    if (this.#first.before === undefined) {
      this.#first.before = before;
      if (backup !== undefined) this.#first.backup = backup;
    }
    signal.throwIfAborted();
    try {
      await ram.updateTrustPolicy(role.name, after);
    } catch (error) {
      if (!(error instanceof CloudApiError) || leftNoAnswer(error)) onWrite?.(false);
      throw error;
    }
    onWrite?.(true);
  }
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

/** Writers that met once must not meet again: the pause is random over a span that doubles. */
function pauseBefore(round: number, clock: Clock): number {
  return FIRST_PAUSE_MS / 2 + clock.random() * Math.min(FIRST_PAUSE_MS * 2 ** round, LONGEST_PAUSE_MS);
}
