import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { table } from '../../src/commands/table.ts';
import { makeSelfSigned } from '../../src/kubernetes/self-signed.ts';
import { requestToken } from '../../src/sandbox/client.ts';
import { startedListServer } from '../support/kubernetes-lists.ts';
import { bin, type RunningSandbox, runProgram, scratchFolder, startedSandbox } from '../support/tool.ts';

/** Every example of every help page, as it would be pasted into a shell. */
const examples = table.commands.flatMap(({ path, examples }) =>
  examples.map((line) => ({ command: path.join(' '), line })),
);

const account = '1000000000000001';
const cluster = 'c86fddxxxx';
const provider = `acs:ram::${account}:oidc-provider/ack-rrsa-${cluster}`;
const readerArn = `acs:ram::${account}:role/oss-reader`;

/** Those that go on until they are stopped, and what they print when they are ready. */
const endless: Readonly<Record<string, RegExp>> = {
  'rrsa demo': /foo/,
  'utils test-ecs-metadata': /cn-hangzhou/,
  'webhook serve': /listening|serving|ready/i,
  'sandbox start': /"endpoint"/,
};

/** What stands for something that only its reader has. */
const placeholders: readonly [RegExp, string][] = [
  [/\bROLE_ARN\b/g, readerArn],
  [/\bPROVIDER_ARN\b/g, provider],
  [/ \/certs\//g, ' ./certs/'],
  // The port may be taken, and a broker is tested elsewhere: here it is not there.
  [/ webhook serve(?: --listen \S+)?/g, ' webhook serve --listen 127.0.0.1:0'],
  [/ --host \S+/g, ' --host 127.0.0.1 --port 1'],
];

/** What is so before an example is run, beside the seed. */
const before: Readonly<Record<string, string>> = {
  'rrsa enable': `rrsa disable -c ${cluster} -y`,
  'rrsa doctor': `rrsa install-helper-addon -c ${cluster} -y`,
  'cache clear': 'auth whoami --cache',
};

/** Exit codes other than 0. */
const exitCodes: Readonly<Record<string, number>> = {
  'ack-ram-tool rrsa plan -f associations.yaml --prune --detailed-exitcode -o json': 3,
  'rabbitmq ping': 1,
};

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const server = await startedListServer();
for (const kind of ['clusterrolebindings', 'rolebindings']) server.lists.set(`${rbac}/${kind}`, []);
const certificate = await makeSelfSigned('127.0.0.1', Date.now());

const trust = (...subjects: string[]) => ({
  Version: '1',
  Statement: subjects.map((subject) => ({
    Action: 'sts:AssumeRole',
    Effect: 'Allow',
    Principal: { Federated: [`\${providerArn:${cluster}}`] },
    Condition: {
      StringEquals: {
        'oidc:aud': 'sts.aliyuncs.com',
        'oidc:iss': `\${issuer:${cluster}}`,
        'oidc:sub': `system:serviceaccount:${subject}`,
      },
    },
  })),
});
const trustsRam = (principal: object) => ({
  Version: '1',
  Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: principal }],
});
const reads = { Version: '1', Statement: [{ Effect: 'Allow', Action: 'oss:GetObject', Resource: '*' }] };

const seedOf = (ofCluster: object): string =>
  JSON.stringify({
    apiVersion: 'ack-ram-tool/v1',
    kind: 'SandboxSeed',
    accounts: [
      {
        id: account,
        users: [
          {
            name: 'admin',
            accessKeyId: 'LTAIadmin',
            accessKeySecret: 'secret',
            systemPolicies: ['AdministratorAccess'],
          },
          { name: 'deployer' },
        ],
        roles: [
          {
            name: 'oss-reader',
            trustPolicy: trust('reports:reader', 'reports:writer'),
            systemPolicies: ['AliyunOSSReadOnlyAccess'],
            customPolicies: ['reports-read'],
          },
          { name: 'deploy', trustPolicy: trustsRam({ RAM: [`acs:ram::${account}:root`] }) },
          { name: 'instance', trustPolicy: trustsRam({ Service: ['ecs.aliyuncs.com'] }) },
        ],
        policies: [{ name: 'reports-read', document: reads }],
        clusters: [{ id: cluster, name: 'foo', rrsa: true, ...ofCluster }],
      },
    ],
  });

/** What a reader of the help page has in the current folder, and at home. */
function writeFiles(folder: string, issuer: string, token: string): void {
  const document = JSON.stringify(trust('reports:reader'))
    .replaceAll(`\${providerArn:${cluster}}`, provider)
    .replaceAll(`\${issuer:${cluster}}`, issuer);
  const backup = JSON.stringify({
    schemaVersion: 1,
    account,
    roleArn: readerArn,
    savedAt: '2026-01-02T03:04:05.000Z',
    reason: 'associate-role',
    document,
  });
  const pod = '{ serviceAccountName: reader, containers: [{ name: main, image: busybox }] }';
  const reader =
    '{ name: reader, namespace: reports, annotations: { pod-identity.alibabacloud.com/role-name: oss-reader } }';
  const around = `apiVersion: v1
kind: Namespace
metadata: { name: reports, labels: { pod-identity.alibabacloud.com/injection: 'on' } }
---
apiVersion: v1
kind: ServiceAccount
metadata: ${reader}
---
`;
  const workload = (api: string, kind: string, spec: string): string =>
    `apiVersion: ${api}\nkind: ${kind}\nmetadata: { name: app, namespace: reports }\nspec: ${spec}\n`;
  const files: Record<string, string> = {
    token,
    'trust.json': document,
    'reports-read.json': JSON.stringify(reads),
    'backup.json': backup,
    '.local/state/ack-ram-tool/backups/20260102T030405Z-1000000000000001-oss-reader-1a2b3c4d.json': backup,
    'associations.yaml': `apiVersion: ack-ram-tool/v1
kind: RrsaAssociations
clusterId: ${cluster}
roles:
  - name: oss-reader
    serviceAccounts: [{ namespace: reports, name: reader }, { namespace: reports, name: other }]
`,
    'demo.yaml': around + workload('v1', 'Pod', pod),
    'pod.yaml': workload('v1', 'Pod', pod),
    'deployment.yaml': around + workload('apps/v1', 'Deployment', `{ template: { spec: ${pod} } }`),
    'seed.yaml': seedOf({}),
    kubeconfig: server.kubeconfig,
    'ca.crt': certificate.ca,
    'tls.crt': certificate.cert,
    'tls.key': certificate.key,
    'certs/tls.crt': certificate.cert,
    'certs/tls.key': certificate.key,
    'error.txt': 'AuthenticationFail.OIDCToken.Expired: This JsonWebToken is expired.\n',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** Programs that stand beside the tool in examples, as far as they matter. */
function programFolder(): string {
  const folder = scratchFolder();
  const programs: Record<string, string> = {
    'ack-ram-tool': `exec '${process.execPath}' '${bin}' "$@"`,
    kubectl: `case "$1" in
  apply) grep -q kind: ;;
  create) exec ack-ram-tool sandbox token -c ${cluster} -n reports -s reader ;;
  logs) cat error.txt ;;
  exec) while [ "$1" != -- ]; do shift; done; shift
    unset ALIBABA_CLOUD_ACCESS_KEY_ID ALIBABA_CLOUD_ACCESS_KEY_SECRET
    export ALIBABA_CLOUD_ROLE_ARN=${readerArn} ALIBABA_CLOUD_OIDC_PROVIDER_ARN=${provider}
    export ALIBABA_CLOUD_OIDC_TOKEN_FILE="$PWD/token"
    exec "$@" ;;
esac`,
    helm: 'cat deployment.yaml',
    terraform: 'test -n "$ALIBABA_CLOUD_ACCESS_KEY_ID"',
  };
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return `${folder}:${process.env.PATH}`;
}

const folder = scratchFolder();
const PATH = programFolder();
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const ownSeed = file('own.yaml', seedOf({}));
const keys = { issuer: 'https://issuer.example', jwksFile: file('keys.json', '{"keys":[{"kty":"EC"}]}') };
const servedSeed = file('served.yaml', seedOf({ kubeconfig: file('kubeconfig', server.kubeconfig), ...keys }));
const start = (seed: string) => startedSandbox(['--seed', seed, '--update-time', '0s']);
/** Two take turns; the third has an API server behind its cluster, and nothing that an example changes for the next. */
const [served, ...own] = await Promise.all([start(servedSeed), start(ownSeed), start(ownSeed)]);

function reset({ env }: RunningSandbox): Promise<void> {
  return new Promise((done, reject) => {
    request(`${env.ACK_RAM_TOOL_SANDBOX_URL}/reset`, { method: 'POST', agent: false }, (answer) => {
      answer.resume().on('end', done);
    })
      .on('error', reject)
      .end();
  });
}

/** `undefined` for an example that ends by itself. */
const readySign = (command: string, line: string): RegExp | undefined =>
  / --no-loop\b/.test(line) ? undefined : endless[command];

/** One that hangs fails. */
function limit(child: ChildProcess): void {
  const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
  child.on('close', () => clearTimeout(timer));
}

let runs = 0;

async function runExample(command: string, line: string, idle: RunningSandbox) {
  const needsServer = /^rbac\b/.test(command);
  const sandbox = needsServer ? served : idle;
  if (!needsServer) await reset(sandbox);
  const home = join(folder, `run-${runs++}`);
  const asked = { clusterId: cluster, namespace: 'reports', serviceAccount: 'reader', audience: 'sts.aliyuncs.com' };
  const token = needsServer
    ? ''
    : await requestToken(sandbox.env.ACK_RAM_TOOL_SANDBOX_URL ?? '', { ...asked, expiresInSeconds: 3600 });
  writeFiles(home, `${sandbox.endpoint}/oidc/${cluster}`, token);
  const kubeconfig = command === 'webhook serve' ? { KUBECONFIG: join(home, 'kubeconfig') } : {};
  const env = { ...sandbox.env, ...kubeconfig, PATH, HOME: home, ACK_RAM_TOOL_ASSUME_YES: 'true' };
  const shell = (text: string) =>
    runProgram('bash', ['-o', 'pipefail', '-c', text], { env, cwd: home, onStart: limit });
  const prepared = before[command];
  if (prepared !== undefined) expect((await shell(`ack-ram-tool ${prepared}`)).exitCode).toBe(0);
  const text = placeholders.reduce((filled, [placeholder, value]) => filled.replace(placeholder, value), line);
  const ready = readySign(command, line);
  return ready === undefined ? shell(text) : stoppedWhenReady(text, ready, { env, cwd: home });
}

/** Ends it by SIGTERM as soon as it is ready. */
function stoppedWhenReady(text: string, ready: RegExp, options: { env: Record<string, string>; cwd: string }) {
  return new Promise<{ exitCode: number; stdout: string; stderr: string }>((resolve, reject) => {
    const child = spawn('bash', ['-c', `exec ${text}`], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (part: string) => {
        said[name] += part;
        if (ready.test(said.stdout + said.stderr)) child.kill('SIGTERM');
      });
    }
    limit(child);
    child.on('error', reject);
    child.on('close', (code) => resolve({ exitCode: code ?? 128, ...said }));
  });
}

/** All of them, two at a time. */
const results = new Map<string, Awaited<ReturnType<typeof runExample>>>();
const waiting = [...examples];
await Promise.all(
  own.map(async (sandbox) => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      results.set(next.line, await runExample(next.command, next.line, sandbox));
    }
  }),
);

describe('the examples of the help pages', () => {
  it.each(examples)('$line', ({ command, line }) => {
    const result = results.get(line);
    const wanted = exitCodes[line] ?? exitCodes[command] ?? (readySign(command, line) === undefined ? 0 : 143);
    expect(result?.exitCode, `${result?.stdout}\n${result?.stderr}`).toBe(wanted);
    if (wanted === 0) expect(result?.stderr).not.toMatch(/^error:/m);
  });
});
