import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../src/kubernetes/api-client.ts';
import { connectKubernetes } from '../../src/kubernetes/client.ts';
import { isInjectionWebhook, podIdentityObjects } from '../../src/kubernetes/pod-identity-objects.ts';
import { webhookManifests } from '../../src/kubernetes/webhook-manifests.ts';
import { healthyObjects } from '../support/injected-pod.ts';
import { startedObjectServer } from '../support/kubernetes-objects.ts';

describe('the objects of a pod identity', async () => {
  const server = await startedObjectServer(healthyObjects({ roleArn: 'r', providerArn: 'p' }));
  const client = await connectKubernetes(
    { text: server.kubeconfig, what: 'the kubeconfig' },
    {
      env: {},
      home: undefined,
      clock: { sleep: async () => {}, random: () => 0 },
      signal: new AbortController().signal,
      debug: () => {},
    },
  );
  const objects = podIdentityObjects(client);
  const named = (name: string) => ({ metadata: { name } });

  it('are read one by one, and the pods of a service account by a selector', async () => {
    expect(await objects.namespace('app')).toMatchObject(named('app'));
    expect(await objects.serviceAccount('app', 'reader')).toMatchObject(named('reader'));
    expect(await objects.pod('app', 'reader-1')).toMatchObject(named('reader-1'));
    expect(await objects.podsOf('app', 'reader')).toMatchObject([named('reader-1')]);
    expect(server.calls.at(-1)).toBe(
      'GET /api/v1/namespaces/app/pods?fieldSelector=spec.serviceAccountName%3Dreader&limit=500',
    );
    expect(await objects.podsOf('app', 'writer')).toEqual([]);
    expect(await objects.mutatingWebhooks()).toMatchObject([named('ack-pod-identity-webhook')]);
  });

  it('that are not there are undefined, and cannot be changed', async () => {
    expect(await objects.namespace('none')).toBeUndefined();
    expect(await objects.serviceAccount('app', 'none')).toBeUndefined();
    expect(await objects.pod('none', 'reader-1')).toBeUndefined();
    await expect(objects.labelNamespace('none')).rejects.toMatchObject({
      message: 'there is no namespace none to change',
    });
    await expect(objects.annotateServiceAccount('app', 'none', 'r')).rejects.toMatchObject({ code: 'CLOUD_API' });
  });

  it('are mended without a change of anything else', async () => {
    const [namespace] = server.objects.namespaces;
    const [serviceAccount] = server.objects.serviceAccounts;
    if (namespace === undefined || serviceAccount === undefined) throw new Error('no objects');
    namespace.metadata.labels = { team: 'a' };
    serviceAccount.metadata.annotations = { note: 'b' };
    await objects.labelNamespace('app');
    await objects.annotateServiceAccount('app', 'reader', 'oss-reader');
    expect(namespace.metadata.labels).toEqual({ team: 'a', 'pod-identity.alibabacloud.com/injection': 'on' });
    expect(serviceAccount.metadata.annotations).toEqual({
      note: 'b',
      'pod-identity.alibabacloud.com/role-name': 'oss-reader',
    });
  });

  it.each(['..', 'a/b', 'a?x', '', '%2e', 'x&limit=1'])('are not asked for under the name %j', async (name) => {
    const before = server.calls.length;
    expect(await objects.namespace(name)).toBeUndefined();
    expect(await objects.serviceAccount('app', name)).toBeUndefined();
    expect(await objects.pod(name, 'reader-1')).toBeUndefined();
    expect(() => objects.podsOf('app', name)).toThrow('is not a name');
    expect(() => objects.labelNamespace(name)).toThrow('is not a name');
    expect(() => objects.annotateServiceAccount('app', name, 'r')).toThrow('is not a name');
    expect(server.calls.length).toBe(before);
  });
});

describe('an injection webhook', () => {
  const rules = [{ operations: ['CREATE'], resources: ['pods'] }];
  const label = 'pod-identity.alibabacloud.com/injection';
  const configuration = (name: string, webhook: object): KubernetesObject => ({
    metadata: { name },
    webhooks: [webhook],
  });

  it('is the one that this tool deploys', () => {
    const manifests = webhookManifests({
      image: 'i',
      namespace: 'n',
      providerArn: 'p',
      replicas: 1,
      failurePolicy: 'Ignore',
      trust: { by: 'cert-manager' },
    });
    const found = manifests.filter((manifest) => isInjectionWebhook(manifest));
    expect(found.map(({ kind }) => kind)).toEqual(['MutatingWebhookConfiguration']);
  });

  it.each<[string, KubernetesObject]>([
    ['known by its name', configuration('ack-pod-identity-webhook', { rules })],
    ['for every resource', configuration('pod-identity', { rules: [{ operations: ['*'], resources: ['*'] }] })],
    ['known by its label', configuration('x', { rules, namespaceSelector: { matchLabels: { [label]: 'on' } } })],
    [
      'known by an expression of its label',
      configuration('x', { rules, namespaceSelector: { matchExpressions: [{ key: label, operator: 'Exists' }] } }),
    ],
  ])('is one %s', (_how, object) => {
    expect(isInjectionWebhook(object)).toBe(true);
  });

  it.each<[string, KubernetesObject]>([
    ['another name', configuration('istio', { rules })],
    ['updates only', configuration('pod-identity', { rules: [{ operations: ['UPDATE'], resources: ['pods'] }] })],
    [
      'other resources',
      configuration('pod-identity', { rules: [{ operations: ['CREATE'], resources: ['services'] }] }),
    ],
    ['no rules', configuration('pod-identity', {})],
    ['no webhooks', { metadata: { name: 'pod-identity' } }],
    ['nonsense', { metadata: null, webhooks: [null, 1, { rules: [null], namespaceSelector: [] }] }],
  ])('is none with %s', (_what, object) => {
    expect(isInjectionWebhook(object)).toBe(false);
  });
});
