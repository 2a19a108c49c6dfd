/** A command line of every command, with what it needs, and which secrets are the output that it is asked for. */
import { account, clusterId, type Env, podRoleArn, providerArn, roleArn, type Scene } from './scene.ts';

export interface Row {
  argv: readonly string[];
  stdin?: string;
  env?: Env;
  /** Files of the home folder. */
  files?: Readonly<Record<string, string>>;
  /** It runs until it is interrupted, which happens as soon as one of its streams says this. */
  until?: RegExp;
  /** Secrets by name, or all of them, that stdout is asked for; and why. */
  asked?: { secrets: readonly string[] | 'all'; because: string };
  /** It fails, even where nothing else does. */
  fails?: true;
}

const cluster = ['-c', clusterId];
const reader = ['-n', 'app', '-s', 'reader'];

export function rowsOf(scene: Scene): Row[] {
  const assumed = ['--role-arn', roleArn];
  const { file, plant } = scene;
  const at = (name: string): string[] => ['--kubeconfig', scene.path(name)];
  const rrsa = (...argv: string[]): Row => ({ argv: ['rrsa', ...argv, ...assumed] });
  const associations = file(
    'associations.yaml',
    `apiVersion: ack-ram-tool/v1\nkind: RrsaAssociations\nclusterId: ${clusterId}\nroles:\n  - name: deploy\n    serviceAccounts: [{ namespace: app, name: other }]\n  - name: made\n    create: true\n    serviceAccounts: [{ namespace: app, name: reader }]\n`,
  );
  const words = plant('value within a manifest', '-_');
  const manifest = file(
    'manifest.yaml',
    [
      `apiVersion: v1\nkind: Secret\nmetadata: { name: s, namespace: app }\nstringData: { password: "${words}" }\n`,
      'apiVersion: v1\nkind: Pod\nmetadata: { name: p, namespace: app }\nspec: { serviceAccountName: reader, containers: [{ name: c, image: i }] }\n',
    ].join('---\n'),
  );
  const brokenManifest = file(
    'manifest-broken.yaml',
    `apiVersion: v1\nkind: Secret\nstringData: { password: "${words}" }}: [\n`,
  );
  const backup = file(
    'backup.json',
    JSON.stringify({
      schemaVersion: 1,
      account,
      roleArn,
      savedAt: '2026-01-02T03:04:05.000Z',
      reason: 'associate-role',
      document: scene.state.store.accounts[0]?.roles[1]?.trustPolicy,
    }),
  );
  const policy = file(
    'policy.json',
    '{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:GetObject","Resource":"*"}]}',
  );
  const tls = ['--tls-cert', scene.path('webhook.crt'), '--tls-key', scene.path('webhook.key')];
  const noKey = file('no-key.pem', `-----BEGIN PRIVATE KEY-----\n${words}\n-----END PRIVATE KEY-----\n`);
  const pasted = plant('secret within a pasted error');
  const keys = { secrets: 'all', because: 'credentials are what it prints' } as const;
  const passedOn = { secrets: ['value within a manifest'], because: 'manifests are passed on' } as const;
  const ownKey = { secrets: ['key of an issued certificate'], because: 'kubectl is given its client key' } as const;
  const export_ = (...argv: string[]): Row => ({ argv: ['export-credentials', ...assumed, ...argv], asked: keys });
  const formats = [
    'aliyun-cli-config-json',
    'ecs',
    'ini',
    'env',
    'dotenv',
    'powershell',
    'fish',
    'docker-env-file',
    'gitlab-dotenv',
  ];
  const assumeRole = ['rrsa', 'assume-role', '-r', podRoleArn, '-p', providerArn, '-t'];
  const doctor = ['doctor', ...cluster, ...reader, '-r', 'oss-reader'];
  const broker = [
    'rabbitmq',
    'ping',
    '--host',
    '127.0.0.1',
    '--port',
    String(scene.brokerPort),
    '--instance-id',
    'rabbitmq-cn-1',
  ];
  const sandbox = ['--listen', '127.0.0.1:0'];

  return [
    rrsa('status', ...cluster),
    rrsa('enable', '-c', 'c2', '-y'),
    rrsa('disable', ...cluster, '-y'),
    rrsa('install-helper-addon', ...cluster, '-y'),
    rrsa(
      'associate-role',
      ...cluster,
      '-n',
      'app',
      '-s',
      'other',
      '-r',
      'deploy',
      '-y',
      '--attach-system-policy',
      'AliyunOSSReadOnlyAccess',
    ),
    rrsa(
      'associate-role',
      ...cluster,
      ...reader,
      '-r',
      'new',
      '-y',
      '--create-role-if-not-exist',
      '--policy-document',
      `p=${policy}`,
    ),
    rrsa(
      'dissociate-role',
      ...cluster,
      ...reader,
      '-r',
      'oss-reader',
      '-y',
      '--detach-system-policy',
      'AdministratorAccess',
      '--delete-role-if-unused',
    ),
    rrsa('restore-trust-policy', '-r', 'deploy', '--from', backup, '-y'),
    { ...rrsa('restore-trust-policy', '-r', 'deploy', '--from', noKey, '-y'), fails: true },
    rrsa('explain', ...cluster, ...reader, '-r', 'oss-reader'),
    rrsa('explain', ...cluster, '-r', 'oss-reader', '--oidc-token-file', scene.path('token')),
    rrsa('setup-addon', ...cluster, '-a', 'kritis-validation-hook', '-y'),
    rrsa('list-associations', ...cluster),
    rrsa('plan', '-f', associations, '--prune'),
    rrsa('apply', '-f', associations, '--prune', '-y'),
    { argv: [...assumeRole, scene.path('token')], asked: keys },
    { argv: [...assumeRole, '-'], stdin: scene.token, asked: keys },
    { argv: [...assumeRole, '-'], stdin: plant('stdin that is no token'), fails: true },
    {
      argv: [
        'rrsa',
        'explain-error',
        `SDKError: AccessKeySecret=${pasted}&SecurityToken=${pasted} x-acs-security-token: ${pasted}`,
      ],
      fails: true,
    },
    rrsa('demo', '--no-loop', '--region', 'cn-hangzhou'),
    rrsa(...doctor, ...at('kubeconfig')),
    rrsa(...doctor, ...at('kubeconfig-key')),
    rrsa(...doctor, ...at('kubeconfig-password')),
    rrsa(...doctor, ...at('kubeconfig-exec')),
    rrsa(...doctor, ...at('kubeconfig-exec-fails')),
    { ...rrsa(...doctor, ...at('kubeconfig-broken')), fails: true },
    rrsa(...doctor),
    { argv: ['rrsa', 'doctor', '--oidc-token-file', scene.path('token')] },
    {
      argv: [
        'rrsa',
        'doctor',
        '--oidc-token-file',
        '-',
        '--assume',
        '--oidc-role-arn',
        podRoleArn,
        '--oidc-provider-arn',
        providerArn,
      ],
      stdin: scene.token,
    },
    {
      ...rrsa('inject', '-f', manifest, ...cluster, '--namespace-labelled', '--role-name', 'oss-reader'),
      asked: passedOn,
    },
    { ...rrsa('inject', '-f', manifest, ...cluster, ...at('kubeconfig')), asked: passedOn },
    { ...rrsa('inject', '-f', manifest, ...cluster, ...at('kubeconfig-exec-fails')), asked: passedOn, fails: true },
    { ...rrsa('inject', '-f', brokenManifest, ...cluster), fails: true },
    {
      argv: ['webhook', 'serve', '--listen', '127.0.0.1:0', ...tls, ...cluster, ...at('kubeconfig'), ...assumed],
      until: /"message":"serving/,
    },
    {
      argv: [
        'webhook',
        'serve',
        '--listen',
        '127.0.0.1:0',
        '--tls-cert',
        scene.path('webhook.crt'),
        '--tls-key',
        noKey,
        ...cluster,
        ...at('kubeconfig'),
      ],
      until: /serving/,
      fails: true,
    },
    { argv: ['webhook', 'manifests', ...cluster, '--image', 'i:1', ...assumed] },
    ...formats.map((format) => export_('-f', format)),
    { ...export_('-f', 'github-actions'), env: { GITHUB_ENV: file('github-env', ''), GITHUB_ACTIONS: 'true' } },
    export_('--duration', '15m', '--session-name', 'leaks', '--cache'),
    { argv: ['export-credentials', '--serve', '127.0.0.1:0', ...assumed], until: /CREDENTIALS_URI=/ },
    { argv: ['auth', 'whoami', ...assumed] },
    { argv: ['auth', 'whoami', ...assumed, '--cache', '--expect-account', account] },
    { argv: ['utils', 'test-ecs-metadata', '--no-loop'] },
    { argv: ['cache', 'clear'] },
    { argv: ['credential-plugin', 'get-credential', ...cluster, ...assumed], asked: ownKey },
    { argv: ['credential-plugin', 'get-token', ...cluster, ...assumed], asked: keys },
    { argv: ['credential-plugin', 'get-kubeconfig', ...cluster, ...assumed] },
    { argv: ['get-kubeconfig', ...cluster, ...assumed, '-m', 'token'] },
    {
      argv: ['get-kubeconfig', ...cluster, ...assumed, '--merge', '-y'],
      files: { '.kube/config': scene.text('kubeconfig-key') },
    },
    {
      argv: ['get-kubeconfig', ...cluster, ...assumed, '--merge', '-y'],
      files: { '.kube/config': scene.text('kubeconfig-broken') },
      fails: true,
    },
    { argv: ['rbac', 'scan-user-permissions', ...cluster, '-A', ...assumed] },
    { argv: ['rbac', 'scan-user-permissions', ...cluster, '-A', ...at('kubeconfig-password'), ...assumed] },
    { argv: ['rbac', 'cleanup-user-permissions', ...cluster, '-u', '200000000000000009', '-y', '--force', ...assumed] },
    { argv: ['rabbitmq', 'get-credentials', '--instance-id', 'rabbitmq-cn-1', ...assumed], asked: keys },
    { argv: ['rabbitmq', 'get-credentials', '--instance-id', 'rabbitmq-cn-1', '-o', 'env', ...assumed], asked: keys },
    { argv: [...broker, ...assumed], fails: true },
    { argv: broker, fails: true },
    { argv: ['eci', 'create-role', '-r', 'eci', '-y', ...assumed] },
    { argv: ['eci', 'annotate', '-f', manifest, '-r', 'eci'], asked: passedOn },
    { argv: ['eci', 'annotate', '-f', brokenManifest, '-r', 'eci'], fails: true },
    { argv: ['eci', 'pass-role-policy', '-r', 'deploy', '--create', '--attach-to-user', 'admin-0', '-y', ...assumed] },
    { argv: ['sandbox', 'start', ...sandbox], until: /"endpoint"/ },
    { argv: ['sandbox', 'start', ...sandbox, '--seed', noKey], fails: true },
    { argv: ['sandbox', 'run', ...sandbox, '--', 'true'] },
    {
      argv: ['sandbox', 'token', ...cluster, ...reader],
      env: { ACK_RAM_TOOL_SANDBOX_URL: `${scene.state.endpoint}${scene.state.adminPath}` },
      asked: keys,
    },
    { argv: ['help', 'permissions'] },
    { argv: ['version'] },
    { argv: ['completion', 'bash'] },
    { argv: ['rrsa', 'status', ...cluster, '--emit-policy'] },
  ];
}

/** Commands that are not run here, and why. */
export const notRun: Readonly<Record<string, string>> = {
  'sandbox tour': 'it runs this program again: test/e2e/leaks.test.ts does it',
};
