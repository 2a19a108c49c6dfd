import { editManifest } from '../kubernetes/manifest-edit.ts';
import { parseManifests } from '../kubernetes/manifest-stream.ts';
import { isRecord, recordAt, shown } from '../kubernetes/plain-object.ts';
import { findObjects, type Workload } from '../kubernetes/workloads.ts';
import { checkRoleName } from '../policy/name.ts';

/** Annotation of a pod that runs on ECI: the name of its RAM role. */
export const eciRoleAnnotation = 'k8s.aliyun.com/eci-ram-role-name';
/** Label that has a pod of an ACK cluster run on ECI. */
export const eciLabel = 'alibabacloud.com/eci';

export interface AnnotateRequest {
  /** YAML or JSON, any number of documents. */
  text: string;
  /** Where it comes from, for messages. */
  name: string;
  roleName: string;
}

/** What became of one pod, or of the pods of one workload. */
export interface AnnotatedWorkload {
  /** `Deployment web/api`. */
  name: string;
  changed: boolean;
  notes: { warning: boolean; message: string }[];
}

export interface AnnotatedManifests {
  /** The stream with every change made; everything else as it was. */
  text: string;
  workloads: AnnotatedWorkload[];
  /** Documents that had to be laid out anew, counted from 1. */
  rewritten: number[];
}

interface Change {
  path: (string | number)[];
  value: unknown;
}

/**
 * Gives the pods of manifests a RAM role for when they run on ECI: the annotation goes to the pod, or to the pod template
 * of a workload. Doing it again changes nothing. Throws `USAGE` for what is no role name, and `FILE_INVALID`.
 */
export async function annotateManifests(request: AnnotateRequest): Promise<AnnotatedManifests> {
  const roleName = checkRoleName(request.roleName);
  const yaml = await import('yaml');
  const workloads: AnnotatedWorkload[] = [];
  const rewritten: number[] = [];
  const texts: string[] = [];
  for (const [index, manifest] of parseManifests(request.text, request.name, yaml).entries()) {
    const planned = findObjects(manifest.value).workloads.map((workload) => planWorkload(workload, roleName));
    workloads.push(...planned.map(({ outcome }) => outcome));
    const changes = planned.flatMap(({ change }) => change ?? []);
    const edited = editManifest(manifest, changes, request.name, yaml);
    if (edited.rewritten) rewritten.push(index + 1);
    texts.push(edited.text);
  }
  return { text: texts.join(''), workloads, rewritten };
}

function planWorkload(
  workload: Workload,
  roleName: string,
): { change: Change | undefined; outcome: AnnotatedWorkload } {
  const { kind, namespace = 'default', path, pod } = workload;
  const name = `${kind} ${namespace}/${workload.name}`;
  const place = kind === 'Pod' ? 'its metadata' : 'the metadata of its pod template';
  const asItIs = (message: string) => ({
    change: undefined,
    outcome: { name, changed: false, notes: [{ warning: true, message }] },
  });
  if (!isRecord(pod)) return asItIs('it has no pod template');
  const { metadata = null } = pod;
  if (metadata !== null && !isRecord(metadata)) return asItIs(`${place} is not a mapping`);
  const annotations = metadata?.annotations ?? null;
  if (annotations !== null && !isRecord(annotations)) return asItIs(`annotations in ${place} are not a mapping`);

  const notes = labelNotes(recordAt(metadata, 'labels')[eciLabel], place);
  const before =
    annotations !== null && Object.hasOwn(annotations, eciRoleAnnotation) ? annotations[eciRoleAnnotation] : null;
  if (before === roleName) {
    notes.unshift({ warning: false, message: `has RAM role ${roleName} already` });
    return { change: undefined, outcome: { name, changed: false, notes } };
  }
  const instead = before === null ? '' : ` instead of ${shown(before)}`;
  notes.unshift({ warning: false, message: `gets RAM role ${roleName}${instead}` });
  return { change: changeFor({ path, metadata, annotations }, roleName), outcome: { name, changed: true, notes } };
}

/** The deepest mapping that is there gets one key. */
function changeFor(
  { path, metadata, annotations }: { path: Workload['path']; metadata: unknown; annotations: unknown },
  roleName: string,
): Change {
  const annotation = { [eciRoleAnnotation]: roleName };
  if (metadata === null) return { path: [...path, 'metadata'], value: { annotations: annotation } };
  if (annotations === null) return { path: [...path, 'metadata', 'annotations'], value: annotation };
  return { path: [...path, 'metadata', 'annotations', eciRoleAnnotation], value: roleName };
}

function labelNotes(label: unknown, place: string): AnnotatedWorkload['notes'] {
  if (label === 'true') return [];
  if (label === true)
    return [{ warning: true, message: `the value of label ${eciLabel} must stand in quotes: "true"` }];
  const message = `there is no label ${eciLabel}: "true" in ${place}; without it pods run on ECI only where their namespace has it, or all pods do`;
  return [{ warning: true, message }];
}
