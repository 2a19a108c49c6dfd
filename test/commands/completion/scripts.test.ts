import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { main } from '../../../src/cli.ts';
import { completionScript } from '../../../src/commands/completion/completion.ts';
import { shells } from '../../../src/commands/completion/shells.ts';
import { memoryIo } from '../../support/memory-io.ts';

const files = {
  bash: 'ack-ram-tool.bash',
  zsh: '_ack-ram-tool',
  fish: 'ack-ram-tool.fish',
  powershell: 'ack-ram-tool.ps1',
} as const;

async function run(...argv: string[]) {
  const io = memoryIo();
  return { code: await main(argv, io), out: io.out(), err: io.err() };
}

describe('completion', () => {
  it.each(shells)('prints for %s what is in completions/: else run `npm run completions`', async (shell) => {
    const file = readFileSync(new URL(`../../../completions/${files[shell]}`, import.meta.url), 'utf8');
    const { code, out, err } = await run('completion', shell);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(file).toBe(out);
  });

  it.each(shells)('leaves descriptions out for %s when it is told to, and changes nothing else', async (shell) => {
    const { out } = await run('completion', shell, '--no-descriptions');
    expect(out).not.toBe(completionScript(shell, true));
    expect(out.replace('__complete --no-descriptions', '__complete')).toBe(completionScript(shell, true));
  });

  it.each([
    [[], '`ack-ram-tool completion` needs a shell: bash, zsh, fish or powershell'],
    [['fsh'], '"fsh" is no shell that words are completed in: use bash, zsh, fish or powershell'],
    [['bash', 'zsh'], 'unexpected argument "zsh"'],
    [['bash', '-o', 'json'], '-o does not apply to `ack-ram-tool completion`'],
  ])('refuses %j', async (argv, message) => {
    const { code, out, err } = await run('completion', ...argv);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(message);
  });

  it('takes the name of a shell in any case', async () => {
    const upper = await run('completion', 'Bash');
    expect(upper.code).toBe(0);
    expect(upper.out).toBe((await run('completion', 'bash')).out);
  });

  it('knows the shell that was meant', async () => {
    expect((await run('completion', 'fihs')).err).toContain('did you mean fish?');
  });
});
