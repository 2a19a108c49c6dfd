import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ToolError } from '../../src/errors.ts';
import type { PingSummary } from '../../src/rabbitmq/message-ledger.ts';
import { type PingInput, ping } from '../../src/rabbitmq/ping.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { type FakeBroker, type Fault, fakeBroker, type Step } from './fake-broker.ts';

const queue = 'ack-ram-tool-ping-test';
const interrupted = new ToolError('INTERRUPTED', 'interrupted');

function world(changes: Partial<PingInput> = {}, broker: FakeBroker = fakeBroker()) {
  const clock = fakeClock();
  const abort = new AbortController();
  const asked: boolean[] = [];
  const lines: string[] = [];
  const lifeMs = { value: undefined as number | undefined };
  const input: PingInput = {
    queue: { name: queue, isOwn: true },
    allowExisting: false,
    exchange: '',
    intervalMs: 1_000,
    run: 'run',
    ...changes,
  };
  const note = (line: string): void => void lines.push(line);
  const run = (): Promise<PingSummary> =>
    clock.run(
      ping(input, {
        broker,
        clock,
        signal: abort.signal,
        log: { debug: () => {}, info: note, warn: note },
        async login({ renew }) {
          asked.push(renew);
          const expiration = lifeMs.value === undefined ? undefined : new Date(clock.now() + lifeMs.value);
          return { username: `user-${asked.length}`, password: 'password', expiration };
        },
      }),
    );
  /** Lets a fault happen the `nth` time that a step is reached, counted from 1. */
  const failAt = (step: Step, nth: number, fault: Fault): void => {
    let count = 0;
    broker.fault = (name) => (name === step && ++count === nth ? fault : undefined);
  };
  return { broker, clock, abort, asked, lines, lifeMs, run, failAt };
}

const fine = { lost: 0, duplicated: 0, errors: 0, reconnects: 0, successRate: 100 };

describe('ping', () => {
  it('sends one message, takes it back and leaves nothing behind', async () => {
    const { broker, run, asked } = world();
    expect(await run()).toEqual({ ...fine, sent: 1, received: 1 });
    expect([...broker.queues.keys()]).toEqual([]);
    expect(broker.open).toBe(0);
    expect(asked).toEqual([false]);
  });

  it('renews the connection in time, the new one before the old one is closed, and loses nothing', async () => {
    const { broker, run, asked } = world({ durationMs: 60_000, intervalMs: 50, refreshMs: 5_000 });
    expect(await run()).toEqual({ ...fine, sent: 1_200, received: 1_200, reconnects: 11 });
    expect(asked).toEqual([false, ...Array.from({ length: 11 }, () => true)]);
    expect(new Set(broker.logins.map(({ username }) => username)).size).toBe(12);
    expect(broker.mostOpen).toBe(2);
    expect(broker.open).toBe(0);
  });

  it('renews after two thirds of the life of the credentials when nothing else is asked for', async () => {
    const { run, lifeMs } = world({ durationMs: 60_000 });
    lifeMs.value = 30_000;
    expect(await run()).toMatchObject({ lost: 0, reconnects: 2 });
  });

  it('keeps the old connection when renewing fails, says so, and tries again', async () => {
    const { failAt, run, lines } = world({ durationMs: 20_000, refreshMs: 5_000 });
    failAt('connect', 2, 'refuse');
    expect(await run()).toMatchObject({ sent: 20, received: 20, lost: 0, errors: 1, reconnects: 3 });
    expect(lines.join()).toContain('the old one is kept');
  });

  it.each<[string, Step, Fault]>([
    ['before a message arrived', 'publish', 'before'],
    ['after a message arrived, unconfirmed', 'publish', 'after'],
    ['before a message was taken', 'get', 'before'],
    ['after a message was taken', 'get', 'after'],
    ['before it was acknowledged', 'acknowledge', 'before'],
    ['after it was acknowledged', 'acknowledge', 'after'],
  ])('a drop %s loses nothing and doubles nothing', async (_when, step, fault) => {
    const { failAt, run, broker, asked } = world({ durationMs: 10_000 });
    failAt(step, 3, fault);
    const result = await run();
    expect(result).toMatchObject({ lost: 0, received: result.sent, duplicated: 0, reconnects: 1 });
    expect(result.sent).toBeGreaterThanOrEqual(9);
    expect(asked).toEqual([false, true]);
    expect(broker.queues.size).toBe(0);
  });

  it('outlives an outage, and makes up for none of its messages at once', async () => {
    const { broker, clock, run, lines } = world({ durationMs: 60_000 });
    const start = clock.now();
    const isAway = (): boolean => clock.now() - start >= 10_000 && clock.now() - start < 40_000;
    clock.at(start + 10_000, broker.drop);
    broker.fault = (step) => (step === 'connect' && isAway() ? 'before' : undefined);
    const result = await run();
    expect(result).toMatchObject({ lost: 0, received: result.sent, duplicated: 0, reconnects: 1 });
    expect(result.errors).toBeGreaterThan(5);
    expect(result.sent).toBeLessThan(35);
    expect(lines.filter((line) => line.includes('the broker is away'))).toHaveLength(1);
  });

  it('gives up on a broker that stays away, and counts what did not come back', async () => {
    const { broker, clock, run, lines } = world({ durationMs: 10_000 });
    const start = clock.now();
    broker.fault = (step) => (clock.now() - start >= 5_000 && step !== 'close' ? 'after' : undefined);
    const result = await run();
    expect(result.lost).toBe(1);
    expect(result.sent).toBe(result.received + 1);
    expect(lines.join()).toContain(`queue ${queue} is left behind`);
  });

  it('counts a message that somebody else has taken as lost', async () => {
    const { broker, run } = world();
    broker.swallows = true;
    expect(await run()).toMatchObject({ sent: 1, received: 0, lost: 1, successRate: 0 });
  });

  it('counts a message that is there twice', async () => {
    const { broker, clock, run } = world({ durationMs: 3_000 });
    clock.at(clock.now() + 1_500, () => broker.put(queue, 'ack-ram-tool-ping-run-1'));
    expect(await run()).toMatchObject({ sent: 3, received: 3, lost: 0, duplicated: 1 });
  });

  it.each<[string, Step, Fault, string]>([
    ['the first login', 'connect', 'refuse', 'CREDENTIALS_REFUSED'],
    ['the network', 'connect', 'before', 'NETWORK'],
    ['declaring the queue', 'declare', 'refuse', 'CLOUD_API'],
  ])('ends with the error when %s fails', async (_what, step, fault, code) => {
    const { failAt, run, broker } = world({ durationMs: 10_000 });
    failAt(step, 1, fault);
    await expect(run()).rejects.toMatchObject({ code });
    expect(broker.open).toBe(0);
  });

  it('binds its own queue to the exchange, and takes it away again when that is refused', async () => {
    const bound = world({ exchange: 'events' });
    expect(await bound.run()).toMatchObject({ received: 1 });
    const refused = world({ exchange: 'events' });
    refused.failAt('bind', 1, 'refuse');
    await expect(refused.run()).rejects.toMatchObject({ code: 'CLOUD_API' });
    expect(refused.broker.queues.size).toBe(0);
  });

  it('binds no queue of others: what reaches it from no exchange is lost, and said', async () => {
    const { run, lines, broker } = world({ exchange: 'events', queue: { name: 'theirs', isOwn: false } });
    expect(await run()).toMatchObject({ sent: 1, lost: 1, received: 0 });
    expect(broker.bound.size).toBe(0);
    expect(lines.join()).toContain('no queue takes it');
  });
});

describe('ping on a queue of others', () => {
  const theirs = { name: 'theirs', isOwn: false };

  it('is refused when the queue holds messages or has consumers', async () => {
    const full = world({ queue: theirs });
    full.broker.put('theirs', 'a');
    await expect(full.run()).rejects.toMatchObject({ code: 'CONFLICT' });
    const heard = world({ queue: theirs });
    heard.broker.consumers = 1;
    await expect(heard.run()).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(full.broker.messages('theirs')).toEqual(['a']);
    expect(full.broker.steps).not.toContain('get');
  });

  it('is refused when it holds too many to look behind, whatever is allowed', async () => {
    const { broker, run } = world({ queue: theirs, allowExisting: true });
    broker.put('theirs', ...Array.from({ length: 1_001 }, () => undefined));
    await expect(run()).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('puts back every message that is not its own, in order, and keeps the queue', async () => {
    const { broker, run } = world({ queue: theirs, allowExisting: true, durationMs: 5_000, refreshMs: 2_000 });
    const ids = [
      'a',
      undefined,
      '',
      'ack-ram-tool-ping-other-1',
      'ack-ram-tool-ping-run-x',
      'ack-ram-tool-ping-run-99',
    ];
    broker.put('theirs', ...ids);
    expect(await run()).toMatchObject({ sent: 5, received: 5, lost: 0 });
    expect(broker.messages('theirs')).toEqual(ids);
  });

  it('never takes one away, whatever fails', async () => {
    const step = fc.constantFrom<Step>('connect', 'declare', 'publish', 'get', 'acknowledge');
    const fault = fc.constantFrom<Fault>('before', 'after', 'refuse');
    const faults = fc.array(fc.record({ step, fault, skip: fc.nat(8) }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(faults, async (plan) => {
        const { broker, run } = world({ queue: theirs, allowExisting: true, durationMs: 5_000, refreshMs: 1_500 });
        broker.put('theirs', 'a', 'b', 'c');
        const rest = plan.map((entry) => ({ ...entry }));
        broker.fault = (name) => {
          const [next] = rest;
          if (next === undefined || broker.logins.length === 0 || next.step !== name) return undefined;
          if (next.skip > 0) {
            next.skip -= 1;
            return undefined;
          }
          rest.shift();
          return next.fault;
        };
        const result = await run().catch((error: unknown) => {
          // The first declaration may be refused: then nothing was begun.
          expect(error).toBeInstanceOf(ToolError);
          return undefined;
        });
        expect(broker.messages('theirs')).toEqual(['a', 'b', 'c']);
        if (result !== undefined) expect(result).toMatchObject({ lost: 0, duplicated: 0, received: result.sent });
      }),
      { numRuns: 200 },
    );
  });
});

describe('ping that is interrupted', () => {
  it('says how far it came, and deletes its queue', async () => {
    const { broker, clock, abort, run } = world({ durationMs: 60_000 });
    clock.at(clock.now() + 10_500, () => abort.abort(interrupted));
    expect(await run()).toEqual({ ...fine, sent: 11, received: 11 });
    expect(broker.queues.size).toBe(0);
    expect(broker.open).toBe(0);
  });

  it('does so within a second when the broker says nothing any more', async () => {
    const { broker, clock, abort, run, lines } = world({ durationMs: 60_000 });
    const start = clock.now();
    broker.fault = (step) => (clock.now() - start >= 5_000 && step !== 'close' ? 'silence' : undefined);
    clock.at(start + 10_000, () => abort.abort(interrupted));
    expect(await run()).toMatchObject({ sent: 6, received: 5, lost: 1 });
    expect(clock.now() - start).toBeLessThan(11_000);
    expect(lines.join()).toContain('may be left behind');
  });

  it('does so before it has connected', async () => {
    const { broker, clock, abort, run } = world();
    broker.fault = () => 'silence';
    clock.at(clock.now() + 1_000, () => abort.abort(interrupted));
    expect(await run()).toMatchObject({ sent: 0, received: 0, lost: 0, successRate: 0 });
  });
});
