import { lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { lockFile } from '../../src/credentials/cache-lock.ts';
import { sleepFor } from '../../src/io.ts';
import type { KubeconfigEntry } from '../../src/kubernetes/kubeconfig.ts';
import { defaultKubeconfig, type MergePorts, mergeIntoFile } from '../../src/kubernetes/kubeconfig-file.ts';
import { scratchFolder } from '../support/tool.ts';

function entryOf(server: string): KubeconfigEntry {
  return {
    context: { name: 'x', value: {} },
    cluster: { name: 'x', value: { server } },
    user: { name: 'x', value: { exec: { command: 'ack-ram-tool' } } },
  };
}

const entry = entryOf('https://1.2.3.4');

function ports(overrides: Partial<MergePorts> = {}): MergePorts {
  return {
    dryRun: false,
    confirm: async () => {
      throw new Error('asked');
    },
    lock: (file) =>
      lockFile(file, {
        clock: { now: Date.now, sleep: sleepFor, random: Math.random },
        signal: new AbortController().signal,
        patienceMs: 20_000,
        debug: () => {},
      }),
    ...overrides,
  };
}

const contexts = (file: string): string[] =>
  parse(readFileSync(file, 'utf8')).contexts.map(({ name }: { name: string }) => name);

describe('the kubeconfig file', () => {
  it('is made with its folder, for its owner only', async () => {
    const folder = join(scratchFolder(), 'home', '.kube');
    const file = join(folder, 'config');
    await mergeIntoFile(file, { name: 'dev', entry }, ports());
    expect(contexts(file)).toEqual(['dev']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder)).toEqual(['config']);
  });

  it('keeps its mode, and stays behind a link', async () => {
    const folder = scratchFolder();
    const real = join(folder, 'real');
    const link = join(folder, 'config');
    writeFileSync(real, 'kind: Config\n# mine\n', { mode: 0o640 });
    symlinkSync('real', link);
    await mergeIntoFile(link, { name: 'dev', entry }, ports());
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(statSync(real).mode & 0o777).toBe(0o640);
    expect(readFileSync(real, 'utf8')).toContain('# mine');
    expect(contexts(real)).toEqual(['dev']);
  });

  it('loses nothing when many merge at once', async () => {
    const file = join(scratchFolder(), 'config');
    const names = Array.from({ length: 20 }, (_, index) => `cluster-${index}`);
    await Promise.all(names.map((name) => mergeIntoFile(file, { name, entry }, ports())));
    expect(contexts(file).sort()).toEqual(names.sort());
  });

  it('is asked about before an entry is replaced, once, and not when it is agreed', async () => {
    const file = join(scratchFolder(), 'config');
    await mergeIntoFile(file, { name: 'dev', entry }, ports());
    const before = readFileSync(file, 'utf8');
    const other = { name: 'dev', entry: entryOf('https://other') };
    await expect(mergeIntoFile(file, other, ports())).rejects.toThrow('asked');
    expect(readFileSync(file, 'utf8')).toBe(before);
    const asked: string[] = [];
    await mergeIntoFile(file, other, ports({ confirm: async (replaced) => void asked.push(...replaced) }));
    expect(asked).toEqual(['cluster dev']);
    expect(parse(readFileSync(file, 'utf8')).clusters).toEqual([{ name: 'dev', cluster: { server: 'https://other' } }]);
  });

  it('is asked about anew when somebody put the name there meanwhile', async () => {
    const file = join(scratchFolder(), 'config');
    const asked: string[][] = [];
    let rounds = 0;
    await mergeIntoFile(
      file,
      { name: 'dev', entry },
      ports({
        confirm: async (replaced) => void asked.push([...replaced]),
        async lock() {
          rounds += 1;
          if (rounds === 1) await mergeIntoFile(file, { name: 'dev', entry: entryOf('https://theirs') }, ports());
          return async () => {};
        },
      }),
    );
    expect(asked).toEqual([['cluster dev']]);
    expect(rounds).toBe(2);
    expect(parse(readFileSync(file, 'utf8')).clusters[0].cluster.server).toBe('https://1.2.3.4');
  });

  it('stays as it is for a dry run, and when it says all of it already', async () => {
    const file = join(scratchFolder(), 'config');
    const planned = await mergeIntoFile(file, { name: 'dev', entry }, ports({ dryRun: true }));
    expect(planned.isUnchanged).toBe(false);
    expect(lstatSync(file, { throwIfNoEntry: false })).toBeUndefined();
    await mergeIntoFile(file, { name: 'dev', entry }, ports());
    const { ino } = statSync(file);
    expect((await mergeIntoFile(file, { name: 'dev', entry }, ports())).isUnchanged).toBe(true);
    expect(statSync(file).ino).toBe(ino);
  });

  it('is refused when it is none, cannot be read, or is locked for too long', async () => {
    const folder = scratchFolder();
    const file = join(folder, 'config');
    writeFileSync(file, 'users: 1\n');
    await expect(mergeIntoFile(file, { name: 'dev', entry }, ports())).rejects.toMatchObject({ code: 'FILE_INVALID' });
    expect(readFileSync(file, 'utf8')).toBe('users: 1\n');
    await expect(mergeIntoFile(folder, { name: 'dev', entry }, ports())).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
    });
    const locked = mergeIntoFile(join(folder, 'new'), { name: 'dev', entry }, ports({ lock: async () => undefined }));
    await expect(locked).rejects.toMatchObject({ code: 'CONFLICT' });
    const failing = async (): Promise<never> => {
      throw new Error('EACCES');
    };
    const unlockable = mergeIntoFile(join(folder, 'new'), { name: 'dev', entry }, ports({ lock: failing }));
    await expect(unlockable).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });

  it('is kept from kubectl while it is changed, by the same lock', async () => {
    const folder = scratchFolder();
    const file = join(folder, 'config');
    let seen: string[] = [];
    await mergeIntoFile(
      file,
      { name: 'dev', entry },
      ports({
        async lock(path) {
          const release = await ports().lock(path);
          seen = readdirSync(folder);
          return release;
        },
      }),
    );
    expect(seen).toEqual(['config.lock']);
  });
});

describe('which file it is', () => {
  it('is the first of KUBECONFIG, else that of the home folder', () => {
    expect(defaultKubeconfig({ KUBECONFIG: ':/a:/b' }, '/home/me')).toBe('/a');
    expect(defaultKubeconfig({ KUBECONFIG: '' }, '/home/me')).toBe('/home/me/.kube/config');
    expect(() => defaultKubeconfig({}, undefined)).toThrow('there is no home folder');
  });
});
