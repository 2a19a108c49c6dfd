/** Admission reviews, version 1. Source: https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/ */
import { messageOf } from '../errors.ts';
import type { ClusterFacts } from './cluster-facts.ts';
import { type Injection, type InjectionChange, planInjection, serviceAccountOf } from './inject.ts';
import type { PodIdentity } from './inject-manifests.ts';
import { injectionLabel } from './inject-settings.ts';
import { isRecord, type PlainRecord, recordAt } from './plain-object.ts';
import type { WebhookLog } from './webhook-log.ts';

export interface ReviewPorts {
  identity: PodIdentity;
  cluster: ClusterFacts;
  log: WebhookLog;
  clock: { now(): number; sleep(ms: number, signal?: AbortSignal): Promise<void> };
}

/** Sooner than the API server gives up, so that the pod is let in by an answer. */
const patienceMs = 5_000;
/** Longer warnings may be cut by the API server. */
const longestWarning = 256;

interface Request {
  uid: string;
  namespace: unknown;
  pod: unknown;
  isPodCreation: boolean;
}

/**
 * Answers a review, with a JSON patch where something is to be injected. A pod is never refused: whatever goes wrong, it
 * is let in as it is, with a warning for whoever creates it. `undefined` for a body that is no review of version 1.
 */
export function createReviewer(ports: ReviewPorts): (body: unknown) => Promise<PlainRecord | undefined> {
  const { log, clock } = ports;
  return async (body) => {
    const request = readRequest(body);
    if (request === undefined) return undefined;
    const { uid } = request;
    if (!request.isPodCreation) {
      log.debug('no creation of a pod, let through', { uid });
      return answer(uid);
    }
    const startedAt = clock.now();
    const fields = describe(request);
    try {
      const { changes, notes } = await inTime(plan(request, ports), clock);
      const milliseconds = clock.now() - startedAt;
      const messages = notes.map(({ message }) => message);
      log.info(changes.length > 0 ? 'injected' : 'not injected', { ...fields, reasons: messages, milliseconds });
      const warnings = notes.filter(({ warning }) => warning).map(({ message }) => message);
      return answer(uid, changes, warnings);
    } catch (error) {
      log.error('the pod is let in unchanged', { ...fields, error: messageOf(error) });
      return answer(
        uid,
        [],
        ['the pod got no pod identity, because of an internal error; the log of the webhook tells'],
      );
    }
  };
}

function readRequest(body: unknown): Request | undefined {
  if (!isRecord(body) || body.apiVersion !== 'admission.k8s.io/v1' || body.kind !== 'AdmissionReview') return undefined;
  const { request } = body;
  if (!isRecord(request) || typeof request.uid !== 'string' || request.uid === '') return undefined;
  const { group, version, resource } = recordAt(request, 'resource');
  const isPod = group === '' && version === 'v1' && resource === 'pods' && !request.subResource;
  return {
    uid: request.uid,
    namespace: request.namespace,
    pod: request.object,
    isPodCreation: isPod && request.operation === 'CREATE',
  };
}

function describe({ uid, namespace, pod }: Request) {
  const metadata = recordAt(pod, 'metadata');
  const name = metadata.name ?? metadata.generateName;
  return {
    uid,
    namespace: typeof namespace === 'string' ? namespace : undefined,
    pod: typeof name === 'string' ? name : undefined,
    serviceAccount: serviceAccountOf(pod),
  };
}

async function plan({ namespace, pod }: Request, { identity, cluster }: ReviewPorts): Promise<Injection> {
  if (typeof namespace !== 'string' || namespace === '') throw new Error('the review names no namespace');
  const namespaceLabels = (await cluster.namespaceLabels(namespace)) ?? {};
  const isOn = namespaceLabels[injectionLabel] === 'on';
  const annotations = isOn ? await cluster.serviceAccountAnnotations(namespace, serviceAccountOf(pod)) : {};
  return planInjection(pod, { ...identity, namespaceLabels, serviceAccountAnnotations: annotations ?? {} });
}

async function inTime<T>(work: Promise<T>, { sleep }: ReviewPorts['clock']): Promise<T> {
  const stop = new AbortController();
  const late = sleep(patienceMs, stop.signal).then(() => {
    throw new Error(`the API server did not answer within ${patienceMs / 1000} s`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => {});
    stop.abort();
  }
}

function answer(uid: string, changes: readonly InjectionChange[] = [], warnings: readonly string[] = []): PlainRecord {
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: {
      uid,
      allowed: true,
      ...(changes.length === 0 ? {} : { patchType: 'JSONPatch', patch: encodePatch(changes) }),
      ...(warnings.length === 0 ? {} : { warnings: warnings.map(toWarning) }),
    },
  };
}

function encodePatch(changes: readonly InjectionChange[]): string {
  const patch = changes.map(({ path, value }) => ({ op: 'add', path: `/${path.join('/')}`, value }));
  return Buffer.from(JSON.stringify(patch)).toString('base64');
}

/** It becomes a header, which takes no control characters. */
function toWarning(message: string): string {
  return `ack-ram-tool: ${message}`.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, ' ').slice(0, longestWarning);
}
