import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
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

async function chunksOf(argv: string[], env: Record<string, string> = {}): Promise<string[]> {
  await runProgram(process.execPath, ['--require', hook, bin, ...argv], { env: { HOME: folder, ...env } });
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

  it('reads nothing for --version, a few small files for the list of commands, and commander for one command', async () => {
    const first = ['bin/ack-ram-tool.js', 'dist/main.cjs', 'rolldown-runtime'];
    expect(await chunksOf(['--version'])).toEqual(first);
    expect(await chunksOf(['--help'])).toEqual([...first, 'start-up', 'table', 'page']);
    expect(await chunksOf(['rrsa', 'associate-role', '--help'])).toContain('program');
  });

  it('runs the hot commands without commander, the whole table, an SDK or what talks to people', async () => {
    const keys = { ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI1', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 's' };
    const first = ['bin/ack-ram-tool.js', 'dist/main.cjs', 'rolldown-runtime', 'start-up', 'hot'];
    expect(await chunksOf(['export-credentials', '--', 'true'], keys)).toEqual(first);
    for (const argv of [
      ['credential-plugin', 'get-token', '-c', 'c1'],
      ['export-credentials', '-f', 'env'],
    ]) {
      const chunks = await chunksOf(argv, keys);
      expect(chunks).toEqual(expect.arrayContaining(first));
      for (const heavy of ['program', 'table', 'terminal', 'client', 'dist', 'sts-call'])
        expect(chunks).not.toContain(heavy);
    }
  });

  it('calls the cloud without the libraries that the SDKs need for other things', async () => {
    const env = {
      ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI1',
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: 's',
      ACK_RAM_TOOL_CS_ENDPOINT: 'http://127.0.0.1:1',
      ACK_RAM_TOOL_MAX_RETRIES: '0',
    };
    const chunks = await chunksOf(['rrsa', 'status', '-c', 'c1'], env);
    expect(chunks).toContain('client');
    expect(chunks.filter((name) => name.includes('aside'))).toEqual([]);
    const aside = readdirSync(new URL('../../dist/aside/', import.meta.url));
    expect(aside).toEqual(expect.arrayContaining(['lodash.cjs', 'moment.cjs', 'ws.cjs', 'alicloud-credentials.cjs']));
    for (const name of aside) {
      const { exitCode } = await runProgram(process.execPath, [
        '-e',
        `require(${JSON.stringify(join(bin, '../../dist/aside', name))})`,
      ]);
      expect(exitCode, name).toBe(0);
    }
  });

  it('has no chunks that need each other to start', () => {
    const dist = new URL('../../dist/', import.meta.url);
    const files = ['main.cjs', ...readdirSync(new URL('chunks/', dist)).map((name) => `chunks/${name}`)];
    const needs = new Map(
      files.map((file) => {
        const code = readFileSync(new URL(file, dist), 'utf8');
        const found = [...code.matchAll(/(?<!=>)\brequire\("(\.[^"]+\.cjs)"\)/g)];
        return [file, found.map(([, path = '']) => new URL(path, `file:///${file}`).pathname.slice(1))];
      }),
    );
    const cycles: string[] = [];
    const done = new Set<string>();
    const visit = (file: string, above: readonly string[]): void => {
      if (above.includes(file)) cycles.push([...above.slice(above.indexOf(file)), file].join(' -> '));
      if (done.has(file)) return;
      done.add(file);
      for (const needed of needs.get(file) ?? []) visit(needed, [...above, file]);
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });
});
