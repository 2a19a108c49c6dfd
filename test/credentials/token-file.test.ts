import { execFileSync, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readOidcToken } from '../../src/credentials/token-file.ts';
import { messageOf } from '../../src/errors.ts';

let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'token-file-'));
});
afterAll(() => rm(home, { recursive: true }));

async function file(name: string, content: string | Buffer): Promise<string> {
  await writeFile(join(home, name), content);
  return join(home, name);
}

const read = (path: string) => readOidcToken(path, { home });

describe('readOidcToken', () => {
  test.each([
    ['as it is', 'aaa.bbb.ccc'],
    ['without the white space around it', '\n  aaa.bbb.ccc\r\n'],
    ['without a byte order mark', '\uFEFFaaa.bbb.ccc'],
  ])('gives the token %s', async (_name, content) => {
    expect(await read(await file('token', content))).toBe('aaa.bbb.ccc');
  });

  test.each([4, 20_000])('takes a token of %i characters', async (length) => {
    expect(await read(await file('token', `${'x'.repeat(length)}\n`))).toHaveLength(length);
  });

  test('reads the file afresh at every call', async () => {
    const path = await file('rotated', 'first.token');
    expect(await read(path)).toBe('first.token');
    await file('rotated', 'second.token');
    expect(await read(path)).toBe('second.token');
  });

  test('follows the links that the kubelet rotates tokens with', async () => {
    await mkdir(join(home, '..data'));
    await file('..data/token', 'aaa.bbb.ccc');
    await symlink('..data/token', join(home, 'linked'));
    expect(await read(join(home, 'linked'))).toBe('aaa.bbb.ccc');
  });

  test('expands a leading ~', async () => {
    await file('token', 'aaa.bbb.ccc');
    expect(await read('~/token')).toBe('aaa.bbb.ccc');
    await expect(readOidcToken('~/token', { home: undefined })).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });

  const large = (length: number) => 'x'.repeat(length);
  test.each([
    ['empty', '', 'is empty'],
    ['only white space', ' \n\t\r\n', 'nothing but white space'],
    ['3 characters', 'abc\n', 'shorter than 4'],
    ['20001 characters', large(20_001), 'longer than 20000'],
    ['a megabyte', large(1 << 20), 'longer than 20000'],
    ['not UTF-8', Buffer.from([0x61, 0x62, 0xff, 0xfe, 0x63]), 'not UTF-8'],
    ['UTF-16', Buffer.from('aaa.bbb.ccc', 'utf16le'), 'white space within'],
    ['two tokens', 'PLANTED.a.b\nPLANTED.c.d\n', 'white space within'],
    ['a header', 'Bearer PLANTED', 'white space within'],
  ])('refuses a file that holds %s', async (_name, content, fault) => {
    const path = await file('bad', content);
    const error = await read(path).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'FILE_INVALID', message: expect.stringContaining(fault) });
    expect(messageOf(error)).toContain(path);
    expect(messageOf(error)).not.toContain('PLANTED');
  });

  test.each([
    ['a missing file', () => join(home, 'missing'), 'no such file'],
    ['no name', () => '', 'no such file'],
    ['a folder', () => home, 'it is a folder'],
    ['an endless device', () => '/dev/zero', 'neither a file nor a pipe'],
    ['a NUL in the name', () => 'a\0b', 'ERR_INVALID_ARG_VALUE'],
    ['a name too long', () => `/${'x'.repeat(5000)}`, 'too long'],
  ])('cannot read %s', async (_name, path, fault) => {
    await expect(read(path())).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: expect.stringContaining(fault),
    });
  });

  test('cannot read a file without permission', async () => {
    const path = await file('locked', 'aaa.bbb.ccc');
    await chmod(path, 0);
    const isRoot = process.getuid?.() === 0;
    // Root reads everything, so it steps down for a moment.
    if (isRoot) process.seteuid?.(65_534);
    try {
      await expect(read(path)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  test('does not hang on a named pipe that nobody writes to', async () => {
    const path = join(home, 'silent');
    execFileSync('mkfifo', [path]);
    await expect(read(path)).rejects.toMatchObject({ code: 'FILE_INVALID', message: expect.stringContaining('empty') });
  });

  test('reads a named pipe to its end', async () => {
    const path = join(home, 'pipe');
    execFileSync('mkfifo', [path]);
    const writer = spawn('/bin/sh', [
      '-c',
      `exec 3<>"$1"; echo ready; read go; printf 'aaa.bbb' >&3; sleep 0.1; printf '.ccc' >&3`,
      'sh',
      path,
    ]);
    await new Promise((resolve) => writer.stdout.once('data', resolve));
    const token = read(path);
    writer.stdin.end('go\n');
    expect(await token).toBe('aaa.bbb.ccc');
  });

  test('reads standard input for -', async () => {
    expect(await readOidcToken('-', { home, stdin: Readable.from([Buffer.from('aaa.'), 'bbb.ccc\n']) })).toBe(
      'aaa.bbb.ccc',
    );
  });

  test('stops reading a standard input that never ends', async () => {
    const endless = Readable.from(
      (function* () {
        for (;;) yield 'x'.repeat(65_536);
      })(),
    );
    await expect(readOidcToken('-', { home, stdin: endless })).rejects.toMatchObject({
      code: 'FILE_INVALID',
      message: 'the OIDC token on standard input is longer than 20000 characters',
    });
  });

  test.each(['', ' \n'])('refuses a standard input of %j', async (text) => {
    await expect(readOidcToken('-', { home, stdin: Readable.from([text]) })).rejects.toMatchObject({
      code: 'FILE_INVALID',
    });
  });

  test('takes - for a file name where there is no standard input to read', async () => {
    await expect(read('-')).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });
});
