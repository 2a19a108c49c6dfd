import { takeNumber, takeTaskId } from '../ids.ts';
import type { SandboxAccount, SandboxCluster, SandboxOidcProvider, SandboxTask, Store } from '../store.ts';

/** The issuer of service account tokens that Kubernetes itself comes with. */
export const builtInIssuer = 'https://kubernetes.default.svc';

/** The client id that ACK registers with the OIDC provider of a cluster. */
const rrsaClientId = 'sts.aliyuncs.com';

/** Name of the OIDC provider that RRSA makes for a cluster. */
export function rrsaProviderName(clusterId: string): string {
  return `ack-rrsa-${clusterId}`;
}

export function rrsaProviderArn(accountId: string, clusterId: string): string {
  return `acs:ram::${accountId}:oidc-provider/${rrsaProviderName(clusterId)}`;
}

/** The sandbox's own issuer for a cluster: `<endpoint>/oidc/<cluster id>`. */
export function ownIssuer(endpoint: string, clusterId: string): string {
  return `${endpoint}/oidc/${clusterId}`;
}

/**
 * What enabling RRSA puts first among the issuers; `undefined` when a seed (or an earlier enabling) named one, or an API
 * server of its own has one that the sandbox cannot change.
 */
export function issuerToPrepend(cluster: SandboxCluster, endpoint: string): string | undefined {
  if (cluster.apiServer !== undefined) return undefined;
  const [first] = cluster.issuers;
  return first === undefined || first === builtInIssuer ? ownIssuer(endpoint, cluster.id) : undefined;
}

export function findCluster(account: SandboxAccount, id: string): SandboxCluster | undefined {
  return account.clusters.find((cluster) => cluster.id === id);
}

/** Tasks of a cluster, newest first. */
export function tasksOf(account: SandboxAccount, clusterId: string): SandboxTask[] {
  return account.tasks
    .filter((task) => task.clusterId === clusterId)
    .reverse()
    .sort((a, b) => b.createdAt - a.createdAt);
}

const taskTypes = {
  rrsa: 'cluster_modify',
  installAddons: 'cluster_addon_install',
  uninstallAddons: 'cluster_addon_uninstall',
} as const;

/** Starts a task of `store.updateTimeMs`. A change of RRSA makes the cluster `updating` meanwhile. */
export function startTask(
  store: Store,
  account: SandboxAccount,
  cluster: SandboxCluster,
  effect: SandboxTask['effect'],
  now: number,
): SandboxTask {
  const task: SandboxTask = {
    id: takeTaskId(store),
    clusterId: cluster.id,
    type: taskTypes[effect.kind],
    createdAt: now,
    endsAt: now + store.updateTimeMs,
    effect,
    state: 'running',
  };
  account.tasks.push(task);
  if (effect.kind === 'rrsa') cluster.state = 'updating';
  log(store, cluster, `Start to ${describe(effect)}`, now);
  return task;
}

/** Ends every task whose time has come and applies its effect, in the order of their ends. */
export function settle(store: Store, now: number): void {
  for (const account of store.accounts) {
    const due = account.tasks.filter(({ state, endsAt }) => state === 'running' && endsAt <= now);
    for (const task of due.sort((a, b) => a.endsAt - b.endsAt)) finish(store, account, task);
  }
}

function finish(store: Store, account: SandboxAccount, task: SandboxTask): void {
  const cluster = findCluster(account, task.clusterId);
  if (cluster === undefined) {
    task.state = 'fail';
    task.error = { code: 'ErrorClusterNotFound', message: `cluster ${task.clusterId} not found` };
    return;
  }
  const failure = cluster.failNextTask;
  cluster.failNextTask = undefined;
  if (task.effect.kind === 'rrsa') cluster.state = 'running';
  if (failure === undefined) {
    apply(account, cluster, task);
    task.state = 'success';
    log(store, cluster, `Succeeded to ${describe(task.effect)}`, task.endsAt);
  } else {
    revert(cluster, task.effect);
    task.state = 'fail';
    task.error = { code: failure.code, message: failure.message };
    const text = failure.log ?? `Failed to ${describe(task.effect)}: ${failure.message}`;
    log(store, cluster, text, task.endsAt);
  }
}

function apply(account: SandboxAccount, cluster: SandboxCluster, { effect, endsAt }: SandboxTask): void {
  switch (effect.kind) {
    case 'rrsa':
      cluster.rrsaEnabled = effect.enabled;
      if (effect.enabled) {
        if (effect.issuer !== undefined) cluster.issuers = [effect.issuer, ...cluster.issuers];
        ensureRrsaProvider(account, cluster, endsAt);
      } else {
        account.providers = account.providers.filter(({ name }) => name !== rrsaProviderName(cluster.id));
      }
      break;
    case 'installAddons':
      for (const addon of cluster.addons) if (effect.names.includes(addon.name)) addon.state = 'active';
      break;
    case 'uninstallAddons':
      cluster.addons = cluster.addons.filter(({ name }) => !effect.names.includes(name));
      break;
  }
}

function revert(cluster: SandboxCluster, effect: SandboxTask['effect']): void {
  if (effect.kind === 'installAddons') {
    cluster.addons = cluster.addons.filter(({ name }) => !effect.names.includes(name));
  } else if (effect.kind === 'uninstallAddons') {
    for (const addon of cluster.addons) if (effect.names.includes(addon.name)) addon.state = 'active';
  }
}

/**
 * Makes the OIDC provider of a cluster whose RRSA is on, with the cluster's first issuer and the client id
 * `sts.aliyuncs.com`, or brings the one that is there in line.
 */
export function ensureRrsaProvider(account: SandboxAccount, cluster: SandboxCluster, now: number): SandboxOidcProvider {
  const name = rrsaProviderName(cluster.id);
  const issuerUrl = cluster.issuers[0] ?? builtInIssuer;
  const existing = account.providers.find((provider) => provider.name === name);
  if (existing !== undefined) {
    existing.issuerUrl = issuerUrl;
    if (!existing.clientIds.includes(rrsaClientId)) existing.clientIds.push(rrsaClientId);
    existing.updatedAt = now;
    return existing;
  }
  const provider: SandboxOidcProvider = {
    name,
    issuerUrl,
    clientIds: [rrsaClientId],
    fingerprints: [],
    description: `Created by ACK for RRSA of cluster ${cluster.id}`,
    issuanceLimitHours: 12,
    createdAt: now,
    updatedAt: now,
  };
  account.providers.push(provider);
  return provider;
}

function describe(effect: SandboxTask['effect']): string {
  switch (effect.kind) {
    case 'rrsa':
      return `${effect.enabled ? 'enable' : 'disable'} RRSA`;
    case 'installAddons':
      return `install addons ${effect.names.join(', ')}`;
    case 'uninstallAddons':
      return `uninstall addons ${effect.names.join(', ')}`;
  }
}

function log(store: Store, cluster: SandboxCluster, text: string, createdAt: number): void {
  cluster.logs.push({ id: takeNumber(store), text: `${cluster.id} | ${text}`, createdAt });
}
