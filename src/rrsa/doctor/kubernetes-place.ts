/** Where the checks of Kubernetes look, out of what was asked. */
import { isPattern } from '../../policy/subject.ts';
import { shellWord } from '../shell-word.ts';
import type { Finding } from './check.ts';
import type { KubernetesPatient, KubernetesPort, PodFacts } from './kubernetes-patient.ts';
import type { CloudPatient } from './patient.ts';

/** What the checks of Kubernetes read of the whole patient. */
export type KubernetesSide = KubernetesPatient & Pick<CloudPatient, 'asked' | 'cluster' | 'roleAsked'>;

export interface NamespacePlace {
  port: KubernetesPort;
  namespace: string;
}

export interface ServiceAccountPlace extends NamespacePlace {
  serviceAccount: string;
}

export interface PodPlace extends NamespacePlace {
  /** Absent: only a pod was named, and nothing is expected of it. */
  serviceAccount: string | undefined;
  pods: PodFacts[];
}

export const skipped = (message: string): Finding => ({ status: 'skipped', message });

/** `undefined` when no namespace was asked about, or there is no cluster to look into. */
export async function namespacePlace({ asked, kubernetes }: KubernetesSide): Promise<NamespacePlace | undefined> {
  const { namespace } = asked;
  if (namespace === undefined || isPattern(namespace)) return undefined;
  const port = await kubernetes();
  return 'absent' in port ? undefined : { port, namespace };
}

/** The service account that was asked about, else that of the pod; `undefined` when neither is known. */
export async function serviceAccountPlace(patient: KubernetesSide): Promise<ServiceAccountPlace | undefined> {
  const place = await namespacePlace(patient);
  if (place === undefined) return undefined;
  const { asked, podAsked } = patient;
  if (asked.serviceAccount !== undefined) return { ...place, serviceAccount: asked.serviceAccount };
  const pod = podAsked === undefined ? undefined : await place.port.pod(place.namespace, podAsked);
  return pod && { ...place, serviceAccount: pod.serviceAccount };
}

/** The pod that was asked about, else the pods of the service account; `undefined` when neither was. */
export async function podPlace(patient: KubernetesSide): Promise<PodPlace | undefined> {
  const place = await namespacePlace(patient);
  if (place === undefined) return undefined;
  const { asked, podAsked } = patient;
  const { serviceAccount } = asked;
  if (podAsked !== undefined) {
    const pod = await place.port.pod(place.namespace, podAsked);
    return { ...place, serviceAccount, pods: pod === undefined ? [] : [pod] };
  }
  if (serviceAccount === undefined || isPattern(serviceAccount)) return undefined;
  return { ...place, serviceAccount, pods: await place.port.podsOf(place.namespace, serviceAccount) };
}

/** A kubectl command for the cluster, quoted for a shell. */
export function kubectl({ port, namespace }: NamespacePlace, ...words: string[]): string {
  return [port.kubectl, '-n', ...[namespace, ...words].map(shellWord)].join(' ');
}
