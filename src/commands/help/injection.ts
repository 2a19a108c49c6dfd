import type { HelpTable } from './help-contents.ts';

export const injectionHelp: HelpTable = {
  'rrsa inject': {
    paragraph:
      'Adds the three variables, the token volume and its mounts to Pods, Deployments, StatefulSets, DaemonSets, ReplicaSets, Jobs, CronJobs and Lists of them, and prints the manifests; comments, layout and everything else stay. Labels of the namespace and annotations of the service account are taken from the manifests, else from the flags, else from the cluster of your kubeconfig. What was added, and why not, is said on stderr.',
  },
  'webhook serve': {
    paragraph:
      'Answers admission reviews at POST /mutate over https with what ack-pod-identity-webhook injects, for pods that are created; /healthz and /readyz tell its state. Namespaces and service accounts are read from the API server: of its own cluster in a pod, else of your kubeconfig. The certificate is read again when its files change. A pod is never refused: what goes wrong is logged, and the pod is let in unchanged. Logs JSON lines.',
    exitCodes: {
      0: null,
      1: 'failed: it cannot listen, the certificate cannot be read, or there is no API server to ask',
      143: 'ended by SIGTERM, after the reviews that were under way',
    },
  },
  'webhook manifests': {
    paragraph:
      'Prints ServiceAccount, ClusterRole, ClusterRoleBinding, Service, Deployment and MutatingWebhookConfiguration, for kubectl apply. It is called for pods of namespaces with the label pod-identity.alibabacloud.com/injection: on. The certificate is made by cert-manager, or one of your own in a Secret, or without these flags a new one that is part of what is printed, its private key included.',
  },
};
