/**
 * Pod identity injection: what ack-pod-identity-webhook adds to a pod, so that the programs in it find the token, the
 * role and the OIDC provider. Pure; the webhook and `rrsa inject` both act on what this says.
 * Source: https://www.alibabacloud.com/help/en/acs/product-overview/ack-pod-identity-webhook
 */
import { isDeepStrictEqual } from 'node:util';
import { readSettings } from './inject-settings.ts';
import { isRecord, type PlainRecord, shown } from './plain-object.ts';

export const volumeName = 'rrsa-oidc-token';
export const mountPath = '/var/run/secrets/ack.alibabacloud.com/rrsa-tokens';

/** What decides about one pod, beside the pod. */
export interface InjectionFacts {
  /** Labels of its namespace. Values may be of any type, as a manifest has them. */
  namespaceLabels: PlainRecord;
  /** Annotations of its service account, likewise. */
  serviceAccountAnnotations: PlainRecord;
  /** ARN of the cluster's OIDC provider. */
  providerArn: string;
  /** The ARN of a RAM role of that account; `undefined` for text that is no role name. */
  roleArn: (roleName: string) => string | undefined;
}

/** RFC 6902 `add`. A last step of `-` appends to a list; any other sets a key. */
export interface InjectionChange {
  /** From the pod down: `['spec', 'containers', 0, 'env', '-']`. */
  path: readonly (string | number)[];
  value: unknown;
}

export type InjectionNoteId =
  | 'not-a-pod'
  | 'namespace-not-labelled'
  | 'no-role-name'
  | 'invalid-role-name'
  | 'invalid-expiration'
  | 'unknown-container'
  | 'container-skipped'
  | 'container-not-listed'
  | 'container-unreadable'
  | 'variable-kept'
  | 'mount-kept'
  | 'volume-kept'
  | 'no-container'
  | 'container-injected'
  | 'volume-added'
  | 'already-injected';

/** Why something was injected, or was not. */
export interface InjectionNote {
  id: InjectionNoteId;
  /** True for what somebody most likely did not mean. */
  warning: boolean;
  /** Name of the container that it is about. */
  container?: string;
  /** One fragment without a full stop. Text from the manifest is quoted and cut. */
  message: string;
}

export interface Injection {
  /** In the order in which they are to be made. Empty: the pod stays as it is. */
  changes: InjectionChange[];
  notes: InjectionNote[];
}

/** A plan to inject into `pod`; any value will do, and what is no pod gets no changes. Making the changes twice is never asked for. */
export function planInjection(pod: unknown, facts: InjectionFacts): Injection {
  const spec = isRecord(pod) ? pod.spec : undefined;
  if (!isRecord(pod) || !isRecord(spec) || !Array.isArray(spec.containers)) {
    return { changes: [], notes: [{ id: 'not-a-pod', warning: true, message: 'it has no list of containers' }] };
  }
  const { settings, notes } = readSettings(pod, facts);
  if (settings === undefined) return { changes: [], notes };
  const variables = [
    { name: 'ALIBABA_CLOUD_ROLE_ARN', value: settings.roleArn },
    { name: 'ALIBABA_CLOUD_OIDC_PROVIDER_ARN', value: facts.providerArn },
    { name: 'ALIBABA_CLOUD_OIDC_TOKEN_FILE', value: `${mountPath}/token` },
  ];
  const changes: InjectionChange[] = [];
  const containers = listContainers(spec);
  for (const name of settings.namedContainers) {
    if (containers.some((container) => container.name === name)) continue;
    notes.push({ id: 'unknown-container', warning: true, message: `there is no container ${shown(name)}` });
  }
  let chosen = 0;
  for (const container of containers) {
    const reason = settings.leavesOut(container.name);
    if (reason !== undefined) notes.push({ ...reason, container: container.name });
    else if (isInjectable(container)) {
      chosen += 1;
      planContainer(container, variables, changes, notes);
    } else notes.push(unreadable(container.name));
  }
  if (chosen > 0) planVolume(spec, settings.expirationSeconds, changes, notes);
  else notes.push({ id: 'no-container', warning: false, message: 'none of its containers is to be injected into' });
  if (chosen > 0 && changes.length === 0) {
    notes.push({ id: 'already-injected', warning: false, message: 'it has everything already' });
  }
  return { changes, notes };
}

/** The service account that a pod of this spec runs as. */
export function serviceAccountOf(pod: unknown): string {
  const spec = isRecord(pod) && isRecord(pod.spec) ? pod.spec : {};
  const named = [spec.serviceAccountName, spec.serviceAccount].find((name) => typeof name === 'string' && name !== '');
  return typeof named === 'string' ? named : 'default';
}

interface Container {
  name: string;
  path: readonly (string | number)[];
  value: unknown;
}

interface InjectableContainer extends Container {
  value: PlainRecord & { env?: unknown[] | null; volumeMounts?: unknown[] | null };
}

function listContainers(spec: PlainRecord): Container[] {
  return ['initContainers', 'containers'].flatMap((field) => {
    const list = spec[field];
    if (!Array.isArray(list)) return [];
    return list.map((value: unknown, index) => {
      const name = isRecord(value) && typeof value.name === 'string' ? value.name : `${field}[${index}]`;
      return { name, path: ['spec', field, index], value };
    });
  });
}

function isInjectable(container: Container): container is InjectableContainer {
  const { value } = container;
  return isRecord(value) && isListOrAbsent(value.env) && isListOrAbsent(value.volumeMounts);
}

const isListOrAbsent = (value: unknown): boolean => value === undefined || value === null || Array.isArray(value);

function unreadable(container: string): InjectionNote {
  const message = `container ${shown(container)} is left alone: its env or volumeMounts is no list`;
  return { id: 'container-unreadable', warning: true, container, message };
}

function planContainer(
  { name, path, value }: InjectableContainer,
  variables: readonly { name: string; value: string }[],
  changes: InjectionChange[],
  notes: InjectionNote[],
): void {
  const note = (id: InjectionNoteId, warning: boolean, message: string): void =>
    void notes.push({ id, warning, container: name, message: `container ${shown(name)}: ${message}` });

  const existing = named(value.env);
  const missing = variables.filter((variable) => !existing.has(variable.name));
  for (const variable of variables) {
    const own = existing.get(variable.name);
    if (own !== undefined && !(own.value === variable.value && own.valueFrom === undefined)) {
      note('variable-kept', true, `${variable.name} has another value already, which is kept`);
    }
  }
  addToList(value.env, [...path, 'env'], missing, changes);

  const mount = planMount(value.volumeMounts);
  if (mount === 'kept') note('mount-kept', true, `something else is mounted at ${mountPath} already, which is kept`);
  if (mount === 'add') {
    addToList(
      value.volumeMounts,
      [...path, 'volumeMounts'],
      [{ mountPath, name: volumeName, readOnly: true }],
      changes,
    );
  }
  const added = [
    ...(missing.length === 0 ? [] : [missing.map((variable) => variable.name).join(', ')]),
    ...(mount === 'add' ? ['the mount of the token'] : []),
  ];
  if (added.length > 0) note('container-injected', false, `added ${added.join(' and ')}`);
}

function planMount(mounts: unknown): 'present' | 'kept' | 'add' {
  const clean = (path: unknown): unknown => (typeof path === 'string' ? path.replace(/\/+$/, '') : path);
  const there = listOf(mounts).find((mount) => isRecord(mount) && clean(mount.mountPath) === mountPath);
  if (!isRecord(there)) return 'add';
  return there.name === volumeName ? 'present' : 'kept';
}

function planVolume(
  spec: PlainRecord,
  expirationSeconds: number,
  changes: InjectionChange[],
  notes: InjectionNote[],
): void {
  const audience = 'sts.aliyuncs.com';
  const volume = {
    name: volumeName,
    projected: {
      defaultMode: 420,
      sources: [{ serviceAccountToken: { audience, expirationSeconds, path: 'token' } }],
    },
  };
  const own = named(spec.volumes).get(volumeName);
  if (own === undefined) {
    addToList(spec.volumes, ['spec', 'volumes'], [volume], changes);
    const message = `added volume ${volumeName}, whose token is valid for ${expirationSeconds} s`;
    notes.push({ id: 'volume-added', warning: false, message });
  } else if (!isDeepStrictEqual(own.projected, volume.projected)) {
    const message = `volume ${volumeName} is another one already, which is kept`;
    notes.push({ id: 'volume-kept', warning: true, message });
  }
}

function addToList(
  list: unknown,
  path: readonly (string | number)[],
  values: readonly unknown[],
  changes: InjectionChange[],
): void {
  if (values.length === 0) return;
  if (Array.isArray(list)) changes.push(...values.map((value) => ({ path: [...path, '-'], value })));
  else changes.push({ path, value: values });
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Entries of a list by their names. Of two of one name the last counts, as it does for Kubernetes. */
function named(list: unknown): Map<string, PlainRecord> {
  const entries = new Map<string, PlainRecord>();
  for (const entry of listOf(list)) {
    if (isRecord(entry) && typeof entry.name === 'string') entries.set(entry.name, entry);
  }
  return entries;
}
