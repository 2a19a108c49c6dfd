import type { SandboxAccount, SandboxCluster, SandboxTask } from '../store.ts';
import { chinaTime } from '../time-format.ts';
import { apiServerUrl } from './api-server.ts';
import { rrsaProviderArn, rrsaProviderName, tasksOf } from './model.ts';

/** The API server's own audience; the audience of RRSA tokens is another. */
const apiServerAudience = 'https://kubernetes.default.svc';

/** A cluster as an item of DescribeClustersForRegion, and what every other view of it starts from. */
export function toRegionItem(account: SandboxAccount, cluster: SandboxCluster) {
  const [lastTask] = tasksOf(account, cluster.id);
  return {
    cluster_id: cluster.id,
    name: cluster.name,
    cluster_type: cluster.type,
    cluster_spec: clusterSpec(cluster),
    profile: cluster.profile,
    region_id: cluster.regionId,
    state: cluster.state,
    created: chinaTime(cluster.createdAt),
    updated: chinaTime(lastTask?.createdAt ?? cluster.createdAt),
    init_version: cluster.version,
    current_version: cluster.version,
    next_version: '',
    cluster_domain: 'cluster.local',
    deletion_protection: false,
    size: 0,
    tags: [],
  };
}

/** A cluster as an item of DescribeClustersV1: RRSA is in `meta_data` only. */
export function toV1Item(account: SandboxAccount, cluster: SandboxCluster) {
  const server = apiServerUrl(cluster);
  return {
    ...toRegionItem(account, cluster),
    master_url: JSON.stringify({ api_server_endpoint: server, intranet_api_server_endpoint: server }),
    meta_data: JSON.stringify({ RRSAConfig: metaDataRrsa(account, cluster) }),
  };
}

/** A cluster as DescribeClusterDetail answers it: RRSA in both places. */
export function toDetail(account: SandboxAccount, cluster: SandboxCluster) {
  return { ...toV1Item(account, cluster), parameters: {}, rrsa_config: rrsaConfig(account, cluster) };
}

/** Only managed clusters have a specification. */
export function clusterSpec({ type }: SandboxCluster): string {
  return type === 'ManagedKubernetes' ? 'ack.pro.small' : '';
}

/** A cluster without RRSA has the one key. */
function metaDataRrsa(account: SandboxAccount, cluster: SandboxCluster) {
  if (!cluster.rrsaEnabled) return { enabled: false };
  return {
    enabled: true,
    issuer: cluster.issuers.join(','),
    audience: apiServerAudience,
    oidc_name: rrsaProviderName(cluster.id),
    oidc_arn: rrsaProviderArn(account.id, cluster.id),
  };
}

function rrsaConfig(account: SandboxAccount, cluster: SandboxCluster) {
  if (!cluster.rrsaEnabled) return { enabled: false };
  const issuer = cluster.issuers[0] ?? '';
  return {
    ...metaDataRrsa(account, cluster),
    jwks_url: `${issuer}/keys`,
    max_oidc_token_expiration: '12h',
    open_api_configuration_url: `${issuer}/.well-known/openid-configuration`,
  };
}

/** A task as an item of DescribeClusterTasks. `error` is there only for one that failed. */
export function toTaskItem(task: SandboxTask) {
  return {
    task_id: task.id,
    task_type: task.type,
    state: task.state,
    created: chinaTime(task.createdAt),
    updated: chinaTime(task.state === 'running' ? task.createdAt : task.endsAt),
    ...(task.error === undefined ? {} : { error: task.error }),
  };
}

/** A task as DescribeTaskInfo answers it; the sandbox's have one stage. */
export function toTaskInfo(task: SandboxTask) {
  const ended = task.state !== 'running';
  return {
    ...toTaskItem(task),
    cluster_id: task.clusterId,
    target: { id: task.clusterId, type: 'cluster' },
    parameters: {},
    current_stage: task.type,
    stages: [
      {
        state: task.state,
        start_time: chinaTime(task.createdAt),
        ...(ended ? { end_time: chinaTime(task.endsAt) } : {}),
        message: task.error?.message ?? '',
        outputs: {},
      },
    ],
    events: [],
    task_result: ended ? [{ data: task.clusterId, status: task.state }] : [],
  };
}
