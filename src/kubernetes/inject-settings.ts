/** Labels and annotations that steer the injection. */
import type { InjectionFacts, InjectionNote } from './inject.ts';
import { type PlainRecord, recordAt, shown } from './plain-object.ts';

const prefix = 'pod-identity.alibabacloud.com';
/** Label of a namespace; only `on` turns the injection on. */
export const injectionLabel = `${prefix}/injection`;
/** Annotation of a service account. */
export const roleNameAnnotation = `${prefix}/role-name`;
/** Annotation of a pod or a service account, in seconds. */
export const expirationAnnotation = `${prefix}/service-account-token-expiration`;
/** Annotations of a pod: names of containers, separated by commas. */
export const onlyContainersAnnotation = `${prefix}/only-containers`;
export const skipContainersAnnotation = `${prefix}/skip-containers`;

/** Life of a token in seconds: what may be annotated, and what is taken where nothing valid is. */
export const expiration = { least: 600, most: 43_200, otherwise: 3600 };

/** The seconds that an annotation says; `undefined` when it is not valid. */
export function readSeconds(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  return seconds >= expiration.least && seconds <= expiration.most ? seconds : undefined;
}

export interface InjectionSettings {
  roleArn: string;
  expirationSeconds: number;
  /** Every container that the pod's annotations name. */
  namedContainers: readonly string[];
  /** Why a container is left out; `undefined` when it is not. */
  leavesOut: (container: string) => InjectionNote | undefined;
}

/** `settings` is `undefined` when nothing is to be injected; the notes then end with the reason. */
export function readSettings(
  pod: PlainRecord,
  facts: InjectionFacts,
): { settings: InjectionSettings | undefined; notes: InjectionNote[] } {
  const off = refusal(facts);
  if (off !== undefined) return { settings: undefined, notes: [off] };
  const annotations = recordAt(pod.metadata, 'annotations');
  const notes: InjectionNote[] = [];
  const expirationSeconds = readExpiration(annotations, facts.serviceAccountAnnotations, notes);
  const settings = {
    roleArn: facts.roleArn(String(facts.serviceAccountAnnotations[roleNameAnnotation])) ?? '',
    expirationSeconds,
    ...readContainerLists(annotations),
  };
  return { settings, notes };
}

function refusal({ namespaceLabels, serviceAccountAnnotations, roleArn }: InjectionFacts): InjectionNote | undefined {
  const label = own(namespaceLabels, injectionLabel);
  if (label !== 'on') {
    const quotes = label === true ? "; write 'on' in quotes, or YAML makes it a boolean" : '';
    const message =
      label === undefined
        ? `its namespace has no label ${injectionLabel}`
        : `label ${injectionLabel} of its namespace is ${shown(label)}, not "on"${quotes}`;
    return { id: 'namespace-not-labelled', warning: label === true, message };
  }
  const roleName = own(serviceAccountAnnotations, roleNameAnnotation);
  if (roleName === undefined || roleName === '') {
    const fault = roleName === undefined ? 'has no' : 'has an empty';
    return {
      id: 'no-role-name',
      warning: false,
      message: `its service account ${fault} annotation ${roleNameAnnotation}`,
    };
  }
  if (typeof roleName === 'string' && roleArn(roleName) !== undefined) return undefined;
  const message = `annotation ${roleNameAnnotation} of its service account is no role name: ${shown(roleName)}`;
  return { id: 'invalid-role-name', warning: true, message };
}

/** The pod's own value hides that of its service account even when it is not valid. */
function readExpiration(pod: PlainRecord, serviceAccount: PlainRecord, notes: InjectionNote[]): number {
  const [of, value] =
    own(pod, expirationAnnotation) === undefined
      ? ['its service account', own(serviceAccount, expirationAnnotation)]
      : ['the pod', own(pod, expirationAnnotation)];
  if (value === undefined) return expiration.otherwise;
  const seconds = readSeconds(value);
  if (seconds !== undefined) return seconds;
  const message = `annotation ${expirationAnnotation} of ${of} is ${shown(value)}, not "${expiration.least}" to "${expiration.most}": ${expiration.otherwise} is taken`;
  notes.push({ id: 'invalid-expiration', warning: true, message });
  return expiration.otherwise;
}

function readContainerLists(annotations: PlainRecord): Pick<InjectionSettings, 'namedContainers' | 'leavesOut'> {
  const skip = namesIn(own(annotations, skipContainersAnnotation));
  const only = namesIn(own(annotations, onlyContainersAnnotation));
  return {
    namedContainers: [...new Set([...skip, ...only])],
    leavesOut(container) {
      const name = `container ${shown(container)}`;
      if (skip.has(container)) {
        const message = `${name} is left out by annotation ${skipContainersAnnotation}`;
        return { id: 'container-skipped', warning: false, message };
      }
      if (only.size === 0 || only.has(container)) return undefined;
      const message = `${name} is left out: annotation ${onlyContainersAnnotation} does not name it`;
      return { id: 'container-not-listed', warning: false, message };
    },
  };
}

/** A list without any name is none. */
function namesIn(value: unknown): Set<string> {
  if (typeof value !== 'string') return new Set();
  return new Set(
    value
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  );
}

function own(record: PlainRecord, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
