import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { isLoopback } from '../../credentials/near-host.ts';
import { usageError } from '../../errors.ts';
import { type Io, OutputFailure } from '../../io.ts';
import { rabbitMqPingPresenter } from '../../output/results/rabbitmq-ping.ts';
import { amqpBroker, type BrokerAddress } from '../../rabbitmq/amqp-broker.ts';
import type { Login } from '../../rabbitmq/connections.ts';
import { ping } from '../../rabbitmq/ping.ts';
import { longestSafeUsername, userCredentials } from '../../rabbitmq/user-credentials.ts';
import { createContext } from '../context.ts';
import type { Flags } from '../options.ts';
import type { CommandInput } from '../spec.ts';
import { readOwner } from './owner.ts';

/** As the example program in the documentation of ApsaraMQ for RabbitMQ. */
const defaultIntervalMs = 1_000;

export async function run(input: CommandInput, io: Io): Promise<number> {
  const { flags } = input;
  const owner = readOwner(flags);
  const address = readAddress(flags);
  const random = randomBytes(6).toString('hex');
  const settings = readSettings(flags, random);
  const { credentials, clock, report, log, print } = await createContext(input, io);
  if (!address.tls && !isNear(address.host)) {
    report.warn(`the security token goes to ${address.host} unencrypted; pass --tls where the broker has it`);
  }
  const place = `queue ${settings.queue.name} of ${address.host}:${address.port}`;
  let isLong = false;
  const login = async (ask: { renew: boolean }): Promise<Login> => {
    const { expiration, ...keys } = await credentials(ask);
    const made = userCredentials({ owner, ...keys }, clock.now());
    const { length } = made.username;
    if (length > longestSafeUsername && !isLong) {
      isLong = true;
      report.warn(`the user name has ${length} characters; a broker may take no more than ${longestSafeUsername}`);
    }
    return { ...made, expiration };
  };
  const progress = report.progress(`sending to ${place}`);
  try {
    const summary = await ping(settings, {
      broker: amqpBroker(address),
      login,
      clock,
      signal: io.signal,
      log,
      progress: (sent, received) => progress.update(`${place}: ${sent} sent, ${received} received`, { done: received }),
    });
    progress.stop();
    if (!(io.signal.reason instanceof OutputFailure)) print(summary, rabbitMqPingPresenter);
    io.signal.throwIfAborted();
    if (summary.lost > 0) log.error(`${summary.lost} of ${summary.sent} message(s) did not come back`);
    return summary.lost > 0 ? 1 : 0;
  } finally {
    progress.stop();
  }
}

function readSettings(flags: Flags, random: string) {
  const named = flags.string('queue') || undefined;
  const exchange = flags.string('exchange') ?? '';
  for (const [flag, text] of [
    ['queue', named ?? ''],
    ['exchange', exchange],
  ] as const) {
    if (Buffer.byteLength(text) > 255 || text.includes('\0'))
      throw usageError(`--${flag} is no name of 255 bytes at most`);
  }
  const allowExisting = flags.boolean('allow-existing');
  if (allowExisting && named === undefined) throw usageError('--allow-existing needs --queue');
  return {
    queue: { name: named ?? `ack-ram-tool-ping-${random}`, isOwn: named === undefined },
    allowExisting,
    exchange,
    durationMs: positive(flags, 'duration'),
    intervalMs: flags.durationMs('interval') ?? defaultIntervalMs,
    refreshMs: positive(flags, 'refresh'),
    run: random,
  };
}

function positive(flags: Flags, name: string): number | undefined {
  const ms = flags.durationMs(name);
  if (ms !== undefined && ms <= 0) throw usageError(`--${name} must be more than nothing`);
  return ms;
}

function readAddress(flags: Flags): BrokerAddress {
  const host = flags.required('host').replace(/^\[(.*)\]$/, '$1');
  const isName = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252})$/.test(host);
  if (!isName && isIP(host) === 0) {
    throw usageError(`${JSON.stringify(host)} is no host`, 'give a name or an address, the port as --port');
  }
  const tls = flags.boolean('tls');
  const text = flags.string('port') || (tls ? '5671' : '5672');
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw usageError(`${JSON.stringify(text)} is no port`);
  const vhost = flags.string('vhost') || '/';
  if (Buffer.byteLength(vhost) > 255) throw usageError('--vhost is no name of 255 bytes at most');
  return { host, port, vhost, tls };
}

function isNear(host: string): boolean {
  return isLoopback({ hostname: host === '::1' ? '[::1]' : host });
}
