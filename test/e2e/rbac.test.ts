import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sendJson, startedListServer } from '../support/kubernetes-lists.ts';
import { hasTerminal, openTerminal } from '../support/terminal.ts';
import { runTool, scratchFolder, startedSandbox, toolCommand } from '../support/tool.ts';

if (!hasTerminal && process.env.CI) throw new Error('tmux is missing, and a pipeline must test at a terminal');

const api = '/apis/rbac.authorization.k8s.io/v1';
const gone = '300123456789012347';
const active = '243212345678909999';
const apiGroup = 'rbac.authorization.k8s.io';
const bound = (name: string, user: string, namespace?: string) => ({
  metadata: { name, ...(namespace === undefined ? {} : { namespace }), uid: 'u', resourceVersion: '7' },
  roleRef: { apiGroup, kind: 'ClusterRole', name: 'cs:admin' },
  subjects: [{ kind: 'User', apiGroup, name: user }],
});

/** A sandbox with two clusters: one that answers, and one behind an address where nobody does. */
async function startedClusters() {
  const home = scratchFolder();
  const slow = { isOn: false };
  const server = await startedListServer((path, response) => {
    if (!path.includes('bindings/')) return false;
    deleted.push(path);
    if (!slow.isOn) sendJson(response, 200, { kind: 'Status', status: 'Success' });
    return true;
  });
  const deleted: string[] = [];
  server.lists.set(`${api}/clusterrolebindings`, [
    bound(`${gone}-clusteruser`, `${gone}-1616000000`),
    bound('\u001b[31mred', active),
    bound('system:kube-scheduler', 'system:kube-scheduler'),
  ]);
  server.lists.set(
    `${api}/rolebindings`,
    Array.from({ length: 2_000 }, (_, index) => bound(`b${index}`, index === 1_999 ? gone : 'somebody', 'app')),
  );
  const kubeconfig = join(home, 'kubeconfig');
  writeFileSync(kubeconfig, server.kubeconfig);
  const silent = join(home, 'silent');
  writeFileSync(silent, server.kubeconfig.replace(server.url, 'https://127.0.0.1:1'));
  const seed = join(home, 'seed.yaml');
  const jwksFile = join(home, 'keys.json');
  writeFileSync(jwksFile, '{"keys":[{"kty":"EC"}]}');
  const more = { issuer: 'https://issuer.example', jwksFile };
  writeFileSync(
    seed,
    JSON.stringify({
      apiVersion: 'ack-ram-tool/v1',
      kind: 'SandboxSeed',
      accounts: [
        {
          id: '1000000000000001',
          users: [
            { name: 'admin', accessKeyId: 'LTAIadmin', accessKeySecret: 's', systemPolicies: ['AdministratorAccess'] },
          ],
          clusters: [
            { id: 'c1', name: 'answers', kubeconfig, activeUsers: [active], ...more },
            { id: 'c2', name: 'silent', kubeconfig: silent, ...more },
          ],
        },
      ],
    }),
  );
  const sandbox = await startedSandbox(['--seed', seed]);
  const env = { ...sandbox.env, HOME: home };
  const rbac = (...argv: string[]) => runTool(['rbac', ...argv], { env });
  const adminUid = JSON.parse((await runTool(['auth', 'whoami', '-o', 'json'], { env })).stdout).userId as string;
  const cleaned = async () => {
    const clusters = (await sandbox.state()).accounts[0]?.clusters as { cleanedUsers?: string[] }[] | undefined;
    return clusters?.map(({ cleanedUsers = [] }) => cleanedUsers) ?? [];
  };
  return { home, server, slow, deleted, env, rbac, adminUid, cleaned, kubeconfig };
}

describe('rbac scan-user-permissions', async () => {
  const { server, rbac, kubeconfig } = await startedClusters();

  it('reads 2,000 bindings in 4 pages and prints who is deleted', async () => {
    const before = server.requests.length;
    const { exitCode, stdout, stderr } = await rbac('scan-user-permissions', '-c', 'c1');
    expect(exitCode, stderr).toBe(0);
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['UID', 'UserType', 'UserName', 'Binding'],
      [`${active} (deleted)`, 'RamUser', '-', 'ClusterRoleBinding/-/red'],
      [`${gone} (deleted)`, 'RamRole', '-', `ClusterRoleBinding/-/${gone}-clusteruser`],
      [`${gone} (deleted)`, 'RamRole', '-', 'RoleBinding/app/b1999'],
      [''],
    ]);
    const pages = server.requests.slice(before).filter((path) => path.startsWith(`${api}/rolebindings?limit=500`));
    expect(pages).toHaveLength(4);
  });

  it('of all clusters prints what it could read as JSON, and exits with 1', async () => {
    const { exitCode, stdout, stderr } = await rbac('scan-user-permissions', '-c', 'all', '-u', gone, '-o', 'json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      schemaVersion: 1,
      clusters: [
        {
          clusterId: 'c1',
          name: 'answers',
          error: null,
          bindings: [
            {
              uid: gone,
              type: 'RamRole',
              name: null,
              deleted: true,
              kind: 'ClusterRoleBinding',
              namespace: null,
              binding: `${gone}-clusteruser`,
            },
            {
              uid: gone,
              type: 'RamRole',
              name: null,
              deleted: true,
              kind: 'RoleBinding',
              namespace: 'app',
              binding: 'b1999',
            },
          ],
        },
        { clusterId: 'c2', name: 'silent', error: expect.stringContaining('no answer'), bindings: [] },
      ],
    });
    expect(stderr).toContain('cluster c2 could not be scanned');
  });

  it('goes by a kubeconfig of its own, for one cluster', async () => {
    const { exitCode, stdout } = await rbac('scan-user-permissions', '-c', 'c2', '--kubeconfig', kubeconfig, '-A');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('b1999');
    expect((await rbac('scan-user-permissions', '-c', 'all', '--kubeconfig', kubeconfig)).exitCode).toBe(2);
  });
});

describe('rbac cleanup-user-permissions', async () => {
  const { home, slow, deleted, env, rbac, adminUid, cleaned } = await startedClusters();
  const cleanup = (...argv: string[]) => rbac('cleanup-user-permissions', ...argv);

  it.each([
    ['the id 0', ['-c', 'all', '-u', '0', '-y', '--force']],
    ['no id', ['-c', 'c1', '-y']],
    ['the account itself', ['-c', 'c1', '-u', '1000000000000001', '-y', '--force']],
    ['the caller', ['-c', 'c1', '-u', adminUid, '-y', '--force']],
    ['no terminal to ask on', ['-c', 'c1', '-u', gone]],
  ])('refuses %s, and cleans nothing', async (_, argv) => {
    const { exitCode, stderr } = await cleanup(...argv);
    expect(exitCode, stderr).toBe(2);
    expect(await cleaned()).toEqual([[], []]);
  });

  it('shows with --dry-run what it would do, and does nothing', async () => {
    const { exitCode, stdout, stderr } = await cleanup('-c', 'c1', '-u', gone, '--dry-run');
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toBe(
      `would clean up after RamRole ${gone} (deleted) in cluster c1\n  ClusterRoleBinding/-/${gone}-clusteruser\n  RoleBinding/app/b1999\n`,
    );
    expect(await cleaned()).toEqual([[], []]);
    expect(existsSync(join(home, '.local', 'state', 'ack-ram-tool', 'rbac'))).toBe(false);
  });

  it('leaves alone who was active lately, unless it is forced', async () => {
    const { exitCode, stderr } = await cleanup('-c', 'c1', '-u', active, '-y');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('ACTIVE in the last 7 days');
    expect(stderr).toContain('--force');
    expect(await cleaned()).toEqual([[], []]);
    expect((await cleanup('-c', 'c1', '-u', active, '-y', '--force')).exitCode).toBe(0);
    expect(await cleaned()).toEqual([[active], []]);
  });

  it('stops at Ctrl-C, and says that it is not known what became of the cluster', async () => {
    slow.isOn = true;
    const { exitCode, stderr } = await runTool(['rbac', 'cleanup-user-permissions', '-c', 'c1', '-u', gone, '-y'], {
      env,
      onStart: (child) => {
        const timer = setInterval(() => {
          if (!deleted.some((path) => path.includes(gone))) return;
          clearInterval(timer);
          child.kill('SIGINT');
        }, 20);
        child.on('close', () => clearInterval(timer));
      },
    });
    slow.isOn = false;
    expect(exitCode).toBe(130);
    expect(stderr).toMatch(
      /stopped before any cluster was cleaned up; not known whether cluster c1 was; bindings are kept/,
    );
  });

  it('of all clusters cleans what it can, keeps the bindings, and exits with 1', async () => {
    const { exitCode, stdout, stderr } = await cleanup('-c', 'all', '-u', gone, '-y', '-o', 'json');
    expect(exitCode, stderr).toBe(1);
    const { clusters, ...result } = JSON.parse(stdout);
    expect(result).toEqual({ schemaVersion: 1, uid: gone, type: 'RamRole', name: null, deleted: true, changed: true });
    expect(clusters).toMatchObject([
      { clusterId: 'c1', error: null, cleaned: true, active: false, lastActivity: null },
      { clusterId: 'c2', error: expect.stringContaining('no answer'), cleaned: false, backup: null },
    ]);
    const { backup } = clusters[0];
    expect(backup.startsWith(join(home, '.local', 'state', 'ack-ram-tool', 'rbac', 'c1'))).toBe(true);
    const files = readdirSync(backup, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));
    expect(files.sort()).toEqual([`ClusterRoleBinding/-/${gone}-clusteruser.json`, 'RoleBinding/app/b1999.json']);
    expect(JSON.parse(readFileSync(join(backup, 'RoleBinding/app/b1999.json'), 'utf8')).metadata).toEqual({
      name: 'b1999',
      namespace: 'app',
    });
    expect(deleted.slice(-2)).toEqual([
      `${api}/clusterrolebindings/${gone}-clusteruser`,
      `${api}/namespaces/app/rolebindings/b1999`,
    ]);
    expect((await cleaned())[0]).toContain(gone);
  });
});

describe.skipIf(!hasTerminal)('rbac cleanup-user-permissions at a terminal (needs tmux)', async () => {
  if (!hasTerminal) return;
  const { env, cleaned } = await startedClusters();
  const argv = [...toolCommand, 'rbac', 'cleanup-user-permissions', '-c', 'c1', '-u', active];
  const open = () => openTerminal(argv, { PATH: process.env.PATH, LANG: 'C.UTF-8', ...env });

  it('shows the activity, and cleans nothing when the answer is no', async () => {
    const terminal = open();
    const screen = await terminal.shows(/Clean up after .* though it was active lately/);
    expect(screen).toContain('ACTIVE in the last 7 days');
    terminal.send('n', 'Enter');
    expect(await terminal.shows('EXIT=')).toContain('EXIT=130');
    expect(await cleaned()).toEqual([[], []]);
  });

  it('cleans up after whoever was active when that was agreed to', async () => {
    const terminal = open();
    await terminal.shows('Clean up after');
    terminal.send('y', 'Enter');
    expect(await terminal.shows('EXIT=')).toContain('EXIT=0');
    expect(await cleaned()).toEqual([[active], []]);
  });
});
