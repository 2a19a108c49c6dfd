import { accountId, clusters, formerUser, providerArn, roleArn } from './seed.ts';
import type { World } from './world.ts';

/** A command line of the sweep: data, but for what it needs in its home folder. */
export interface CommandLine {
  name: string;
  argv: readonly string[];
  /** Files and variables it needs. Values of `env` may be `undefined`, which takes a variable away. */
  prepare?: (world: World) => Promise<Prepared> | Prepared;
  /** Exit code without a fault. Default 0. */
  healthy?: number;
  /** Exit code of running it again once it has been done. Default: `healthy`. */
  again?: number;
  /** Calls of the same API that get a fault each. Default 4. */
  calls?: number;
  /** What it calls takes long enough on a busy machine to be taken for an answer that does not come: no such cells. */
  isSlow?: boolean;
  /** How much faster than real time it thinks that time runs. Default 200; less for what compares clocks. */
  speed?: number;
  /** Further exit codes by which it may end with a fault. */
  mayExit?: readonly number[];
}

export interface Prepared {
  /** Put behind the command line. */
  argv?: readonly string[];
  env?: Readonly<Record<string, string | undefined>>;
}

const on = ['-c', clusters.on];
const off = ['-c', clusters.off];
const subject = ['-n', 'app', '-s', 'reader'];
/** Long enough for everything, and no cell waits for it to the end for more than a second or two. */
const quick = ['--timeout', '5m'];
const document = '{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:PutObject","Resource":"*"}]}';

const asPod = async (world: World): Promise<Prepared> => ({
  env: {
    ALIBABA_CLOUD_ACCESS_KEY_ID: undefined,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: undefined,
    ALIBABA_CLOUD_ROLE_ARN: roleArn('app'),
    ALIBABA_CLOUD_OIDC_PROVIDER_ARN: providerArn(clusters.on),
    ALIBABA_CLOUD_OIDC_TOKEN_FILE: await world.tokenFile(),
  },
});

const withDocument = (world: World): Prepared => ({
  argv: ['--policy-document', `reports-write=${world.file('reports-write.json', document)}`],
});

function associations(world: World): Prepared {
  const file = {
    apiVersion: 'ack-ram-tool/v1',
    kind: 'RrsaAssociations',
    clusterId: clusters.on,
    helperAddon: true,
    roles: [
      { name: 'functions', serviceAccounts: [{ namespace: 'app', name: 'writer' }], customPolicies: ['reports-read'] },
      {
        name: 'fresh',
        create: true,
        serviceAccounts: [{ namespace: 'team-*', name: 'fresh' }],
        systemPolicies: ['AliyunOSSReadOnlyAccess'],
        policyDocuments: { 'reports-write': world.file('reports-write.json', document) },
      },
    ],
  };
  return { argv: ['-f', world.file('associations.json', JSON.stringify(file))] };
}

function backup(world: World): Prepared {
  const content = {
    schemaVersion: 1,
    account: accountId,
    roleArn: roleArn('functions'),
    savedAt: '2026-01-01T00:00:00.000Z',
    reason: 'associate-role',
    document:
      '{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":["eci.aliyuncs.com"]}}]}',
  };
  return { argv: ['--from', world.file('backup.json', JSON.stringify(content))] };
}

const ownKubeconfig = `apiVersion: v1
kind: Config
current-context: own
clusters: [{ name: own, cluster: { server: https://own.example } }]
contexts: [{ name: own, context: { cluster: own, user: own } }]
users: [{ name: own, user: { token: a-token } }] # mine
`;

const pod = `apiVersion: v1
kind: Pod
metadata: { name: p, namespace: app, labels: {} }
spec:
  serviceAccountName: reader
  containers: [{ name: main, image: reader }]
`;

export const clusterLines: readonly CommandLine[] = [
  { name: 'rrsa status', argv: ['rrsa', 'status', ...on] },
  { name: 'rrsa status --role-arn', argv: ['rrsa', 'status', ...on, '--role-arn', roleArn('operator'), '-o', 'json'] },
  { name: 'rrsa enable', argv: ['rrsa', 'enable', ...off, ...quick, '-y'], mayExit: [5] },
  { name: 'rrsa disable', argv: ['rrsa', 'disable', ...on, ...quick, '-y'], mayExit: [5] },
  { name: 'rrsa install-helper-addon', argv: ['rrsa', 'install-helper-addon', ...on, ...quick, '-y'], mayExit: [5] },
  { name: 'rrsa list-associations', argv: ['rrsa', 'list-associations', ...on], calls: 2 },
  { name: 'rrsa explain', argv: ['rrsa', 'explain', ...on, ...subject, '-r', 'app'] },
  {
    name: 'rrsa explain --oidc-token-file',
    argv: ['rrsa', 'explain', ...on, '-r', 'app', '-o', 'json'],
    prepare: async (world) => ({ argv: ['--oidc-token-file', await world.tokenFile()] }),
  },
  { name: 'rrsa plan', argv: ['rrsa', 'plan'], prepare: associations },
  { name: 'rrsa plan --prune', argv: ['rrsa', 'plan', '--prune', '-o', 'json'], prepare: associations, calls: 2 },
  { name: 'rrsa demo', argv: ['rrsa', 'demo', '--no-loop', '--region', 'cn-hangzhou'], prepare: asPod },
  {
    name: 'rrsa assume-role',
    argv: ['rrsa', 'assume-role', '-r', roleArn('app'), '-p', providerArn(clusters.on)],
    prepare: async (world) => ({ argv: ['-t', await world.tokenFile()] }),
  },
];

export const trustLines: readonly CommandLine[] = [
  {
    name: 'rrsa associate-role',
    argv: [
      ...['rrsa', 'associate-role', ...on, '-r', 'functions', '-n', 'app', '-s', 'writer', '-y'],
      ...['--attach-system-policy', 'AliyunOSSReadOnlyAccess', '--attach-custom-policy', 'reports-read'],
    ],
  },
  {
    name: 'rrsa associate-role, a new role',
    argv: [
      ...['rrsa', 'associate-role', ...on, '-r', 'fresh', '-n', 'app', '-s', 'fresh', '-y', '-o', 'json'],
      ...['--create-role-if-not-exist', '--attach-system-policy', 'AliyunOSSReadOnlyAccess'],
    ],
    prepare: withDocument,
  },
  {
    name: 'rrsa dissociate-role',
    argv: [
      ...['rrsa', 'dissociate-role', ...on, '-r', 'app', ...subject, '-y'],
      ...['--detach-system-policy', 'AliyunOSSReadOnlyAccess'],
    ],
  },
  {
    name: 'rrsa dissociate-role, and the role',
    argv: [
      'rrsa',
      'dissociate-role',
      '-c',
      clusters.full,
      '-r',
      'old',
      '-n',
      'app',
      '-s',
      'old',
      '--delete-role-if-unused',
      '-y',
    ],
  },
  {
    name: 'rrsa restore-trust-policy',
    argv: ['rrsa', 'restore-trust-policy', '-r', 'functions', '-y'],
    prepare: backup,
  },
  { name: 'eci create-role', argv: ['eci', 'create-role', '-r', 'eci', '-y'], prepare: withDocument },
  {
    name: 'eci pass-role-policy',
    argv: ['eci', 'pass-role-policy', '-r', 'node', '--create', '--attach-to-user', 'deployer', '-y'],
  },
];

export const applyLines: readonly CommandLine[] = [
  { name: 'rrsa apply', argv: ['rrsa', 'apply', '-y'], prepare: associations, mayExit: [5] },
  {
    name: 'rrsa apply --prune',
    argv: ['rrsa', 'apply', '--prune', '-y', '-o', 'json'],
    prepare: associations,
    calls: 2,
    mayExit: [5],
  },
  { name: 'rrsa setup-addon', argv: ['rrsa', 'setup-addon', ...on, '-a', 'kritis-validation-hook', '-y'] },
];

export const credentialLines: readonly CommandLine[] = [
  { name: 'auth whoami', argv: ['auth', 'whoami'] },
  { name: 'auth whoami, a pod', argv: ['auth', 'whoami', '-o', 'json'], prepare: asPod },
  { name: 'auth whoami, metadata', argv: ['auth', 'whoami', '--credential-type', 'imds'] },
  { name: 'auth whoami --expect-account', argv: ['auth', 'whoami', '--expect-account', accountId] },
  { name: 'export-credentials --role-arn', argv: ['export-credentials', '--role-arn', roleArn('operator')] },
  { name: 'export-credentials, a pod', argv: ['export-credentials', '-f', 'env'], prepare: asPod },
  {
    name: 'export-credentials --cache',
    argv: ['export-credentials', '--cache', '-f', 'ecs-metadata-json'],
    prepare: asPod,
  },
  { name: 'export-credentials, metadata', argv: ['export-credentials', '--credential-type', 'ecs-role'] },
  {
    name: 'rabbitmq get-credentials',
    argv: ['rabbitmq', 'get-credentials', '--instance-id', 'rabbitmq-cn-abc123', '--role-arn', roleArn('operator')],
  },
  { name: 'utils test-ecs-metadata', argv: ['utils', 'test-ecs-metadata', '--no-loop'] },
];

export const kubernetesLines: readonly CommandLine[] = [
  { name: 'get-kubeconfig', argv: ['get-kubeconfig', ...on] },
  {
    name: 'credential-plugin get-kubeconfig -m token',
    argv: ['credential-plugin', 'get-kubeconfig', ...on, '-m', 'token'],
  },
  {
    name: 'get-kubeconfig --merge',
    argv: ['get-kubeconfig', ...on, '--merge', '-y'],
    prepare: (world) => {
      world.file('.kube/config', ownKubeconfig);
      return {};
    },
  },
  { name: 'credential-plugin get-credential', argv: ['credential-plugin', 'get-credential', ...on] },
  {
    name: 'credential-plugin get-token',
    argv: ['credential-plugin', 'get-token', ...on, '--role-arn', roleArn('operator')],
  },
  { name: 'webhook manifests -c', argv: ['webhook', 'manifests', ...on, '--image', 'tool:1', '--cert-manager'] },
  {
    name: 'rrsa inject -c',
    argv: ['rrsa', 'inject', ...on, '--namespace-labelled', '--role-name', 'app'],
    prepare: (world) => ({ argv: ['-f', world.file('pod.yaml', pod)] }),
  },
];

/** With the API server of the cluster; its kubeconfig is the file `kubeconfig` of the home folder. */
export const apiServerLines: readonly CommandLine[] = [
  { name: 'rbac scan-user-permissions', argv: ['rbac', 'scan-user-permissions', '-c', clusters.api] },
  {
    name: 'rbac cleanup-user-permissions',
    argv: ['rbac', 'cleanup-user-permissions', '-c', clusters.api, '-u', formerUser, '--force', '-y'],
    isSlow: true,
  },
];

export const doctorLines: readonly CommandLine[] = [
  {
    name: 'rrsa doctor',
    argv: ['rrsa', 'doctor', '-c', clusters.full, ...subject, '-r', 'oss-reader', '--timeout', '15m'],
    prepare: ({ home }) => ({ argv: ['--kubeconfig', `${home}/kubeconfig`] }),
    mayExit: [3],
  },
  {
    name: 'rrsa doctor, of a token',
    argv: [
      ...['rrsa', 'doctor', '--assume', '--oidc-role-arn', roleArn('app')],
      ...['--oidc-provider-arn', providerArn(clusters.on), '--timeout', '15m'],
    ],
    prepare: async (world) => ({ argv: ['--oidc-token-file', await world.tokenFile()] }),
    mayExit: [3],
    speed: 5,
  },
];

export const allLines: readonly CommandLine[] = [
  ...clusterLines,
  ...trustLines,
  ...applyLines,
  ...credentialLines,
  ...kubernetesLines,
  ...apiServerLines,
  ...doctorLines,
];
