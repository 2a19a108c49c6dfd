import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runTool, scratchFolder, startedSandbox, type ToolResult } from '../support/tool.ts';

const sandbox = await startedSandbox(['--update-time', '100ms']);
const home = scratchFolder();
const env: Record<string, string> = { ...sandbox.env, HOME: home };
const cluster = sandbox.clusters.foo;
/** As from machines of their own. */
const otherHomes = Array.from({ length: 10 }, () => scratchFolder());
const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

interface FileRole {
  name: string;
  create?: boolean;
  serviceAccounts: { namespace: string; name: string }[];
  systemPolicies?: string[];
  policyDocuments?: Record<string, string>;
}

const accounts = (count: number, namespace = 'ns') => range(count).map((index) => ({ namespace, name: `sa-${index}` }));

/** Written anew for each use; JSON is YAML. */
function fileOf(roles: FileRole[], more: object = {}): string {
  const path = join(home, `file-${Math.random().toString(36).slice(2)}.yaml`);
  const head = { apiVersion: 'ack-ram-tool/v1', kind: 'RrsaAssociations', clusterId: cluster };
  writeFileSync(path, JSON.stringify({ ...head, ...more, roles }, null, 2));
  return path;
}

const apply = (file: string, ...flags: string[]): Promise<ToolResult> =>
  runTool(['rrsa', 'apply', '-f', file, '-y', ...flags], { env });
const plan = (file: string, ...flags: string[]): Promise<ToolResult> =>
  runTool(['rrsa', 'plan', '-f', file, ...flags], { env });

/** What the sandbox was asked since the last look. */
async function newCalls(): Promise<string[]> {
  const answer = await fetch(`${env.ACK_RAM_TOOL_SANDBOX_URL}/access-log`);
  const all = ((await answer.json()) as { api: string }[]).map(({ api }) => api);
  const fresh = all.slice(seen);
  seen = all.length;
  return fresh;
}
let seen = 0;
const isWrite = (api: string): boolean => !/^(Get|List|Describe)/.test(api);

async function statementsOf(name: string): Promise<{ Condition?: { StringEquals?: Record<string, unknown> } }[]> {
  const { accounts: all } = await sandbox.state();
  const found = all[0]?.roles.find((role) => role.name === name);
  return JSON.parse(found?.trustPolicy ?? '{"Statement":[]}').Statement;
}

/** Writes a trust policy as another tool would: by the SDK. */
async function setStatements(name: string, statements: unknown[]): Promise<void> {
  const ram = createRequire(import.meta.url)('@alicloud/ram20150501') as typeof import('@alicloud/ram20150501');
  const client = new ram.default({
    accessKeyId: env.ALIBABA_CLOUD_ACCESS_KEY_ID,
    accessKeySecret: env.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
    endpoint: new URL(env.ACK_RAM_TOOL_RAM_ENDPOINT ?? '').host,
    protocol: 'http',
  } as ConstructorParameters<typeof ram.default>[0]);
  const newAssumeRolePolicyDocument = JSON.stringify({ Statement: statements, Version: '1' });
  await client.updateRole(new ram.UpdateRoleRequest({ roleName: name, newAssumeRolePolicyDocument }));
}

beforeAll(async () => {
  const enabled = await runTool(['rrsa', 'enable', '-c', cluster, '-y'], { env });
  expect(enabled.exitCode, enabled.stderr).toBe(0);
});

describe('rrsa apply', () => {
  it('associates 200 service accounts with 20 roles in 1 + 5 × 20 calls, and with none that writes the second time', async () => {
    const roles = range(20).map((index) => ({ name: `many-${index}`, create: true, serviceAccounts: accounts(1) }));
    const first = await apply(fileOf(roles));
    expect(first.exitCode, first.stderr).toBe(0);
    await newCalls();

    const file = fileOf(roles.map((role) => ({ ...role, serviceAccounts: accounts(10) })));
    const second = await apply(file, '-o', 'json');
    expect(second.exitCode, second.stderr).toBe(0);
    expect(JSON.parse(second.stdout).changes).toHaveLength(20);
    const calls = await newCalls();
    expect(calls.length).toBeLessThanOrEqual(1 + 5 * 20);
    expect(calls.filter(isWrite)).toEqual(range(20).map(() => 'UpdateRole'));
    for (const { name } of roles) {
      const [statement, ...others] = await statementsOf(name);
      expect(others).toEqual([]);
      expect(statement?.Condition?.StringEquals?.['oidc:sub']).toHaveLength(10);
    }

    const third = await apply(file, '-o', 'json');
    expect(third.exitCode, third.stderr).toBe(0);
    expect(JSON.parse(third.stdout).changed).toBe(false);
    expect((await newCalls()).filter(isWrite)).toEqual([]);
  });

  it('asks once, and where nobody can be asked it changes nothing', async () => {
    const file = fileOf([{ name: 'asked', create: true, serviceAccounts: accounts(2) }]);
    await newCalls();
    const refused = await runTool(['rrsa', 'apply', '-f', file], { env });
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('--assume-yes');
    expect(refused.stderr).toContain('system:serviceaccount:ns:sa-1');
    const dry = await apply(file, '--dry-run');
    expect(dry).toMatchObject({ exitCode: 0 });
    expect((await newCalls()).filter(isWrite)).toEqual([]);
  });

  it('does the good roles beside a broken one, exits with 1, and does the rest the next time', async () => {
    const role = (name: string, create: boolean): FileRole => ({ name, create, serviceAccounts: accounts(1) });
    const roles = [role('good-1', true), role('broken', false), role('good-2', true)];
    const half = await apply(fileOf(roles), '-o', 'json');
    expect(half.exitCode).toBe(1);
    const { changes, changed } = JSON.parse(half.stdout);
    expect(changed).toBe(true);
    expect(changes.map((change: { error: { code: string } | null }) => change.error?.code ?? null)).toEqual([
      null,
      'ROLE_NOT_FOUND',
      null,
    ]);
    expect(half.stderr).toMatch(/role broken could not be applied: there is no role broken/);
    expect(JSON.parse(half.stderr.trim().split('\n').at(-1) ?? '')).toMatchObject({
      error: { code: 'ROLE_NOT_FOUND' },
    });
    const rest = await apply(fileOf(roles.map(({ name }) => role(name, true))));
    expect(rest.exitCode, rest.stderr).toBe(0);
    expect(rest.stdout).toBe('created role broken\n');
  });

  it('loses nothing when two of it and ten associate-role work on one role at once', async () => {
    const created = await apply(fileOf([{ name: 'shared', create: true, serviceAccounts: accounts(1, 'first') }]));
    expect(created.exitCode, created.stderr).toBe(0);
    const runs = [
      ...['one', 'two'].map((namespace) =>
        apply(fileOf([{ name: 'shared', serviceAccounts: accounts(5, namespace) }])),
      ),
      ...range(10).map((index) =>
        runTool(['rrsa', 'associate-role', '-c', cluster, '-r', 'shared', '-n', 'single', '-s', `sa-${index}`, '-y'], {
          env: { ...env, HOME: index % 2 === 0 ? home : otherHomes[index] },
        }),
      ),
    ];
    for (const { exitCode, stderr } of await Promise.all(runs)) expect(exitCode, stderr).toBe(0);
    const trusted = (await statementsOf('shared')).flatMap(
      (statement) => statement.Condition?.StringEquals?.['oidc:sub'],
    );
    const names = [...accounts(1, 'first'), ...accounts(5, 'one'), ...accounts(5, 'two'), ...accounts(10, 'single')];
    expect(trusted.sort()).toEqual(
      names.map(({ namespace, name }) => `system:serviceaccount:${namespace}:${name}`).sort(),
    );
  }, 120_000);

  it('prunes what the file does not name, and never a statement of somebody else', async () => {
    const roles = [
      { name: 'pruned', create: true, serviceAccounts: accounts(3) },
      { name: 'left-out', create: true, serviceAccounts: accounts(2) },
    ];
    expect((await apply(fileOf(roles))).exitCode).toBe(0);
    const [ours] = await statementsOf('pruned');
    const foreign = [
      { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: ['ecs.aliyuncs.com'] }, Sid: 'theirs' },
      { ...ours, Principal: { Federated: ['acs:ram::1000000000000001:oidc-provider/another'] } },
      { ...ours, Condition: { ...ours?.Condition, IpAddress: { 'acs:SourceIp': '10.0.0.0/8' } } },
      { ...ours, Effect: 'Deny', Condition: { StringEquals: { 'oidc:sub': 'system:serviceaccount:evil:x' } } },
    ];
    await setStatements('pruned', [foreign[0], ours, ...foreign.slice(1)]);
    await setStatements('left-out', [foreign[0], ours]);

    const file = fileOf([{ name: 'pruned', serviceAccounts: accounts(1) }]);
    expect((await plan(file, '--detailed-exitcode')).exitCode).toBe(0);
    const planned = await plan(file, '--prune', '--detailed-exitcode');
    expect(planned.exitCode).toBe(3);
    expect(planned.stdout).toMatch(
      /Statement\[3] trusts .* under further conditions; it is not in the file, and stays/,
    );
    expect(planned.stdout).toContain('role left-out: update\n- service account ns/sa-0\n- service account ns/sa-1');

    // Only these two: the roles of the other tests trust this cluster as well.
    const others = (await sandbox.state()).accounts[0]?.roles ?? [];
    const keep = others.flatMap(({ name, trustPolicy }) => {
      if (['pruned', 'left-out'].includes(name) || !trustPolicy.includes('serviceaccount')) return [];
      const found = [...trustPolicy.matchAll(/system:serviceaccount:([^:"]+):([^:"]+)"/g)];
      return [
        { name, serviceAccounts: found.map(([, namespace = '', account = '']) => ({ namespace, name: account })) },
      ];
    });
    const done = await apply(fileOf([{ name: 'pruned', serviceAccounts: accounts(1) }, ...keep]), '--prune');
    expect(done.exitCode, done.stderr).toBe(0);
    const [kept, mine, ...rest] = await statementsOf('pruned');
    expect([kept, ...rest]).toEqual(foreign);
    expect(mine?.Condition?.StringEquals?.['oidc:sub']).toEqual(['system:serviceaccount:ns:sa-0']);
    expect(await statementsOf('left-out')).toEqual([foreign[0]]);
  });

  it('merges statements with --compact, installs the addon, creates and attaches policies', async () => {
    writeFileSync(
      join(home, 'read.json'),
      '{ "Version": "1", "Statement": [{ "Effect": "Allow", "Action": "cs:Get*", "Resource": "*" }] }',
    );
    const role: FileRole = {
      name: 'compact',
      create: true,
      serviceAccounts: accounts(1),
      systemPolicies: ['AliyunCSReadOnlyAccess'],
      policyDocuments: { 'reports-read': './read.json' },
    };
    const made = await apply(fileOf([role], { helperAddon: true }));
    expect(made.exitCode, made.stderr).toBe(0);
    expect(made.stdout).toBe(
      'created role compact\n' +
        'attached system policy AliyunCSReadOnlyAccess to role compact\n' +
        'created custom policy reports-read\n' +
        'attached custom policy reports-read to role compact\n' +
        'addon ack-pod-identity-webhook installed\n',
    );
    const [one] = await statementsOf('compact');
    const like = (name: string) => ({
      ...one,
      Condition: { StringEquals: { ...one?.Condition?.StringEquals, 'oidc:sub': `system:serviceaccount:ns:${name}` } },
    });
    await setStatements('compact', [one, like('b'), like('c')]);
    const merged = await apply(fileOf([role], { helperAddon: true }), '--compact');
    expect(merged.exitCode, merged.stderr).toBe(0);
    const statements = await statementsOf('compact');
    expect(statements).toHaveLength(1);
    expect(statements[0]?.Condition?.StringEquals?.['oidc:sub']).toHaveLength(3);
  });
});

describe('rrsa plan', () => {
  it('prints the same from run to run, without a time, and calls nothing that writes', async () => {
    const file = fileOf([{ name: 'planned', create: true, serviceAccounts: accounts(2) }]);
    await newCalls();
    const [one, two] = [await plan(file), await plan(file)];
    expect(one.exitCode, one.stderr).toBe(0);
    expect(one.stdout).toBe(two.stdout);
    expect(one.stdout).toContain('role planned: create\n+ service account ns/sa-0\n+ service account ns/sa-1\n');
    expect(one.stdout).toContain('+++ trust policy of role planned (after)');
    expect(one.stdout).not.toContain(String(new Date().getFullYear()));
    expect((await newCalls()).filter(isWrite)).toEqual([]);
  });

  it('has the documented keys as JSON, and exits with 3 when asked to', async () => {
    const file = fileOf([{ name: 'planned', create: true, serviceAccounts: accounts(1) }]);
    const planned = await plan(file, '--detailed-exitcode', '-o', 'json');
    expect(planned.exitCode).toBe(3);
    const document = JSON.parse(planned.stdout);
    expect(Object.keys(document)).toEqual(['schemaVersion', 'clusterId', 'changes', 'addon', 'changed']);
    expect(document.addon).toBeNull();
    expect(Object.keys(document.changes[0])).toEqual([
      'roleName',
      'kind',
      'diff',
      'serviceAccounts',
      'policies',
      'error',
    ]);
    expect(document.changes[0]).toMatchObject({
      kind: 'create',
      serviceAccounts: [{ namespace: 'ns', serviceAccount: 'sa-0', change: 'add' }],
      policies: [],
      error: null,
    });
  });

  it('says line and column of what is wrong in the file, before anything is called', async () => {
    const file = join(home, 'wrong.yaml');
    writeFileSync(file, `apiVersion: ack-ram-tool/v1\nkind: RrsaAssociations\nclusterId: ${cluster}\nrole: []\n`);
    await newCalls();
    const wrong = await runTool(['rrsa', 'plan', '-f', 'wrong.yaml'], { env, cwd: home });
    expect(wrong.exitCode).toBe(1);
    expect(wrong.stderr).toContain('error: wrong.yaml:4:1: the file has no key "role"; did you mean roles?');
    expect(await newCalls()).toEqual([]);
    expect((await runTool(['rrsa', 'plan'], { env })).exitCode).toBe(2);
  });
});
