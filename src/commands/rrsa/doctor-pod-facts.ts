import { type InjectionNote, mountPath, planInjection, serviceAccountOf, volumeName } from '../../kubernetes/inject.ts';
import type { PodIdentity } from '../../kubernetes/inject-manifests.ts';
import {
  expirationAnnotation,
  injectionLabel,
  readSettings,
  roleNameAnnotation,
} from '../../kubernetes/inject-settings.ts';
import { isRecord, type PlainRecord, recordAt } from '../../kubernetes/plain-object.ts';
import type {
  ContainerFacts,
  InjectionOutcome,
  NamespaceFacts,
  PodFacts,
  ServiceAccountFacts,
} from '../../rrsa/doctor/kubernetes-patient.ts';

/** What the checks look at of a pod as the API server sends it. */
export function podFacts(pod: PlainRecord): PodFacts {
  const spec = recordAt(pod, 'spec');
  const metadata = recordAt(pod, 'metadata');
  return {
    name: String(metadata.name ?? ''),
    serviceAccount: serviceAccountOf(pod),
    restartable: restartableOf(metadata),
    containers: [...records(spec.initContainers), ...records(spec.containers)].map(containerFacts),
    token: tokenOf(spec),
  };
}

/** True for a pod that runs, or is about to. */
export function isAlive(pod: PlainRecord): boolean {
  const { phase } = recordAt(pod, 'status');
  return recordAt(pod, 'metadata').deletionTimestamp === undefined && phase !== 'Succeeded' && phase !== 'Failed';
}

/** What injection would make of the pod now; `undefined` for nothing, as it is off. */
export function injectionOutcome(
  pod: PlainRecord,
  namespace: NamespaceFacts,
  serviceAccount: ServiceAccountFacts,
  identity: PodIdentity,
): InjectionOutcome | undefined {
  const facts = {
    ...identity,
    namespaceLabels: defined({ [injectionLabel]: namespace.injection }),
    serviceAccountAnnotations: defined({
      [roleNameAnnotation]: serviceAccount.roleName,
      [expirationAnnotation]: serviceAccount.lifetime?.text,
    }),
  };
  const { settings } = readSettings(pod, facts);
  if (settings === undefined) return undefined;
  const { notes } = planInjection(pod, facts);
  const containers = (...ids: InjectionNote['id'][]): string[] =>
    notes.flatMap(({ id, container }) => (container !== undefined && ids.includes(id) ? [container] : []));
  // That of the service account is another check's.
  const hasOwnLifetime = Object.hasOwn(recordAt(pod.metadata, 'annotations'), expirationAnnotation);
  const oddities = notes.filter(
    ({ id }) => id === 'unknown-container' || (id === 'invalid-expiration' && hasOwnLifetime),
  );
  return {
    roleArn: settings.roleArn,
    expirationSeconds: settings.expirationSeconds,
    tokenFile: `${mountPath}/token`,
    lacking: containers('container-injected'),
    otherMount: containers('mount-kept'),
    leftOut: containers('container-skipped', 'container-not-listed'),
    oddities: oddities.map(({ message }) => message),
  };
}

function containerFacts(container: PlainRecord): ContainerFacts {
  // Of two of one name the last counts, as it does for Kubernetes.
  const values = new Map(records(container.env).map(({ name, value }) => [name, value]));
  const textOf = (name: string): string | undefined => {
    const value = values.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  return {
    name: String(container.name ?? ''),
    roleArn: textOf('ALIBABA_CLOUD_ROLE_ARN'),
    providerArn: textOf('ALIBABA_CLOUD_OIDC_PROVIDER_ARN'),
    tokenFile: textOf('ALIBABA_CLOUD_OIDC_TOKEN_FILE'),
  };
}

function tokenOf(spec: PlainRecord): PodFacts['token'] {
  const volume = records(spec.volumes).findLast(({ name }) => name === volumeName);
  const source = records(recordAt(volume, 'projected').sources).find((each) => isRecord(each.serviceAccountToken));
  if (source === undefined) return undefined;
  const { audience, expirationSeconds } = recordAt(source, 'serviceAccountToken');
  return {
    audience: typeof audience === 'string' && audience !== '' ? audience : undefined,
    expirationSeconds: typeof expirationSeconds === 'number' ? expirationSeconds : undefined,
  };
}

const restartableKinds: Readonly<Record<string, NonNullable<PodFacts['restartable']>['kind']>> = {
  StatefulSet: 'statefulset',
  DaemonSet: 'daemonset',
};

/** A Deployment is known by its ReplicaSet, whose name ends with the hash that its pods are labelled with. */
function restartableOf(metadata: PlainRecord): PodFacts['restartable'] {
  const owner = records(metadata.ownerReferences).find(({ controller }) => controller === true);
  if (owner?.apiVersion !== 'apps/v1' || typeof owner.name !== 'string' || typeof owner.kind !== 'string') {
    return undefined;
  }
  const { name, kind: ownerKind } = owner;
  const hash = recordAt(metadata, 'labels')['pod-template-hash'];
  if (ownerKind === 'ReplicaSet' && typeof hash === 'string' && hash !== '' && name.endsWith(`-${hash}`)) {
    return { kind: 'deployment', name: name.slice(0, -hash.length - 1) };
  }
  const kind = Object.hasOwn(restartableKinds, ownerKind) ? restartableKinds[ownerKind] : undefined;
  return kind && { kind, name };
}

function defined(record: PlainRecord): PlainRecord {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

function records(value: unknown): PlainRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
