import type { ApiObject, KubernetesObjects } from './kubernetes-objects.ts';

export interface InjectedPod {
  name?: string;
  roleArn: string;
  providerArn: string;
}

/** A pod `app/reader-1` of Deployment `reader` as the webhook makes it, and an API server shows it. */
export function injectedPod({ name = 'reader-1', roleArn, providerArn }: InjectedPod) {
  const hash = '5d8f9c7b6';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'app',
      labels: { 'pod-template-hash': hash } as Record<string, string>,
      annotations: {} as Record<string, string>,
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `reader-${hash}`, controller: true }],
    },
    spec: {
      serviceAccountName: 'reader',
      containers: [
        {
          name: 'main',
          image: 'reader',
          env: [
            { name: 'ALIBABA_CLOUD_ROLE_ARN', value: roleArn },
            { name: 'ALIBABA_CLOUD_OIDC_PROVIDER_ARN', value: providerArn },
            {
              name: 'ALIBABA_CLOUD_OIDC_TOKEN_FILE',
              value: '/var/run/secrets/ack.alibabacloud.com/rrsa-tokens/token',
            },
          ],
          volumeMounts: [
            {
              name: 'rrsa-oidc-token',
              mountPath: '/var/run/secrets/ack.alibabacloud.com/rrsa-tokens',
              readOnly: true,
            },
          ],
        },
      ],
      volumes: [
        {
          name: 'rrsa-oidc-token',
          projected: {
            defaultMode: 420,
            sources: [
              { serviceAccountToken: { audience: 'sts.aliyuncs.com', expirationSeconds: 3600, path: 'token' } },
            ],
          },
        },
      ],
    },
    status: { phase: 'Running' },
  };
}

/** Everything that pods of service account `app/reader` need to be role `oss-reader`, and such a pod. */
export function healthyObjects(pod: InjectedPod): Required<KubernetesObjects> {
  const webhook: ApiObject = {
    metadata: { name: 'ack-pod-identity-webhook' },
    webhooks: [{ rules: [{ operations: ['CREATE'], resources: ['pods'] }] }],
  };
  return {
    namespaces: [{ metadata: { name: 'app', labels: { 'pod-identity.alibabacloud.com/injection': 'on' } } }],
    serviceAccounts: [
      {
        metadata: {
          name: 'reader',
          namespace: 'app',
          annotations: { 'pod-identity.alibabacloud.com/role-name': 'oss-reader' },
        },
      },
    ],
    pods: [injectedPod(pod)],
    webhooks: [webhook],
  };
}
