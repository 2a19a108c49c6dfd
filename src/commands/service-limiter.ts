import type { CloudService } from '../errors.ts';
import type { Io } from '../io.ts';
import { createLimiter, type Limiter } from '../rrsa/limiter.ts';
import type { Context } from './context.ts';

/**
 * The limiter of one service, to be shared by everything that a command asks of it. It slows down with the first refusal,
 * also where the request is sent again by itself. `ACK_RAM_TOOL_MAX_CONCURRENCY` overrides `atOnce`, whose default is 10.
 */
export function serviceLimiter(
  service: CloudService,
  { clock, report, onThrottled }: Pick<Context, 'clock' | 'report' | 'onThrottled'>,
  io: Pick<Io, 'signal' | 'env'>,
  atOnce?: number,
): Limiter {
  const limiter = createLimiter(
    { clock, signal: io.signal, report },
    { atOnce: fromEnvironment(io, report) ?? atOnce },
  );
  onThrottled((throttled) => {
    if (throttled === service) limiter.slowDown();
  });
  return limiter;
}

function fromEnvironment({ env }: Pick<Io, 'env'>, report: Pick<Context['report'], 'warn'>): number | undefined {
  const text = env.ACK_RAM_TOOL_MAX_CONCURRENCY;
  if (text === undefined || text === '') return undefined;
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  report.warn('ACK_RAM_TOOL_MAX_CONCURRENCY is no number from 1 to 999 and is ignored');
  return undefined;
}
