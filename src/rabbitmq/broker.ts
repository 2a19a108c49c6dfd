/** A RabbitMQ broker as the ping sees it. `amqp-broker.ts` is the real one; tests have one in memory. */
import type { UserCredentials } from './user-credentials.ts';

export interface Broker {
  /**
   * @throws ToolError `CREDENTIALS_REFUSED` when it does not take user name and password, `NETWORK` when it cannot be
   * reached, `CLOUD_API` for every other refusal
   */
  connect(login: UserCredentials): Promise<BrokerConnection>;
}

export interface QueueFacts {
  /** Messages that are ready to be taken. */
  messages: number;
  consumers: number;
}

/** A message that was taken, and belongs to us until it is acknowledged or put back. */
export interface TakenMessage {
  /** Property `message-id`. Absent when its sender gave none. */
  id: string | undefined;
}

/**
 * One connection with one channel. What fails throws a `ToolError` (`NETWORK`, or `CLOUD_API` for a refusal), and most
 * failures end the connection. What was taken and not acknowledged goes back into its queue when it ends.
 */
export interface BrokerConnection {
  /** False once it was closed, by either side. */
  readonly isOpen: boolean;
  /** Declares a durable queue. Refused when there is one of that name with other properties. */
  declareQueue(queue: string): Promise<QueueFacts>;
  /** Refused when there is no such exchange. */
  checkExchange(exchange: string): Promise<void>;
  /** Lets what is published on `exchange` under the name of the queue arrive there. */
  bindQueue(queue: string, exchange: string): Promise<void>;
  /** Resolves when the broker has confirmed that a persistent message is in a queue; refused when it fits into none. */
  publish(message: { exchange: string; routingKey: string; id: string }): Promise<void>;
  /** Takes the next message; `undefined` when there is none. */
  get(queue: string): Promise<TakenMessage | undefined>;
  /** Throws when the connection has ended. */
  acknowledge(message: TakenMessage): void;
  /** Puts a message back where it was. Does nothing when the connection has ended, as the broker then does the same. */
  putBack(message: TakenMessage): void;
  deleteQueue(queue: string): Promise<void>;
  /** Resolves when everything that was acknowledged or put back has reached the broker. Never throws. */
  close(): Promise<void>;
}
