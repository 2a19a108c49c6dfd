import type { InjectionFacts } from '../../src/kubernetes/inject.ts';
import { roleArn } from '../../src/policy/arn.ts';
import { isRoleName } from '../../src/policy/name.ts';

/** The example of the product's documentation, with an account and a cluster of its own. */
export const account = '1000000000000001';
export const providerArn = `acs:ram::${account}:oidc-provider/ack-rrsa-c123`;
export const injectionOn = { 'pod-identity.alibabacloud.com/injection': 'on' };

export function factsOf(
  namespaceLabels: Record<string, unknown>,
  serviceAccountAnnotations: Record<string, unknown>,
): InjectionFacts {
  const ofRole = (name: string) => (isRoleName(name) ? roleArn(account, name) : undefined);
  return { namespaceLabels, serviceAccountAnnotations, providerArn, roleArn: ofRole };
}

export const demoFacts = factsOf(injectionOn, {
  'pod-identity.alibabacloud.com/role-name': 'ack-pod-identity-webhook-demo',
});

const image = 'registry.cn-hangzhou.aliyuncs.com/acs/ack-ram-tool:1.0.0';

export const demoYaml = `---
apiVersion: v1
kind: Namespace
metadata:
  name: rrsa-demo
  labels:
    pod-identity.alibabacloud.com/injection: 'on'

---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: demo-sa
  namespace: rrsa-demo
  annotations:
    pod-identity.alibabacloud.com/role-name: ack-pod-identity-webhook-demo

---
apiVersion: v1
kind: Pod
metadata:
  name: demo
  namespace: rrsa-demo
spec:
  serviceAccountName: demo-sa
  containers:
    - image: ${image}
      imagePullPolicy: "Always"
      args:
        - rrsa
        - demo
      name: demo
  restartPolicy: OnFailure
`;

const container = { image, imagePullPolicy: 'Always', args: ['rrsa', 'demo'], name: 'demo' };

export const demoPod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'demo', namespace: 'rrsa-demo' },
  spec: { serviceAccountName: 'demo-sa', containers: [container], restartPolicy: 'OnFailure' },
};

export function injectedVolume(expirationSeconds: number): object {
  return {
    name: 'rrsa-oidc-token',
    projected: {
      defaultMode: 420,
      sources: [{ serviceAccountToken: { audience: 'sts.aliyuncs.com', expirationSeconds, path: 'token' } }],
    },
  };
}

/** Every field that the documentation shows as injected; not what other parts of a cluster add. */
export const injectedDemoPod = {
  ...demoPod,
  spec: {
    ...demoPod.spec,
    containers: [
      {
        ...container,
        env: [
          { name: 'ALIBABA_CLOUD_ROLE_ARN', value: `acs:ram::${account}:role/ack-pod-identity-webhook-demo` },
          { name: 'ALIBABA_CLOUD_OIDC_PROVIDER_ARN', value: providerArn },
          {
            name: 'ALIBABA_CLOUD_OIDC_TOKEN_FILE',
            value: '/var/run/secrets/ack.alibabacloud.com/rrsa-tokens/token',
          },
        ],
        volumeMounts: [
          {
            mountPath: '/var/run/secrets/ack.alibabacloud.com/rrsa-tokens',
            name: 'rrsa-oidc-token',
            readOnly: true,
          },
        ],
      },
    ],
    volumes: [injectedVolume(3600)],
  },
};
