import { messageOf, ToolError } from '../errors.ts';
import type { Clock } from '../rrsa/report.ts';
import type { Broker, BrokerConnection, QueueFacts, TakenMessage } from './broker.ts';
import { createConnections, type Login } from './connections.ts';
import { MessageLedger, type PingSummary } from './message-ledger.ts';

export interface PingInput {
  /** The name of the queue, and whether it is the ping's own, which is deleted at the end. */
  queue: { name: string; isOwn: boolean };
  /** Use a queue that holds messages or has consumers. */
  allowExisting: boolean;
  /** Empty for the default exchange. Another one must exist; the own queue is bound to it, a named one must be. */
  exchange: string;
  /** Milliseconds for which messages are sent. Absent: one message. */
  durationMs?: number | undefined;
  /** Milliseconds from one message to the next. */
  intervalMs: number;
  /** Milliseconds after which the connection is replaced. Absent: after two thirds of the life of its credentials. */
  refreshMs?: number | undefined;
  /** A word that no other ping has. */
  run: string;
}

export interface PingPorts {
  broker: Broker;
  login: (ask: { renew: boolean }) => Promise<Login>;
  clock: Clock;
  /** Ends the ping: it then says how far it came. */
  signal: AbortSignal;
  log: { debug(message: string): void; info(message: string): void; warn(message: string): void };
  /** Hears after every round how many messages were sent and received. */
  progress?: ((sent: number, received: number) => void) | undefined;
}

/** How long a message may take to come back when no more are sent, in milliseconds. */
const settleMs = 15_000;
/** The same, and the tidying up, after an interruption: the process has a second left. */
const interruptedRoundMs = 250;
const interruptedTidyMs = 500;
const pauseMs = 200;
/** More messages of others than this are not set aside while ours is looked for. */
const mostOthers = 1_000;

/**
 * Sends messages through a queue and takes them back, one at a time, while the connection is renewed with fresh
 * credentials, and made again when the broker drops it. Takes nothing that is not its own: messages of others are put
 * back. A message whose fate is unknown after a drop is looked for first, and sent again only when it is not there.
 * An interruption ends it early; the summary is given all the same.
 * @throws ToolError what kept it from starting: the first connection, the queue, the exchange. `CONFLICT` for a queue
 * in use.
 */
export async function ping(input: PingInput, ports: PingPorts): Promise<PingSummary> {
  const { queue, exchange, durationMs, intervalMs, run } = input;
  const { clock, signal, log } = ports;
  const ledger = new MessageLedger(run);
  let errors = 0;
  let isDeclared = false;
  const connections = createConnections({ ...ports, refreshMs: input.refreshMs, prepare });
  const ended = new AbortController();

  async function prepare(connection: BrokerConnection): Promise<void> {
    if (exchange !== '') await connection.checkExchange(exchange);
    const facts = await connection.declareQueue(queue.name);
    if (!isDeclared) checkQueue(input, facts);
    isDeclared = true;
    if (exchange !== '' && queue.isOwn) await connection.bindQueue(queue.name, exchange);
  }

  /** Takes what is in the queue, until nothing is outstanding; with `all` until it is empty. */
  async function collect(connection: BrokerConnection, all: boolean): Promise<void> {
    const others: TakenMessage[] = [];
    try {
      while ((all || ledger.outstanding > 0) && others.length < mostOthers) {
        const message = await connection.get(queue.name);
        if (message === undefined) return;
        const number = ledger.numberOf(message.id);
        if (number === undefined) others.push(message);
        else {
          connection.acknowledge(message);
          ledger.receive(number);
        }
      }
    } finally {
      for (const message of others) connection.putBack(message);
    }
  }

  /** One look at the queue, and a message: the one that is not confirmed yet, else a new one if there is to be one. */
  async function round(deadline: number, isNew: boolean): Promise<void> {
    const connection = await connections.current(deadline);
    if (ledger.unconfirmed !== undefined) await collect(connection, true);
    const number = ledger.unconfirmed ?? (isNew ? ledger.send() : undefined);
    if (number !== undefined) {
      await connection.publish({ exchange, routingKey: queue.name, id: ledger.idOf(number) });
      ledger.confirm(number);
    }
    await collect(connection, false);
  }

  async function countedRound(deadline: number, isNew: boolean): Promise<void> {
    const before = connections.errors;
    try {
      await round(deadline, isNew);
    } catch (error) {
      if (signal.aborted || !(error instanceof ToolError)) throw error;
      if (connections.errors === before) {
        errors += 1;
        log.warn(messageOf(error));
      }
      await clock.sleep(pauseMs, signal);
    }
    ports.progress?.(ledger.sent, ledger.received);
  }

  async function sendAll(): Promise<void> {
    const start = clock.now();
    const end = durationMs === undefined ? start : start + durationMs;
    let next = start;
    do {
      await countedRound(end + settleMs, true);
      // A round that took longer is made up for, but not a whole outage at once.
      next = Math.max(next + intervalMs, clock.now() - 1_000);
      if (next < end) await clock.sleep(Math.max(0, next - clock.now()), signal);
    } while (next < end);
  }

  /** Waits for what is still on its way, and takes whatever came twice. */
  async function settle(): Promise<void> {
    const deadline = clock.now() + settleMs;
    while (ledger.outstanding > 0 && clock.now() < deadline) {
      await countedRound(deadline, false);
      if (ledger.outstanding > 0) await clock.sleep(pauseMs, signal);
    }
    await lastLook();
  }

  async function lastLook(): Promise<void> {
    const connection = connections.atHand();
    if (connection === undefined) return;
    await collect(connection, true).catch((error: unknown) => log.debug(messageOf(error)));
  }

  async function tidy(): Promise<void> {
    try {
      await connections.stopRenewing();
      if (isDeclared && queue.isOwn) await deleteOwnQueue();
    } finally {
      await connections.close();
    }
  }

  async function deleteOwnQueue(): Promise<void> {
    try {
      const connection = connections.atHand() ?? (await ports.broker.connect(await ports.login({ renew: false })));
      await connection.deleteQueue(queue.name);
      await connection.close();
    } catch (error) {
      log.warn(`queue ${queue.name} is left behind: ${messageOf(error)}`);
    }
  }

  async function work(): Promise<void> {
    await connections.current(clock.now());
    await sendAll();
    await settle();
  }

  const failure = await Promise.race([
    work().then(
      () => undefined,
      (error: unknown) => error,
    ),
    afterAbort(signal, () => pause(interruptedRoundMs)),
  ]);
  if (signal.aborted) {
    const tidied = lastLook()
      .then(tidy)
      .then(() => true);
    const isTidy = await Promise.race([tidied, pause(interruptedTidyMs).then(() => false)]);
    if (!isTidy && isDeclared && queue.isOwn) log.warn(`queue ${queue.name} may be left behind`);
  } else await tidy();
  ended.abort();
  if (failure !== undefined && !signal.aborted) throw failure;
  return ledger.summary({ errors: errors + connections.errors, reconnects: connections.reconnects });

  /** Goes on though the ping was interrupted. */
  async function pause(ms: number): Promise<void> {
    await clock.sleep(ms, ended.signal).catch(() => {});
  }
}

/** Messages of others are put back, but come a second time to whoever takes them; and a consumer would take ours. */
function checkQueue({ queue, allowExisting }: PingInput, { messages, consumers }: QueueFacts): void {
  if (messages > mostOthers) {
    throw new ToolError('CONFLICT', `queue ${queue.name} holds ${messages} messages, too many to look for ours behind`);
  }
  if (allowExisting || (messages === 0 && consumers === 0)) return;
  const what = messages > 0 ? `holds ${messages} message(s)` : `has ${consumers} consumer(s)`;
  throw new ToolError('CONFLICT', `queue ${queue.name} ${what}`, {
    hint: 'leave --queue out for a queue of its own, or pass --allow-existing: messages of others are put back',
  });
}

/** Resolves when `then` has, which runs once `signal` is aborted; never, if that does not happen. */
function afterAbort(signal: AbortSignal, then: () => Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const onAbort = (): void => void then().then(resolve);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
