/** Objects of a manifest: those that make pods, and those that decide about their injection. */
import { isRecord, type PlainRecord, recordAt } from './plain-object.ts';

export interface Workload {
  kind: string;
  name: string;
  /** Absent when the manifest names none. */
  namespace: string | undefined;
  /** From the document down to its pod or pod template. */
  path: readonly (string | number)[];
  pod: unknown;
}

/** A Namespace or a ServiceAccount. */
export interface NamedObject {
  kind: 'Namespace' | 'ServiceAccount';
  name: string;
  /** Of a ServiceAccount; absent when the manifest names none. */
  namespace: string | undefined;
  labels: PlainRecord;
  annotations: PlainRecord;
}

const template = ['spec', 'template'];
const podPaths: Readonly<Record<string, { group: string; path: readonly string[] }>> = {
  Pod: { group: '', path: [] },
  Deployment: { group: 'apps', path: template },
  StatefulSet: { group: 'apps', path: template },
  DaemonSet: { group: 'apps', path: template },
  ReplicaSet: { group: 'apps', path: template },
  Job: { group: 'batch', path: template },
  CronJob: { group: 'batch', path: ['spec', 'jobTemplate', ...template] },
};

/** A kind of that name in another API group is something else and is passed over. */
export function findObjects(document: unknown): { workloads: Workload[]; named: NamedObject[] } {
  const workloads: Workload[] = [];
  const named: NamedObject[] = [];
  const visit = (value: unknown, path: readonly (string | number)[]): void => {
    if (!isRecord(value) || typeof value.kind !== 'string') return;
    const { kind } = value;
    const group = groupOf(value.apiVersion);
    const metadata = recordAt(value, 'metadata');
    const name = textOf(metadata.name) ?? textOf(metadata.generateName) ?? '(no name)';
    const namespace = textOf(metadata.namespace);
    const entry = Object.hasOwn(podPaths, kind) ? podPaths[kind] : undefined;
    if (kind === 'List' && group === '' && Array.isArray(value.items)) {
      value.items.forEach((item, index) => void visit(item, [...path, 'items', index]));
    } else if (entry !== undefined && entry.group === group) {
      workloads.push({ kind, name, namespace, path: [...path, ...entry.path], pod: valueAt(value, entry.path) });
    } else if ((kind === 'Namespace' || kind === 'ServiceAccount') && group === '') {
      const [labels, annotations] = [recordAt(metadata, 'labels'), recordAt(metadata, 'annotations')];
      named.push({ kind, name, namespace: kind === 'Namespace' ? undefined : namespace, labels, annotations });
    }
  };
  visit(document, []);
  return { workloads, named };
}

/** `apps` of `apps/v1`, empty for `v1`; `undefined` for what is no version. */
function groupOf(apiVersion: unknown): string | undefined {
  if (typeof apiVersion !== 'string') return undefined;
  const [group, version] = apiVersion.split('/');
  return version === undefined ? '' : group;
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, step) => (isRecord(at) && Object.hasOwn(at, step) ? at[step] : undefined), value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
