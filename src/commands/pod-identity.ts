/** What the injection commands share. */
import type { AckPort } from '../cloud/ports.ts';
import { usageError } from '../errors.ts';
import type { Io } from '../io.ts';
import type { KubernetesClient } from '../kubernetes/api-client.ts';
import type { PodIdentity } from '../kubernetes/inject-manifests.ts';
import { parseOidcProviderArn, roleArn } from '../policy/arn.ts';
import { checkClusterId, isRoleName, quoted } from '../policy/name.ts';
import { requireCluster, requireRrsa } from '../rrsa/cluster.ts';
import type { Context } from './context.ts';
import { connectDeps, ownKubeconfig } from './kubernetes-connection.ts';
import type { Flags } from './options.ts';

/**
 * The provider of `--provider-arn`, else that of the cluster `--cluster-id`. Throws `USAGE` unless exactly one of them is
 * given, and what `requireRrsa` throws.
 */
export async function podIdentity(flags: Flags, ack: Pick<AckPort, 'getCluster'>): Promise<PodIdentity> {
  const arn = flags.string('provider-arn');
  const clusterId = flags.string('cluster-id');
  if ((arn === undefined || arn === '') === (clusterId === undefined || clusterId === '')) {
    throw usageError(
      'the OIDC provider is needed, once',
      'pass --cluster-id ID, or --provider-arn acs:ram::ACCOUNT:oidc-provider/ack-rrsa-CLUSTER',
    );
  }
  if (arn) return identityOf(arn);
  const cluster = await requireCluster(ack, checkClusterId(clusterId ?? ''));
  return identityOf(requireRrsa(cluster).providerArn);
}

/** Throws `USAGE` for what is no ARN of an OIDC provider. */
export function identityOf(providerArn: string): PodIdentity {
  const provider = parseOidcProviderArn(providerArn);
  if (provider === undefined) {
    throw usageError(
      `--provider-arn ${quoted(providerArn)} is not the ARN of an OIDC provider`,
      'it looks like acs:ram::1000000000000001:oidc-provider/ack-rrsa-c86fddxxxx',
    );
  }
  const ofRole = (name: string) => (isRoleName(name) ? roleArn(provider.accountId, name) : undefined);
  return { providerArn, roleArn: ofRole };
}

/** The cluster of `--kubeconfig` and `--context`. Loads the client when it is called. */
export async function connectByKubeconfig(
  flags: Flags,
  context: Pick<Context, 'clock' | 'log'>,
  io: Io,
  timeoutMs?: number,
): Promise<KubernetesClient> {
  const { connectKubernetes } = await import('../kubernetes/client.ts');
  return connectKubernetes(ownKubeconfig(flags) ?? {}, { ...connectDeps(context, io), timeoutMs });
}
