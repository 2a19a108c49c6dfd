import type { KubernetesClient, KubernetesObject } from '../../src/kubernetes/api-client.ts';
import type { Activity, CleanupPorts } from '../../src/kubernetes/rbac-cleanup.ts';
import type { RbacCluster } from '../../src/kubernetes/rbac-clusters.ts';
import type { Directory } from '../../src/kubernetes/rbac-identities.ts';

export const leaver = '243212345678901234';
export const colleague = '243212345678901299';
export const gone = '300123456789012347';
export const account = '1000000000000001';
export const caller = '200000000000000001';

export const directory: Directory = {
  accountId: account,
  callerUid: caller,
  users: [
    { id: caller, name: 'admin' },
    { id: leaver, name: 'leaver' },
    { id: colleague, name: 'colleague' },
  ],
  roles: [{ id: '300000000000000007', name: 'operator' }],
};

/** A binding as a list holds it. */
export function binding(name: string, users: readonly string[], namespace?: string): KubernetesObject {
  const apiGroup = 'rbac.authorization.k8s.io';
  return {
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid: 'd9607e19',
      resourceVersion: '17',
      managedFields: [{ manager: 'ack' }],
      labels: { 'ack.aliyun.com': 'true' },
      creationTimestamp: '2026-01-02T03:04:05Z',
    },
    roleRef: { apiGroup, kind: 'ClusterRole', name: 'cs:admin' },
    subjects: users.map((user) => ({ kind: 'User', apiGroup, name: user })),
  };
}

export interface FakeCluster extends RbacCluster {
  clusterRoleBindings: KubernetesObject[];
  roleBindings: KubernetesObject[];
}

export function fakeCluster(id: string, more: Partial<FakeCluster> = {}): FakeCluster {
  return { id, name: `name of ${id}`, state: 'running', clusterRoleBindings: [], roleBindings: [], ...more };
}

export interface FakeRbac extends CleanupPorts {
  /** What was done, in order. */
  events: string[];
  interrupt(reason: Error): void;
}

export interface FakeOptions {
  clusters: readonly FakeCluster[];
  activity?: Record<string, Activity | Error>;
  /** Runs before an effect of that name, which it may make fail. */
  before?: (event: string) => void;
}

export const inactive: Activity = { active: false, logProject: '', logStore: '', lastAuditId: '' };
export const active: Activity = {
  active: true,
  lastActivity: new Date(Date.UTC(2026, 0, 2)),
  logProject: 'k8s-log-c1',
  logStore: 'audit-c1',
  lastAuditId: 'a-1',
};

export function fakeRbac({ clusters, activity = {}, before = () => {} }: FakeOptions): FakeRbac {
  const events: string[] = [];
  const controller = new AbortController();
  const note = (event: string): void => {
    before(event);
    events.push(event);
  };
  const clientOf = (cluster: FakeCluster): KubernetesClient => ({
    server: 'https://127.0.0.1:6443',
    get: async () => undefined,
    write: async () => undefined,
    async list(path, onPage) {
      const items = path.endsWith('clusterrolebindings') ? cluster.clusterRoleBindings : cluster.roleBindings;
      onPage?.(items.length);
      return structuredClone(items);
    },
  });
  return {
    events,
    interrupt: (reason) => controller.abort(reason),
    listClusters: async () => clusters,
    getCluster: async (id) => clusters.find((each) => each.id === id),
    readDirectory: async () => directory,
    async openCluster(id) {
      note(`open ${id}`);
      const cluster = clusters.find((each) => each.id === id);
      if (cluster === undefined) throw new Error(`no cluster ${id}`);
      return clientOf(cluster);
    },
    limit: (work) => work(),
    report: {
      info: (message) => void events.push(`info: ${message}`),
      warn: (message) => void events.push(`warn: ${message}`),
      show: ({ summary, notes }) => void events.push(`show: ${[summary, ...notes].join(' | ')}`),
      progress: () => ({ update: () => {}, stop: () => {} }),
    },
    clock: { now: () => 0 },
    signal: controller.signal,
    async readActivity(id) {
      const found = activity[id] ?? inactive;
      if (found instanceof Error) throw found;
      return found;
    },
    async clean(id, uid, force) {
      note(`clean ${id} ${uid} ${force}`);
    },
    async saveBindings(id, bindings) {
      note(`save ${id} ${bindings.map(({ name }) => name).join(',')}`);
      return `/backups/${id}`;
    },
    async confirm(question) {
      note(`ask ${question}`);
    },
  };
}
