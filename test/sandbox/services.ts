import type { SandboxCluster, Store } from '../../src/sandbox/store.ts';
import { ApiFault, type Operation, type OperationContext } from '../../src/sandbox/types.ts';

export const accountId = '1000000000000001';
export const endpoint = 'http://127.0.0.1:1234';
export const start = Date.UTC(2026, 0, 2, 3, 4, 5);
export const requestId = '2D266259-672B-4030-ACA4-48B0F36F6030';

export const trustPolicy = JSON.stringify({
  Version: '1',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: [`acs:ram::${accountId}:root`] } }],
});

export const permissionPolicy = JSON.stringify({
  Version: '1',
  Statement: [{ Effect: 'Allow', Action: 'oss:Get*', Resource: '*' }],
});

export function cluster(id: string, more: Partial<SandboxCluster> = {}): SandboxCluster {
  return {
    id,
    name: id,
    regionId: 'cn-hangzhou',
    version: '1.32.1-aliyun.1',
    type: 'ManagedKubernetes',
    profile: 'Default',
    state: 'running',
    rrsaEnabled: false,
    issuers: [],
    createdAt: start,
    addons: [],
    logs: [],
    ...more,
  };
}

/** One account with a user `admin` and the given clusters. */
export function storeWith(...clusters: SandboxCluster[]): Store {
  return {
    accounts: [
      {
        id: accountId,
        users: [
          {
            id: '200000000000000001',
            name: 'admin',
            displayName: 'Admin',
            createdAt: start,
            accessKeys: [],
            systemPolicies: [],
            customPolicies: [],
          },
        ],
        roles: [],
        policies: [],
        providers: [],
        clusters,
        tasks: [],
      },
    ],
    sessions: [],
    updateTimeMs: 2000,
    sessionTtlMs: undefined,
    trustPolicyMaxLength: 2048,
    nextId: 1,
  };
}

// biome-ignore lint/suspicious/noExplicitAny: whatever JSON the service sends, asserted on key by key
export type Answer = any;

export interface CallOptions {
  body?: unknown;
  now?: number;
}

/** Calls of one product's operations on one store, without HTTP. */
export function callerOf(operations: readonly Operation[], store: Store) {
  return (action: string, params: Record<string, string> = {}, { body, now = start }: CallOptions = {}) => {
    const operation = operationNamed(operations, action);
    return operation.handler(contextOf(store, params, body, now)) as Answer;
  };
}

export function contextOf(store: Store, params: Record<string, string>, body: unknown, now: number): OperationContext {
  return {
    store,
    accountId,
    principal: { kind: 'user', accountId, userName: 'admin' },
    params: Object.assign(Object.create(null), params),
    body,
    now,
    requestId,
    endpoint,
  };
}

export function operationNamed(operations: readonly Operation[], action: string): Operation {
  const operation = operations.find((row) => row.action === action);
  if (operation === undefined) throw new Error(`no operation ${action}`);
  return operation;
}

/** The refusal that `attempt` ends in, as `404 EntityNotExist.Role`. */
export function refusal(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    if (error instanceof ApiFault) return `${error.status} ${error.code}`;
    throw error;
  }
  return 'no refusal';
}
