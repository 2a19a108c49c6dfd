import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runTool, scratchFolder, startedSandbox, type ToolResult } from '../support/tool.ts';

const home = scratchFolder();
const sandbox = await startedSandbox(['--update-time', '200ms']);
const cluster = sandbox.clusters.foo;
const env = { ...sandbox.env, HOME: home };
const reader = ['-n', 'reports', '-s', 'reader'];
const writer = ['-n', 'reports', '-s', 'writer'];
const rrsa = (...argv: string[]): Promise<ToolResult> => runTool(['rrsa', ...argv], { env });
const associate = (role: string, ...argv: string[]): Promise<ToolResult> =>
  rrsa('associate-role', '-c', cluster, '-r', role, '--create-role-if-not-exist', '-y', ...argv);
const dissociate = (role: string, ...argv: string[]): Promise<ToolResult> =>
  rrsa('dissociate-role', '-c', cluster, '-r', role, ...argv);
const explain = (role: string, ...argv: string[]): Promise<ToolResult> =>
  rrsa('explain', '-c', cluster, '-r', role, ...argv);

async function roleOf(name: string) {
  return (await sandbox.state()).accounts[0]?.roles.find((role) => role.name === name);
}

function file(name: string, text: string): string {
  const path = join(home, name);
  writeFileSync(path, text);
  return path;
}

const lastErrorOf = ({ stderr }: ToolResult) => JSON.parse(stderr.trim().split('\n').at(-1) ?? '').error;

beforeAll(async () => {
  const enabled = await rrsa('enable', '-c', cluster, '-y');
  expect(enabled.exitCode, enabled.stderr).toBe(0);
});

describe('explain, on the built program', () => {
  it('names the command that makes it allowed, and that command does', async () => {
    await associate('explained', ...writer);
    const denied = await explain('explained', ...reader);
    expect(denied).toMatchObject({ exitCode: 3, stderr: '' });
    expect(denied.stdout).toMatch(/^denied: role explained\n/);
    expect(denied.stdout).toContain(
      '  no StringEquals oidc:sub\n      expected  system:serviceaccount:reports:writer\n',
    );
    const command = /^ {2}ack-ram-tool (rrsa associate-role .*)$/m.exec(denied.stdout)?.[1]?.split(' ') ?? [];
    expect((await runTool([...command, '-y'], { env })).exitCode).toBe(0);
    const allowed = await explain('explained', ...reader);
    expect(allowed).toMatchObject({ exitCode: 0, stderr: '' });
    expect(allowed.stdout).toMatch(/^allowed: role explained\n/);
  });

  it('agrees with what STS does, for a real token that it never shows', async () => {
    for (const [subject, audience, allowed] of [
      [reader, 'sts.aliyuncs.com', true],
      [reader, 'kubernetes', false],
      [['-n', 'reports', '-s', 'nobody'], 'sts.aliyuncs.com', false],
    ] as const) {
      const argv = ['sandbox', 'token', '-c', cluster, ...subject, '--audience', audience];
      const { stdout: token } = await runTool(argv, { env });
      const explained = await runTool(
        [
          'rrsa',
          'explain',
          '-c',
          cluster,
          '-r',
          'explained',
          '--oidc-token-file',
          '-',
          '-o',
          'json',
          '--log-level',
          'debug',
        ],
        { env, stdin: token },
      );
      const { decision } = JSON.parse(explained.stdout);
      expect(decision).toBe(allowed ? 'allowed' : 'denied');
      expect(explained.exitCode).toBe(allowed ? 0 : 3);
      for (const part of token.trim().split('.')) expect(explained.stdout + explained.stderr).not.toContain(part);
      const role = 'acs:ram::1000000000000001:role/explained';
      const provider = `acs:ram::1000000000000001:oidc-provider/ack-rrsa-${cluster}`;
      const assumed = await runTool(['rrsa', 'assume-role', '-r', role, '-p', provider, '-t', '-'], {
        env,
        stdin: token,
      });
      expect(assumed.exitCode).toBe(allowed ? 0 : 4);
    }
  });

  it('prints one JSON document, also when it is denied', async () => {
    const denied = await explain('explained', '-n', 'a', '-s', 'b', '-o', 'json');
    expect(denied).toMatchObject({ exitCode: 3, stderr: '' });
    const json = JSON.parse(denied.stdout);
    expect(Object.keys(json)).toEqual(['schemaVersion', 'decision', 'statements', 'findings', 'cure']);
    expect(json.cure).toBe(`ack-ram-tool rrsa associate-role -c ${cluster} -r explained -n a -s b`);
  });

  it('evaluates a file, and finds what is wrong with it', async () => {
    const policy = file(
      'broad.json',
      '{"Version":"1","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"acs:ram::1:root"}}}',
    );
    const denied = await rrsa('explain', '-c', cluster, '--policy-file', policy, ...reader);
    expect(denied.exitCode).toBe(3);
    expect(denied.stdout).toContain('[account-root]');
    expect(denied.stdout).toContain('  add this statement:\n  {\n');
  });

  it('obeys the rules of colour', async () => {
    const coloured = await runTool(['rrsa', 'explain', '-c', cluster, '-r', 'explained', ...reader], {
      env: { ...env, FORCE_COLOR: '1' },
    });
    expect(coloured.stdout).toContain('\u001b[');
  });

  it.each([
    [['-r', 'explained'], 2],
    [['-r', 'explained', '-n', 'a'], 2],
    [reader, 2],
    [['-r', 'explained', '--policy-file', '/dev/null', ...reader], 2],
    [['-r', 'explained', '-n', '*', '-s', 'a'], 2],
    [['-r', 'gone', ...reader], 1],
    [['--policy-file', '/nowhere', ...reader], 1],
    [['--policy-file', '/dev/zero', ...reader], 1],
    [['--policy-file', '/', ...reader], 1],
    [['-r', 'explained', '--oidc-token-file', '/nowhere'], 1],
    [['-r', 'explained', '--oidc-token-file', '/etc/hostname'], 1],
  ])('refuses %j with exit code %i', async (argv, exitCode) => {
    const refused = await rrsa('explain', '-c', cluster, ...argv);
    expect(refused, refused.stderr).toMatchObject({ exitCode, stdout: '' });
    expect(refused.stderr).toMatch(/^error: /);
  });

  it('refuses a policy file that is too long, or no text', async () => {
    for (const path of [file('long', ' '.repeat(200_000)), file('binary', '\u0000'), file('half', '{"Statement":')]) {
      const refused = await rrsa('explain', '-c', cluster, '--policy-file', path, ...reader);
      expect(refused, refused.stderr).toMatchObject({ exitCode: 1, stdout: '' });
    }
  });
});

describe('dissociate-role and restore-trust-policy, on the built program', () => {
  it('takes back exactly what associate-role gave, and puts it back from the backup', async () => {
    await associate('shared', ...writer);
    const before = (await roleOf('shared'))?.trustPolicy;
    await associate('shared', ...reader);
    const both = (await roleOf('shared'))?.trustPolicy;

    const dry = await dissociate('shared', ...reader, '--dry-run');
    expect(dry).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('would be changed') });
    expect((await roleOf('shared'))?.trustPolicy).toBe(both);
    const unasked = await dissociate('shared', ...reader);
    expect(unasked.exitCode).toBe(2);
    expect(unasked.stderr).toContain('-            "system:serviceaccount:reports:reader"');

    const taken = await dissociate('shared', ...reader, '-y', '-o', 'json');
    expect(taken.exitCode, taken.stderr).toBe(0);
    const { backup, after, changed } = JSON.parse(taken.stdout);
    expect(changed).toBe(true);
    expect(JSON.parse(after).Statement[0].Condition.StringEquals['oidc:sub']).toEqual([
      'system:serviceaccount:reports:writer',
    ]);
    expect((await explain('shared', ...reader)).exitCode).toBe(3);
    expect((await explain('shared', ...writer)).exitCode).toBe(0);
    const again = await dissociate('shared', ...reader, '-o', 'json');
    expect(JSON.parse(again.stdout)).toMatchObject({ changed: false, backup: null });

    expect(statSync(backup).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(backup, 'utf8')).document).toBe(both);
    const restored = await rrsa('restore-trust-policy', '-r', 'shared', '--from', backup, '-y', '-o', 'json');
    expect(restored.exitCode, restored.stderr).toBe(0);
    expect(JSON.parse(restored.stdout)).toMatchObject({ changed: true, before: after, after: both });
    expect((await roleOf('shared'))?.trustPolicy).toBe(both);
    expect(both).not.toBe(before);
    const done = await rrsa('restore-trust-policy', '-r', 'shared', '--from', backup);
    expect(done).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('nothing to change') });
  });

  it('narrows no wildcard, and says how to take it away whole', async () => {
    await associate('broad', '-n', 'reports', '-s', '*');
    const before = (await roleOf('broad'))?.trustPolicy;
    const refused = await dissociate('broad', ...reader, '-y', '-o', 'json');
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
    expect(lastErrorOf(refused)).toMatchObject({
      code: 'NOT_AS_IT_SHOULD_BE',
      hint: expect.stringContaining("-n reports -s '*'"),
    });
    expect((await roleOf('broad'))?.trustPolicy).toBe(before);
  });

  it('says what to do about the last trust, and deletes the role when it is told to', async () => {
    await associate('last', ...reader, '--attach-system-policy', 'AliyunCSReadOnlyAccess');
    const refused = await dissociate('last', ...reader, '-y');
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('--delete-role-if-unused');
    const kept = await dissociate('last', ...reader, '--delete-role-if-unused', '-y');
    expect(kept.exitCode).toBe(1);
    expect(kept.stderr).toContain('role last is not deleted: system policy AliyunCSReadOnlyAccess is attached to it');
    const argv = [
      ...reader,
      '--detach-system-policy',
      'AliyunCSReadOnlyAccess',
      '--delete-role-if-unused',
      '-o',
      'json',
    ];
    const deleted = await dissociate('last', ...argv, '-y');
    expect(deleted.exitCode, deleted.stderr).toBe(0);
    expect(JSON.parse(deleted.stdout)).toMatchObject({ changed: true, after: null });
    expect(await roleOf('last')).toBeUndefined();
    expect((await dissociate('last', ...argv)).exitCode).toBe(0);
    expect((await dissociate('last', ...reader)).exitCode).toBe(1);
  });

  it('takes trust away from a cluster whose RRSA is off by now', async () => {
    const bar = sandbox.clusters.bar;
    await rrsa('enable', '-c', bar, '-y');
    await associate('shared', ...writer);
    await rrsa('associate-role', '-c', bar, '-r', 'shared', ...writer, '-y');
    await rrsa('disable', '-c', bar, '-y');
    const taken = await rrsa('dissociate-role', '-c', bar, '-r', 'shared', ...writer, '-y', '-o', 'json');
    expect(taken.exitCode, taken.stderr).toBe(0);
    expect(JSON.parse(taken.stdout)).toMatchObject({ changed: true });
    expect((await roleOf('shared'))?.trustPolicy).not.toContain(bar);
    expect((await explain('shared', ...writer)).exitCode).toBe(0);
  });

  it('loses nothing when some associate and others dissociate at once', async () => {
    await associate('busy', ...writer);
    const names = ['a', 'b', 'c'];
    await Promise.all(names.map((name) => associate('busy', '-n', 'old', '-s', name)));
    const results = await Promise.all(
      names.flatMap((name) => [
        associate('busy', '-n', 'new', '-s', name),
        dissociate('busy', '-n', 'old', '-s', name, '-y'),
      ]),
    );
    for (const result of results) expect(result.exitCode, result.stderr).toBe(0);
    const trust = (await roleOf('busy'))?.trustPolicy ?? '';
    for (const name of names) {
      expect(trust).toContain(`"system:serviceaccount:new:${name}"`);
      expect(trust).not.toContain(`"system:serviceaccount:old:${name}"`);
    }
    expect(trust).toContain('"system:serviceaccount:reports:writer"');
  }, 60_000);

  it.each([
    [['-r', 'shared'], 2],
    [['-r', 'shared', '-n', 'a'], 2],
    [['-r', 'shared', '-n', 'A', '-s', 'b'], 2],
    [['-r', '../x', ...reader], 2],
    [['-r', 'gone', ...reader], 1],
  ])('refuses dissociate-role %j with exit code %i', async (argv, exitCode) => {
    const refused = await rrsa('dissociate-role', '-c', cluster, ...argv, '-y');
    expect(refused, refused.stderr).toMatchObject({ exitCode, stdout: '' });
  });

  it('takes a cluster that nobody knows for a mistake', async () => {
    const refused = await rrsa('dissociate-role', '-c', 'c0', '-r', 'shared', ...reader, '-y', '-o', 'json');
    expect(refused.exitCode).toBe(1);
    expect(lastErrorOf(refused)).toMatchObject({ code: 'CLUSTER_NOT_FOUND' });
  });

  it('refuses backup files that are none, or are of another role or account', async () => {
    const folder = join(home, '.local/state/ack-ram-tool/backups');
    const [name = ''] = readdirSync(folder).filter((entry) => entry.includes('-shared-'));
    const backup = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    const write = (value: unknown): string =>
      file('backup.json', typeof value === 'string' ? value : JSON.stringify(value));
    for (const value of ['', '[]', '{"Statement":[]}', { ...backup, schemaVersion: 2 }, { ...backup, document: 'x' }]) {
      const refused = await rrsa('restore-trust-policy', '-r', 'shared', '--from', write(value), '-y', '-o', 'json');
      expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
      expect(lastErrorOf(refused)).toMatchObject({ code: 'FILE_INVALID' });
    }
    for (const path of ['/nowhere', '/', '/dev/zero']) {
      const refused = await rrsa('restore-trust-policy', '-r', 'shared', '--from', path, '-y', '-o', 'json');
      expect(lastErrorOf(refused)).toMatchObject({ code: 'FILE_UNREADABLE' });
    }
    const foreign = write({ ...backup, account: '2', roleArn: 'acs:ram::2:role/shared' });
    const refused = await rrsa('restore-trust-policy', '-r', 'shared', '--from', foreign, '-y');
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('--force') });
    const forced = await rrsa('restore-trust-policy', '-r', 'shared', '--from', foreign, '--force', '--dry-run');
    expect(forced.exitCode, forced.stderr).toBe(0);
    expect((await rrsa('restore-trust-policy', '-r', 'shared')).exitCode).toBe(2);
  });
});
