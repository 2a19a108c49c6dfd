import { setMaxListeners } from 'node:events';
import type { AttachedPolicy, Cluster, RamPort, Role } from '../../src/cloud/ports.ts';
import { CloudApiError, ToolError } from '../../src/errors.ts';
import type { WithLock } from '../../src/rrsa/lock.ts';
import type { Change, Clock, Count, Report } from '../../src/rrsa/report.ts';

export const ACCOUNT = '1000000000000001';
export const CLUSTER_ID = 'c123';
export const PROVIDER_ARN = `acs:ram::${ACCOUNT}:oidc-provider/ack-rrsa-${CLUSTER_ID}`;
export const ISSUER = 'https://oidc.example.com/c123';

export interface RecordingReport extends Report {
  /** `info: …`, `warn: …` and so on, in order. */
  readonly lines: string[];
  readonly changes: Change[];
  /** Every text that a progress display was given. */
  readonly progressTexts: string[];
  /** Every count that one was given. */
  readonly progressCounts: Count[];
  /** Progress displays that nobody stopped. */
  openProgress(): number;
  text(): string;
}

export function recordingReport(): RecordingReport {
  const lines: string[] = [];
  const changes: Change[] = [];
  const progressTexts: string[] = [];
  const progressCounts: Count[] = [];
  let open = 0;
  const say = (level: string) => (message: string) => void lines.push(`${level}: ${message}`);
  return {
    lines,
    changes,
    progressTexts,
    progressCounts,
    openProgress: () => open,
    text: () => lines.join('\n'),
    debug: say('debug'),
    info: say('info'),
    warn: say('warn'),
    show: (change) => void changes.push(change),
    progress(text, first) {
      progressTexts.push(text);
      if (first !== undefined) progressCounts.push(first);
      open += 1;
      let stopped = false;
      return {
        update(next, count) {
          progressTexts.push(next);
          if (count !== undefined) progressCounts.push(count);
        },
        stop() {
          if (!stopped) open -= 1;
          stopped = true;
        },
      };
    },
  };
}

export function apiError(apiCode: string, httpStatus: number, apiMessage = 'no'): CloudApiError {
  return new CloudApiError(`refused: ${apiCode}`, { service: 'RAM', action: 'Test', apiCode, apiMessage, httpStatus });
}

export function networkError(): ToolError {
  return new ToolError('NETWORK', 'the connection was reset');
}

export function cluster(overrides: Partial<Cluster> = {}): Cluster {
  return {
    id: CLUSTER_ID,
    name: 'foo',
    regionId: 'cn-hangzhou',
    type: 'ManagedKubernetes',
    profile: 'Default',
    state: 'running',
    version: '1.32.1-aliyun.1',
    rrsa: {
      enabled: true,
      issuers: [ISSUER, 'https://kubernetes.default.svc'],
      audience: 'https://kubernetes.default.svc',
      providerName: `ack-rrsa-${CLUSTER_ID}`,
      providerArn: PROVIDER_ARN,
    },
    ...overrides,
  };
}

export const withoutRrsa = { enabled: false, issuers: [] } satisfies Cluster['rrsa'];

export const noLock: WithLock = (_key, work) => work();

/** One holder at a time, in the order of asking. */
export function queueLock(): WithLock {
  const tails = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const result = (tails.get(key) ?? Promise.resolve()).then(work, work);
    tails.set(
      key,
      result.catch(() => {}),
    );
    return result;
  };
}

export interface FakeRam extends RamPort {
  readonly roles: Map<string, Role>;
  /** `System/Name` or `Custom/Name` to document. */
  readonly policies: Map<string, string>;
  /** Role name to `System/Name` or `Custom/Name`. */
  readonly attached: Map<string, Set<string>>;
  /** The same for RAM users; those that are in it exist. */
  readonly attachedToUsers: Map<string, Set<string>>;
  /** Every call, by name, in order of arrival. */
  readonly calls: string[];
  addRole(name: string, trustPolicy: string): Role;
  /** Runs instead of, before or after what a call does; `proceed` does it. Called when the request arrives. */
  intercept?: ((call: string, proceed: () => unknown) => unknown) | undefined;
}

/** A RAM that keeps the last writer's document. With a clock, requests and answers take `latency()` ms each. */
export function fakeRam(clock?: Clock, latency: () => number = () => 30): FakeRam {
  const roles = new Map<string, Role>();
  const policies = new Map<string, string>();
  const attached = new Map<string, Set<string>>();
  const attachedToUsers = new Map<string, Set<string>>();
  const calls: string[] = [];
  const keyOf = (policy: { name: string; type: string }): string => `${policy.type}/${policy.name}`;

  const serve = async <T>(call: string, act: () => T): Promise<T> => {
    if (clock) await clock.sleep(latency());
    calls.push(call);
    const answer = (await (ram.intercept ? ram.intercept(call, act) : act())) as T;
    if (clock) await clock.sleep(latency());
    return answer;
  };
  const existing = (name: string): Role => {
    const role = roles.get(name);
    if (role === undefined) throw apiError('EntityNotExist.Role', 404);
    return role;
  };
  const policiesOfUser = (name: string): Set<string> => {
    const found = attachedToUsers.get(name);
    if (found === undefined) throw apiError('EntityNotExist.User', 404);
    return found;
  };
  const policiesIn = (keys: ReadonlySet<string>): AttachedPolicy[] =>
    [...keys].map((key) => {
      const [type, policy] = key.split('/');
      return { type: type as 'System' | 'Custom', name: policy ?? '' };
    });

  const ram: FakeRam = {
    roles,
    policies,
    attached,
    attachedToUsers,
    calls,
    addRole(name, trustPolicy) {
      const role: Role = {
        id: '3000',
        name,
        arn: `acs:ram::${ACCOUNT}:role/${name}`,
        description: '',
        trustPolicy,
        maxSessionDurationSeconds: 3600,
      };
      roles.set(name, role);
      attached.set(name, attached.get(name) ?? new Set());
      return role;
    },
    getRole: (name) => serve('getRole', () => roles.get(name)),
    createRole: ({ name, trustPolicy, description, maxSessionDurationSeconds }) =>
      serve('createRole', () => {
        if (roles.has(name)) return undefined;
        const role = {
          ...ram.addRole(name, trustPolicy),
          description: description ?? '',
          maxSessionDurationSeconds: maxSessionDurationSeconds ?? 3600,
        };
        roles.set(name, role);
        return role;
      }),
    updateTrustPolicy: (name, document) =>
      serve('updateTrustPolicy', () => {
        const role = { ...existing(name), trustPolicy: document };
        roles.set(name, role);
        return role;
      }),
    deleteRole: (name) => serve('deleteRole', () => void roles.delete(name)),
    listRoleNames: () => serve('listRoleNames', () => [...roles.keys()]),
    listRoles: () => serve('listRoles', () => [...roles.values()].map(({ id, name }) => ({ id, name }))),
    listUsers: () => serve('listUsers', () => []),
    listPoliciesForRole: (name) =>
      serve('listPoliciesForRole', () => {
        existing(name);
        return policiesIn(attached.get(name) ?? new Set());
      }),
    listPoliciesForUser: (name) => serve('listPoliciesForUser', () => policiesIn(policiesOfUser(name))),
    attachPolicyToUser: (name, policy) =>
      serve('attachPolicyToUser', () => {
        const set = policiesOfUser(name);
        if (!policies.has(keyOf(policy))) throw new ToolError('POLICY_NOT_FOUND', `no ${policy.name}`);
        if (set.has(keyOf(policy))) return false;
        set.add(keyOf(policy));
        return true;
      }),
    getPolicyDocument: (policy) => serve('getPolicyDocument', () => policies.get(keyOf(policy))),
    createPolicy: ({ name, document }) =>
      serve('createPolicy', () => {
        if (policies.has(`Custom/${name}`)) return false;
        policies.set(`Custom/${name}`, document);
        return true;
      }),
    attachPolicyToRole: (name, policy) =>
      serve('attachPolicyToRole', () => {
        existing(name);
        if (!policies.has(keyOf(policy))) throw new ToolError('POLICY_NOT_FOUND', `no ${policy.name}`);
        const set = attached.get(name) ?? new Set();
        if (set.has(keyOf(policy))) return false;
        attached.set(name, set.add(keyOf(policy)));
        return true;
      }),
    detachPolicyFromRole: (name, policy) =>
      serve('detachPolicyFromRole', () => attached.get(name)?.delete(keyOf(policy)) ?? false),
  };
  return ram;
}

/** An abort controller that many may listen to at once without Node warning of a leak. */
export function sharedController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** Fails the test when somebody asks. */
export const mustNotAsk = async (question: string): Promise<void> => {
  throw new Error(`asked: ${question}`);
};

export const agree = async (): Promise<void> => {};

/** The error that a promise is rejected with; fails when it is not. */
export async function errorOf(work: Promise<unknown>): Promise<ToolError> {
  try {
    await work;
  } catch (error) {
    return error as ToolError;
  }
  throw new Error('it did not fail');
}
