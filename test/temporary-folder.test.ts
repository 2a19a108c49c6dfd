import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { makeTemporaryFolder } from '../src/temporary-folder.ts';

let scratch: string;

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'temporary-folder-'));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(scratch, { recursive: true });
});

it('makes a folder that only its owner may look into', async () => {
  vi.stubEnv('TMPDIR', scratch);
  const folder = await makeTemporaryFolder('tour');
  expect(folder.startsWith(join(scratch, 'ack-ram-tool-tour-'))).toBe(true);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

it('says what to do where no folder can be made', async () => {
  const file = join(scratch, 'a file');
  writeFileSync(file, '');
  vi.stubEnv('TMPDIR', file);
  await expect(makeTemporaryFolder('tour')).rejects.toMatchObject({
    code: 'FILE_UNREADABLE',
    message: expect.stringContaining('cannot make a temporary folder: '),
    hint: 'set TMPDIR to a folder that can be written',
  });
});
