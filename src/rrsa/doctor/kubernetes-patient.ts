/** What the checks of Kubernetes look at, and the port by which they do. */
import { once } from './patient.ts';

/** Label of a namespace; only `on` turns the injection on. */
export const injectionLabel = 'pod-identity.alibabacloud.com/injection';
/** Annotation of a service account: the name of its role. */
export const roleNameAnnotation = 'pod-identity.alibabacloud.com/role-name';
/** Annotation of a service account or a pod, in seconds. */
export const lifetimeAnnotation = 'pod-identity.alibabacloud.com/service-account-token-expiration';
/** What that annotation may say, and what is taken where it says nothing valid; all in seconds. */
export const lifetime = { least: 600, most: 43_200, otherwise: 3600 };

export interface NamespaceFacts {
  /** The value of the label; `undefined` when it has none. */
  injection: string | undefined;
}

export interface ServiceAccountFacts {
  /** The annotation as it is; `undefined` when there is none. */
  roleName: string | undefined;
  /** The annotation as it is, and whether the injection goes by it; `undefined` when there is none. */
  lifetime: { text: string; valid: boolean } | undefined;
}

export interface ContainerFacts {
  name: string;
  /** Values of the three variables; `undefined` for one that is not there or has its value from elsewhere. */
  roleArn: string | undefined;
  providerArn: string | undefined;
  tokenFile: string | undefined;
}

export interface PodFacts {
  name: string;
  serviceAccount: string;
  /** What makes its pods anew when it is restarted; `undefined` when nothing that can be restarted does. */
  restartable: { kind: 'deployment' | 'statefulset' | 'daemonset'; name: string } | undefined;
  containers: ContainerFacts[];
  /** The projected token of the volume that the injection adds; `undefined` without that volume, or a token in it. */
  token: { audience: string | undefined; expirationSeconds: number | undefined } | undefined;
}

/** What the webhook would make of a pod if it were created now. Every list is of container names, but `oddities`. */
export interface InjectionOutcome {
  roleArn: string;
  expirationSeconds: number;
  /** Where it mounts the token. */
  tokenFile: string;
  /** Lack a variable, or the mount of the token. */
  lacking: string[];
  /** Have something else mounted where the token belongs. */
  otherMount: string[];
  /** Left out by the pod's annotations. */
  leftOut: string[];
  /** What somebody most likely did not mean by the pod's annotations: fragments without a full stop. */
  oddities: string[];
}

/** One cluster. Its methods throw `ToolError` as the connection does. Reads give `undefined` for what is not there. */
export interface KubernetesPort {
  /** The words that a kubectl command for this cluster begins with: `kubectl --context prod`. */
  readonly kubectl: string;
  namespace(name: string): Promise<NamespaceFacts | undefined>;
  serviceAccount(namespace: string, name: string): Promise<ServiceAccountFacts | undefined>;
  pod(namespace: string, name: string): Promise<PodFacts | undefined>;
  /** Those that have not ended and are not being deleted. */
  podsOf(namespace: string, serviceAccount: string): Promise<PodFacts[]>;
  /** Names of the mutating webhook configurations that inject; `undefined` when they may not be read. */
  injectionWebhooks(): Promise<string[] | undefined>;
  /** `undefined` when nothing would be injected. The pod is one that this port gave. */
  planInjection(
    pod: PodFacts,
    namespace: NamespaceFacts,
    serviceAccount: ServiceAccountFacts,
    providerArn: string,
  ): InjectionOutcome | undefined;
  labelNamespace(name: string): Promise<void>;
  annotateServiceAccount(namespace: string, name: string, roleName: string): Promise<void>;
}

/** There is no cluster to look into, and that is no fault. */
export interface KubernetesAbsent {
  /** Why: one fragment. */
  absent: string;
}

export interface KubernetesPatient {
  /** `--pod`. Absent: every pod of the service account. */
  podAsked?: string | undefined;
  /** Throws when there should be a cluster and it cannot be connected to. Its reads are made once each. */
  kubernetes(): Promise<KubernetesPort | KubernetesAbsent>;
}

/** A patient as it is now: whoever mends something makes a new one. */
export function kubernetesPatient(
  podAsked: string | undefined,
  open: () => Promise<KubernetesPort | KubernetesAbsent>,
): KubernetesPatient {
  return {
    podAsked,
    kubernetes: once(async () => {
      const opened = await open();
      return 'absent' in opened ? opened : readingOnce(opened);
    }),
  };
}

/**
 * The role name that the service account is annotated with; `undefined` without one, and where the cluster cannot be
 * asked, which is the matter of a check of its own.
 */
export async function annotatedRole(
  patient: KubernetesPatient,
  namespace: string,
  serviceAccount: string,
): Promise<string | undefined> {
  try {
    const port = await patient.kubernetes();
    return 'absent' in port ? undefined : (await port.serviceAccount(namespace, serviceAccount))?.roleName;
  } catch {
    return undefined;
  }
}

function readingOnce(port: KubernetesPort): KubernetesPort {
  return {
    ...port,
    namespace: byNames((name) => port.namespace(name)),
    serviceAccount: byNames((namespace, name) => port.serviceAccount(namespace, name)),
    pod: byNames((namespace, name) => port.pod(namespace, name)),
    podsOf: byNames((namespace, name) => port.podsOf(namespace, name)),
    injectionWebhooks: once(() => port.injectionWebhooks()),
  };
}

function byNames<N extends string[], T>(read: (...names: N) => Promise<T>): (...names: N) => Promise<T> {
  const answers = new Map<string, () => Promise<T>>();
  return (...names) => {
    const key = names.join('/');
    const answer = answers.get(key) ?? once(() => read(...names));
    answers.set(key, answer);
    return answer();
  };
}
