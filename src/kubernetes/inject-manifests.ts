import type { ClusterFacts } from './cluster-facts.ts';
import {
  type InjectionChange,
  type InjectionFacts,
  type InjectionNote,
  planInjection,
  serviceAccountOf,
} from './inject.ts';
import { injectionLabel, roleNameAnnotation } from './inject-settings.ts';
import { editManifest } from './manifest-edit.ts';
import { parseManifests } from './manifest-stream.ts';
import type { PlainRecord } from './plain-object.ts';
import { findObjects, type NamedObject, type Workload } from './workloads.ts';

/** What pods of one cluster get. */
export type PodIdentity = Pick<InjectionFacts, 'providerArn' | 'roleArn'>;

export interface InjectRequest {
  /** YAML or JSON, any number of documents. */
  text: string;
  /** Where it comes from, for messages. */
  name: string;
  /** Taken as the role of every service account that is not in the text. */
  roleName?: string | undefined;
  /** Takes every namespace that is not in the text as labelled. */
  namespaceLabelled?: boolean | undefined;
}

export interface InjectPorts {
  identity: PodIdentity;
  /** Asked about what neither the text nor the request says. */
  cluster: ClusterFacts;
}

/** What became of one pod, or of the pods of one workload. */
export interface InjectedWorkload {
  /** `Deployment web/api`. */
  name: string;
  changed: boolean;
  notes: InjectionNote[];
}

export interface InjectedManifests {
  /** The stream with every change made; everything else as it was. */
  text: string;
  workloads: InjectedWorkload[];
  /** Documents that had to be laid out anew, counted from 1. */
  rewritten: number[];
}

/**
 * Makes of manifests what the webhook would make of their pods. Nothing is asked of the cluster that is not needed.
 * Throws `FILE_INVALID`, and what `cluster` throws.
 */
export async function injectManifests(request: InjectRequest, ports: InjectPorts): Promise<InjectedManifests> {
  const yaml = await import('yaml');
  const manifests = parseManifests(request.text, request.name, yaml);
  const objects = manifests.map(({ value }) => findObjects(value));
  const facts = createFacts(
    request,
    objects.flatMap(({ named }) => named),
    ports.cluster,
  );
  const workloads: InjectedWorkload[] = [];
  const rewritten: number[] = [];
  const texts: string[] = [];
  for (const [index, manifest] of manifests.entries()) {
    const changes: InjectionChange[] = [];
    for (const workload of objects[index]?.workloads ?? []) {
      const planned = await planWorkload(workload, facts, ports.identity);
      workloads.push(planned.outcome);
      changes.push(...planned.changes.map(({ path, value }) => ({ path: [...workload.path, ...path], value })));
    }
    const edited = editManifest(manifest, changes, request.name, yaml);
    if (edited.rewritten) rewritten.push(index + 1);
    texts.push(edited.text);
  }
  return { text: texts.join(''), workloads, rewritten };
}

interface Facts {
  namespaceLabels(name: string): Promise<PlainRecord>;
  serviceAccountAnnotations(namespace: string, name: string): Promise<PlainRecord>;
}

async function planWorkload(
  { kind, name, namespace = 'default', pod }: Workload,
  facts: Facts,
  identity: PodIdentity,
): Promise<{ changes: InjectionChange[]; outcome: InjectedWorkload }> {
  const namespaceLabels = await facts.namespaceLabels(namespace);
  const isOn = namespaceLabels[injectionLabel] === 'on';
  const serviceAccountAnnotations = isOn ? await facts.serviceAccountAnnotations(namespace, serviceAccountOf(pod)) : {};
  const { changes, notes } = planInjection(pod, { ...identity, namespaceLabels, serviceAccountAnnotations });
  const outcome = { name: `${kind} ${namespace}/${name}`, changed: changes.length > 0, notes };
  return { changes, outcome };
}

/** From the text, else from the request, else from the cluster, which is asked once about each. */
function createFacts(request: InjectRequest, named: readonly NamedObject[], cluster: ClusterFacts): Facts {
  const given = new Map(named.map((object) => [keyOf(object), object]));
  const asked = new Map<string, Promise<PlainRecord>>();
  const ask = (key: string, read: () => Promise<PlainRecord | undefined>): Promise<PlainRecord> => {
    const answer = asked.get(key) ?? read().then((found) => found ?? {});
    asked.set(key, answer);
    return answer;
  };
  return {
    async namespaceLabels(name) {
      const key = keyOf({ kind: 'Namespace', name });
      const own = given.get(key);
      if (own !== undefined) return own.labels;
      if (request.namespaceLabelled) return { [injectionLabel]: 'on' };
      return ask(key, () => cluster.namespaceLabels(name));
    },
    async serviceAccountAnnotations(namespace, name) {
      const key = keyOf({ kind: 'ServiceAccount', namespace, name });
      const own = given.get(key);
      if (own !== undefined) return own.annotations;
      if (request.roleName !== undefined) return { [roleNameAnnotation]: request.roleName };
      return ask(key, () => cluster.serviceAccountAnnotations(namespace, name));
    },
  };
}

function keyOf({ kind, namespace, name }: Pick<NamedObject, 'kind' | 'name'> & { namespace?: string | undefined }) {
  return kind === 'Namespace' ? JSON.stringify([kind, name]) : JSON.stringify([kind, namespace ?? 'default', name]);
}
