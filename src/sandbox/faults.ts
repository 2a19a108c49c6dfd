import { parseDuration } from '../duration.ts';
import { usageError } from '../errors.ts';

/** What goes wrong with a call. */
export type FaultAction =
  /** 400 `Throttling.User`; nothing is done. */
  | { kind: 'throttle' }
  /** 500 `InternalError`, 503 `ServiceUnavailable`; nothing is done. */
  | { kind: '500' }
  | { kind: '503' }
  /** The connection is cut; nothing is done. */
  | { kind: 'reset-before' }
  /** The call takes effect, then the connection is cut without an answer. */
  | { kind: 'reset-after' }
  /** The call takes effect, half of its answer is sent. */
  | { kind: 'truncate' }
  /** 502 with the page of a proxy; nothing is done. */
  | { kind: 'html' }
  /** 200 with the page of a network that wants its users to sign in; nothing is done. */
  | { kind: 'portal' }
  /** The call takes effect, its answer is said to be HTML. */
  | { kind: 'wrong-content-type' }
  /** The call takes effect, every value in its answer is of another type. */
  | { kind: 'wrong-type' }
  /** 200 with 64 MiB of JSON; nothing is done. */
  | { kind: 'huge' }
  /** The call waits first. */
  | { kind: 'slow'; ms: number }
  /** The `Date` of the answer is that of a clock which is `ms` ahead; behind when negative. */
  | { kind: 'skew'; ms: number }
  /** The server's certificate has expired. Of every call only: a connection stands before it is known what is called. */
  | { kind: 'expired-certificate' };

export interface FaultRule {
  /** API name, or `*` for every API. */
  api: string;
  /** Which of its calls: the nth (from 1), all, or a share of them in percent. */
  when: { kind: 'nth'; nth: number } | { kind: 'always' } | { kind: 'rate'; percent: number };
  action: FaultAction;
}

const plainKinds = [
  'throttle',
  '500',
  '503',
  'reset-before',
  'reset-after',
  'truncate',
  'html',
  'portal',
  'wrong-content-type',
  'wrong-type',
  'huge',
  'expired-certificate',
] as const;

const longestSkewMs = 365 * 24 * 3_600_000;

/**
 * Reads `API[:WHICH]=WHAT`. API is a name of `knownApis` or `*`; WHICH is a number (the nth call, 1 when absent), `*`
 * (every call) or `25%`; WHAT is one of `FaultAction`, where slow is `slow(200)` in milliseconds, `slow(200ms)` or
 * `slow(2s)`, and skew is `skew(20m)` or `skew(-20m)`. Throws `USAGE`.
 */
export function parseFault(spec: string, knownApis: readonly string[]): FaultRule {
  const [, api, which, what] = /^([^:=]+)(?::([^=]+))?=(.+)$/s.exec(spec) ?? [];
  if (api === undefined || what === undefined) throw refuse(spec, 'it is not of the form API[:WHICH]=WHAT');
  if (api !== '*' && !knownApis.includes(api)) throw refuse(spec, 'the sandbox has no such API');
  const rule: FaultRule = { api, when: parseWhich(spec, which), action: parseAction(spec, what) };
  if (rule.action.kind === 'expired-certificate' && (api !== '*' || rule.when.kind !== 'always')) {
    throw refuse(spec, 'a certificate is that of every call: "*:*=expired-certificate"');
  }
  return rule;
}

function parseWhich(spec: string, which: string | undefined): FaultRule['when'] {
  if (which === undefined) return { kind: 'nth', nth: 1 };
  if (which === '*') return { kind: 'always' };
  if (/^[1-9]\d{0,8}$/.test(which)) return { kind: 'nth', nth: Number(which) };
  const percent = /^(\d{1,3}(?:\.\d{1,6})?)%$/.exec(which)?.[1];
  if (percent !== undefined && Number(percent) <= 100) return { kind: 'rate', percent: Number(percent) };
  throw refuse(spec, 'which calls is a number from 1, "*", or a percentage such as 25%');
}

function parseAction(spec: string, what: string): FaultAction {
  const plain = plainKinds.find((kind) => kind === what);
  if (plain !== undefined) return { kind: plain };
  const [, number, unit] = /^slow\((\d{1,7})(ms|s)?\)$/.exec(what) ?? [];
  if (number !== undefined) return { kind: 'slow', ms: Number(number) * (unit === 's' ? 1000 : 1) };
  const [, sign, length = ''] = /^skew\((-?)([^()]+)\)$/.exec(what) ?? [];
  const ms = parseDuration(length);
  if (ms !== undefined && ms <= longestSkewMs) return { kind: 'skew', ms: sign === '-' ? -ms : ms };
  throw refuse(spec, `the fault is one of ${plainKinds.join(', ')}, slow(MILLISECONDS), skew(DURATION)`);
}

function refuse(spec: string, why: string) {
  return usageError(`--fault ${JSON.stringify(spec.slice(0, 200))} is not a fault: ${why}`);
}

/** Counts calls and says which of them go wrong. The same calls always get the same faults, also by percentage. */
export class FaultPlan {
  readonly #rules: { rule: FaultRule; calls: number }[];
  #random: number;

  constructor(rules: readonly FaultRule[]) {
    this.#rules = rules.map((rule) => ({ rule, calls: 0 }));
    this.#random = 1;
  }

  /** To be asked once a call. Every rule counts; the first that applies wins. */
  next(api: string): FaultAction | undefined {
    let action: FaultAction | undefined;
    for (const counted of this.#rules) {
      const { rule } = counted;
      if (rule.api !== '*' && rule.api !== api) continue;
      counted.calls += 1;
      if (this.#applies(rule.when, counted.calls)) action ??= rule.action;
    }
    return action;
  }

  #applies(when: FaultRule['when'], calls: number): boolean {
    if (when.kind === 'always') return true;
    if (when.kind === 'nth') return when.nth === calls;
    return this.#nextRandom() * 100 < when.percent;
  }

  /** Park and Miller's generator: the same numbers on every start. */
  #nextRandom(): number {
    this.#random = (this.#random * 48_271) % 2_147_483_647;
    return this.#random / 2_147_483_647;
  }
}
