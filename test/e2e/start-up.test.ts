import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli.ts';
import type { CommandTable } from '../../src/commands/spec.ts';
import { table } from '../../src/commands/table.ts';
import { memoryIo } from '../support/memory-io.ts';
import { bin, runProgram, scratchFolder } from '../support/tool.ts';

const folder = scratchFolder();
const hook = join(folder, 'hook.cjs');
const list = join(folder, 'modules.json');
writeFileSync(
  hook,
  `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(list)}, JSON.stringify(Object.keys(require.cache))));`,
);

async function chunksOf(argv: string[]): Promise<string[]> {
  await runProgram(process.execPath, ['--require', hook, bin, ...argv], { env: { HOME: folder } });
  const files = JSON.parse(readFileSync(list, 'utf8')) as string[];
  return files
    .filter((file) => file !== hook)
    .map((file) => file.replace(/^.*\/(bin|dist)\//, '$1/').replace(/^dist\/chunks\/(.*)-[\w-]{8}\.cjs$/, '$1'));
}

describe('start-up', () => {
  const untouchable: CommandTable = {
    ...table,
    commands: table.commands.map((spec) => ({
      ...spec,
      load: () => {
        throw new Error(`${spec.path.join(' ')} was loaded`);
      },
    })),
  };

  it.each([
    ['--version'],
    ['-V'],
    ['--help'],
    ['rrsa', '--help'],
    ['rrsa', 'enable', '-h'],
    ['help', 'sandbox', 'run'],
    [],
  ])('loads no command for %s %s %s', async (...argv) => {
    const io = memoryIo();
    expect(await main(argv, io, untouchable)).toBe(0);
    expect(io.out()).not.toBe('');
    expect(io.err()).toBe('');
  });

  it('reads a few small files for --version, and the help pages besides for --help', async () => {
    const base = ['bin/ack-ram-tool.js', 'dist/main.cjs', 'rolldown-runtime', 'start-up'];
    expect(await chunksOf(['--version'])).toEqual(base);
    expect(await chunksOf(['--help'])).toEqual([...base, 'program']);
    expect(await chunksOf(['rrsa', 'associate-role', '--help'])).toEqual([...base, 'program']);
  });
});
