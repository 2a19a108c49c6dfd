/** From the models of the CS API to clusters, tasks and log entries. Pure. */
import type { Cluster, ClusterLogEntry, ClusterRrsa, ClusterSummary, Task } from './ports.ts';

/** What DescribeClusterDetail and DescribeClustersV1 say of a cluster, as far as the tool cares. */
export interface ClusterModel {
  clusterId?: string;
  name?: string;
  regionId?: string;
  clusterType?: string;
  profile?: string;
  state?: string;
  currentVersion?: string;
  initVersion?: string;
  /** JSON in a string; `RRSAConfig` within is where RRSA was found before `rrsa_config` existed. */
  metaData?: string;
  rrsaConfig?: { enabled?: boolean; issuer?: string; audience?: string; oidcName?: string; oidcArn?: string };
}

export interface TaskModel {
  taskId?: string;
  taskType?: string;
  state?: string;
  created?: string;
  error?: { code?: string; message?: string };
}

/** `undefined` when the answer holds no cluster: no id, or an RRSA configuration that cannot be read. */
export function toCluster(model: ClusterModel): Cluster | undefined {
  const summary = toClusterSummary(model);
  const rrsa = toRrsa(model);
  if (summary === undefined || rrsa === undefined) return undefined;
  return {
    ...summary,
    profile: model.profile ?? '',
    version: model.currentVersion || model.initVersion || '',
    rrsa,
  };
}

export function toClusterSummary(model: ClusterModel): ClusterSummary | undefined {
  if (!model.clusterId) return undefined;
  return {
    id: model.clusterId,
    name: model.name ?? '',
    regionId: model.regionId ?? '',
    type: model.clusterType ?? '',
    state: model.state ?? '',
  };
}

/**
 * `rrsa_config` when it says whether RRSA is on, else `RRSAConfig` of `meta_data`, else off.
 * `undefined` when only a `meta_data` that is no JSON object is there: "off" would then be a guess.
 */
function toRrsa({ rrsaConfig, metaData }: ClusterModel): ClusterRrsa | undefined {
  if (typeof rrsaConfig?.enabled === 'boolean') {
    const { enabled, issuer, audience, oidcName, oidcArn } = rrsaConfig;
    return rrsaOf(enabled, { issuer, audience, oidcName, oidcArn });
  }
  if (metaData === undefined || metaData.trim() === '') return rrsaOf(false, {});
  const data = parseObject(metaData);
  if (data === undefined) return undefined;
  const config = data.RRSAConfig ?? undefined;
  if (config === undefined) return rrsaOf(false, {});
  if (!isObject(config)) return undefined;
  const { enabled, issuer, audience, oidc_name: oidcName, oidc_arn: oidcArn } = config;
  return rrsaOf(enabled === true || enabled === 'true', { issuer, audience, oidcName, oidcArn });
}

function rrsaOf(
  enabled: boolean,
  raw: Record<'issuer' | 'audience' | 'oidcName' | 'oidcArn', unknown> | object,
): ClusterRrsa {
  const { issuer, audience, oidcName, oidcArn } = raw as Record<string, unknown>;
  if (!enabled) return { enabled, issuers: [], audience: textOf(audience) };
  const issuers = (textOf(issuer) ?? '').split(',').map((part) => part.trim());
  return {
    enabled,
    issuers: issuers.filter((part) => part !== ''),
    audience: textOf(audience),
    providerName: textOf(oidcName),
    providerArn: textOf(oidcArn),
  };
}

const finished: ReadonlyMap<string, Task['state']> = new Map([
  ['success', 'succeeded'],
  ['fail', 'failed'],
  ['failed', 'failed'],
  ['timeout', 'failed'],
  ['canceled', 'failed'],
  ['cancelled', 'failed'],
]);

/** `undefined` without an id. A state that is not known is one of a task that has not ended. */
export function toTask(model: TaskModel, taskId = model.taskId): Task | undefined {
  if (!taskId) return undefined;
  const rawState = model.state ?? '';
  const { code = '', message = '' } = model.error ?? {};
  return {
    id: taskId,
    type: model.taskType ?? '',
    state: finished.get(rawState.toLowerCase()) ?? 'running',
    rawState,
    error: code === '' && message === '' ? undefined : { code, message },
    createdAt: toDate(model.created),
  };
}

export function toLogEntry(model: { ID?: number; clusterLog?: string; created?: string }): ClusterLogEntry {
  return { id: model.ID ?? 0, text: model.clusterLog ?? '', createdAt: toDate(model.created) };
}

/** For sorting, newest first; what has no time comes last, and keeps its order. */
export function byNewest(a: { createdAt?: Date | undefined }, b: { createdAt?: Date | undefined }): number {
  return (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0);
}

/** CS writes `2025-04-07T09:57:26+08:00`. */
/** `undefined` for a text that is no time. */
export function toDate(text: string | undefined): Date | undefined {
  const date = new Date(text ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function parseObject(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
