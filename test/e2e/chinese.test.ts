import { describe, expect, it } from 'vitest';
import { hasTerminal, openTerminal } from '../support/terminal.ts';
import { runTool, scratchFolder, startedSandbox, toolCommand } from '../support/tool.ts';

const sandbox = await startedSandbox(['--update-time', '100ms']);
const { foo, bar } = sandbox.clusters;
const home = scratchFolder();
const english = { ...sandbox.env, HOME: home };
const chinese = { ...english, LANG: 'zh_CN.UTF-8' };
const subject = ['-n', 'reports', '-s', 'reader'];

describe('the tool in Chinese', () => {
  it('says errors and hints, names and commands as they are', async () => {
    const { exitCode, stdout, stderr } = await runTool(
      ['rrsa', 'associate-role', '-c', foo, '-r', 'reader', ...subject, '--lang', 'zh'],
      { env: english },
    );
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(`错误：集群 ${foo} 未启用 RRSA\n提示：请运行：ack-ram-tool rrsa enable -c ${foo}\n`);
  });

  it.each([
    ['a flag', ['--lang', 'zh'], {}],
    ['a flag with =', ['--lang=zh'], { LANG: 'en_US.UTF-8' }],
    ['its variable', [], { ACK_RAM_TOOL_LANG: 'zh' }],
    ['LC_ALL', [], { LC_ALL: 'zh_CN.UTF-8', LANG: 'C' }],
    ['LANG', [], { LANG: 'zh_CN.UTF-8' }],
  ])('is asked for by %s, also where the command line does not parse', async (_name, flags, env) => {
    const { exitCode, stderr } = await runTool(['rrsa', 'statuss', ...flags], { env: { ...english, ...env } });
    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      '错误："ack-ram-tool rrsa" 没有命令 "statuss"\n提示：您是不是要找 `ack-ram-tool rrsa status`？\n',
    );
  });

  it.each([
    ['another locale', [], { LANG: 'en_US.UTF-8' }],
    ['C over a Chinese LANG', [], { LC_ALL: 'C', LANG: 'zh_CN.UTF-8' }],
    ['the flag over a Chinese LANG', ['--lang', 'en'], { LANG: 'zh_CN.UTF-8' }],
    ['a --lang of the child', ['--', 'x', '--lang', 'zh'], {}],
  ])('is not spoken with %s', async (_name, flags, env) => {
    const { stderr } = await runTool(['export-credentials', '--nothing', ...flags], { env: { ...english, ...env } });
    expect(stderr).toMatch(/^error: unknown flag --nothing\n/);
  });

  it('refuses a language it does not know', async () => {
    const { exitCode, stderr } = await runTool(['rrsa', 'status', '-c', foo, '--lang', 'tlh'], { env: english });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--lang');
  });

  it('has help pages, with commands, flags and variables as they are', async () => {
    const page = await runTool(['rrsa', 'status', '--help'], { env: chinese });
    expect(page.stdout).toContain('显示集群是否已启用 RRSA 及其 OIDC 身份提供商。');
    expect(page.stdout).toMatch(/^用法：ack-ram-tool rrsa status \[flags\]$/m);
    expect(page.stdout).toMatch(/^ {2}-c, --cluster-id <ID> +ACK 或 ACS 集群（必需）$/m);
    expect(page.stdout).toMatch(/^ {2}-o, --output <FORMAT> +stdout 的输出格式（text, json；默认值 text；/m);
    expect(page.stdout).toContain('ACK_RAM_TOOL_ASSUME_YES');
    expect(page.stdout).not.toMatch(/[a-z]{2,} (?:the|of|is|with|and) [a-z]{2,}/);
    const group = await runTool(['help', 'rrsa', '--lang', 'zh'], { env: english });
    expect(group.stdout).toMatch(/^ {2}status +显示集群/m);
  });

  it('says where credentials were looked for, each place in Chinese', async () => {
    const { exitCode, stderr } = await runTool(['auth', 'whoami'], {
      env: { ...chinese, ALIBABA_CLOUD_ACCESS_KEY_ID: undefined, ALIBABA_CLOUD_ACCESS_KEY_SECRET: undefined },
    });
    expect(exitCode).toBe(4);
    expect(stderr).toContain('\n  凭证文件：没有设置 ALIBABA_CLOUD_CREDENTIALS_FILE\n');
    expect(stderr).toMatch(/\n {2}SDK 的凭证文件：.*credentials 中没有任何配置\n/);
    expect(stderr).not.toMatch(/[a-z]{2,} (?:the|of|is|with|and) [a-z]{2,}/);
  });

  it('keeps labelled lines and log levels', async () => {
    const status = await runTool(['rrsa', 'status', '-c', foo], { env: chinese });
    expect(status).toMatchObject({ exitCode: 0, stdout: 'RRSA feature: disabled\n' });
    const enabled = await runTool(['rrsa', 'enable', '-c', foo, '-y'], { env: chinese });
    expect(enabled.exitCode, enabled.stderr).toBe(0);
    expect(enabled.stdout).toBe(`集群 ${foo}：RRSA 功能已启用\n`);
    expect(enabled.stderr).toMatch(/ INFO 已在运行的 Pod 必须重建后才能使用 RRSA\n/);
  });

  it('keeps diffs, and the refusal of a service', async () => {
    const argv = ['rrsa', 'associate-role', '-c', foo, '-r', 'reader', ...subject, '--create-role-if-not-exist', '-y'];
    const created = await runTool(argv, { env: chinese });
    expect(created.exitCode, created.stderr).toBe(0);
    expect(created.stderr).toContain('创建角色 reader，允许服务账户 reports/reader 扮演');
    expect(created.stderr).toContain('+++ trust policy of role reader (after)');
    expect(created.stderr).toMatch(/\+ +"oidc:sub": "system:serviceaccount:reports:reader"/);
    expect(created.stdout).toContain('已创建 RAM 角色 reader（acs:ram::1000000000000001:role/reader）');
    const refused = await runTool(['rrsa', 'demo', '--no-loop', '--region', 'cn-hangzhou'], {
      env: { ...chinese, ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'x'.repeat(30) },
    });
    expect(refused.stderr).toMatch(/SDKError:\n {3}StatusCode: \d+\n {3}Code: \w+/);
  });

  it('prints JSON as ever', async () => {
    for (const argv of [
      ['rrsa', 'status', '-c', foo, '-o', 'json'],
      ['rrsa', 'explain', '-c', foo, '-r', 'reader', '-n', 'reports', '-s', 'other', '-o', 'json'],
      ['rrsa', 'status', '-c', 'c-none', '-o', 'json'],
      ['rrsa', 'explain-error', 'AuthenticationFail.NoPermission', '-o', 'json'],
    ]) {
      const [one, other] = [await runTool(argv, { env: english }), await runTool(argv, { env: chinese })];
      expect(other.exitCode).toBe(one.exitCode);
      expect(other.stdout).toBe(one.stdout);
      const line = ({ stderr }: { stderr: string }): string => stderr.trimEnd().split('\n').at(-1) ?? '';
      if (one.exitCode !== 0 && one.exitCode !== 3)
        expect(JSON.parse(line(other)).error.message).toBe(JSON.parse(line(one)).error.message);
    }
  });

  it('explains in Chinese, in lines that fit', async () => {
    const { exitCode, stdout } = await runTool(
      ['rrsa', 'explain', '-c', foo, '-r', 'reader', '-n', 'reports', '-s', 'other'],
      { env: chinese },
    );
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/^拒绝: 角色 reader$/m);
    expect(stdout).toMatch(/^Statement\[0\] Allow: 不适用，有条件不满足$/m);
  });

  it.skipIf(!hasTerminal)('asks in Chinese at a terminal', async () => {
    const terminal = openTerminal([...toolCommand, 'rrsa', 'enable', '-c', bar, '--lang', 'zh'], {
      PATH: process.env.PATH,
      ...english,
      LANG: 'C.UTF-8',
    });
    await terminal.shows(`是否为集群 ${bar} 启用 RRSA？`);
    terminal.send('n', 'Enter');
    const screen = await terminal.shows('EXIT=');
    expect(screen).toContain('已在提示处拒绝，没有做任何变更');
    expect(screen).toContain('EXIT=130');
  });
});
