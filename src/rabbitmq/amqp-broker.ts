import type { Channel, ChannelModel, ConfirmChannel, GetMessage, Message } from 'amqplib';
import type { Broker, BrokerConnection, TakenMessage } from './broker.ts';
import { brokerError } from './broker-error.ts';
import type { UserCredentials } from './user-credentials.ts';

export interface BrokerAddress {
  /** A name or an address, IPv6 without brackets. */
  host: string;
  port: number;
  vhost: string;
  tls: boolean;
}

/** How long the broker may take for one answer, in milliseconds. */
const defaultTimeoutMs = 10_000;
/** A connection that has died without a word is noticed after two of these. */
const heartbeatSeconds = 10;

/** The broker at an address, by amqplib, which is loaded with the first connection. */
export function amqpBroker(address: BrokerAddress, timeoutMs: number = defaultTimeoutMs): Broker {
  return {
    async connect(login) {
      const { connect, credentials } = await import('amqplib');
      const place = { ...address, login };
      const opening = connect(
        {
          protocol: address.tls ? 'amqps' : 'amqp',
          hostname: address.host,
          port: address.port,
          // amqplib takes it as a part of a URL.
          vhost: encodeURIComponent(address.vhost),
          heartbeat: heartbeatSeconds,
        },
        { credentials: credentials.plain(login.username, login.password), timeout: timeoutMs, noDelay: true },
      );
      try {
        const model = await within(timeoutMs, opening);
        return await openConnection(model, { ...place, timeoutMs });
      } catch (error) {
        opening.then(closeQuietly, () => {});
        throw brokerError(error, 'connect', place);
      }
    },
  };
}

type Place = BrokerAddress & { login: UserCredentials; timeoutMs: number };

async function openConnection(model: ChannelModel, place: Place): Promise<BrokerConnection> {
  let isOpen = true;
  /** Why it ended. The operation that is under way may only say that it did. */
  let fault: unknown;
  const end = (error?: unknown): void => {
    isOpen = false;
    fault ??= error;
  };
  model.on('error', end);
  model.on('close', end);
  const channel: ConfirmChannel = await within(place.timeoutMs, model.createConfirmChannel());
  channel.on('error', end);
  channel.on('close', () => end());
  const unroutable = new Set<string>();
  channel.on('return', (message: Message) => unroutable.add(String(message.properties.messageId)));

  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await within(place.timeoutMs, work());
    } catch (error) {
      if (error instanceof NoAnswer) end(error);
      if (!isOpen) closeQuietly(model);
      throw brokerError(fault ?? error, what, place);
    }
  };

  const confirmed = (exchange: string, routingKey: string, id: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const options = {
        persistent: true,
        mandatory: true,
        messageId: id,
        appId: 'ack-ram-tool',
        contentType: 'text/plain',
      };
      channel.publish(exchange, routingKey, Buffer.from(id), options, (error) => {
        if (error) reject(error);
        else if (unroutable.delete(id)) reject(new Error(`no queue takes what is sent under the name ${routingKey}`));
        else resolve();
      });
    });

  return {
    get isOpen() {
      return isOpen;
    },
    async declareQueue(queue) {
      const { messageCount, consumerCount } = await attempt(`declare queue ${queue}`, () =>
        channel.assertQueue(queue, { durable: true }),
      );
      return { messages: messageCount, consumers: consumerCount };
    },
    async checkExchange(exchange) {
      await attempt(`find exchange ${exchange}`, () => channel.checkExchange(exchange));
    },
    async bindQueue(queue, exchange) {
      await attempt(`bind queue ${queue} to exchange ${exchange}`, () => channel.bindQueue(queue, exchange, queue));
    },
    async publish({ exchange, routingKey, id }) {
      await attempt('send a message', () => confirmed(exchange, routingKey, id));
    },
    async get(queue) {
      const message = await attempt(`take a message from queue ${queue}`, () => channel.get(queue, { noAck: false }));
      return message === false ? undefined : new AmqpMessage(message);
    },
    acknowledge(message) {
      try {
        channel.ack(rawOf(message));
      } catch (error) {
        throw brokerError(fault ?? error, 'acknowledge a message', place);
      }
    },
    putBack(message) {
      if (isOpen) channel.nack(rawOf(message), false, true);
    },
    async deleteQueue(queue) {
      await attempt(`delete queue ${queue}`, () => channel.deleteQueue(queue));
    },
    async close() {
      if (isOpen) await within(place.timeoutMs, closeInOrder(channel, model)).catch(() => {});
      isOpen = false;
    },
  };
}

class AmqpMessage implements TakenMessage {
  readonly raw: GetMessage;

  constructor(raw: GetMessage) {
    this.raw = raw;
  }

  get id(): string | undefined {
    const { messageId } = this.raw.properties;
    return typeof messageId === 'string' ? messageId : undefined;
  }
}

function rawOf(message: TakenMessage): GetMessage {
  if (message instanceof AmqpMessage) return message.raw;
  throw new TypeError('this message was taken elsewhere');
}

/** The broker answers in order: once the channel is closed, it has seen every acknowledgement. */
async function closeInOrder(channel: Channel, model: ChannelModel): Promise<void> {
  await channel.close();
  await model.close();
}

/** A connection that is of no use any more; nobody waits for the broker's word on it. */
function closeQuietly(model: ChannelModel): void {
  try {
    model.on('error', () => {});
    model.close().catch(() => {});
  } catch {
    // It is closed already.
  }
}

class NoAnswer extends Error {}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new NoAnswer(`no answer within ${ms / 1000} s`)), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
