import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  runTool,
  scratchFolder,
  startedSandbox,
  type ToolOptions,
  type ToolResult,
  toolCommand,
} from '../support/tool.ts';

const home = scratchFolder();
const account = '1000000000000001';
const seedFile = join(home, 'seed.yaml');
const service = (name: string) =>
  `{ Version: "1", Statement: { Effect: Allow, Action: "sts:AssumeRole", Principal: { Service: [${name}] } } }`;
writeFileSync(
  seedFile,
  `apiVersion: ack-ram-tool/v1
kind: SandboxSeed
accounts:
  - id: "${account}"
    users:
      - { name: admin, accessKeyId: LTAIeciadminadmin00001, accessKeySecret: planted-secret-of-the-admin, systemPolicies: [AdministratorAccess] }
      - { name: deployer, accessKeyId: LTAIecideployer0000001, accessKeySecret: planted-secret-of-the-deployer }
    roles:
      - { name: functions, trustPolicy: ${service('fc.aliyuncs.com')} }
`,
);
const sandbox = await startedSandbox(['--seed', seedFile]);
const env = {
  ...sandbox.env,
  HOME: home,
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAIeciadminadmin00001',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'planted-secret-of-the-admin',
};
/** What a pod has: no keys, but the metadata service. */
const inPod = { ...env, ALIBABA_CLOUD_ACCESS_KEY_ID: undefined, ALIBABA_CLOUD_ACCESS_KEY_SECRET: undefined };
const eci = (argv: readonly string[], options: ToolOptions = {}): Promise<ToolResult> =>
  runTool(['eci', ...argv], { env, ...options });
const lastErrorOf = ({ stderr }: ToolResult) => JSON.parse(stderr.trim().split('\n').at(-1) ?? '').error;
const roleOf = async (name: string) => (await sandbox.state()).accounts[0]?.roles.find((role) => role.name === name);
const ecsStatement = { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: ['ecs.aliyuncs.com'] } };

describe('eci create-role, on the built program', () => {
  const create = ['create-role', '-r', 'ECIRamRoleTest', '--attach-system-policy', 'AliyunOSSReadOnlyAccess'];

  it('shows and changes nothing with --dry-run, and does not go on where nobody can be asked', async () => {
    const dry = await eci([...create, '--dry-run', '-o', 'json']);
    expect(dry.exitCode, dry.stderr).toBe(0);
    expect(JSON.parse(dry.stdout)).toMatchObject({ created: true, roleArn: `acs:ram::${account}:role/ECIRamRoleTest` });
    expect(dry.stderr).toContain('ecs.aliyuncs.com');
    const unasked = await eci([...create, '-o', 'json']);
    expect(unasked.exitCode).toBe(2);
    expect(lastErrorOf(unasked).code).toBe('PROMPT_NEEDED');
    expect(await roleOf('ECIRamRoleTest')).toBeUndefined();
  });

  it('creates the role, its trust and its policies, and does nothing the second time', async () => {
    const document = join(home, 'reports-read.json');
    writeFileSync(
      document,
      '{ "Version": "1", "Statement": [{ "Effect": "Allow", "Action": "oss:GetObject", "Resource": "*" }] }',
    );
    const argv = [
      ...create,
      '--policy-document',
      `reports-read=${document}`,
      '--description',
      'of pods',
      '-y',
      '-o',
      'json',
    ];
    const made = await eci(argv);
    expect(made.exitCode, made.stderr).toBe(0);
    const json = JSON.parse(made.stdout);
    expect(Object.keys(json)).toEqual([
      ...['schemaVersion', 'roleName', 'roleArn', 'created', 'changed', 'backup', 'before', 'after', 'policies'],
    ]);
    expect(json).toMatchObject({
      created: true,
      changed: true,
      policies: [
        { name: 'AliyunOSSReadOnlyAccess', type: 'System', change: 'attach' },
        { name: 'reports-read', type: 'Custom', change: 'createAndAttach' },
      ],
    });
    const role = await roleOf('ECIRamRoleTest');
    expect(JSON.parse(role?.trustPolicy ?? '')).toEqual({ Statement: [ecsStatement], Version: '1' });
    expect(role?.systemPolicies).toEqual(['AliyunOSSReadOnlyAccess']);

    const again = await eci(argv.filter((word) => word !== '-y'));
    expect(again.exitCode, again.stderr).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ created: false, changed: false, backup: null });
  });

  it('adds the trust to a role of another service and keeps the old document in a file', async () => {
    const before = (await roleOf('functions'))?.trustPolicy ?? '';
    const result = await eci(['create-role', '-r', 'functions', '-y', '-o', 'json']);
    expect(result.exitCode, result.stderr).toBe(0);
    const { backup, created } = JSON.parse(result.stdout);
    expect(created).toBe(false);
    expect(JSON.parse(readFileSync(backup, 'utf8')).document).toBe(before);
    expect(JSON.parse((await roleOf('functions'))?.trustPolicy ?? '').Statement).toEqual([
      JSON.parse(before).Statement,
      ecsStatement,
    ]);
    const restored = await runTool(['rrsa', 'restore-trust-policy', '-r', 'functions', '--from', backup, '-y'], {
      env,
    });
    expect(restored.exitCode, restored.stderr).toBe(0);
    expect((await roleOf('functions'))?.trustPolicy).toBe(before);
  });

  it('shows nothing of a policy document that is none', async () => {
    const file = join(home, 'not-a-policy');
    writeFileSync(file, 'planted-content');
    const refused = await eci([...create, '--policy-document', `x=${file}`, '-o', 'json']);
    expect(refused.exitCode).toBe(1);
    expect(lastErrorOf(refused).code).toBe('FILE_INVALID');
    expect(refused.stderr).not.toContain('planted');
  });
});

describe('eci annotate, on the built program', () => {
  const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: test
  labels:
    app: test
spec:
  template:
    metadata:
      name: test
      labels:
        app: test # kept
        alibabacloud.com/eci: "true"
    spec:
      containers:
      - name: test
`;

  it('annotates the pod template, from a file and from stdin, without credentials', async () => {
    const file = join(home, 'deployment.yaml');
    writeFileSync(file, deployment);
    const fromFile = await eci(['annotate', '-f', file, '-r', 'ECIRamRoleTest'], { env: { HOME: home } });
    expect(fromFile.exitCode, fromFile.stderr).toBe(0);
    expect(fromFile.stdout).toBe(
      deployment.replace(
        '    spec:\n',
        '      annotations:\n        k8s.aliyun.com/eci-ram-role-name: ECIRamRoleTest\n    spec:\n',
      ),
    );
    expect(parse(fromFile.stdout).metadata.annotations).toBeUndefined();
    expect(fromFile.stderr).toContain('takes effect when a pod is created');
    expect(fromFile.stderr).not.toContain('no label');
    const twice = await eci(['annotate', '-f', '-', '-r', 'ECIRamRoleTest'], { stdin: fromFile.stdout });
    expect(twice).toMatchObject({ exitCode: 0, stdout: fromFile.stdout });
  });

  it('warns of a pod without the label of ECI', async () => {
    const stdin = 'apiVersion: v1\nkind: Pod\nmetadata: {name: bare}\n';
    const { exitCode, stdout, stderr } = await eci(['annotate', '-f', '-', '-r', 'r'], { stdin });
    expect(exitCode).toBe(0);
    expect(parse(stdout).metadata.annotations).toEqual({ 'k8s.aliyun.com/eci-ram-role-name': 'r' });
    expect(stderr).toMatch(/WARN Pod default\/bare: there is no label alibabacloud\.com\/eci/);
  });

  it.each<[string, string[], number]>([
    ['no file', ['-r', 'r'], 2],
    ['no role', ['-f', '-'], 2],
    ['what is no role name', ['-f', '-', '-r', 'a b'], 2],
    ['an output format, for stdout is the manifests', ['-f', '-', '-r', 'r', '-o', 'json'], 2],
    ['a file that is not there', ['-f', '/nowhere/x.yaml', '-r', 'r'], 1],
  ])('refuses %s', async (_what, argv, exitCode) => {
    const refused = await eci(['annotate', ...argv], { stdin: deployment });
    expect(refused).toMatchObject({ exitCode, stdout: '' });
    expect(refused.stderr).not.toMatch(/^ {4}at /m);
  });
});

describe('eci pass-role-policy, on the built program', () => {
  const document = {
    Statement: [{ Effect: 'Allow', Action: 'ram:PassRole', Resource: 'acs:ram:*:*:role/ECIRamRoleTest' }],
    Version: '1',
  };
  const pass = ['pass-role-policy', '-r', 'ECIRamRoleTest'];
  const ofDeployer = ['--create', '--attach-to-user', 'deployer'];

  it('prints the document, without credentials', async () => {
    const printed = await eci(pass, { env: { HOME: home } });
    expect(printed).toEqual({ exitCode: 0, stderr: '', stdout: `${JSON.stringify(document, null, 2)}\n` });
    const { stdout } = await eci([...pass, '-o', 'json'], { env: { HOME: home } });
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      roleName: 'ECIRamRoleTest',
      policyName: null,
      document,
    });
  });

  it('creates and attaches it once', async () => {
    const dry = await eci([...pass, ...ofDeployer, '--dry-run']);
    expect(dry.stdout).toContain('would be attached to RAM user deployer');
    const made = await eci([...pass, ...ofDeployer, '-y', '-o', 'json']);
    expect(made.exitCode, made.stderr).toBe(0);
    expect(JSON.parse(made.stdout)).toEqual({
      schemaVersion: 1,
      roleName: 'ECIRamRoleTest',
      policyName: 'pass-role-ECIRamRoleTest',
      userName: 'deployer',
      created: true,
      attached: true,
      changed: true,
      document,
    });
    const again = await eci([...pass, ...ofDeployer, '-o', 'json']);
    expect(again.exitCode, again.stderr).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ created: false, attached: false, changed: false });
  });

  it('refuses a user that is not there, and flags that do not go together', async () => {
    const nobody = await eci([...pass, '--create', '--attach-to-user', 'nobody', '-y', '-o', 'json']);
    expect(nobody.exitCode).toBe(1);
    expect(lastErrorOf(nobody)).toMatchObject({
      message: expect.stringContaining('there is no RAM user nobody'),
      apiCode: 'EntityNotExist.User',
    });
    const half = await eci([...pass, '--attach-to-user', 'deployer']);
    expect(half.exitCode).toBe(2);
    expect(half.stderr).toContain('go with --create');
  });
});

describe('in a pod with that role', () => {
  const path = `${sandbox.endpoint}/latest/meta-data/ram/security-credentials/`;
  const get = async (url: string): Promise<string> => (await fetch(url)).text();

  it('the metadata service answers as documented', async () => {
    expect(await get(path)).toBe('ECIRamRoleTest');
    const answer = JSON.parse(await get(`${path}ECIRamRoleTest`));
    expect(Object.keys(answer).sort()).toEqual([
      ...['AccessKeyId', 'AccessKeySecret', 'Code', 'Expiration', 'LastUpdated', 'SecurityToken'],
    ]);
    expect(answer).toMatchObject({ Code: 'Success', AccessKeyId: expect.stringMatching(/^STS\./) });
    const [begin, end] = [Date.parse(answer.LastUpdated), Date.parse(answer.Expiration)];
    expect(answer.Expiration).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(end - begin).toBe(6 * 3_600_000);
  });

  it('export-credentials --credential-type imds hands its credentials on, which are those of the role', async () => {
    const { AccessKeyId, SecurityToken, Expiration } = JSON.parse(await get(`${path}ECIRamRoleTest`));
    const exported = await runTool(['export-credentials', '-f', 'ecs', '--credential-type', 'imds'], { env: inPod });
    expect(exported.exitCode, exported.stderr).toBe(0);
    expect(JSON.parse(exported.stdout)).toMatchObject({ Code: 'Success', AccessKeyId, SecurityToken, Expiration });
    const child = await runTool(
      ['export-credentials', '--credential-type', 'imds', '--', 'sh', '-c', 'printf %s "$ALIBABA_CLOUD_ACCESS_KEY_ID"'],
      { env: inPod },
    );
    expect(child).toMatchObject({ exitCode: 0, stdout: AccessKeyId });
  });

  it('utils test-ecs-metadata shows the role', async () => {
    const { exitCode, stdout, stderr } = await runTool(['utils', 'test-ecs-metadata', '--no-loop', '-o', 'json'], {
      env: inPod,
    });
    expect(exitCode, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ roleName: 'ECIRamRoleTest' });
    expect(stderr).toContain('assumed-role/ECIRamRoleTest/');
  });

  it.each(['another.role-1', 'X', 'KubernetesWorkerRole-0a1b'])(
    'whoami is %s when that is the role it lists',
    async (role) => {
      const seed = join(home, `seed-of-${role}.yaml`);
      const roles = `roles: [{ name: "${role}", trustPolicy: ${service('ecs.aliyuncs.com')} }]`;
      writeFileSync(
        seed,
        `apiVersion: ack-ram-tool/v1\nkind: SandboxSeed\naccounts: [{ id: "${account}", ${roles} }]\n`,
      );
      const whoami = [...toolCommand, 'auth', 'whoami', '--credential-type', 'imds', '-o', 'json'];
      const result = await runTool(['sandbox', 'run', '--seed', seed, '--', ...whoami], { env: { HOME: home } });
      expect(result.exitCode, result.stderr).toBe(0);
      expect(JSON.parse(result.stdout)).toMatchObject({ accountId: account, roleName: role });
    },
  );

  it('there are no credentials of a role that does not trust ECS', async () => {
    expect((await fetch(`${path}functions`)).status).toBe(404);
    const env = { ...inPod, ALIBABA_CLOUD_ECS_METADATA: 'functions' };
    const refused = await runTool(['auth', 'whoami', '-o', 'json'], { env });
    expect(refused.exitCode).toBe(4);
    expect(lastErrorOf(refused).code).toBe('CREDENTIALS_SOURCE_BROKEN');
  });
});
