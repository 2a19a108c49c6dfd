import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { healthyObjects, injectedPod } from '../support/injected-pod.ts';
import { token } from '../support/kubernetes-lists.ts';
import { type ObjectServer, startedObjectServer } from '../support/kubernetes-objects.ts';
import { runTool, scratchFolder, startedSandbox } from '../support/tool.ts';

const account = '1000000000000001';
const clusterId = 'c1';
const roleArn = `acs:ram::${account}:role/oss-reader`;
const providerArn = `acs:ram::${account}:oidc-provider/ack-rrsa-${clusterId}`;
const label = 'pod-identity.alibabacloud.com/injection';
const annotation = 'pod-identity.alibabacloud.com/role-name';

const home = scratchFolder();
const server = await startedObjectServer();
const file = (name: string, text: string): string => {
  const path = join(home, name);
  writeFileSync(path, text);
  return path;
};
const kubeconfig = file('kubeconfig', server.kubeconfig);
const silent = file('silent', server.kubeconfig.replace(server.url, 'https://127.0.0.1:1'));
const jwksFile = file('keys.json', '{"keys":[{"kty":"EC"}]}');
const sandbox = await startedSandbox([
  '--update-time',
  '200ms',
  '--seed',
  file(
    'seed.yaml',
    JSON.stringify({
      apiVersion: 'ack-ram-tool/v1',
      kind: 'SandboxSeed',
      accounts: [
        {
          id: account,
          users: [
            { name: 'admin', accessKeyId: 'LTAIadmin', accessKeySecret: 's', systemPolicies: ['AdministratorAccess'] },
          ],
          clusters: [
            { id: clusterId, name: 'own' },
            { id: 'c2', name: 'other', kubeconfig, issuer: 'https://issuer.invalid', jwksFile },
          ],
        },
      ],
    }),
  ),
]);
const env = { ...sandbox.env, HOME: home };
const rrsa = (...argv: string[]) => runTool(['rrsa', ...argv], { env });
const reader = ['-n', 'app', '-s', 'reader'];

interface Diagnosis {
  healthy: boolean;
  checks: { id: string; status: string; subject: string | null; message: string; cure: string | null }[];
}

async function doctor(...argv: string[]) {
  const { exitCode, stdout, stderr } = await rrsa('doctor', '-o', 'json', ...argv);
  expect(`${stdout}${stderr}`).not.toContain(token);
  expect(stdout, stderr).not.toBe('');
  const { healthy, checks } = JSON.parse(stdout) as Diagnosis;
  expect(exitCode).toBe(healthy ? 0 : 3);
  return { exitCode, healthy, checks, fault: checks.find(({ status }) => status === 'fault'), stderr };
}

const healthy = ['-c', clusterId, ...reader, '-r', 'oss-reader'];
const examine = (...argv: string[]) => doctor(...healthy, '--kubeconfig', kubeconfig, ...argv);

beforeAll(async () => {
  const setUp = [
    ['enable', '-c', 'c2', '-y'],
    ['enable', '-c', clusterId, '-y'],
    ['install-helper-addon', '-c', clusterId, '-y'],
    [
      'associate-role',
      ...healthy,
      '--create-role-if-not-exist',
      '--attach-system-policy',
      'AliyunOSSReadOnlyAccess',
      '-y',
    ],
  ];
  for (const argv of setUp) {
    const { exitCode, stderr } = await rrsa(...argv);
    expect(exitCode, stderr).toBe(0);
  }
});

beforeEach(() => {
  Object.assign(server.objects, healthyObjects({ roleArn, providerArn }));
  server.refuse = undefined;
});

type Pod = ReturnType<typeof injectedPod>;

/** Changes the one pod. */
function change(edit: (pod: Pod) => void): () => void {
  return () => {
    const pod = injectedPod({ roleArn, providerArn });
    edit(pod);
    server.objects.pods = [pod];
  };
}

const setVariable = (name: string, value: string) =>
  change((pod) => {
    for (const container of pod.spec.containers) container.env.push({ name, value });
  });

const setToken = (token: object) =>
  change((pod) => {
    for (const { projected } of pod.spec.volumes) Object.assign(projected.sources[0]?.serviceAccountToken ?? {}, token);
  });

const setAnnotation = (value: string | undefined) => () => {
  for (const { metadata } of server.objects.serviceAccounts) {
    metadata.annotations = value === undefined ? {} : { [annotation]: value };
  }
};

const faults: [title: string, id: string, message: string, plant: () => void][] = [
  ['no permission in the cluster', 'kubernetes-api', 'Forbidden', () => void Object.assign(server, { refuse: '/' })],
  ['no namespace', 'namespace-exists', 'no namespace app', () => void server.objects.namespaces.pop()],
  [
    'no label',
    'namespace-labelled',
    `namespace app has no label ${label}`,
    () => {
      server.objects.namespaces = [{ metadata: { name: 'app' } }];
    },
  ],
  [
    'another value of the label',
    'namespace-labelled',
    'is "enabled", not "on"',
    () => {
      server.objects.namespaces = [{ metadata: { name: 'app', labels: { [label]: 'enabled' } } }];
    },
  ],
  ['no service account', 'service-account-exists', 'reader', () => void server.objects.serviceAccounts.pop()],
  ['no annotation', 'service-account-annotated', 'has no annotation', setAnnotation(undefined)],
  ['another role', 'service-account-annotated', 'role other, not with oss-reader', setAnnotation('other')],
  ['an ARN', 'service-account-annotated', 'is an ARN', setAnnotation(roleArn)],
  [
    'a pod from before',
    'pod-injected',
    'reader-1',
    change((pod) => {
      pod.spec.volumes = [];
      pod.spec.containers = [{ name: 'main', image: 'reader', env: [], volumeMounts: [] }];
    }),
  ],
  ['an old role', 'pod-role', 'of role old', setVariable('ALIBABA_CLOUD_ROLE_ARN', `acs:ram::${account}:role/old`)],
  [
    'a role of another account',
    'pod-role',
    'account 2000000000000002',
    setVariable('ALIBABA_CLOUD_ROLE_ARN', 'acs:ram::2000000000000002:role/oss-reader'),
  ],
  [
    'the provider of another cluster',
    'pod-provider',
    'another cluster: ack-rrsa-c2',
    setVariable('ALIBABA_CLOUD_OIDC_PROVIDER_ARN', `acs:ram::${account}:oidc-provider/ack-rrsa-c2`),
  ],
  [
    'no volume',
    'pod-token-volume',
    'rrsa-oidc-token',
    change((pod) => {
      pod.spec.volumes = [];
    }),
  ],
  ['another audience', 'pod-token-audience', '"vault"', setToken({ audience: 'vault' })],
  ['a token of a day', 'pod-token-lifetime', '86400 s', setToken({ expirationSeconds: 86_400 })],
];

describe('rrsa doctor, within the cluster', () => {
  it('finds nothing wrong where nothing is', async () => {
    const { checks, healthy } = await examine();
    expect(checks.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect(healthy).toBe(true);
    expect(checks.map(({ id }) => id)).toContain('pod-token-lifetime');
  });

  it('takes the role of the annotation when none is named', async () => {
    const { checks, healthy } = await doctor('-c', clusterId, ...reader, '--kubeconfig', kubeconfig);
    expect(checks.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect(healthy).toBe(true);
  });

  it.each(faults)('names %s first: %s', async (_title, id, message, plant) => {
    plant();
    const { fault } = await examine();
    expect(fault).toMatchObject({ id, message: expect.stringContaining(message) });
    expect(fault?.cure).toBeTruthy();
  });

  it('looks at one pod by its name', async () => {
    server.objects.pods.push(injectedPod({ name: 'other', roleArn: 'x', providerArn }));
    expect((await examine('--pod', 'reader-1')).healthy).toBe(true);
    expect((await examine('--pod', 'other')).fault?.id).toBe('pod-role');
    expect((await examine('--pod', 'none')).fault?.id).toBe('pod-exists');
    const alone = await doctor('-c', clusterId, '-n', 'app', '--pod', 'reader-1', '--kubeconfig', kubeconfig);
    expect(alone.healthy).toBe(true);
  });

  it('warns of containers that are left out, and is healthy', async () => {
    change((pod) => {
      pod.spec.containers.push({ name: 'sidecar', image: 'x', env: [], volumeMounts: [] });
      pod.metadata.annotations = { 'pod-identity.alibabacloud.com/skip-containers': 'sidecar' };
    })();
    const { checks, healthy } = await examine();
    expect(healthy).toBe(true);
    expect(checks.filter(({ status }) => status !== 'ok')).toMatchObject([
      { id: 'pod-annotations', status: 'warning', message: expect.stringContaining('sidecar') },
    ]);
  });

  it('says how to reach an API server that does not answer, and looks at no more of it', async () => {
    const { checks, fault } = await doctor(...healthy, '--kubeconfig', silent);
    expect(fault).toMatchObject({ id: 'kubernetes-api', cure: expect.stringContaining('--private-address') });
    const of = (status: string) => checks.filter((check) => check.status === status).map(({ id }) => id);
    expect(of('fault')).toEqual(['kubernetes-api']);
    expect(of('skipped')).toContain('namespace-labelled');
    expect(of('skipped')).toContain('pod-injected');
  });

  it('gets its kubeconfig from ACK when none is named', async () => {
    const { checks } = await doctor('-c', 'c2', ...reader);
    const found = Object.fromEntries(checks.map(({ id, status }) => [id, status]));
    expect(found).toMatchObject({ 'kubernetes-api': 'ok', 'service-account-annotated': 'ok', 'pod-provider': 'fault' });
  });

  it('prints commands for the cluster of its kubeconfig', async () => {
    server.objects.namespaces = [{ metadata: { name: 'app' } }];
    const { fault } = await examine('--kubeconfig', kubeconfig, '--context', 'main');
    expect(fault?.cure).toBe(`run: kubectl --kubeconfig ${kubeconfig} --context main label namespace app ${label}=on`);
  });
});

describe('rrsa doctor --fix, within the cluster', () => {
  const changesOf = ({ calls }: ObjectServer) => calls.filter((call) => !call.startsWith('GET '));

  it('labels and annotates, and finds it healthy', async () => {
    server.objects.namespaces = [{ metadata: { name: 'app' } }];
    setAnnotation(undefined)();
    server.calls.splice(0);
    const dry = await examine('--fix', '--dry-run');
    expect(dry.healthy).toBe(false);
    expect(changesOf(server)).toEqual([]);
    const { healthy, checks } = await examine('--fix', '-y');
    expect(checks.filter(({ status }) => status === 'fault')).toEqual([]);
    expect(healthy).toBe(true);
    expect(changesOf(server)).toEqual([
      'PATCH /api/v1/namespaces/app',
      'PATCH /api/v1/namespaces/app/serviceaccounts/reader',
    ]);
    expect(server.objects.namespaces[0]?.metadata.labels).toEqual({ [label]: 'on' });
    expect(server.objects.serviceAccounts[0]?.metadata.annotations).toEqual({ [annotation]: 'oss-reader' });
  });

  it('leaves an annotation with another role to somebody who knows', async () => {
    setAnnotation('other')();
    server.calls.splice(0);
    expect((await examine('--fix', '-y')).fault?.id).toBe('service-account-annotated');
    expect(changesOf(server)).toEqual([]);
  });
});
