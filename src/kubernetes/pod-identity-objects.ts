/** The objects that decide about the identity of pods, read from an API server and mended there. */
import { ToolError } from '../errors.ts';
import type { KubernetesClient, KubernetesObject } from './api-client.ts';
import { isObjectName } from './cluster-facts.ts';
import { injectionLabel, roleNameAnnotation } from './inject-settings.ts';
import { isRecord, type PlainRecord, recordAt, shown } from './plain-object.ts';

/** Throws what the connection throws. Reads give `undefined` for what is not there. */
export interface PodIdentityObjects {
  namespace(name: string): Promise<KubernetesObject | undefined>;
  serviceAccount(namespace: string, name: string): Promise<KubernetesObject | undefined>;
  pod(namespace: string, name: string): Promise<KubernetesObject | undefined>;
  /** Every pod that runs as the service account, those that have ended too. */
  podsOf(namespace: string, serviceAccount: string): Promise<KubernetesObject[]>;
  mutatingWebhooks(): Promise<KubernetesObject[]>;
  /** Turns the injection on. Throws `CLOUD_API` when the namespace is not there. */
  labelNamespace(name: string): Promise<void>;
  /** Names the role of a service account. Throws `CLOUD_API` when the service account is not there. */
  annotateServiceAccount(namespace: string, name: string, roleName: string): Promise<void>;
}

export function podIdentityObjects(client: KubernetesClient): PodIdentityObjects {
  const get = async (path: string, ...names: string[]) => (names.every(isObjectName) ? client.get(path) : undefined);
  const patch = async (path: string, what: string, metadata: PlainRecord): Promise<void> => {
    const patched = await client.write('PATCH', path, { metadata });
    if (patched === undefined) throw new ToolError('CLOUD_API', `there is no ${what} to change`);
  };
  const namespacePath = (name: string) => `/api/v1/namespaces/${checked(name)}`;
  const serviceAccountPath = (namespace: string, name: string) =>
    `${namespacePath(namespace)}/serviceaccounts/${checked(name)}`;
  return {
    namespace: (name) => get(`/api/v1/namespaces/${name}`, name),
    serviceAccount: (namespace, name) =>
      get(`/api/v1/namespaces/${namespace}/serviceaccounts/${name}`, namespace, name),
    pod: (namespace, name) => get(`/api/v1/namespaces/${namespace}/pods/${name}`, namespace, name),
    podsOf: (namespace, serviceAccount) =>
      client.list(
        `${namespacePath(namespace)}/pods?fieldSelector=spec.serviceAccountName%3D${checked(serviceAccount)}`,
      ),
    mutatingWebhooks: () => client.list('/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations'),
    labelNamespace: (name) => patch(namespacePath(name), `namespace ${name}`, { labels: { [injectionLabel]: 'on' } }),
    annotateServiceAccount: (namespace, name, roleName) =>
      patch(serviceAccountPath(namespace, name), `service account ${namespace}/${name}`, {
        annotations: { [roleNameAnnotation]: roleName },
      }),
  };
}

/**
 * True for a MutatingWebhookConfiguration that gets the pods which labelled namespaces create. The addon's own is known
 * by its name: what it selects by is not published.
 */
export function isInjectionWebhook(configuration: KubernetesObject): boolean {
  const { name } = recordAt(configuration, 'metadata');
  const { webhooks } = configuration;
  if (!Array.isArray(webhooks)) return false;
  const isNamed = typeof name === 'string' && name.includes('pod-identity');
  return webhooks.some((webhook: unknown) => isRecord(webhook) && getsPods(webhook) && (isNamed || asksLabel(webhook)));
}

function getsPods({ rules }: PlainRecord): boolean {
  const has = (list: unknown, value: string) => Array.isArray(list) && (list.includes(value) || list.includes('*'));
  return (
    Array.isArray(rules) &&
    rules.some((rule: unknown) => isRecord(rule) && has(rule.operations, 'CREATE') && has(rule.resources, 'pods'))
  );
}

function asksLabel(webhook: PlainRecord): boolean {
  const selector = recordAt(webhook, 'namespaceSelector');
  const expressions = Array.isArray(selector.matchExpressions) ? selector.matchExpressions : [];
  return (
    Object.hasOwn(recordAt(selector, 'matchLabels'), injectionLabel) ||
    expressions.some((each: unknown) => isRecord(each) && each.key === injectionLabel)
  );
}

/** A name that becomes part of a path. */
function checked(name: string): string {
  if (isObjectName(name)) return name;
  throw new ToolError('USAGE', `${shown(name)} is not a name that an object of Kubernetes can have`);
}
