import { writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runTool, scratchFolder, startedSandbox } from '../support/tool.ts';

const home = scratchFolder();
const on = 'con';
const roleCount = 60;
const trust = {
  Version: '1',
  Statement: [
    {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { Federated: [`\${providerArn:${on}}`] },
      Condition: {
        StringEquals: {
          'oidc:aud': 'sts.aliyuncs.com',
          'oidc:iss': `\${issuer:${on}}`,
          'oidc:sub': 'system:serviceaccount:ns:sa',
        },
      },
    },
  ],
};
const names = Array.from({ length: roleCount }, (_, index) => `role-${index}`);
const seed = join(home, 'seed.json');
writeFileSync(
  seed,
  JSON.stringify({
    apiVersion: 'ack-ram-tool/v1',
    kind: 'SandboxSeed',
    accounts: [
      {
        id: '1000000000000001',
        users: [{ name: 'admin', accessKeyId: 'LTAIa', accessKeySecret: 's', systemPolicies: ['AdministratorAccess'] }],
        roles: names.map((name) => ({ name, trustPolicy: JSON.stringify(trust) })),
        clusters: [
          { id: on, rrsa: true },
          { id: 'coff', rrsa: false },
        ],
      },
    ],
  }),
);
const file = join(home, 'associations.yaml');
const lines = ['ns', 'more'].map((namespace) => `      - { namespace: ${namespace}, name: sa }\n`).join('');
writeFileSync(
  file,
  `apiVersion: ack-ram-tool/v1\nkind: RrsaAssociations\nclusterId: ${on}\nhelperAddon: true\nroles:\n${names
    .map((name) => `  - name: ${name}\n    serviceAccounts:\n${lines}`)
    .join('')}`,
);
const manifest = join(home, 'pod.yaml');
writeFileSync(manifest, 'apiVersion: v1\nkind: Pod\nmetadata: { name: p }\nspec: { containers: [{ name: c }] }\n');

/** Hands everything on to the sandbox, and counts connections. */
async function startedRelay(env: Record<string, string>) {
  const port = Number(new URL(env.ACK_RAM_TOOL_RAM_ENDPOINT ?? '').port);
  const sockets = new Set<Socket>();
  const count = { connections: 0 };
  const relay = createServer((near) => {
    count.connections += 1;
    const far = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    relay.close();
    for (const socket of sockets) socket.destroy();
  });
  const own = String((relay.address() as AddressInfo).port);
  const relayed = Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      name.endsWith('_ENDPOINT') ? value.replace(`:${port}`, `:${own}`) : value,
    ]),
  );
  return { count, env: relayed };
}

describe('requests of one command', async () => {
  const sandbox = await startedSandbox(['--seed', seed, '--latency', '5ms']);
  const { count, env } = await startedRelay(sandbox.env);
  const run = async (argv: readonly string[], more: Record<string, string> = {}) => {
    count.connections = 0;
    const before = (await sandbox.accessLog()).length;
    const result = await runTool(argv, { env: { ...env, HOME: home, ...more } });
    const apis = (await sandbox.accessLog()).slice(before).map(({ api }) => api);
    return { ...result, apis, connections: count.connections };
  };

  it.each([
    ['list-associations', ['-c', on], 2 * roleCount],
    ['plan', ['-f', file, '--prune'], roleCount],
    ['apply', ['-f', file, '-y'], 4 * roleCount],
  ])('of %s are few at once, on connections that are kept', async (command, argv, least) => {
    const { exitCode, stderr, apis, connections } = await run(['rrsa', command, ...argv]);
    expect(exitCode, stderr).toBe(0);
    expect(apis.length).toBeGreaterThan(least);
    // Ten of RAM, and the two of the cluster.
    expect(connections).toBeLessThanOrEqual(12);
    expect(connections).toBeGreaterThan(1);
  });

  it('are one after another where ACK_RAM_TOOL_MAX_CONCURRENCY says so', async () => {
    const { exitCode, connections } = await run(['rrsa', 'list-associations', '-c', on], {
      ACK_RAM_TOOL_MAX_CONCURRENCY: '1',
    });
    expect(exitCode).toBe(0);
    expect(connections).toBeLessThanOrEqual(2);
  });

  it('are as many as ever where it says nonsense, which is told', async () => {
    const { exitCode, stderr, connections } = await run(['rrsa', 'list-associations', '-c', on], {
      ACK_RAM_TOOL_MAX_CONCURRENCY: '0',
    });
    expect(exitCode).toBe(0);
    expect(stderr).toContain('ACK_RAM_TOOL_MAX_CONCURRENCY is no number from 1 to 999 and is ignored');
    expect(connections).toBeGreaterThan(2);
  });

  const subject = ['-n', 'ns', '-s', 'sa'];
  it.each([
    ['rrsa status', ['-c', on]],
    ['rrsa enable', ['-c', on]],
    ['rrsa enable', ['-c', 'coff', '--dry-run']],
    ['rrsa disable', ['-c', 'coff']],
    ['rrsa install-helper-addon', ['-c', on, '--dry-run']],
    ['rrsa associate-role', ['-c', on, ...subject, '-r', 'role-0']],
    ['rrsa associate-role', ['-c', on, '-n', 'new', '-s', 'sa', '-r', 'role-0', '-y']],
    ['rrsa associate-role', ['-c', on, ...subject, '-r', 'made', '--create-role-if-not-exist', '-y']],
    ['rrsa dissociate-role', ['-c', on, '-n', 'new', '-s', 'sa', '-r', 'role-0', '-y']],
    ['rrsa dissociate-role', ['-c', 'cgone', ...subject, '-r', 'role-0', '-y']],
    ['rrsa explain', ['-c', on, ...subject, '-r', 'role-0']],
    ['rrsa list-associations', ['-c', on, '-o', 'yaml']],
    ['rrsa plan', ['-f', file, '--prune']],
    ['rrsa apply', ['-f', file, '--prune', '-y']],
    ['rrsa setup-addon', ['-c', on, '-a', 'kritis-validation-hook', '-y']],
    ['rrsa inject', ['-c', on, '-f', manifest]],
    ['rbac scan-user-permissions', ['-c', on, '--kubeconfig', join(home, 'none')]],
    ['rbac cleanup-user-permissions', ['-c', on, '-u', '2432']],
  ])('ask once about the cluster: %s %s', async (command, argv) => {
    const { apis, stderr } = await run([...command.split(' '), ...argv]);
    const descriptions = apis.filter((api) => api === 'DescribeClusterDetail');
    expect(descriptions, stderr).toHaveLength(1);
  });
});

describe('requests that are throttled', async () => {
  const faults = ['GetRole:10%', 'ListPoliciesForRole:10%', 'UpdateRole:10%', 'DescribeClusterDetail', 'ListRoles'];
  const sandbox = await startedSandbox([
    '--seed',
    seed,
    ...faults.flatMap((fault) => ['--fault', `${fault}=throttle`]),
  ]);
  const env = { ...sandbox.env, HOME: home };

  it.each([
    ['list-associations', ['-c', on], (json: { associations: unknown[] }) => json.associations.length],
    ['plan', ['-f', file, '--prune'], (json: { changes: unknown[] }) => json.changes.length],
    ['apply', ['-f', file, '-y'], (json: { changes: unknown[] }) => json.changes.length],
  ])(
    'cost %s time and nothing else',
    async (command, argv, countOf) => {
      const { exitCode, stdout, stderr } = await runTool(['rrsa', command, ...argv, '-o', 'json'], { env });
      expect(exitCode, stderr).toBe(0);
      expect(countOf(JSON.parse(stdout))).toBe(roleCount);
      const throttled = (await sandbox.accessLog()).filter(({ code }) => code === 'throttle');
      expect(throttled.length).toBeGreaterThan(0);
    },
    120_000,
  );
});
