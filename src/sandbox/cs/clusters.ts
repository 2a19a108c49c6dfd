import { accountOf } from '../account.ts';
import type { SandboxCluster } from '../store.ts';
import { chinaTime } from '../time-format.ts';
import type { Operation, OperationContext } from '../types.ts';
import { issuerToPrepend, settle, startTask, tasksOf } from './model.ts';
import {
  allClustersResource,
  clusterResource,
  existingCluster,
  invalidRequest,
  pageByNumber,
  wrongState,
} from './requests.ts';
import { clusterSpec, toDetail, toRegionItem, toV1Item } from './views.ts';

/** Clusters of ACK: reading them, and turning RRSA on and off. */
export const clusterOperations: readonly Operation[] = [
  {
    product: 'CS',
    action: 'DescribeClusterDetail',
    method: 'GET',
    path: '/clusters/{ClusterId}',
    ramAction: 'cs:DescribeClusterDetail',
    resource: clusterResource,
    handler: describeClusterDetail,
  },
  {
    product: 'CS',
    action: 'ModifyCluster',
    method: 'PUT',
    path: '/api/v2/clusters/{ClusterId}',
    ramAction: 'cs:ModifyCluster',
    resource: clusterResource,
    handler: modifyCluster,
  },
  {
    product: 'CS',
    action: 'DescribeClusterLogs',
    method: 'GET',
    path: '/clusters/{ClusterId}/logs',
    ramAction: 'cs:DescribeClusterLogs',
    resource: clusterResource,
    handler: describeClusterLogs,
  },
  listRow('DescribeClustersV1', '/api/v1/clusters', describeClustersV1),
  listRow('DescribeClustersForRegion', '/regions/{region_id}/clusters', describeClustersForRegion),
  listRow('DescribeClusters', '/clusters', describeClusters),
];

/** ACK checks all its lists of clusters as `cs:DescribeClusters`. */
function listRow(action: string, path: string, handler: (ctx: OperationContext) => unknown): Operation {
  const ramAction = 'cs:DescribeClusters';
  return { product: 'CS', action, method: 'GET', path, ramAction, resource: allClustersResource, handler };
}

function describeClusterDetail(ctx: OperationContext) {
  settle(ctx.store, ctx.now);
  return toDetail(accountOf(ctx), existingCluster(ctx));
}

/** Of all that the real operation changes, the sandbox takes `enable_rrsa`. */
function modifyCluster(ctx: OperationContext) {
  settle(ctx.store, ctx.now);
  const account = accountOf(ctx);
  const cluster = existingCluster(ctx);
  const enabled = rrsaWish(ctx.body);
  if (cluster.type !== 'ManagedKubernetes') {
    throw invalidRequest(`enable_rrsa is for managed clusters only, and cluster ${cluster.id} is ${cluster.type}`);
  }
  if (!supportsRrsa(cluster.version)) {
    throw invalidRequest(`enable_rrsa needs Kubernetes 1.22, and cluster ${cluster.id} has ${cluster.version}`);
  }
  const busy = tasksOf(account, cluster.id).some(({ state }) => state === 'running');
  if (busy || cluster.state !== 'running') throw wrongState(cluster);
  const issuer = enabled ? issuerToPrepend(cluster, ctx.endpoint) : undefined;
  const task = startTask(ctx.store, account, cluster, { kind: 'rrsa', enabled, issuer }, ctx.now);
  return { cluster_id: cluster.id, request_id: ctx.requestId, task_id: task.id };
}

function rrsaWish(body: unknown): boolean {
  const wish = typeof body === 'object' && body !== null && !Array.isArray(body) ? Object.entries(body) : [];
  const [entry, ...others] = wish;
  if (entry === undefined || others.length > 0 || entry[0] !== 'enable_rrsa' || typeof entry[1] !== 'boolean') {
    throw invalidRequest('the sandbox takes a JSON object with enable_rrsa, true or false, and no other key');
  }
  return entry[1];
}

function supportsRrsa(version: string): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 22);
}

function describeClusterLogs(ctx: OperationContext) {
  settle(ctx.store, ctx.now);
  const cluster = existingCluster(ctx);
  return cluster.logs.toReversed().map(({ id, text, createdAt }) => ({
    ID: id,
    cluster_id: cluster.id,
    cluster_log: text,
    created: chinaTime(createdAt),
    updated: chinaTime(createdAt),
  }));
}

function describeClustersV1(ctx: OperationContext) {
  settle(ctx.store, ctx.now);
  const account = accountOf(ctx);
  const { items, pageInfo } = pageByNumber(ctx, account.clusters.filter(matching(ctx)));
  return { clusters: items.map((cluster) => toV1Item(account, cluster)), page_info: pageInfo };
}

function describeClustersForRegion(ctx: OperationContext) {
  settle(ctx.store, ctx.now);
  const account = accountOf(ctx);
  const { items, pageInfo } = pageByNumber(ctx, account.clusters.filter(matching(ctx)));
  return { clusters: items.map((cluster) => toRegionItem(account, cluster)), page_info: pageInfo };
}

/** Deprecated in favour of DescribeClustersForRegion: no paging, and its own spelling of the one filter. */
function describeClusters(ctx: OperationContext) {
  settle(ctx.store, ctx.now);
  const account = accountOf(ctx);
  const { name, clusterType } = ctx.params;
  return account.clusters
    .filter((cluster) => (!name || cluster.name === name) && (!clusterType || cluster.type === clusterType))
    .map((cluster) => toV1Item(account, cluster));
}

/** The filters of the list operations; an empty one is none. */
function matching({ params }: OperationContext): (cluster: SandboxCluster) => boolean {
  const { name, cluster_id, cluster_type, cluster_spec, profile, region_id } = params;
  return (cluster) =>
    (!name || cluster.name === name) &&
    (!cluster_id || cluster.id === cluster_id) &&
    (!cluster_type || cluster.type === cluster_type) &&
    (!cluster_spec || clusterSpec(cluster) === cluster_spec) &&
    (!profile || cluster.profile === profile) &&
    (!region_id || cluster.regionId === region_id);
}
