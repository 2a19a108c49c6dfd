import type { AckPort } from '../cloud/ports.ts';
import { requireCluster, whyUnsupported } from './cluster.ts';
import type { Report } from './report.ts';

/** RRSA of one cluster. While RRSA is off, everything but `clusterId` and `enabled` is `null` or empty. */
export interface RrsaStatus {
  clusterId: string;
  enabled: boolean;
  providerName: string | null;
  providerArn: string | null;
  /** The `iss` of new tokens: the first of `issuers`. */
  issuer: string | null;
  issuers: string[];
  /** The API server's audiences, not the audience of RRSA tokens. */
  audience: string | null;
}

/**
 * Looks at a cluster. A cluster that can never have RRSA is answered for as well (RRSA is off there), with a warning.
 * Throws `CLUSTER_NOT_FOUND`.
 */
export async function rrsaStatus(
  clusterId: string,
  ports: { ack: Pick<AckPort, 'getCluster'>; report: Pick<Report, 'warn'> },
): Promise<RrsaStatus> {
  const cluster = await requireCluster(ports.ack, clusterId);
  const unsupported = whyUnsupported(cluster);
  if (unsupported !== undefined) ports.report.warn(unsupported);
  const { enabled, providerName, providerArn, issuers, audience } = cluster.rrsa;
  return {
    clusterId: cluster.id,
    enabled,
    providerName: providerName ?? null,
    providerArn: providerArn ?? null,
    issuer: issuers[0] ?? null,
    issuers: [...issuers],
    audience: audience ?? null,
  };
}
