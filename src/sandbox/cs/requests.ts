import { accountOf } from '../account.ts';
import type { SandboxCluster } from '../store.ts';
import { ApiFault, type OperationContext } from '../types.ts';
import { findCluster } from './model.ts';

/** The cluster that the path names. Throws 404 `ErrorClusterNotFound`. */
export function existingCluster(ctx: OperationContext): SandboxCluster {
  const id = ctx.params.ClusterId ?? '';
  const cluster = findCluster(accountOf(ctx), id);
  if (cluster === undefined) throw new ApiFault(404, 'ErrorClusterNotFound', `cluster ${id} not found`);
  return cluster;
}

/** What permissions on the cluster of the path are checked on; any region for one that does not exist. */
export function clusterResource(ctx: OperationContext): string {
  return resourceOf(ctx, ctx.params.ClusterId ?? '');
}

export function resourceOf(ctx: OperationContext, clusterId: string): string {
  const region = findCluster(accountOf(ctx), clusterId)?.regionId ?? '*';
  return `acs:cs:${region}:${ctx.accountId}:cluster/${clusterId}`;
}

/** What listing clusters is checked on. */
export function allClustersResource({ accountId }: OperationContext): string {
  return `acs:cs:*:${accountId}:cluster/*`;
}

/** 400 `InvalidParameter`. */
export function invalidRequest(message: string): ApiFault {
  return new ApiFault(400, 'InvalidParameter', message);
}

/** 400 `ErrorClusterState`: another change is under way, or the cluster is in no state to be changed. */
export function wrongState({ id, state }: SandboxCluster): ApiFault {
  return new ApiFault(400, 'ErrorClusterState', `cluster ${id} is ${state} and can not be changed now`);
}

const defaultPageSize = 10;
const maxPageSize = 50;

/** The page that `page_number` and `page_size` ask for; one past the end is empty, as it must be for clients that count on it. */
export function pageByNumber<T>({ params }: OperationContext, items: readonly T[]) {
  const number = positiveInteger('page_number', params.page_number) ?? 1;
  const size = Math.min(positiveInteger('page_size', params.page_size) ?? defaultPageSize, maxPageSize);
  return {
    items: items.slice((number - 1) * size, number * size),
    pageInfo: { page_number: number, page_size: size, total_count: items.length },
  };
}

function positiveInteger(name: string, text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw invalidRequest(`${name} must be a positive number`);
  return Number(text);
}
