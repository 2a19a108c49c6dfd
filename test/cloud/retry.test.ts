import { describe, expect, it } from 'vitest';
import { type RetryDeps, withRetry } from '../../src/cloud/retry.ts';
import { CloudApiError, ToolError } from '../../src/errors.ts';

function refusal(apiCode: string, httpStatus: number, details: Record<string, unknown> = {}): CloudApiError {
  const api = { service: 'RAM', action: 'GetRole', apiCode, apiMessage: 'words', httpStatus } as const;
  return new CloudApiError(`RAM GetRole was refused: ${apiCode}`, api, { details });
}

const broken = new ToolError('NETWORK', 'no answer', { details: { reason: 'ECONNRESET', transient: true } });
const unknownHost = new ToolError('NETWORK', 'no answer', { details: { reason: 'ENOTFOUND', transient: false } });
const badGateway = new ToolError('BAD_ANSWER', 'a page', { details: { httpStatus: 502 } });

/** An operation that fails with each of `errors` in turn and then succeeds; counts how often it ran. */
function failing(...errors: unknown[]) {
  const attempts: number[] = [];
  const operation = async (attempt: number): Promise<string> => {
    attempts.push(attempt);
    if (attempts.length <= errors.length) throw errors[attempts.length - 1];
    return 'done';
  };
  return { attempts, operation };
}

function fakeDeps(
  random = 1,
  signal?: AbortSignal,
): RetryDeps & { delays: number[]; warned: string[]; debugged: string[] } {
  const delays: number[] = [];
  const warned: string[] = [];
  const debugged: string[] = [];
  const sleep = async (ms: number, aborted?: AbortSignal): Promise<void> => {
    delays.push(ms);
    aborted?.throwIfAborted();
  };
  const clock = { sleep, random: () => random };
  return {
    clock,
    signal,
    debug: (line) => debugged.push(line),
    warn: (line) => warned.push(line),
    ...{ delays, warned, debugged },
  };
}

const policy = { what: 'RAM GetRole', maxRetries: 3 };

describe('sending again', () => {
  it.each([
    ['throttling of a user', refusal('Throttling.User', 400)],
    ['throttling', refusal('Throttling', 400)],
    ['too many requests', refusal('Whatever', 429)],
    ['an internal error', refusal('InternalError', 500)],
    ['an unavailable service', refusal('ServiceUnavailable', 503)],
    ['the page of a gateway', badGateway],
    ['a broken connection', broken],
  ])('helps against %s', async (_, error) => {
    const { attempts, operation } = failing(error, error, error);
    expect(await withRetry(operation, policy, fakeDeps())).toBe('done');
    expect(attempts).toEqual([1, 2, 3, 4]);
  });

  it.each([
    ['a refusal', refusal('NoPermission', 403)],
    ['something not found', refusal('EntityNotExist.Role', 404)],
    ['a bad answer', new ToolError('BAD_ANSWER', 'text', { details: { httpStatus: 200 } })],
    ['a bad answer of another status', new ToolError('BAD_ANSWER', 'text', { details: { httpStatus: 403 } })],
    ['a host that does not exist', unknownHost],
    ['an interruption', new ToolError('INTERRUPTED', 'interrupted')],
    ['a fault of our own', new TypeError('x is not a function')],
    ['what is no error', 'text'],
  ])('does not follow on %s', async (_, error) => {
    const { attempts, operation } = failing(error);
    await expect(withRetry(operation, policy, fakeDeps())).rejects.toBe(error);
    expect(attempts).toEqual([1]);
  });

  it('ends with the last error after as many retries as allowed', async () => {
    const last = refusal('InternalError', 500);
    const { attempts, operation } = failing(broken, broken, broken, last, broken);
    await expect(withRetry(operation, policy, fakeDeps())).rejects.toBe(last);
    expect(attempts).toHaveLength(4);
  });

  it('tells of every refusal for the number of requests, and of nothing else', async () => {
    const { operation } = failing(refusal('Throttling.User', 400), broken, refusal('Throttling', 429));
    let times = 0;
    await withRetry(operation, { ...policy, onThrottled: () => (times += 1) }, fakeDeps());
    expect(times).toBe(2);
  });

  it('never follows when there are no retries, not even on throttling', async () => {
    const { attempts, operation } = failing(refusal('Throttling.User', 400));
    await expect(withRetry(operation, { ...policy, maxRetries: 0 }, fakeDeps())).rejects.toThrow();
    expect(attempts).toHaveLength(1);
  });

  it('backs off, up to ten seconds, half of it by chance', async () => {
    const many = Array.from({ length: 8 }, () => broken);
    const slow = fakeDeps(1);
    await withRetry(failing(...many).operation, { ...policy, maxRetries: 8 }, slow);
    expect(slow.delays).toEqual([300, 600, 1200, 2400, 4800, 9600, 10_000, 10_000]);
    const quick = fakeDeps(0);
    await withRetry(failing(...many).operation, { ...policy, maxRetries: 8 }, quick);
    expect(quick.delays).toEqual([150, 300, 600, 1200, 2400, 4800, 5000, 5000]);
  });

  it('waits as long as the service asks, within reason', async () => {
    const deps = fakeDeps();
    const patient = refusal('Throttling', 400, { retryAfterMs: 2500 });
    const endless = refusal('Throttling', 400, { retryAfterMs: 999_999_999 });
    await withRetry(failing(patient, endless).operation, policy, deps);
    expect(deps.delays).toEqual([2500, 30_000]);
  });

  it.each(['CONNECT_TIMEOUT', 'READ_TIMEOUT', 'ETIMEDOUT'])('warns of %s, which takes long', async (reason) => {
    const deps = fakeDeps();
    const timeout = new ToolError('NETWORK', 'no answer', { details: { reason, transient: true } });
    await withRetry(failing(timeout).operation, policy, deps);
    expect(deps.warned).toEqual(['RAM GetRole: no answer; again in 0.3 s (1 of 3)']);
  });

  it('mentions at debug level only what is over in a moment', async () => {
    const deps = fakeDeps();
    await withRetry(failing(broken, refusal('Throttling', 400)).operation, policy, deps);
    expect(deps.warned).toEqual([]);
    expect(deps.debugged).toEqual([
      'RAM GetRole: no answer; again in 0.3 s (1 of 3)',
      'RAM GetRole: RAM GetRole was refused: Throttling; again in 0.6 s (2 of 3)',
    ]);
  });

  it('stops at an interruption while it waits', async () => {
    const controller = new AbortController();
    const reason = new ToolError('INTERRUPTED', 'interrupted');
    const { attempts, operation } = failing(broken, broken);
    const interrupted = async (attempt: number): Promise<string> => {
      controller.abort(reason);
      return await operation(attempt);
    };
    await expect(withRetry(interrupted, policy, fakeDeps(1, controller.signal))).rejects.toBe(reason);
    expect(attempts).toHaveLength(1);
  });
});
