import { mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { runProgram, runTool, scratchFolder, startedSandbox, toolCommand } from '../support/tool.ts';

const sandbox = await startedSandbox();
const home = scratchFolder();
const env = { ...sandbox.env, HOME: home };
const inShell = (line: string, more: Record<string, string> = {}) =>
  runProgram(
    'bash',
    ['-o', 'pipefail', '-c', `tool() { ${toolCommand.map((word) => `"${word}"`).join(' ')} "$@"; }; ${line}`],
    {
      env: { ...env, ...more },
    },
  );
const temporaryFolder = (): string => mkdtempSync(join(home, 'tmp-'));

describe('standard output', () => {
  it.each([
    ['status', 'rrsa status -c "$CLUSTER"'],
    ['help', '--help'],
    ['version', '--version'],
    ['export-credentials', 'export-credentials'],
  ])('on a full disk is an error (%s)', async (_name, line) => {
    const { exitCode, stderr } = await inShell(`tool ${line} > /dev/full`, { CLUSTER: sandbox.clusters.foo });
    expect(stderr).toMatch(/^error: cannot write to standard output: ENOSPC/);
    expect(stderr).not.toContain('internal error');
    expect(exitCode).toBe(1);
  });

  it.each(['rrsa demo --interval 100ms', 'export-credentials', '--help'])(
    'that nobody reads any more ends %s in silence',
    async (line) => {
      const { exitCode, stderr } = await inShell(`{ sleep 0.2; tool ${line}; echo "exit $?" >&2; } | true`);
      expect(stderr).not.toContain('error');
      expect(stderr).toMatch(/exit 0\n$/);
      expect(exitCode).toBe(0);
    },
  );

  it('that nobody reads any more leaves nothing of a tour behind', async () => {
    const TMPDIR = temporaryFolder();
    const { stderr } = await inShell('tool sandbox tour | head -1', { TMPDIR });
    expect(stderr).toBe('');
    expect(readdirSync(TMPDIR)).toEqual([]);
  });
});

describe('signals', () => {
  it('SIGUSR1 does not open the inspector', async () => {
    const { exitCode, stderr } = await runTool(['rrsa', 'demo', '--interval', '100ms'], {
      env,
      onStart: async (child) => {
        await new Promise((listed) => child.stdout?.once('data', listed));
        child.kill('SIGUSR1');
        await sleep(300);
        child.kill('SIGTERM');
      },
    });
    expect(stderr).not.toContain('Debugger');
    expect(exitCode).toBe(143);
  });

  it('SIGTERM ends a tour and leaves nothing behind', async () => {
    const TMPDIR = temporaryFolder();
    const { exitCode, stderr } = await runTool(['sandbox', 'tour'], {
      env: { ...env, TMPDIR },
      onStart: async (child) => {
        await new Promise<void>((begun) => {
          child.stdout?.on('data', (text) => String(text).includes('2. Turn RRSA on') && begun());
        });
        child.kill('SIGTERM');
      },
    });
    expect(stderr).toBe('error: interrupted by SIGTERM\n');
    expect(exitCode).toBe(143);
    expect(readdirSync(TMPDIR)).toEqual([]);
  });
});
