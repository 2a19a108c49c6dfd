import { AccessLog } from '../../../src/sandbox/access-log.ts';
import { parseFault } from '../../../src/sandbox/faults.ts';
import { handle } from '../../../src/sandbox/handle.ts';
import type { SandboxSeed, SeedAccount } from '../../../src/sandbox/seed.ts';
import { createState, type SandboxState } from '../../../src/sandbox/state.ts';
import type { SandboxRequest, SandboxResponse } from '../../../src/sandbox/wire.ts';
import { type Keys, type SignOptions, signedV3 } from './signed-requests.ts';

export const accountId = '1000000000000001';
export const otherAccountId = '2000000000000002';
export const clusterId = 'c0000000000000000000000000000001';
export const endpoint = 'http://127.0.0.1:1234';
export const start = Date.UTC(2026, 0, 2, 3, 4, 5);
export const admin: Keys = { accessKeyId: 'LTAIadmin', accessKeySecret: 'adminSecret' };
export const root: Keys = { accessKeyId: 'LTAIroot', accessKeySecret: 'rootSecret' };

// biome-ignore lint/suspicious/noExplicitAny: whatever JSON the sandbox sends, asserted on key by key
export type Json = any;

export interface Answer {
  status: number;
  json: Json;
  response: SandboxResponse;
}

export interface InProcess {
  state: SandboxState;
  /** May be moved; where `state.now` reads. */
  clock: { now: number };
  internalErrors: unknown[];
  slept: number[];
  send(request: SandboxRequest): Promise<Answer>;
  call(api: string, params?: Record<string, string>, keys?: Keys, options?: Partial<SignOptions>): Promise<Answer>;
}

export interface InProcessOptions {
  faults?: string[];
  latencyMs?: number;
  sessionTtlMs?: number;
}

export function seedWith(account: Partial<SeedAccount> = {}, others: SeedAccount[] = []): SandboxSeed {
  const user = { name: 'admin', ...admin, systemPolicies: ['AdministratorAccess'] };
  const { users = [], ...more } = account;
  return { accounts: [{ id: accountId, ...root, users: [user, ...users], ...more }, ...others] };
}

/** A sandbox without a socket, on a clock that stands still. */
export function inProcess(seed: SandboxSeed = seedWith(), options: InProcessOptions = {}): InProcess {
  const clock = { now: start };
  const internalErrors: unknown[] = [];
  const slept: number[] = [];
  const onInternalError = (error: unknown) => void internalErrors.push(error);
  const state = createState({
    seed,
    endpoint,
    now: () => clock.now,
    sleep: async (ms) => void slept.push(ms),
    onInternalError,
    log: new AccessLog(onInternalError),
    faults: (options.faults ?? []).map((spec) => parseFault(spec, ['GetRole', 'GetCallerIdentity', 'CreateRole'])),
    latencyMs: options.latencyMs,
    sessionTtlMs: options.sessionTtlMs,
  });
  const send = async (request: SandboxRequest): Promise<Answer> => {
    const response = await handle(state, request);
    const text = Buffer.from(response.body as string).toString('utf8');
    return { status: response.status, json: tryParse(text), response };
  };
  return {
    state,
    clock,
    internalErrors,
    slept,
    send,
    call: (api, params = {}, keys = admin, more = {}) => send(signedV3(api, params, keys, { now: clock.now, ...more })),
  };
}

export function trustPolicy(principal: object, condition?: object, effect = 'Allow'): string {
  const statement = {
    Effect: effect,
    Action: 'sts:AssumeRole',
    Principal: principal,
    ...(condition && { Condition: condition }),
  };
  return JSON.stringify({ Version: '1', Statement: [statement] });
}

export function permissionPolicy(action: string | string[], resource = '*', effect = 'Allow'): string {
  return JSON.stringify({ Version: '1', Statement: [{ Effect: effect, Action: action, Resource: resource }] });
}

export function keysOf(answer: Answer): Keys {
  const { AccessKeyId, AccessKeySecret, SecurityToken } = answer.json.Credentials;
  return { accessKeyId: AccessKeyId, accessKeySecret: AccessKeySecret, securityToken: SecurityToken };
}

function tryParse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
