import { CloudApiError, ToolError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import type { KubernetesClient, KubernetesObject } from '../../kubernetes/api-client.ts';
import type { KubeconfigSource } from '../../kubernetes/client.ts';
import {
  expirationAnnotation,
  injectionLabel,
  readSeconds,
  roleNameAnnotation,
} from '../../kubernetes/inject-settings.ts';
import { recordAt } from '../../kubernetes/plain-object.ts';
import { isInjectionWebhook, podIdentityObjects } from '../../kubernetes/pod-identity-objects.ts';
import type { KubernetesAbsent, KubernetesPort, PodFacts } from '../../rrsa/doctor/kubernetes-patient.ts';
import { shellWord } from '../../rrsa/shell-word.ts';
import type { Context } from '../context.ts';
import { connectDeps, kubeconfigOfCluster, ownKubeconfig } from '../kubernetes-connection.ts';
import type { Flags } from '../options.ts';
import { identityOf } from '../pod-identity.ts';
import { injectionOutcome, isAlive, podFacts } from './doctor-pod-facts.ts';

/** A server behind an address that cannot be reached takes the connection attempt, and says nothing. */
const patience = { timeoutMs: 6_000, attempts: 2 };

/**
 * The cluster of `--kubeconfig` and `--context`, else the one of `clusterId` by a kubeconfig from ACK. It is connected to
 * once, when first called for.
 */
export function kubernetesAccess(
  clusterId: string | undefined,
  flags: Flags,
  { cloud, clock, log }: Pick<Context, 'cloud' | 'clock' | 'log'>,
  io: Io,
): () => Promise<KubernetesPort | KubernetesAbsent> {
  let opened: Promise<KubernetesPort | KubernetesAbsent> | undefined;
  const open = async (): Promise<KubernetesPort | KubernetesAbsent> => {
    const own = ownKubeconfig(flags);
    if (own === undefined && clusterId === undefined) {
      return { absent: 'there is no cluster to look into: pass --cluster-id or --kubeconfig' };
    }
    const source = own ?? (await kubeconfigOrAbsent(() => kubeconfigOfCluster(cloud.ack, clusterId ?? '', flags)));
    if ('absent' in source) return source;
    const { connectKubernetes } = await import('../../kubernetes/client.ts');
    const client = await connectKubernetes(source, { ...connectDeps({ clock, log }, io), ...patience });
    if (new URL(client.server).hostname.endsWith('.invalid')) {
      return { absent: `there is no API server behind ${client.server}, as in a sandbox (pass --kubeconfig FILE)` };
    }
    const isOwnChoice = own !== undefined || flags.boolean('private-address');
    const unreachable = isOwnChoice ? undefined : await whyUnreachable(client);
    return unreachable ?? kubernetesPort(client, kubectlFor(own));
  };
  return () => {
    opened ??= open();
    return opened;
  };
}

/** That the address ACK gave cannot be reached from here says nothing of the cluster: often it is for its VPC only. */
async function whyUnreachable(client: KubernetesClient): Promise<KubernetesAbsent | undefined> {
  try {
    await client.get('/version');
    return undefined;
  } catch (error) {
    if (!(error instanceof ToolError) || error.code !== 'NETWORK') return undefined;
    return {
      absent: `its API server cannot be reached from here (in its VPC pass --private-address, elsewhere --kubeconfig FILE): ${error.message}`,
    };
  }
}

/** What the cloud refuses to give at all is the matter of other checks, or was never meant for this identity. */
async function kubeconfigOrAbsent(read: () => Promise<KubeconfigSource>): Promise<KubeconfigSource | KubernetesAbsent> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ToolError) || error.code === 'INTERRUPTED' || error.code === 'BAD_ANSWER') throw error;
    if (error instanceof CloudApiError && error.api.httpStatus !== 403 && error.code === 'CLOUD_API') {
      throw new ToolError(error.code, error.message, {
        hint: 'if the cluster has an address in its VPC only, run this there with --private-address, or pass --kubeconfig FILE',
        cause: error,
      });
    }
    return { absent: `its kubeconfig cannot be had (pass --kubeconfig FILE): ${error.message}` };
  }
}

function kubectlFor(own: { file?: string | undefined; context?: string | undefined } | undefined): string {
  const file = own?.file === undefined ? [] : ['--kubeconfig', own.file];
  const context = own?.context === undefined ? [] : ['--context', own.context];
  return ['kubectl', ...file, ...context].map(shellWord).join(' ');
}

/** The port of the checks, on a connection. */
export function kubernetesPort(client: KubernetesClient, kubectl: string): KubernetesPort {
  const objects = podIdentityObjects(client);
  const sent = new WeakMap<PodFacts, KubernetesObject>();
  const toFacts = (pod: KubernetesObject): PodFacts => {
    const facts = podFacts(pod);
    sent.set(facts, pod);
    return facts;
  };
  return {
    kubectl,
    async namespace(name) {
      const found = await objects.namespace(name);
      return found && { injection: textOf(recordAt(found.metadata, 'labels')[injectionLabel]) };
    },
    async serviceAccount(namespace, name) {
      const found = await objects.serviceAccount(namespace, name);
      if (found === undefined) return undefined;
      const annotations = recordAt(found.metadata, 'annotations');
      const lifetime = textOf(annotations[expirationAnnotation]);
      return {
        roleName: textOf(annotations[roleNameAnnotation]),
        lifetime: lifetime === undefined ? undefined : { text: lifetime, valid: readSeconds(lifetime) !== undefined },
      };
    },
    async pod(namespace, name) {
      const found = await objects.pod(namespace, name);
      return found && toFacts(found);
    },
    async podsOf(namespace, serviceAccount) {
      const found = await objects.podsOf(namespace, serviceAccount);
      return found.filter(isAlive).map(toFacts);
    },
    async injectionWebhooks() {
      try {
        const found = (await objects.mutatingWebhooks()).filter(isInjectionWebhook);
        return found.map(({ metadata }) => textOf(recordAt({ metadata }, 'metadata').name) ?? '');
      } catch (error) {
        if (error instanceof ToolError && error.details?.httpStatus === 403) return undefined;
        throw error;
      }
    },
    planInjection: (pod, namespace, serviceAccount, providerArn) =>
      injectionOutcome(sent.get(pod) ?? {}, namespace, serviceAccount, identityOf(providerArn)),
    labelNamespace: (name) => objects.labelNamespace(name),
    annotateServiceAccount: (namespace, name, role) => objects.annotateServiceAccount(namespace, name, role),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
