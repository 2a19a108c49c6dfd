import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findPrograms } from '../support/programs.ts';
import { runProgram, runTool, scratchFolder, toolCommand } from '../support/tool.ts';

const folder = scratchFolder();
/** As awkward as a secret can be. */
const secret = 'it\'s"$HOME"`id`#\\(x)';
/** As awkward as any text can be. */
const region = 'it\'s "$HOME" `id`\n#\\ 漢🔑 ';
const env = {
  HOME: folder,
  LC_ALL: 'C.UTF-8',
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI5tFormats',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: secret,
  ACK_RAM_TOOL_REGION_ID: region,
  TOOL: toolCommand.map((word) => `'${word}'`).join(' '),
};
const printed = 'env -0 | tr "\\0" "\\001"';
/** A value with line feeds is one of the entries between the marks. */
const entries = (out: string): string[] => out.split('\x01');

describe('every export format, from the program to its reader', () => {
  const shells = findPrograms(['bash', 'dash', 'zsh']);
  it.each(shells)('eval in %s', async (shell) => {
    const script = `eval "$(eval "$TOOL" export-credentials -f env)" && ${printed}`;
    const { stdout, stderr } = await runProgram(shell, ['-c', script], { env });
    expect(stderr).toBe('');
    expect(entries(stdout)).toContain(`ALICLOUD_SECRET_KEY=${secret}`);
    expect(entries(stdout)).toContain(`ALICLOUD_REGION=${region}`);
  });

  it.each(findPrograms(['fish']))('source in %s', async (fish) => {
    const script = `eval $TOOL export-credentials -f fish | source; and ${printed}`;
    const { stdout, stderr } = await runProgram(fish, ['--no-config', '-c', script], { env });
    expect(stderr).toBe('');
    expect(entries(stdout)).toContain(`ALICLOUD_SECRET_KEY=${secret}`);
    expect(entries(stdout)).toContain(`ALICLOUD_REGION=${region}`);
  });

  it('a .env file that node reads', async () => {
    const awkward = '"$HOME" `id`\n#\\ 漢🔑 ';
    const { stdout } = await runTool(['export-credentials', '-f', 'dotenv'], {
      env: { ...env, ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'plain', ACK_RAM_TOOL_REGION_ID: awkward },
    });
    const file = join(folder, '.env');
    writeFileSync(file, stdout);
    const argv = [`--env-file=${file}`, '-p', 'JSON.stringify(process.env.ALICLOUD_REGION)'];
    const read = await runProgram(process.execPath, argv);
    expect(JSON.parse(read.stdout)).toBe(awkward);
  });

  it.each(['dotenv', 'docker-env-file', 'gitlab-dotenv'])(
    '%s refuses what it cannot hold with exit code 4, prints nothing and shows no secret',
    async (format) => {
      const result = await runTool(['export-credentials', '-f', format], {
        env: { ...env, ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'plain' },
      });
      expect(result.exitCode).toBe(4);
      expect(result.stdout).toBe('');
      expect(result.stderr).toContain('the value for ALIBABA_CLOUD_REGION_ID');
      expect(result.stderr).not.toContain('漢');
    },
  );

  it('github-actions masks on stdout and appends to the file, which only then has the secret', async () => {
    const file = join(folder, 'github-env');
    writeFileSync(file, 'KEPT=kept', { mode: 0o600 });
    const result = await runTool(['export-credentials', '-f', 'github-actions'], { env: { ...env, GITHUB_ENV: file } });
    expect(result).toEqual({
      exitCode: 0,
      stdout: `::add-mask::${secret}\n`,
      stderr: '',
    });
    expect(readFileSync(file, 'utf8')).toMatch(/^KEPT=kept\n/);
    expect(readFileSync(file, 'utf8')).toContain(`\n${region}\nghadelimiter_`);
    expect(readFileSync(file, 'utf8')).toContain(secret);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('github-actions outside of a pipeline is a usage error', async () => {
    const result = await runTool(['export-credentials', '-f', 'github-actions'], { env });
    expect(result.exitCode).toBe(2);
    expect(result.stdout).toBe('');
    expect(result.stderr).toContain('needs GITHUB_ENV, which is not set');
  });
});
