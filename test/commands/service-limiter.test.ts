import { describe, expect, it } from 'vitest';
import { serviceLimiter } from '../../src/commands/service-limiter.ts';
import type { CloudService } from '../../src/errors.ts';
import { recordingReport, sharedController } from '../rrsa/fakes.ts';
import { fakeClock } from '../support/fake-clock.ts';

function world(env: Record<string, string> = {}) {
  const clock = fakeClock();
  const listeners: ((service: CloudService) => void)[] = [];
  const context = {
    clock,
    report: recordingReport(),
    onThrottled: (listener: (service: CloudService) => void) => void listeners.push(listener),
  };
  const limiter = serviceLimiter('RAM', context, { signal: sharedController().signal, env });
  const throttle = (service: CloudService): void => {
    for (const listener of listeners) listener(service);
  };
  let running = 0;
  let most = 0;
  const mostOf = async (count: number): Promise<number> => {
    most = 0;
    const work = async (): Promise<void> => {
      running += 1;
      most = Math.max(most, running);
      await clock.sleep(100);
      running -= 1;
    };
    await clock.run(Promise.all(Array.from({ length: count }, () => limiter.run(work))));
    return most;
  };
  return { throttle, mostOf };
}

describe('the limiter of a service', () => {
  it('runs ten at once, and as many as the environment says', async () => {
    expect(await world().mostOf(30)).toBe(10);
    expect(await world({ ACK_RAM_TOOL_MAX_CONCURRENCY: '3' }).mostOf(30)).toBe(3);
    for (const nonsense of ['0', '-1', 'x', '1000', ' 3']) {
      expect(await world({ ACK_RAM_TOOL_MAX_CONCURRENCY: nonsense }).mostOf(30)).toBe(10);
    }
  });

  it('slows down as soon as that service throttles, and not for another', async () => {
    const { throttle, mostOf } = world();
    throttle('CS');
    expect(await mostOf(10)).toBe(10);
    throttle('RAM');
    expect(await mostOf(5)).toBe(5);
    throttle('RAM');
    expect(await mostOf(5)).toBeLessThan(5);
  });
});
