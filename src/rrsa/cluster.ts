import type { AckPort, Cluster } from '../cloud/ports.ts';
import { ToolError } from '../errors.ts';
import type { Report } from './report.ts';

const SUPPORTED_TYPE = 'ManagedKubernetes';
const REFUSED_TYPES: Readonly<Record<string, string>> = {
  Kubernetes: 'a dedicated cluster',
  ExternalKubernetes: 'a registered cluster',
};
const OLDEST = { major: 1, minor: 22 };

/** The cluster. Throws `CLUSTER_NOT_FOUND`. */
export async function requireCluster(ack: Pick<AckPort, 'getCluster'>, clusterId: string): Promise<Cluster> {
  const cluster = await ack.getCluster(clusterId);
  if (cluster === undefined) throw noCluster(clusterId);
  return cluster;
}

/** `CLUSTER_NOT_FOUND` */
export function noCluster(clusterId: string): ToolError {
  return new ToolError('CLUSTER_NOT_FOUND', `there is no cluster ${clusterId}`, {
    hint: 'check the cluster id, the account of these credentials, and --region-id',
  });
}

/** Why RRSA cannot work on this cluster at all; `undefined` when nothing speaks against it. */
export function whyUnsupported(cluster: Cluster): string | undefined {
  return whyTypeUnsupported(cluster) ?? whyVersionUnsupported(cluster);
}

/** `undefined` also for a type that this tool does not know (ACS is one): see `isKnownType`. */
export function whyTypeUnsupported({ id, type }: Cluster): string | undefined {
  const refused = Object.hasOwn(REFUSED_TYPES, type) ? REFUSED_TYPES[type] : undefined;
  return refused && `cluster ${id} is ${refused} (${type}), and RRSA needs a managed one`;
}

export function isKnownType({ type }: Cluster): boolean {
  return type === SUPPORTED_TYPE || Object.hasOwn(REFUSED_TYPES, type);
}

/** `undefined` also when the cluster does not say which version it runs. */
export function whyVersionUnsupported({ id, version }: Cluster): string | undefined {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined || minor === undefined) return undefined;
  if (Number(major) > OLDEST.major || (Number(major) === OLDEST.major && Number(minor) >= OLDEST.minor))
    return undefined;
  return `cluster ${id} runs Kubernetes ${version}, and RRSA needs at least 1.22`;
}

/** Throws `CLUSTER_UNSUPPORTED`; only warns about a cluster type that this tool does not know (ACS is one). */
export function requireSupported(cluster: Cluster, report: Pick<Report, 'warn'>): void {
  const reason = whyUnsupported(cluster);
  if (reason !== undefined) throw new ToolError('CLUSTER_UNSUPPORTED', reason);
  if (!isKnownType(cluster)) {
    report.warn(`cluster ${cluster.id} is of type '${cluster.type}', which this tool does not know; it goes on`);
  }
}

/** Throws `CLUSTER_NOT_READY` unless the cluster is running. */
export function requireRunning(cluster: Cluster): void {
  if (cluster.state === 'running') return;
  throw new ToolError('CLUSTER_NOT_READY', `cluster ${cluster.id} is not running, its state is '${cluster.state}'`, {
    hint: 'wait until it is running, then run this command again',
  });
}

/** What a trust policy has to name for tokens of a cluster. */
export interface TokenIssuer {
  providerArn: string;
  /** The `iss` of new tokens. */
  issuer: string;
}

/** Throws `RRSA_DISABLED`, or `BAD_ANSWER` when RRSA is on and the API does not say with which provider and issuer. */
export function requireRrsa(cluster: Cluster): TokenIssuer {
  const { enabled, providerArn, issuers } = cluster.rrsa;
  if (!enabled) {
    throw new ToolError('RRSA_DISABLED', `RRSA is off on cluster ${cluster.id}`, {
      hint: `run: ack-ram-tool rrsa enable -c ${cluster.id}`,
    });
  }
  const issuer = issuers[0];
  if (providerArn === undefined || issuer === undefined) {
    throw new ToolError(
      'BAD_ANSWER',
      `cluster ${cluster.id} says that RRSA is on, but not ${issuer === undefined ? 'its token issuer' : 'the ARN of its OIDC provider'}`,
    );
  }
  return { providerArn, issuer };
}
