import type { CommandSpec, FlagSpec } from '../spec.ts';
import { clusterId, namespace, roleName } from './flags.ts';

const providerFlags: readonly FlagSpec[] = [
  {
    name: 'provider-arn',
    kind: 'string',
    value: 'ARN',
    summary: "the cluster's OIDC provider; no credentials are needed then",
  },
  { ...clusterId, summary: 'the cluster whose OIDC provider is meant', required: false },
];

const kubeconfigFlags: readonly FlagSpec[] = [
  { name: 'kubeconfig', kind: 'path', value: 'FILE', summary: 'reach the API server by this file' },
  { name: 'context', kind: 'string', value: 'NAME', summary: 'reach the API server by this context' },
];

/** Pod identity for manifests. */
export const injectionCommands: readonly CommandSpec[] = [
  {
    path: ['rrsa', 'inject'],
    summary: 'make of manifests what ack-pod-identity-webhook would make of their pods',
    examples: [
      'ack-ram-tool rrsa inject -f demo.yaml -c c86fddxxxx | kubectl apply -f -',
      'ack-ram-tool rrsa inject -f pod.yaml --namespace-labelled --role-name oss-reader --provider-arn acs:ram::1000000000000001:oidc-provider/ack-rrsa-c86fddxxxx',
      'helm template app ./chart | ack-ram-tool rrsa inject -f - -c c86fddxxxx',
    ],
    flags: [
      {
        name: 'file',
        short: 'f',
        kind: 'path',
        value: 'FILE',
        summary: 'manifests, YAML or JSON, any number of documents; - reads stdin',
        required: true,
      },
      { ...roleName, summary: 'the role of every service account that is not in the manifests', required: false },
      {
        name: 'namespace-labelled',
        kind: 'boolean',
        summary: 'take namespaces that are not in the manifests as labelled',
      },
      ...providerFlags,
      ...kubeconfigFlags,
    ],
    cloud: true,
    load: () => import('../rrsa/inject.ts'),
  },
  {
    path: ['webhook', 'serve'],
    summary: 'be the admission webhook that gives pods their identity',
    examples: [
      'ack-ram-tool webhook serve --tls-cert /certs/tls.crt --tls-key /certs/tls.key --provider-arn acs:ram::1000000000000001:oidc-provider/ack-rrsa-c86fddxxxx',
      'ack-ram-tool webhook serve --listen 127.0.0.1:8443 --tls-cert tls.crt --tls-key tls.key -c c86fddxxxx --kubeconfig ./kubeconfig',
    ],
    flags: [
      { name: 'listen', kind: 'string', value: 'ADDRESS', summary: 'host:port to serve at', default: '0.0.0.0:8443' },
      {
        name: 'tls-cert',
        kind: 'path',
        value: 'FILE',
        summary: 'certificate, and those between it and its CA (PEM)',
        required: true,
      },
      { name: 'tls-key', kind: 'path', value: 'FILE', summary: 'private key of the certificate (PEM)', required: true },
      ...providerFlags,
      ...kubeconfigFlags,
    ],
    cloud: true,
    load: () => import('../webhook/serve.ts'),
  },
  {
    path: ['webhook', 'manifests'],
    summary: 'print what deploys the admission webhook',
    examples: [
      'ack-ram-tool webhook manifests -c c86fddxxxx --image registry.example.com/ack-ram-tool:0.1.0 --cert-manager | kubectl apply -f -',
      'ack-ram-tool webhook manifests --image registry.example.com/ack-ram-tool:0.1.0 --tls-secret webhook-tls --ca-file ca.crt --provider-arn acs:ram::1000000000000001:oidc-provider/ack-rrsa-c86fddxxxx',
    ],
    flags: [
      {
        name: 'image',
        kind: 'string',
        value: 'IMAGE',
        summary: 'image whose entry point is this tool',
        required: true,
      },
      { ...namespace, summary: 'where the webhook runs', default: 'kube-system', required: false },
      ...providerFlags,
      { name: 'cert-manager', kind: 'boolean', summary: 'let cert-manager make and renew the certificate' },
      {
        name: 'tls-secret',
        kind: 'string',
        value: 'NAME',
        summary: 'Secret of type kubernetes.io/tls that holds the certificate; goes with --ca-file',
      },
      { name: 'ca-file', kind: 'path', value: 'FILE', summary: 'CA of that certificate (PEM)' },
      { name: 'replicas', kind: 'string', value: 'NUMBER', summary: 'how many pods answer', default: '2' },
      {
        name: 'failure-policy',
        kind: 'string',
        value: 'POLICY',
        summary: 'ignore lets pods in without identity while nobody answers, fail refuses them',
        default: 'ignore',
        choices: ['ignore', 'fail'],
      },
    ],
    cloud: true,
    load: () => import('../webhook/manifests.ts'),
  },
];
