import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kubernetesAccess, kubernetesPort } from '../../../src/commands/rrsa/doctor-kubernetes.ts';
import { isAlive, podFacts } from '../../../src/commands/rrsa/doctor-pod-facts.ts';
import { CloudApiError, ToolError } from '../../../src/errors.ts';
import type { KubernetesObject } from '../../../src/kubernetes/api-client.ts';
import type { KubernetesPort, PodFacts } from '../../../src/rrsa/doctor/kubernetes-patient.ts';
import { injectedPod } from '../../support/injected-pod.ts';
import { startedObjectServer } from '../../support/kubernetes-objects.ts';
import { memoryIo } from '../../support/memory-io.ts';
import { scratchFolder } from '../../support/tool.ts';

const providerArn = 'acs:ram::1000000000000001:oidc-provider/ack-rrsa-c1';
const roleArn = 'acs:ram::1000000000000001:role/oss-reader';
const pod = () => injectedPod({ roleArn, providerArn });

describe('what is looked at of a pod', () => {
  it('are its service account, its owner, its variables and its token', () => {
    expect(podFacts(pod())).toEqual({
      name: 'reader-1',
      serviceAccount: 'reader',
      restartable: { kind: 'deployment', name: 'reader' },
      containers: [
        {
          name: 'main',
          roleArn,
          providerArn,
          tokenFile: '/var/run/secrets/ack.alibabacloud.com/rrsa-tokens/token',
        },
      ],
      token: { audience: 'sts.aliyuncs.com', expirationSeconds: 3600 },
    } satisfies PodFacts);
  });

  it.each<[string, object[], PodFacts['restartable']]>([
    [
      'a StatefulSet',
      [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', controller: true }],
      { kind: 'statefulset', name: 'db' },
    ],
    [
      'a DaemonSet',
      [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'log', controller: true }],
      { kind: 'daemonset', name: 'log' },
    ],
    [
      'a ReplicaSet of its own',
      [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'other', controller: true }],
      undefined,
    ],
    ['a Job', [{ apiVersion: 'batch/v1', kind: 'Job', name: 'job', controller: true }], undefined],
    [
      'a DaemonSet of another kind',
      [{ apiVersion: 'apps.kruise.io/v1', kind: 'DaemonSet', name: 'k', controller: true }],
      undefined,
    ],
    ['somebody who does not control it', [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'log' }], undefined],
    ['nobody', [], undefined],
  ])('are of its owner, when that is %s, only what can be restarted', (_what, ownerReferences, restartable) => {
    const own = pod();
    expect(podFacts({ ...own, metadata: { ...own.metadata, ownerReferences } }).restartable).toEqual(restartable);
  });

  it.each([{}, { spec: null }, { metadata: 1, spec: { containers: [null, 'x', {}], volumes: {} } }])(
    'is little of what is hardly a pod: %j',
    (odd) => {
      expect(podFacts(odd)).toMatchObject({ serviceAccount: 'default', token: undefined, restartable: undefined });
    },
  );

  it('is no variable that has its value from elsewhere, and the last of two', () => {
    const env = [
      { name: 'ALIBABA_CLOUD_ROLE_ARN', value: 'first' },
      { name: 'ALIBABA_CLOUD_ROLE_ARN', value: 'last' },
      { name: 'ALIBABA_CLOUD_OIDC_PROVIDER_ARN', valueFrom: {} },
    ];
    expect(podFacts({ spec: { containers: [{ name: 'a', env }] } }).containers).toEqual([
      { name: 'a', roleArn: 'last', providerArn: undefined, tokenFile: undefined },
    ]);
  });

  it('is nothing of those that have ended, or are about to', () => {
    const own = pod();
    expect(isAlive(own)).toBe(true);
    expect(isAlive({})).toBe(true);
    for (const phase of ['Succeeded', 'Failed']) expect(isAlive({ ...own, status: { phase } })).toBe(false);
    expect(isAlive({ metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } })).toBe(false);
  });
});

describe('what injection would make of a pod', () => {
  const plan = async (own: KubernetesObject, roleName = 'oss-reader', lifetime?: string) => {
    const unused = () => Promise.reject(new Error('not to be called'));
    const port = kubernetesPort({ server: '', get: async () => own, list: unused, write: unused }, 'kubectl');
    const facts = await port.pod('app', 'reader-1');
    if (facts === undefined) throw new Error('no pod');
    const ofLifetime = lifetime === undefined ? undefined : { text: lifetime, valid: true };
    return port.planInjection(facts, { injection: 'on' }, { roleName, lifetime: ofLifetime }, providerArn);
  };
  const nothing = {
    roleArn,
    expirationSeconds: 3600,
    tokenFile: '/var/run/secrets/ack.alibabacloud.com/rrsa-tokens/token',
    lacking: [],
    otherMount: [],
    leftOut: [],
    oddities: [],
  };

  it('is nothing new of one that is as it should be', async () => {
    expect(await plan(pod())).toEqual(nothing);
    expect(await plan(pod(), 'oss-reader', '7200')).toEqual({ ...nothing, expirationSeconds: 7200 });
  });

  it('is everything of one that was created before', async () => {
    const spec = { serviceAccountName: 'reader', containers: [{ name: 'a' }], initContainers: [{ name: 'b' }] };
    expect(await plan({ ...pod(), spec })).toEqual({ ...nothing, lacking: ['b', 'a'] });
  });

  it('leaves out what its annotations say, and tells what they can hardly mean', async () => {
    const own = pod();
    own.metadata.annotations = {
      'pod-identity.alibabacloud.com/only-containers': 'mian',
      'pod-identity.alibabacloud.com/service-account-token-expiration': '10',
    };
    const { leftOut, oddities } = (await plan(own)) ?? nothing;
    expect(leftOut).toEqual(['main']);
    expect(oddities).toEqual([expect.stringContaining('is "10"'), 'there is no container "mian"']);
    // That of the service account is told once, and not for every pod.
    expect((await plan(pod(), 'oss-reader', '10'))?.oddities).toEqual([]);
  });

  it('is hidden by something else at the path of the token', async () => {
    const own = pod();
    const [main] = own.spec.containers;
    if (main?.volumeMounts[0] !== undefined) main.volumeMounts[0].name = 'other';
    expect(await plan(own)).toEqual({ ...nothing, otherMount: ['main'] });
  });

  it('is nothing without a role name', async () => {
    expect(await plan(pod(), '')).toBeUndefined();
    expect(await plan(pod(), roleArn)).toBeUndefined();
  });
});

describe('the connection to the cluster', async () => {
  const server = await startedObjectServer();
  const context = (getUserKubeconfig: () => Promise<unknown>) =>
    ({
      cloud: { ack: { getUserKubeconfig } },
      clock: { now: () => 0, sleep: async () => {}, random: () => 0 },
      log: { debug: () => {} },
    }) as unknown as Parameters<typeof kubernetesAccess>[2];
  const flags = (given: Record<string, string> = {}) =>
    ({
      string: (name: string) => given[name],
      path: (name: string) => given[name],
      boolean: (name: string) => given[name] === 'true',
    }) as unknown as Parameters<typeof kubernetesAccess>[1];
  const open = (answer: () => Promise<unknown>, clusterId: string | undefined = 'c1') =>
    kubernetesAccess(clusterId, flags(), context(answer), memoryIo())();
  const refusal = (httpStatus: number) =>
    new CloudApiError('refused', { service: 'CS', action: 'A', apiCode: 'C', apiMessage: 'm', httpStatus });

  it('is made once, by the kubeconfig that ACK gives', async () => {
    let asked = 0;
    const access = kubernetesAccess(
      'c1',
      flags(),
      context(async () => {
        asked += 1;
        return { config: server.kubeconfig };
      }),
      memoryIo(),
    );
    const port = (await access()) as KubernetesPort;
    expect(await access()).toBe(port);
    expect(asked).toBe(1);
    expect(port.kubectl).toBe('kubectl');
    expect(await port.namespace('app')).toBeUndefined();
    expect(await port.injectionWebhooks()).toEqual([]);
    server.refuse = 'mutatingwebhookconfigurations';
    expect(await port.injectionWebhooks()).toBeUndefined();
    server.refuse = undefined;
  });

  it('is not there when the address that ACK gave is out of reach, and nobody chose it', async () => {
    const config = server.kubeconfig.replace(server.url, 'https://127.0.0.1:1');
    expect(await open(async () => ({ config }))).toEqual({ absent: expect.stringContaining('--private-address') });
  });

  it('is not there without a cluster, and where the cloud gives no kubeconfig', async () => {
    const none = kubernetesAccess(
      undefined,
      flags(),
      context(() => Promise.reject(new Error('called'))),
      memoryIo(),
    );
    expect(await none()).toEqual({ absent: expect.stringContaining('--cluster-id or --kubeconfig') });
    for (const error of [refusal(403), new ToolError('CREDENTIALS_NOT_FOUND', 'refused')]) {
      expect(await open(() => Promise.reject(error))).toEqual({ absent: expect.stringContaining(': refused') });
    }
    expect(await open(async () => undefined)).toEqual({ absent: expect.stringContaining('there is no cluster c1') });
  });

  it('fails when ACK refuses it for another reason, or sends what is none', async () => {
    await expect(open(() => Promise.reject(refusal(400)))).rejects.toMatchObject({
      hint: expect.stringContaining('--private-address'),
    });
    await expect(open(async () => ({ config: 'nonsense' }))).rejects.toMatchObject({ code: 'BAD_ANSWER' });
  });

  it('by a kubeconfig of its own asks no cloud, and commands name it', async () => {
    const file = join(scratchFolder(), "it's mine");
    const uncalled = context(() => Promise.reject(new Error('called')));
    const own = kubernetesAccess('c1', flags({ kubeconfig: file, context: 'main' }), uncalled, memoryIo());
    await expect(own()).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    writeFileSync(file, server.kubeconfig);
    const port = await kubernetesAccess('c1', flags({ kubeconfig: file, context: 'main' }), uncalled, memoryIo())();
    expect(port).toMatchObject({ kubectl: `kubectl --kubeconfig '${file.replace("'", "'\\''")}' --context main` });
  });
});
