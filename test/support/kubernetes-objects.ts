import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ListServer, sendJson, sendStatus, startedListServer, token } from './kubernetes-lists.ts';

export interface KubernetesObjects {
  namespaces?: ApiObject[];
  serviceAccounts?: ApiObject[];
  pods?: ApiObject[];
  /** MutatingWebhookConfigurations. */
  webhooks?: ApiObject[];
}

export interface ApiObject {
  metadata: { name: string; namespace?: string; labels?: Texts; annotations?: Texts; [key: string]: unknown };
  [key: string]: unknown;
}

type Texts = Record<string, string>;

export interface ObjectServer extends ListServer {
  /** What it holds; a test may change it at any time. */
  objects: Required<KubernetesObjects>;
  /** `GET /api/v1/namespaces/app`, in order. */
  calls: string[];
  /** Answers every request whose path holds this with 403. */
  refuse: string | undefined;
}

const webhookPath = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';

/**
 * An API server on loopback by https with namespaces, service accounts, pods and webhook configurations: one by name, all
 * of a list, those of a service account, and a JSON merge patch. It is stopped at the end of the test file.
 */
export async function startedObjectServer(objects: KubernetesObjects = {}): Promise<ObjectServer> {
  const held = { namespaces: [], serviceAccounts: [], pods: [], webhooks: [], ...objects };
  const calls: string[] = [];
  const server = await startedListServer((path, response, _count, request) => {
    calls.push(`${request.method} ${path}`);
    if (own.refuse !== undefined && path.includes(own.refuse)) sendStatus(response, 403, 'Forbidden');
    else if (request.headers.authorization !== `Bearer ${token}`) sendStatus(response, 401, 'Unauthorized');
    else void reply(new URL(path, 'https://127.0.0.1'), request, response, held);
    return true;
  });
  const own: ObjectServer = { ...server, objects: held, calls, refuse: undefined };
  return own;
}

async function reply(url: URL, request: IncomingMessage, response: ServerResponse, held: Required<KubernetesObjects>) {
  const found = find(url, held);
  if (found === undefined) return sendMissing(response);
  if (Array.isArray(found)) return sendJson(response, 200, { kind: 'List', metadata: {}, items: found });
  if (request.method !== 'PATCH') return sendJson(response, 200, found);
  if (request.headers['content-type'] !== 'application/merge-patch+json') return sendStatus(response, 415, 'BadType');
  const { metadata } = JSON.parse(Buffer.concat(await request.toArray()).toString()) as ApiObject;
  for (const key of ['labels', 'annotations'] as const) {
    if (metadata[key] !== undefined) found.metadata[key] = { ...found.metadata[key], ...metadata[key] };
  }
  return sendJson(response, 200, found);
}

function find({ pathname, searchParams }: URL, held: Required<KubernetesObjects>): ApiObject | ApiObject[] | undefined {
  if (pathname === webhookPath) return held.webhooks;
  const [, namespace, kind, name] = /^\/api\/v1\/namespaces\/([^/]+)(?:\/([^/]+)(?:\/([^/]+))?)?$/.exec(pathname) ?? [];
  if (kind === undefined) return held.namespaces.find(({ metadata }) => metadata.name === namespace);
  const lists: Record<string, ApiObject[]> = { serviceaccounts: held.serviceAccounts, pods: held.pods };
  const list = lists[kind]?.filter(({ metadata }) => metadata.namespace === namespace);
  if (name !== undefined) return list?.find(({ metadata }) => metadata.name === name);
  const wanted = /^spec\.serviceAccountName=(.+)$/.exec(searchParams.get('fieldSelector') ?? '')?.[1];
  return list?.filter(({ spec }) => wanted === undefined || (spec as Texts).serviceAccountName === wanted);
}

/** 404 as a server says it about a thing, and not about a path that it does not serve. */
function sendMissing(response: ServerResponse): void {
  sendJson(response, 404, { kind: 'Status', apiVersion: 'v1', reason: 'NotFound', details: {}, code: 404 });
}
