import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../src/commands/cache/clear.ts';
import type { CommandInput } from '../../src/commands/spec.ts';
import { cacheClearPresenter } from '../../src/output/results/cache-clear.ts';
import { memoryIo } from '../support/memory-io.ts';
import { scratchFolder } from '../support/tool.ts';

function input(output: string): CommandInput {
  const string = (name: string) => (name === 'output' ? output : undefined);
  return { flags: { string }, args: [] } as unknown as CommandInput;
}

describe('cache clear', () => {
  it('removes credentials and tells how many, and leaves everything else', async () => {
    const home = scratchFolder();
    const folder = join(home, '.cache', 'ack-ram-tool', 'credentials');
    mkdirSync(folder, { recursive: true });
    for (const digit of ['a', 'b']) writeFileSync(join(folder, `${digit.repeat(64)}.json`), '{}');
    writeFileSync(join(folder, 'notes.txt'), '');
    const io = memoryIo({ home });
    expect(await run(input('text'), io)).toBe(0);
    expect(io.out()).toBe('removed 2 cached sets of credentials\n');
    expect(readdirSync(folder)).toEqual(['notes.txt']);
  });

  it('removes the client certificates of the credential plugin, and none of another tool', async () => {
    const home = scratchFolder();
    const folder = join(home, '.kube', 'cache', 'ack-ram-tool', 'credential-plugin');
    mkdirSync(join(folder, `${'d'.repeat(64)}.json`), { recursive: true });
    for (const name of [`${'c'.repeat(64)}.json`, `${'c'.repeat(64)}.json.0123abcd.unfinished`]) {
      writeFileSync(join(folder, name), '{}');
    }
    const others = ['c86fdd-cert.json', `${'C'.repeat(64)}.json`, `${'d'.repeat(64)}.json`, `x${'c'.repeat(64)}.json`];
    for (const name of others.filter((each) => !each.startsWith('d'))) writeFileSync(join(folder, name), '{}');
    const io = memoryIo({ home });
    expect(await run(input('json'), io)).toBe(0);
    expect(JSON.parse(io.out())).toEqual({ schemaVersion: 1, removed: 0, certificates: 1 });
    expect(readdirSync(folder).sort()).toEqual(others.sort());
  });

  it('is done where there is no folder, and where there is no home', async () => {
    for (const home of [scratchFolder(), undefined]) {
      const io = memoryIo({ home });
      expect(await run(input('json'), io)).toBe(0);
      expect(JSON.parse(io.out())).toEqual({ schemaVersion: 1, removed: 0, certificates: 0 });
    }
  });

  it('says so when the folder cannot be read', async () => {
    const home = scratchFolder();
    mkdirSync(join(home, '.cache', 'ack-ram-tool'), { recursive: true });
    writeFileSync(join(home, '.cache', 'ack-ram-tool', 'credentials'), '');
    await expect(run(input('text'), memoryIo({ home }))).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });
});

describe('cacheClearPresenter', () => {
  it('counts in words that fit', () => {
    const counts = [
      [0, 0],
      [1, 0],
      [2, 0],
      [0, 1],
      [1, 2],
    ] as const;
    const texts = counts.map(([removed, certificates]) => cacheClearPresenter.text({ removed, certificates }));
    expect(texts).toEqual([
      'no cached credentials\n',
      'removed 1 cached set of credentials\n',
      'removed 2 cached sets of credentials\n',
      'removed 1 cached client certificate\n',
      'removed 1 cached set of credentials\nremoved 2 cached client certificates\n',
    ]);
  });
});
