import { ToolError } from '../../src/errors.ts';
import type { Broker, BrokerConnection, TakenMessage } from '../../src/rabbitmq/broker.ts';
import type { UserCredentials } from '../../src/rabbitmq/user-credentials.ts';

interface Message extends TakenMessage {
  /** Keeps the order when it goes back. */
  place: number;
}

export type Step =
  | 'connect'
  | 'declare'
  | 'check'
  | 'bind'
  | 'publish'
  | 'get'
  | 'acknowledge'
  | 'putBack'
  | 'delete'
  | 'close';

/** What happens at a step: nothing, the connection ends before or after it took effect, a refusal, or never an answer. */
export type Fault = 'before' | 'after' | 'refuse' | 'silence' | undefined;

export interface FakeBroker extends Broker {
  /** Ids of the messages by queue, in order. */
  messages(queue: string): (string | undefined)[];
  readonly queues: ReadonlyMap<string, unknown>;
  readonly logins: UserCredentials[];
  /** Every step, in order. */
  readonly steps: Step[];
  open: number;
  mostOpen: number;
  consumers: number;
  /** What is published disappears once it is confirmed. */
  swallows: boolean;
  /** Queues that get what is published on a named exchange. */
  readonly bound: Set<string>;
  fault: (step: Step) => Fault;
  put(queue: string, ...ids: (string | undefined)[]): void;
  /** Ends every connection. */
  drop(): void;
}

/** A broker in memory, as strict as the real one about who owns a message that was taken. */
export function fakeBroker(): FakeBroker {
  const queues = new Map<string, Message[]>();
  const connections = new Set<() => void>();
  let place = 0;

  const broker: FakeBroker = {
    queues,
    logins: [],
    steps: [],
    open: 0,
    mostOpen: 0,
    consumers: 0,
    swallows: false,
    bound: new Set(),
    fault: () => undefined,
    messages: (queue) => (queues.get(queue) ?? []).map(({ id }) => id),
    put(queue, ...ids) {
      const messages = queues.get(queue) ?? [];
      for (const id of ids) messages.push({ id, place: place++ });
      queues.set(queue, messages);
    },
    drop() {
      for (const end of [...connections]) end();
    },
    async connect(login) {
      const fault = note('connect');
      if (fault === 'silence') return never();
      if (fault === 'refuse') throw new ToolError('CREDENTIALS_REFUSED', 'refused');
      if (fault !== undefined) throw gone();
      broker.logins.push(login);
      return openConnection();
    },
  };

  function note(step: Step): Fault {
    broker.steps.push(step);
    return broker.fault(step);
  }

  function openConnection(): BrokerConnection {
    let isOpen = true;
    const taken = new Map<TakenMessage, string>();
    const giveBack = (message: TakenMessage, queue: string): void => {
      const messages = queues.get(queue);
      messages?.push(message as Message);
      messages?.sort((one, other) => one.place - other.place);
    };
    const end = (): void => {
      if (!isOpen) return;
      isOpen = false;
      broker.open -= 1;
      connections.delete(end);
      for (const [message, queue] of taken) giveBack(message, queue);
      taken.clear();
    };
    connections.add(end);
    broker.open += 1;
    broker.mostOpen = Math.max(broker.mostOpen, broker.open);

    const step = async <T>(name: Step, work: () => T): Promise<T> => {
      const fault = note(name);
      if (!isOpen) throw gone();
      if (fault === 'silence') return never();
      if (fault === 'refuse') {
        end();
        throw new ToolError('CLOUD_API', `${name} was refused`);
      }
      if (fault === 'before') end();
      if (!isOpen) throw gone();
      const result = work();
      if (fault === 'after') {
        end();
        throw gone();
      }
      return result;
    };
    const messagesOf = (queue: string): Message[] => {
      const messages = queues.get(queue);
      if (messages !== undefined) return messages;
      end();
      throw new ToolError('CLOUD_API', `there is no queue ${queue}`);
    };

    return {
      get isOpen() {
        return isOpen;
      },
      declareQueue: (queue) =>
        step('declare', () => {
          if (!queues.has(queue)) queues.set(queue, []);
          return { messages: messagesOf(queue).length, consumers: broker.consumers };
        }),
      checkExchange: () => step('check', () => {}),
      bindQueue: (queue) => step('bind', () => void broker.bound.add(queue)),
      publish: ({ exchange, routingKey, id }) =>
        step('publish', () => {
          const target = queues.get(routingKey);
          if (target === undefined || (exchange !== '' && !broker.bound.has(routingKey)))
            throw new ToolError('CLOUD_API', 'no queue takes it');
          if (!broker.swallows) broker.put(routingKey, id);
        }),
      get: (queue) =>
        step('get', () => {
          const message = messagesOf(queue).shift();
          if (message !== undefined) taken.set(message, queue);
          return message;
        }),
      acknowledge(message) {
        const fault = note('acknowledge');
        if (fault === 'before') end();
        if (!isOpen) throw gone();
        if (!taken.delete(message)) throw new Error('acknowledged what was not taken here');
        if (fault === 'after') end();
      },
      putBack(message) {
        note('putBack');
        const queue = taken.get(message);
        if (!isOpen) return;
        if (queue === undefined) throw new Error('put back what was not taken here');
        taken.delete(message);
        giveBack(message, queue);
      },
      deleteQueue: (queue) => step('delete', () => void queues.delete(queue)),
      async close() {
        note('close');
        end();
      },
    };
  }

  return broker;
}

function gone(): ToolError {
  return new ToolError('NETWORK', 'the connection is gone');
}

function never(): Promise<never> {
  return new Promise(() => {});
}
