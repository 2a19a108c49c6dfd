import { messageOf, ToolError } from '../errors.ts';
import type { Clock } from '../rrsa/report.ts';
import type { Broker, BrokerConnection } from './broker.ts';
import type { UserCredentials } from './user-credentials.ts';

/** A user name and a password, and until when they are good; absent when that is not known. */
export type Login = UserCredentials & { expiration?: Date | undefined };

export interface ConnectionsOptions {
  broker: Broker;
  /** `renew`: with credentials that were not used before. */
  login: (ask: { renew: boolean }) => Promise<Login>;
  /** Does to a new connection what has to be done before it is used; one that it fails for is closed. */
  prepare: (connection: BrokerConnection) => Promise<void>;
  /** Milliseconds after which a connection is replaced. Absent: after two thirds of the life of its credentials. */
  refreshMs: number | undefined;
  clock: Clock;
  /** Ends every waiting and trying again. */
  signal: AbortSignal;
  log: { debug(message: string): void; info(message: string): void; warn(message: string): void };
}

export interface Connections {
  /** How often connecting, or renewing, failed. */
  readonly errors: number;
  /** Connections after the first. */
  readonly reconnects: number;
  /**
   * The connection to use next. Starts the replacing of one that is due, in the background: the old one is used until
   * the new one stands, then it is closed in order. One that has ended is replaced at once, and tried again until
   * `deadline` (milliseconds since the epoch); then, and for the first connection, it throws what went wrong.
   */
  current(deadline: number): Promise<BrokerConnection>;
  /** The connection at hand, if it is still open. */
  atHand(): BrokerConnection | undefined;
  /** Starts no more renewals. Resolves when none is under way. */
  stopRenewing(): Promise<void>;
  /** Closes all of them. */
  close(): Promise<void>;
}

const shortestPauseMs = 200;
const longestPauseMs = 2_000;

export function createConnections(options: ConnectionsOptions): Connections {
  const { broker, login, prepare, refreshMs, clock, signal, log } = options;
  let held: BrokerConnection | undefined;
  let successor: BrokerConnection | undefined;
  let replacing: Promise<void> | undefined;
  let refreshAt = Number.POSITIVE_INFINITY;
  let isRenewing = true;
  const retiring = new Set<Promise<void>>();
  let errors = 0;
  let opened = 0;

  const open = async (renew: boolean): Promise<BrokerConnection> => {
    const { expiration, ...words } = await login({ renew });
    const connection = await broker.connect(words);
    try {
      await prepare(connection);
    } catch (error) {
      await connection.close();
      throw error;
    }
    opened += 1;
    const lifeMs = expiration === undefined ? Number.POSITIVE_INFINITY : (expiration.getTime() - clock.now()) * (2 / 3);
    refreshAt = clock.now() + (refreshMs ?? Math.max(lifeMs, 1_000));
    return connection;
  };

  const retire = (connection: BrokerConnection | undefined): void => {
    if (connection === undefined) return;
    const closing = connection.close().finally(() => retiring.delete(closing));
    retiring.add(closing);
  };

  const replace = async (): Promise<void> => {
    refreshAt = Number.POSITIVE_INFINITY;
    try {
      successor = await open(true);
    } catch (error) {
      if (signal.aborted || !isRenewing) return;
      errors += 1;
      log.warn(`the connection could not be renewed, the old one is kept: ${messageOf(error)}`);
      refreshAt = clock.now() + Math.min(refreshMs ?? longestPauseMs, longestPauseMs);
    } finally {
      replacing = undefined;
    }
  };

  const takeOver = (): void => {
    if (successor === undefined) return;
    retire(held);
    held = successor;
    successor = undefined;
    log.debug('the connection was renewed');
  };

  const reopen = async (deadline: number): Promise<BrokerConnection> => {
    let renew = true;
    for (let failures = 0; ; failures += 1) {
      signal.throwIfAborted();
      try {
        const connection = await open(renew);
        log.info(failures === 0 ? 'connected again' : `connected again after ${failures} failed attempt(s)`);
        return connection;
      } catch (error) {
        if (signal.aborted || !(error instanceof ToolError)) throw error;
        errors += 1;
        if (failures === 0) log.warn(`the broker is away: ${messageOf(error)}`);
        else log.debug(messageOf(error));
        renew = error.code === 'CREDENTIALS_REFUSED';
        const pause = Math.min(shortestPauseMs * 2 ** Math.min(failures, 10), longestPauseMs);
        if (clock.now() + pause > deadline) throw error;
        await clock.sleep(pause, signal);
      }
    }
  };

  return {
    get errors() {
      return errors;
    },
    get reconnects() {
      return Math.max(0, opened - 1);
    },
    async current(deadline) {
      if (held === undefined) {
        held = await open(false);
        return held;
      }
      if (!held.isOpen) await replacing;
      takeOver();
      if (!held.isOpen) {
        retire(held);
        held = await reopen(deadline);
      }
      if (isRenewing && replacing === undefined && clock.now() >= refreshAt) replacing = replace();
      return held;
    },
    atHand() {
      takeOver();
      return held?.isOpen ? held : undefined;
    },
    async stopRenewing() {
      isRenewing = false;
      await replacing;
    },
    async close() {
      retire(successor);
      retire(held);
      successor = undefined;
      held = undefined;
      await Promise.all(retiring);
    },
  };
}
