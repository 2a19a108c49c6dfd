import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type RunningSandbox, runTool, scratchFolder, startedSandbox, type ToolResult } from '../support/tool.ts';

const home = scratchFolder();
const account = '1000000000000001';
const on = 'con';
const claims = (cluster: string) => ({ 'oidc:aud': 'sts.aliyuncs.com', 'oidc:iss': `\${issuer:${cluster}}` });
const hostile = 'a"];x-->y|<b>&\\n{`#%';

function allow(condition: object, principal = `\${providerArn:${on}}`): object {
  const Principal = { Federated: [principal] };
  return { Effect: 'Allow', Action: 'sts:AssumeRole', Principal, Condition: condition };
}
const named = (...subjects: string[]): object =>
  allow({ StringEquals: { ...claims(on), 'oidc:sub': subjects.map((name) => `system:serviceaccount:${name}`) } });
const trust = (...statements: object[]): string => JSON.stringify({ Version: '1', Statement: statements });

const ecs = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: ['ecs.aliyuncs.com'] } };
const roles = [
  {
    name: 'reader',
    trustPolicy: trust(ecs, named('reports:reader', 'team-a:reader')),
    systemPolicies: ['AliyunOSSReadOnlyAccess'],
  },
  {
    name: 'wide',
    trustPolicy: trust(
      allow({ StringEquals: claims(on), StringLike: { 'oidc:sub': 'system:serviceaccount:team-*:*' } }),
      allow({ StringEquals: claims(on) }),
    ),
    maxSessionDuration: '2h',
  },
  {
    name: 'odd',
    trustPolicy: trust(
      allow({ StringEquals: { ...claims(on), 'oidc:sub': hostile } }),
      allow({
        ...(named('app:office') as { Condition: object }).Condition,
        IpAddress: { 'acs:SourceIp': '10.0.0.0/8' },
      }),
      allow({ StringEquals: { ...claims(on), 'oidc:sub': 'system:serviceaccount:old:*' } }),
    ),
  },
  { name: 'broken', trustPolicy: 'this is no JSON {' },
  { name: 'machine', trustPolicy: trust(ecs) },
  ...Array.from({ length: 60 }, (_, index) => ({
    name: `many-${String(index).padStart(2, '0')}`,
    trustPolicy: trust(named(`many:sa-${index}`)),
  })),
];

const seed = {
  apiVersion: 'ack-ram-tool/v1',
  kind: 'SandboxSeed',
  accounts: [
    {
      id: account,
      users: [
        {
          name: 'admin',
          accessKeyId: 'LTAIlistassocadmin00001',
          accessKeySecret: 'a',
          systemPolicies: ['AdministratorAccess'],
        },
        { name: 'nobody', accessKeyId: 'LTAIlistassocnobody0001', accessKeySecret: 'n' },
      ],
      roles,
      clusters: [
        { id: on, name: 'on', rrsa: true, addons: ['ack-pod-identity-webhook'] },
        { id: 'cnext', name: 'next', rrsa: true },
      ],
    },
  ],
};
const seedFile = join(home, 'seed.json');
const accessLog = join(home, 'access.log');
writeFileSync(seedFile, JSON.stringify(seed));
const sandbox = await startedSandbox(['--seed', seedFile, '--access-log', accessLog]);

const throttles = ['--fault', 'GetRole:10%=throttle', '--fault', 'ListPoliciesForRole:10%=throttle'];
const throttling = await startedSandbox(['--seed', seedFile, ...throttles]);

const envOf = ({ env }: RunningSandbox, user: 'admin' | 'nobody' = 'admin') => ({
  ...env,
  HOME: home,
  ALIBABA_CLOUD_ACCESS_KEY_ID: user === 'admin' ? 'LTAIlistassocadmin00001' : 'LTAIlistassocnobody0001',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: user === 'admin' ? 'a' : 'n',
});
const rrsa = (...argv: string[]): Promise<ToolResult> => runTool(['rrsa', ...argv], { env: envOf(sandbox) });
const list = (...argv: string[]): Promise<ToolResult> => rrsa('list-associations', '-c', on, ...argv);
const writes = (): string[] =>
  readFileSync(accessLog, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { api: string }).api)
    .filter((api) => !/^(Get|List|Describe)/.test(api));

describe('rrsa list-associations', () => {
  it('shows a table of everything that can be read, says what cannot, and ends with 1 for that', async () => {
    const { stdout, stderr, exitCode } = await list();
    const lines = stdout.split('\n').map((line) => line.trim().split(/ {2,}/));
    expect(lines[0]).toEqual(['ROLE', 'NAMESPACE', 'SERVICE ACCOUNT', 'POLICIES', 'NOTE']);
    expect(lines).toContainEqual(['reader', 'reports', 'reader', 'AliyunOSSReadOnlyAccess']);
    expect(lines).toContainEqual(['wide', 'team-*', '*', '-']);
    expect(lines).toContainEqual(['wide', '*', '*', '-', 'no oidc:sub']);
    expect(lines).toContainEqual(['odd', '-', hostile, '-']);
    expect(lines).toContainEqual(['odd', 'app', 'office', '-', 'under further conditions']);
    expect(lines).toContainEqual(['odd', 'old', '*', '-', 'without effect']);
    expect(stdout).not.toContain('machine');
    expect(stdout).not.toContain('broken');
    expect(stderr).toContain('role broken could not be read: the trust policy of role broken is not a policy document');
    expect(exitCode).toBe(1);
    expect((await list()).stdout).toBe(stdout);
  });

  it('prints one JSON document with every key that is documented', async () => {
    const { stdout, exitCode } = await list('-r', 'reader', '-n', 'reports', '-o', 'json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      schemaVersion: 1,
      clusterId: on,
      associations: [
        {
          roleName: 'reader',
          roleArn: `acs:ram::${account}:role/reader`,
          namespace: 'reports',
          serviceAccount: 'reader',
          subject: 'system:serviceaccount:reports:reader',
          operator: 'StringEquals',
          statement: 1,
          effect: 'allowed',
          policies: [{ name: 'AliyunOSSReadOnlyAccess', type: 'System' }],
        },
      ],
      unreadable: [],
    });
  });

  it('finds by a name what trusts it by a pattern', async () => {
    const { stdout } = await list('-n', 'team-a', '-s', 'reader', '-o', 'json');
    const { associations } = JSON.parse(stdout) as { associations: { roleName: string; statement: number }[] };
    expect(associations.map(({ roleName, statement }) => `${roleName}/${statement}`)).toEqual([
      'reader/1',
      'wide/0',
      'wide/1',
    ]);
  });

  it('prints a file of what exists, which changes nothing when it is planned', async () => {
    const { stdout } = await list('-o', 'yaml');
    expect(stdout).toContain('helperAddon: true\n');
    expect(stdout).toContain('maxSessionDuration: 2h\n');
    expect(stdout).toContain('# Not read: role broken: ');
    expect(stdout).toContain(
      '# Statement[1], not in this file: system:serviceaccount:app:office (under further conditions)',
    );
    const file = join(home, 'associations.yaml');
    writeFileSync(file, stdout);
    const plan = await rrsa('plan', '-f', file, '--detailed-exitcode', '-o', 'json');
    expect(JSON.parse(plan.stdout)).toMatchObject({ changed: false });
    expect(plan.exitCode).toBe(0);
    expect(writes()).toEqual([]);
  });

  it('migrates a cluster by that file with another cluster id', async () => {
    const { stdout } = await list('-r', 'reader', '-o', 'yaml');
    const file = join(home, 'next.yaml');
    writeFileSync(file, stdout.replace(`clusterId: ${on}\n`, 'clusterId: cnext\n'));
    expect(await rrsa('apply', '-f', file, '-y')).toMatchObject({ exitCode: 0 });
    const next = await rrsa('list-associations', '-c', 'cnext', '-r', 'reader', '-o', 'json');
    const { associations } = JSON.parse(next.stdout) as {
      associations: { namespace: string; serviceAccount: string }[];
    };
    expect(associations.map(({ namespace, serviceAccount }) => `${namespace}/${serviceAccount}`)).toEqual([
      'reports/reader',
      'team-a/reader',
    ]);
    expect(JSON.parse((await list('-r', 'reader', '-o', 'json')).stdout)).toMatchObject({
      associations: [{ serviceAccount: 'reader' }, { serviceAccount: 'reader' }],
    });
  });

  it('draws pictures in which nothing escapes its quotes', async () => {
    const mermaid = (await list('-r', 'odd', '-o', 'mermaid')).stdout;
    expect(mermaid).toMatch(/^flowchart LR\n {2}s0\(\["/);
    for (const line of mermaid.trimEnd().split('\n').slice(1)) {
      expect(line).toMatch(/^ {2}(?:[sr]\d+(?:\(\["[^"]*"\]\)|\["[^"]*"\])|s\d+ -(?:-|\.-)>(?:\|"[^"]*"\|)? r\d+)$/);
    }
    const dot = (await list('-r', 'odd', '-o', 'dot')).stdout;
    expect(dot).toContain('label="a\\"];x-->y|<b>&amp;\\\\n{`#%"');
  });

  it('fails with the words of RAM, and prints nothing, when it may not look', async () => {
    const denied = await runTool(['rrsa', 'list-associations', '-c', on, '-o', 'json'], {
      env: envOf(sandbox, 'nobody'),
    });
    expect(denied).toMatchObject({ exitCode: 1, stdout: '' });
    expect(denied.stderr).toContain('"code":"CLOUD_API"');
  });

  it.each([
    ['a cluster that is not there', ['-c', 'cnone'], 1, 'there is no cluster cnone'],
    ['a role that is not there', ['-c', on, '-r', 'none'], 1, 'there is no role none'],
    ['a format that it does not have', ['-c', on, '-o', 'xml'], 2, 'use text, json, yaml, mermaid or dot'],
    ['a name that cannot be one', ['-c', on, '-n', 'A_'], 2, 'is not a Kubernetes namespace'],
  ])('says so for %s', async (_what, argv, exitCode, words) => {
    const result = await rrsa('list-associations', ...argv);
    expect(result).toMatchObject({ exitCode, stdout: '' });
    expect(result.stderr).toContain(words);
  });

  it('finds every role although every tenth request is throttled', async () => {
    const argv = ['rrsa', 'list-associations', '-c', on, '-n', 'many', '-o', 'json'];
    const { stdout } = await runTool(argv, { env: envOf(throttling) });
    const { associations } = JSON.parse(stdout) as { associations: { roleName: string }[] };
    expect(associations.filter(({ roleName }) => roleName.startsWith('many-'))).toHaveLength(60);
  });

  it('lists what a cluster trusted after RRSA was turned off', async () => {
    await rrsa('disable', '-c', 'cnext', '-y');
    const { stdout, stderr } = await rrsa('list-associations', '-c', 'cnext', '-r', 'reader');
    expect(stderr).toContain('RRSA is off on cluster cnext');
    expect(stdout).toContain('reports');
  });
});

describe('rrsa setup-addon', () => {
  it('sets an addon up once, and finds it so afterwards', async () => {
    const setup = (...argv: string[]) => rrsa('setup-addon', '-c', on, '-a', 'kritis-validation-hook', ...argv);
    const planned = await setup('--dry-run', '-o', 'json');
    expect(JSON.parse(planned.stdout)).toMatchObject({ created: true, changed: true });
    expect(await setup()).toMatchObject({ exitCode: 2 });
    expect((await sandbox.state()).accounts[0]?.roles.some(({ name }) => name.startsWith('kritis'))).toBe(false);

    const done = await setup('-y', '-o', 'json');
    expect(JSON.parse(done.stdout)).toMatchObject({
      roleName: `kritis-validation-hook-${on}`,
      created: true,
      policies: [{ name: 'ack-addon-policy-kritis-validation-hook', type: 'Custom', change: 'createAndAttach' }],
    });
    const before = writes().length;
    expect(JSON.parse((await setup('-o', 'json')).stdout)).toMatchObject({ changed: false });
    expect(writes()).toHaveLength(before);
    expect((await list('-r', `kritis-validation-hook-${on}`)).stdout).toMatch(/kube-system +kritis +ack-addon-policy/);
  });

  it('refuses an addon that it does not know, and guesses which was meant', async () => {
    const refused = await rrsa('setup-addon', '-c', on, '-a', 'ack-erdma-controler');
    expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
    expect(refused.stderr).toContain('known are kritis-validation-hook and ack-erdma-controller');
    expect(refused.stderr).toContain('hint: did you mean ack-erdma-controller?');
  });
});
