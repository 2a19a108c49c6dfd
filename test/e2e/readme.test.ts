import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { table } from '../../src/commands/table.ts';
import { rabbitMqPingPresenter } from '../../src/output/results/rabbitmq-ping.ts';
import { rbacCleanupPresenter } from '../../src/output/results/rbac-cleanup.ts';
import { rbacScanPresenter } from '../../src/output/results/rbac-scan.ts';
import { importedPackages } from '../support/imported-packages.ts';
import { runTool, scratchFolder, startedSandbox } from '../support/tool.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** The JSON examples by the commands that stand before them. */
const examples = new Map<string, unknown>();
for (const [, names = '', text = ''] of readme.matchAll(
  /^((?:`[a-z -]+`(?:, )?)+)[^\n]*\n\n```json\n([\s\S]*?)```/gm,
)) {
  for (const [, name = ''] of names.matchAll(/`([^`]+)`/g)) examples.set(name, JSON.parse(text));
}

/** What a command prints that needs more than the sandbox: its presenter, given a result of its kind. */
const identity = { uid: '200000000000000001', type: 'RamUser', name: 'alice', deleted: false };
const binding = { kind: 'ClusterRoleBinding', namespace: null, name: 'b' };
const scanned = { clusterId: 'c1', name: 'foo', error: null };
const presented = new Map<string, object>([
  [
    'rabbitmq ping',
    rabbitMqPingPresenter.json({
      sent: 1,
      received: 1,
      lost: 0,
      duplicated: 0,
      errors: 0,
      reconnects: 0,
      successRate: 100,
    }),
  ],
  [
    'rbac scan-user-permissions',
    rbacScanPresenter.json({ clusters: [{ ...scanned, bindings: [{ identity, binding }] }] } as never),
  ],
  [
    'rbac cleanup-user-permissions',
    rbacCleanupPresenter.json({
      identity,
      clusters: [{ ...scanned, bindings: [binding], activity: null, backup: 'b', cleaned: true }],
    } as never),
  ],
]);

/** The keys and the kinds of their values. A value that may be null says nothing about its kind. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]));
}

function expectSameShape(actual: unknown, example: unknown, path: string): void {
  if (actual === null || example === null || example === undefined) return;
  if (Array.isArray(example)) {
    expect(Array.isArray(actual), path).toBe(true);
    if (Array.isArray(actual) && actual.length > 0 && example.length > 0)
      expectSameShape(actual[0], example[0], `${path}[]`);
    return;
  }
  if (typeof example !== 'object') {
    expect(shapeOf(actual), path).toBe(typeof example);
    return;
  }
  expect(Object.keys(actual as object), path).toEqual(Object.keys(example));
  for (const [key, inner] of Object.entries(example)) {
    expectSameShape((actual as Record<string, unknown>)[key], inner, `${path}.${key}`);
  }
}

describe('README', () => {
  it('lists every command', () => {
    const commands = readme.slice(readme.indexOf('## Commands'), readme.indexOf('### Exit codes'));
    const listed = [...commands.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell = '']) => {
      let group = '';
      return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => {
        if (name.includes(' ')) group = name.slice(0, name.lastIndexOf(' '));
        return table.commands.some(({ path }) => path.join(' ') === name) ? name : `${group} ${name}`;
      });
    });
    for (const { path } of table.commands) expect(listed).toContain(path.join(' '));
  });

  it('names every library that the program is built of', () => {
    const libraries = readme.slice(readme.indexOf('Libraries:'));
    for (const name of importedPackages()) {
      expect(libraries).toContain(name.replace(/^@alicloud\/(?!cs)/, ''));
    }
  });
});

describe('the JSON examples of README', async () => {
  const home = scratchFolder();
  const sandbox = await startedSandbox(['--update-time', '0s']);
  const cluster = sandbox.clusters.foo;
  const env = { ...sandbox.env, HOME: home };
  const role = ['-r', 'reader'];
  const subject = ['-c', cluster, ...role, '-n', 'ns'];
  const token = join(home, 'token');
  const plan = join(home, 'plan.yaml');
  writeFileSync(
    plan,
    `apiVersion: ack-ram-tool/v1
kind: RrsaAssociations
clusterId: ${cluster}
roles:
  - name: planned
    create: true
    serviceAccounts: [{ namespace: ns, name: planned }]
    systemPolicies: [AliyunOSSReadOnlyAccess]
`,
  );
  const runs: [string, string[]][] = [
    ['rrsa enable', ['-c', cluster, '-y']],
    ['rrsa status', ['-c', cluster]],
    ['rrsa install-helper-addon', ['-c', cluster, '-y']],
    ['rrsa associate-role', [...subject, '-s', 'one', '-y', '--create-role-if-not-exist']],
    ['rrsa associate-role', [...subject, '-s', 'two', '-y', '--attach-system-policy', 'AliyunOSSReadOnlyAccess']],
    ['rrsa dissociate-role', ['-c', cluster, ...role, '-y', '--detach-system-policy', 'AliyunOSSReadOnlyAccess']],
    ['rrsa list-associations', ['-c', cluster]],
    ['rrsa explain', ['-c', cluster, ...role, '-n', 'ns', '-s', 'three']],
    ['rrsa doctor', ['-c', cluster, ...role]],
    ['rrsa explain-error', ['Code: Throttling.User Message: no RequestId: BDC763DB-CCC3-47E8']],
    ['rrsa plan', ['-f', plan]],
    ['rrsa apply', ['-f', plan, '-y']],
    ['rrsa setup-addon', ['-c', cluster, '-a', 'kritis-validation-hook', '-y']],
    ['rrsa restore-trust-policy', [...role, '--from', '{backup}', '-y']],
    ['eci pass-role-policy', ['--role-name', 'pods']],
    ['eci create-role', ['--role-name', 'pods', '-y']],
    ['rabbitmq get-credentials', ['--instance-id', 'rabbitmq-cn-test']],
    ['cache clear', []],
    ['help permissions', []],
    ['auth whoami', []],
    ['auth whoami', ['--role-arn', 'acs:ram::1000000000000001:role/by-admin']],
    ['rrsa demo', ['--no-loop']],
    [
      'rrsa assume-role',
      [
        '-r',
        'acs:ram::1000000000000001:role/reader',
        '-p',
        `acs:ram::1000000000000001:oidc-provider/ack-rrsa-${cluster}`,
        '-t',
        token,
      ],
    ],
    ['rrsa disable', ['-c', cluster, '-y']],
  ];

  it('have the keys, in their order, and the kinds of values that the commands print', async () => {
    const seen = new Set<string>();
    let backup = '';
    for (const [name, more] of runs) {
      if (name === 'rrsa assume-role') {
        const minted = await runTool(['sandbox', 'token', '-c', cluster, '-n', 'ns', '-s', 'one'], { env });
        writeFileSync(token, minted.stdout);
      }
      const argv = more.map((text) => (text === '{backup}' ? backup : text));
      const result = await runTool([...name.split(' '), ...argv, '-o', 'json'], { env });
      if (more.includes('acs:ram::1000000000000001:role/by-admin')) {
        expect(result.exitCode).toBe(4);
        const failure = JSON.parse(result.stderr.trimEnd().split('\n').at(-1) ?? '');
        const example = [...readme.matchAll(/```json\n(\{\s+"schemaVersion": 1,\s+"error"[\s\S]*?)```/g)][0]?.[1] ?? '';
        expectSameShape(failure, JSON.parse(example), 'error');
        continue;
      }
      expect(result.exitCode, `${name}: ${result.stderr}`).toBe(name === 'rrsa explain' ? 3 : 0);
      expect(examples.has(name), name).toBe(true);
      expectSameShape(JSON.parse(result.stdout), examples.get(name), name);
      seen.add(name);
      backup = JSON.parse(result.stdout).backup ?? backup;
    }
    for (const [name, document] of presented) {
      expectSameShape({ schemaVersion: 1, ...document }, examples.get(name), name);
      seen.add(name);
    }
    expect([...examples.keys()].filter((name) => !seen.has(name))).toEqual([]);
  }, 60_000);
});
