import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { hasTerminal, openTerminal } from '../support/terminal.ts';
import { runTool, scratchFolder, startedSandbox, toolCommand } from '../support/tool.ts';

if (!hasTerminal && process.env.CI) throw new Error('tmux is missing, and a pipeline must test at a terminal');

describe.skipIf(!hasTerminal)('at a terminal (needs tmux)', async () => {
  if (!hasTerminal) return;
  const sandbox = await startedSandbox(['--update-time', '4s']);
  const env = { PATH: process.env.PATH, ...sandbox.env, HOME: scratchFolder(), LANG: 'C.UTF-8' };
  const tool = (...argv: string[]) => openTerminal([...toolCommand, ...argv], env);
  const isEnabled = async (cluster: string): Promise<boolean> =>
    JSON.parse((await runTool(['rrsa', 'status', '-c', cluster, '-o', 'json'], { env })).stdout).enabled;

  it('asks once, and "n" changes nothing and exits with 130', async () => {
    const { foo } = sandbox.clusters;
    const terminal = tool('rrsa', 'enable', '-c', foo);
    await terminal.shows(`Enable RRSA of cluster ${foo}?`);
    terminal.send('n', 'Enter');
    const screen = await terminal.shows('EXIT=');
    expect(screen).toContain('EXIT=130');
    expect(screen).toContain('nothing was changed');
    expect(await isEnabled(foo)).toBe(false);
  });

  it.each([
    ['Ctrl-C', 'C-c'],
    ['Ctrl-D', 'C-d'],
    ['Escape', 'Escape'],
  ])('%s at the prompt changes nothing and exits with 130', async (_name, key) => {
    const { foo } = sandbox.clusters;
    const terminal = tool('rrsa', 'enable', '-c', foo);
    await terminal.shows(`Enable RRSA of cluster ${foo}?`);
    terminal.send(key);
    expect(await terminal.shows('EXIT=')).toContain('EXIT=130');
    expect(await isEnabled(foo)).toBe(false);
  });

  it('"y" goes on, with a spinner that tells what is waited for', async () => {
    const { bar } = sandbox.clusters;
    const terminal = tool('rrsa', 'enable', '-c', bar);
    await terminal.shows(`Enable RRSA of cluster ${bar}?`);
    terminal.send('y', 'Enter');
    expect(await terminal.shows(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] .*RRSA/)).toMatch(/T-\S+/);
    const screen = await terminal.shows('EXIT=');
    expect(screen).toContain('EXIT=0');
    expect(screen).not.toMatch(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/);
    expect(await isEnabled(bar)).toBe(true);
  });

  it('shows the diff before it asks, and asks nothing when nothing is to do', async () => {
    const argv = ['rrsa', 'associate-role', '-c', sandbox.clusters.bar, '-r', 'reader', '-n', 'ns', '-s', 'sa'];
    const first = tool(...argv, '--create-role-if-not-exist');
    const asked = await first.shows('Create role reader?');
    expect(asked).toContain('system:serviceaccount:ns:sa');
    first.send('y', 'Enter');
    await first.shows('EXIT=0');
    const again = await tool(...argv).shows('EXIT=');
    expect(again).toContain('EXIT=0');
    expect(again).not.toContain('?');
  });

  it('Ctrl-C while waiting stops at once, says so, and a rerun joins the task', async () => {
    const { foob } = sandbox.clusters;
    const terminal = tool('rrsa', 'enable', '-c', foob, '-y');
    await terminal.shows(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/);
    terminal.send('C-c');
    expect(await terminal.shows('EXIT=')).toContain('EXIT=130');
    const rerun = await runTool(['rrsa', 'enable', '-c', foob, '-y', '-o', 'json'], { env });
    expect(rerun.exitCode, rerun.stderr).toBe(0);
    expect(await isEnabled(foob)).toBe(true);
  });

  it.each([
    ['asks', /Enable RRSA of cluster/, []],
    ['waits', /[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/, ['-y']],
  ])('ends as SIGHUP ends a program when the terminal goes away while it %s', async (_does, sign, flags) => {
    const slow = await startedSandbox(['--update-time', '1h']);
    const file = join(scratchFolder(), 'code');
    const script = `trap : HUP; "$@"; echo "$?" > ${file}`;
    const argv = [...toolCommand, 'rrsa', 'enable', '-c', slow.clusters.foo, ...flags];
    const terminal = openTerminal(['sh', '-c', script, 'sh', ...argv], { ...env, ...slow.env });
    await terminal.shows(sign);
    terminal.close();
    await vi.waitUntil(() => existsSync(file) && readFileSync(file, 'utf8') !== '', 10_000);
    expect(readFileSync(file, 'utf8')).toBe('129\n');
    await slow.stop();
  });

  it('hears Ctrl-C while it waits on a terminal that shrank to nothing', async () => {
    const slow = await startedSandbox(['--update-time', '1h']);
    const terminal = openTerminal([...toolCommand, 'rrsa', 'enable', '-c', slow.clusters.foo, '-y'], {
      ...env,
      ...slow.env,
    });
    await terminal.shows(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/);
    terminal.resize(0);
    await sleep(300);
    terminal.send('C-c');
    expect(await terminal.shows('EXIT=')).toContain('EXIT=130');
    await slow.stop();
  });

  it('counts what takes long with a bar, and takes it away', async () => {
    const trustPolicy = { Version: '1', Statement: [] };
    const roles = Array.from({ length: 400 }, (_, index) => ({ name: `role-${index}`, trustPolicy }));
    const admin = { name: 'admin', accessKeyId: 'LTAIadmin', accessKeySecret: 's' };
    const users = [{ ...admin, systemPolicies: ['AdministratorAccess'] }];
    const accounts = [{ id: '1000000000000001', users, roles, clusters: [{ id: 'c1', name: 'foo', rrsa: true }] }];
    const seed = join(scratchFolder(), 'seed.yaml');
    writeFileSync(seed, JSON.stringify({ apiVersion: 'ack-ram-tool/v1', kind: 'SandboxSeed', accounts }));
    const many = await startedSandbox(['--seed', seed, '--latency', '200ms']);
    const argv = [...toolCommand, 'rrsa', 'list-associations', '-c', 'c1'];
    const terminal = openTerminal(argv, { ...env, ...many.env });
    await terminal.shows(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] trust policies: \d+ of 400 read █+░+ \d+% \d+s/);
    const screen = await terminal.shows('EXIT=');
    expect(screen).toContain('no role trusts a service account of cluster c1');
    expect(screen).not.toMatch(/[█░]/);
    await many.stop();
  });

  it('a child hears Ctrl-C once', async () => {
    const count = `let n = 0; process.on('SIGINT', () => { n += 1; setTimeout(() => { console.log('heard ' + n); process.exit(3); }, 300); }); console.log('ready'); setTimeout(() => {}, 30000);`;
    const terminal = tool('export-credentials', '--', process.execPath, '-e', count);
    await terminal.shows('ready');
    terminal.send('C-c');
    const screen = await terminal.shows('EXIT=');
    expect(screen).toContain('heard 1');
    expect(screen).toContain('EXIT=3');
  });
});
