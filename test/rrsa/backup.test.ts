import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backupFiles, parseTrustBackup } from '../../src/rrsa/backup.ts';
import { errorOf, recordingReport } from './fakes.ts';

const NOW = Date.UTC(2025, 3, 7, 9, 57, 26, 5);
const backup = {
  roleName: 'oss-reader',
  roleArn: 'acs:ram::1000000000000001:role/oss-reader',
  document: '{ "Version": "1",\n  "Statement": [] }',
  reason: 'associate-role',
};

describe('the backup of a trust policy', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backup-'));
  });
  afterEach(async () => rm(folder, { recursive: true, force: true }));

  const ports = () => ({ now: () => NOW, report: recordingReport() });

  it('holds the document verbatim, and what is needed to put it back', async () => {
    const path = await backupFiles({ state: folder }, ports())(backup);
    expect(path).toMatch(/\/backups\/20250407T095726Z-1000000000000001-oss-reader-[0-9a-f]{8}\.json$/);
    expect(JSON.parse(await readFile(path ?? '', 'utf8'))).toEqual({
      schemaVersion: 1,
      account: '1000000000000001',
      roleArn: backup.roleArn,
      savedAt: '2025-04-07T09:57:26.005Z',
      reason: 'associate-role',
      document: backup.document,
    });
  });

  it('can be read by its owner only, and leaves no unfinished file', async () => {
    const path = (await backupFiles({ state: join(folder, 'a', 'b') }, ports())(backup)) ?? '';
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    for (const parent of ['a', 'a/b', 'a/b/backups']) {
      expect((await stat(join(folder, parent))).mode & 0o777).toBe(0o700);
    }
    expect(await readdir(join(folder, 'a/b/backups'))).toHaveLength(1);
  });

  it('never overwrites another one of the same second', async () => {
    const save = backupFiles({ named: folder }, ports());
    const paths = await Promise.all(Array.from({ length: 20 }, () => save(backup)));
    expect(new Set(paths).size).toBe(20);
    expect(await readdir(folder)).toHaveLength(20);
  });

  it.each(['../../etc/passwd', 'a/b', '..', '.hidden', 'x'.repeat(300), 'a\u0000b', ''])(
    'stays in its folder whatever the role is called (%j)',
    async (roleName) => {
      const path = await backupFiles({ named: folder }, ports())({ ...backup, roleName, roleArn: 'nonsense' });
      expect(await readdir(folder)).toHaveLength(1);
      expect(path?.startsWith(`${folder}/20250407T095726Z-account-role-`)).toBe(true);
    },
  );

  it('asks for a folder when there is no home', async () => {
    const error = await errorOf(backupFiles({ state: undefined }, ports())(backup));
    expect(error).toMatchObject({ code: 'USAGE', exitCode: 2, hint: 'pass --backup-dir DIR' });
  });

  it('only warns when the default folder cannot be written', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const { report, now } = ports();
    expect(await backupFiles({ state: file }, { report, now })(backup)).toBeUndefined();
    expect(report.text()).toMatch(/^warn: the old trust policy of role oss-reader cannot be kept in .*--backup-dir/);
  });

  it('fails when the folder that was named cannot be written', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    expect(await errorOf(backupFiles({ named: file }, ports())(backup))).toMatchObject({ code: 'FILE_UNREADABLE' });
  });
});

describe('parseTrustBackup', () => {
  const limit = 1024 * 1024;
  const file = {
    schemaVersion: 1,
    account: '1000000000000001',
    roleArn: 'acs:ram::1000000000000001:role/oss-reader',
    savedAt: '2025-04-07T09:57:26.005Z',
    reason: 'associate-role',
    document: backup.document,
  };
  const read = (value: unknown) =>
    parseTrustBackup(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), limit, 'backup file b');
  const refusal = (value: unknown): unknown => {
    try {
      read(value);
    } catch (error) {
      return error;
    }
    throw new Error('it was taken');
  };

  it('reads what was kept, without keys that it does not know', () => {
    expect(read({ ...file, added: 1 })).toEqual(file);
    const nameless = { ...file, account: '', roleArn: 'acs:ram:::role/oss-reader' };
    expect(read(nameless)).toEqual(nameless);
  });

  it.each([
    ['', 'is not a JSON object'],
    ['{', 'is not a JSON object'],
    ['[]', 'is not a JSON object'],
    ['null', 'is not a JSON object'],
    ['"\uD800"', 'is not a JSON object'],
    [{ ...file, schemaVersion: 2 }, 'is no backup of schema version 1'],
    [{ ...file, schemaVersion: '1' }, 'is no backup of schema version 1'],
    [{ Statement: [], Version: '1' }, 'is no backup of schema version 1'],
    [{ ...file, document: { Statement: [] } }, 'has no document'],
    [{ ...file, document: undefined }, 'has no document'],
    [{ ...file, roleArn: 5 }, 'has no roleArn'],
    [{ ...file, reason: null }, 'has no reason'],
    [{ ...file, roleArn: 'acs:ram::1000000000000001:user/x' }, 'no ARN of a role'],
    [{ ...file, account: 'x' }, 'no account id'],
    [{ ...file, account: '2000000000000002' }, 'names two accounts'],
    [{ ...file, savedAt: 'yesterday' }, 'no time'],
    [{ ...file, document: '' }, 'it is empty'],
    [{ ...file, document: '{"Version":"1"}' }, 'it has no Statement'],
    [{ ...file, document: '{"Statement":{},"Statement":[]}' }, 'twice'],
    ['x'.repeat(limit + 1), 'is longer than 1 MiB'],
  ])('refuses %j', (value, fault) => {
    expect(refusal(value)).toMatchObject({ code: 'FILE_INVALID', message: expect.stringContaining(fault) });
  });

  it('refuses what is not UTF-8, and a prototype that plays a value', () => {
    expect(() => parseTrustBackup(Buffer.from([0xff, 0xfe, 0x7b]), limit, 'b')).toThrow('is not a JSON object');
    expect(refusal('{"schemaVersion":1,"__proto__":{"account":"1"}}')).toMatchObject({ code: 'FILE_INVALID' });
  });
});
