/** What deploys the admission webhook. Pure. */
import { injectionLabel } from './inject-settings.ts';
import type { PlainRecord } from './plain-object.ts';

const name = 'ack-ram-tool-webhook';
const port = 8443;
const labels = { 'app.kubernetes.io/name': name };

/** How the API server comes to trust the webhook. */
export type WebhookTrust =
  /** cert-manager makes the certificate, keeps it fresh, and tells the API server its CA. */
  | { by: 'cert-manager' }
  /** A Secret of type kubernetes.io/tls holds certificate and key. `ca` is PEM. Without `certificate` it exists already. */
  | { by: 'secret'; ca: string; secretName: string; certificate?: { cert: string; key: string } | undefined };

export interface WebhookDeployment {
  /** Image whose entry point is this tool. */
  image: string;
  namespace: string;
  providerArn: string;
  replicas: number;
  /** What becomes of pods while nobody answers: `Ignore` lets them in without identity, `Fail` refuses them. */
  failurePolicy: 'Ignore' | 'Fail';
  trust: WebhookTrust;
}

/** The name by which the API server calls the webhook; its certificate has to have it. */
export function webhookHost(namespace: string): string {
  return `${name}.${namespace}.svc`;
}

/** Name of the Secret with the certificate, unless another one is named. */
export const webhookSecretName = `${name}-tls`;

/** In the order in which they are to be applied: what calls the webhook comes last. */
export function webhookManifests(deployment: WebhookDeployment): PlainRecord[] {
  const { replicas } = deployment;
  return [
    ...permissions(deployment),
    ...certificates(deployment),
    service(deployment),
    workload(deployment),
    ...(replicas > 1 ? [disruptionBudget(deployment)] : []),
    registration(deployment),
  ];
}

function permissions({ namespace }: WebhookDeployment): PlainRecord[] {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace, labels } },
    {
      apiVersion,
      kind: 'ClusterRole',
      metadata: { name, labels },
      rules: [{ apiGroups: [''], resources: ['namespaces', 'serviceaccounts'], verbs: ['get'] }],
    },
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: { name, labels },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
    },
  ];
}

function certificates({ namespace, trust }: WebhookDeployment): PlainRecord[] {
  if (trust.by === 'secret') {
    if (trust.certificate === undefined) return [];
    const { cert, key } = trust.certificate;
    return [
      {
        apiVersion: 'v1',
        kind: 'Secret',
        type: 'kubernetes.io/tls',
        metadata: { name: trust.secretName, namespace, labels },
        data: { 'tls.crt': base64(cert), 'tls.key': base64(key) },
      },
    ];
  }
  const apiVersion = 'cert-manager.io/v1';
  const metadata = { name, namespace, labels };
  return [
    { apiVersion, kind: 'Issuer', metadata, spec: { selfSigned: {} } },
    {
      apiVersion,
      kind: 'Certificate',
      metadata,
      spec: {
        secretName: webhookSecretName,
        dnsNames: [webhookHost(namespace)],
        issuerRef: { kind: 'Issuer', name },
        privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
      },
    },
  ];
}

function service({ namespace }: WebhookDeployment): PlainRecord {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels },
    spec: { selector: labels, ports: [{ name: 'https', port: 443, targetPort: 'https' }] },
  };
}

function workload({ image, namespace, providerArn, replicas, trust }: WebhookDeployment): PlainRecord {
  const probe = (path: string) => ({ httpGet: { path, port: 'https', scheme: 'HTTPS' } });
  const secretName = trust.by === 'secret' ? trust.secretName : webhookSecretName;
  const container = {
    name: 'webhook',
    image,
    args: [
      ...['webhook', 'serve', '--listen', `0.0.0.0:${port}`],
      ...['--tls-cert', '/tls/tls.crt', '--tls-key', '/tls/tls.key', '--provider-arn', providerArn],
    ],
    ports: [{ name: 'https', containerPort: port }],
    readinessProbe: { ...probe('/readyz'), periodSeconds: 2, failureThreshold: 1 },
    livenessProbe: { ...probe('/healthz'), periodSeconds: 10 },
    resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '256Mi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    },
    volumeMounts: [{ name: 'tls', mountPath: '/tls', readOnly: true }],
  };
  const spread = {
    maxSkew: 1,
    topologyKey: 'kubernetes.io/hostname',
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: labels },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0 } },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: name,
          securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
          topologySpreadConstraints: [spread],
          containers: [container],
          volumes: [{ name: 'tls', secret: { secretName } }],
        },
      },
    },
  };
}

function disruptionBudget({ namespace }: WebhookDeployment): PlainRecord {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace, labels },
    spec: { minAvailable: 1, selector: { matchLabels: labels } },
  };
}

function registration({ namespace, failurePolicy, trust }: WebhookDeployment): PlainRecord {
  const annotations =
    trust.by === 'cert-manager' ? { annotations: { 'cert-manager.io/inject-ca-from': `${namespace}/${name}` } } : {};
  const caBundle = trust.by === 'secret' ? { caBundle: base64(trust.ca) } : {};
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: { name, labels, ...annotations },
    webhooks: [
      {
        name: webhookHost(namespace),
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy,
        // Longer than the webhook itself waits for anything.
        timeoutSeconds: 10,
        // Containers that other webhooks add later get their identity as well.
        reinvocationPolicy: 'IfNeeded',
        namespaceSelector: { matchLabels: { [injectionLabel]: 'on' } },
        rules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'], scope: 'Namespaced' },
        ],
        clientConfig: { service: { name, namespace, path: '/mutate', port: 443 }, ...caBundle },
      },
    ],
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
