import { describe, expect, it } from 'vitest';
import { main } from '../src/cli.ts';
import type { CommandInput, CommandSpec, CommandTable } from '../src/commands/spec.ts';
import { ToolError } from '../src/errors.ts';
import { memoryIo } from './support/memory-io.ts';

type Run = (input: CommandInput) => Promise<number>;

function tableOf(run: Run, more: Partial<CommandSpec> = {}): CommandTable {
  const spec = { path: ['do'], summary: 'do it', examples: [], flags: [], load: async () => ({ run }), ...more };
  return { groups: [], commands: [spec] };
}

const broken = async (): Promise<number> => {
  throw new TypeError('a fault of ours');
};
const child = { passThrough: true, args: { usage: 'COMMAND', max: Number.POSITIVE_INFINITY } };

describe('main', () => {
  it.each([[['do', 'mysql', '-phunter2']], [['do', '--', 'mysql', '-phunter2']]])(
    'shows no word of a child in the report of an internal error (%j)',
    async (argv) => {
      const io = memoryIo();
      expect(await main(argv, io, tableOf(broken, child))).toBe(1);
      expect(io.err()).toContain('error: internal error: TypeError: a fault of ours');
      expect(io.err()).toContain('command: ack-ram-tool do');
      expect(io.err()).not.toMatch(/hunter2|mysql/);
    },
  );

  it.each([[['do']], [['do', '-o', 'json']]])(
    'masks in its errors what the command knows as a secret (%j)',
    async (argv) => {
      const io = memoryIo();
      const run: Run = async ({ onRedact }) => {
        onRedact?.((text) => text.replaceAll('hunter2', '***'));
        throw new ToolError('NETWORK', 'got hunter2', { hint: 'not hunter2' });
      };
      expect(await main(argv, io, tableOf(run, { outputs: ['text', 'json'] }))).toBe(1);
      expect(io.err()).toContain('error: got ***\nhint: not ***\n');
      expect(io.err()).not.toContain('hunter2');
    },
  );

  it('colours its errors where log lines have colours', async () => {
    const terminal = memoryIo({ tty: true, env: { TERM: 'xterm' } });
    await main(['nope'], terminal, tableOf(broken));
    expect(terminal.err()).toMatch(/^\x1b\[31merror:\x1b\[39m /);
    const plain = memoryIo({ tty: true, env: { TERM: 'xterm', NO_COLOR: '1' } });
    await main(['nope'], plain, tableOf(broken));
    expect(plain.err()).toMatch(/^error: unknown command/);
  });
});
