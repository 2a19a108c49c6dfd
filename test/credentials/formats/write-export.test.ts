import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ExportFormat, findExportFormat } from '../../../src/credentials/formats/format.ts';
import { writeExport } from '../../../src/credentials/formats/write-export.ts';
import type { OutputStream } from '../../../src/io.ts';
import { memoryIo } from '../../support/memory-io.ts';
import { session } from './hostile-credentials.ts';

const github = findExportFormat('github-actions');
/** Of the same shape, with fixed text. */
const plain: ExportFormat = {
  name: 'plain',
  format: () => 'masked\n',
  append: { fileVariable: 'PLAIN_FILE', format: () => 'A<<B\nC\nB\n' },
};

let folder: string;
let file: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'write-export-'));
});
afterAll(() => rm(folder, { recursive: true }));
beforeEach(() => {
  count += 1;
  file = join(folder, `file-${count}`);
});

const ioNaming = (path: string): ReturnType<typeof memoryIo> =>
  memoryIo({ env: { PLAIN_FILE: path, GITHUB_ENV: path } });

describe('writeExport', () => {
  test('prints a format that only prints', async () => {
    const io = memoryIo();
    await writeExport(findExportFormat('env'), session, { regionId: 'cn-hangzhou' }, io);
    expect(io.out()).toContain("export ALICLOUD_REGION='cn-hangzhou'\n");
  });

  test('prints the masks alone, and appends the variables to what is in the file, its mode kept', async () => {
    await writeFile(file, 'KEPT=kept\n');
    await chmod(file, 0o644);
    const io = ioNaming(file);
    await writeExport(github, session, { regionId: 'cn-hangzhou' }, io);
    expect(io.out()).toBe('::add-mask::se+cret/0=\n::add-mask::CAIS/+==\n');
    const text = await readFile(file, 'utf8');
    expect(text).toMatch(/^KEPT=kept\nALIBABA_CLOUD_ACCESS_KEY_ID<<(\S+)\nSTS\.NT1abc\n\1\n/);
    expect(text).toMatch(/\nALICLOUD_REGION<<(\S+)\ncn-hangzhou\n\1\n/);
    expect((await stat(file)).mode & 0o777).toBe(0o644);
  });

  test.each([
    ['', 'A<<B\nC\nB\n'],
    ['X=y\n', 'X=y\nA<<B\nC\nB\n'],
    ['X=y', 'X=y\nA<<B\nC\nB\n'],
  ])('appends to %j on a line of its own', async (before, after) => {
    await writeFile(file, before);
    await writeExport(plain, session, {}, ioNaming(file));
    expect(await readFile(file, 'utf8')).toBe(after);
  });

  test('masks before it appends, even when stdout is slow', async () => {
    await writeFile(file, '');
    const order: string[] = [];
    const slow = new Writable({
      write: (chunk, _encoding, done) => {
        setTimeout(async () => {
          order.push(String(chunk), await readFile(file, 'utf8'));
          done();
        }, 20);
      },
    }) as OutputStream;
    await writeExport(plain, session, {}, { ...ioNaming(file), stdout: slow });
    expect(order).toEqual(['masked\n', '']);
    expect(await readFile(file, 'utf8')).toBe('A<<B\nC\nB\n');
  });

  test('appends nothing when the masks cannot be printed', async () => {
    await writeFile(file, '');
    const broken = new Writable({ write: (_chunk, _encoding, done) => done(new Error('gone')) }) as OutputStream;
    broken.on('error', () => {});
    await expect(writeExport(plain, session, {}, { ...ioNaming(file), stdout: broken })).rejects.toThrow('gone');
    expect(await readFile(file, 'utf8')).toBe('');
  });

  test('takes a path relative to the current folder', async () => {
    await writeFile(file, '');
    await writeExport(plain, session, {}, { ...ioNaming(`file-${count}`), cwd: folder });
    expect(await readFile(file, 'utf8')).toBe('A<<B\nC\nB\n');
  });

  test.each([undefined, ''])('refuses, and prints nothing, when GITHUB_ENV is %j', async (GITHUB_ENV) => {
    const io = memoryIo({ env: { GITHUB_ENV } });
    await expect(writeExport(github, session, {}, io)).rejects.toMatchObject({
      code: 'USAGE',
      message: 'format github-actions needs GITHUB_ENV, which is not set',
    });
    expect(io.out()).toBe('');
  });

  test('makes no file where there is none', async () => {
    const io = ioNaming(file);
    await expect(writeExport(github, session, {}, io)).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: `cannot append to ${file}, which GITHUB_ENV names: there is no such file`,
    });
    expect(io.out()).toBe('');
    await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test.each([
    ['it is a folder', (path: string) => mkdir(path)],
    ['it is a symbolic link', (path: string) => symlink(join(folder, 'elsewhere'), path)],
    ['it is no plain file', (path: string) => execFileSync('mkfifo', [path])],
  ])('refuses, and prints nothing, when %s', async (why, make) => {
    await writeFile(join(folder, 'elsewhere'), '');
    await make(file);
    const io = ioNaming(file);
    await expect(writeExport(github, session, {}, io)).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: expect.stringContaining(why),
    });
    expect(io.out()).toBe('');
    expect(await readFile(join(folder, 'elsewhere'), 'utf8')).toBe('');
  });

  test('prints and appends nothing of credentials that the file cannot hold', async () => {
    await writeFile(file, '');
    const io = ioNaming(file);
    const broken = { ...session, accessKeySecret: 'PLANTED\r' };
    await expect(writeExport(github, broken, {}, io)).rejects.toMatchObject({
      code: 'CREDENTIALS_SOURCE_BROKEN',
      message: expect.not.stringContaining('PLANTED'),
    });
    expect(io.out()).toBe('');
    expect(await readFile(file, 'utf8')).toBe('');
  });

  test('keeps 20 exports at once apart', async () => {
    await writeFile(file, '');
    await Promise.all(Array.from({ length: 20 }, () => writeExport(plain, session, {}, ioNaming(file))));
    expect(await readFile(file, 'utf8')).toBe('A<<B\nC\nB\n'.repeat(20));
  });
});
