import type { CommandSpec, FlagSpec } from '../spec.ts';
import { clusterId, roleName } from './flags.ts';

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
    description:
      'Adds the three variables, the token volume and its mounts to Pods, Deployments, StatefulSets, DaemonSets, ReplicaSets, Jobs, CronJobs and Lists of them, and prints the manifests; comments, layout and everything else stay. Labels of the namespace and annotations of the service account are taken from the manifests, else from the flags, else from the cluster of your kubeconfig. What was added, and why not, is said on stderr.',
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
];
