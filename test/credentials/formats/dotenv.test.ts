import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { formatCredentials } from '../../../src/credentials/formats/format.ts';
import type { Credentials } from '../../../src/credentials/provider.ts';
import { readComposeEnvFile } from './compose-env-file.ts';
import {
  expectedVariables,
  formattedOrRefused,
  hostileSession,
  hostileValues,
  keys,
  session,
} from './hostile-credentials.ts';

const folder = mkdtempSync(join(tmpdir(), 'dotenv-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Read = (text: string) => Record<string, string | undefined>;

/** The program that `node --env-file` starts. */
function readByNode(text: string): Record<string, string> {
  const file = join(folder, '.env');
  writeFileSync(file, text);
  const print = 'process.stdout.write(JSON.stringify(process.env))';
  return JSON.parse(execFileSync(process.execPath, [`--env-file=${file}`, '-e', print], { env: {}, encoding: 'utf8' }));
}

/** Undefined where the package is not installed. */
function findDotenv(): Read | undefined {
  try {
    return createRequire(import.meta.url)('dotenv').parse;
  } catch {
    if (process.env.CI) throw new Error('the package dotenv is missing, and a pipeline must test with it');
    test.skip('THE PACKAGE dotenv IS NOT INSTALLED, nothing is tested with it', () => {});
    return undefined;
  }
}

const dotenv = findDotenv();
const readers: Array<[string, Read]> = [
  ['util.parseEnv', parseEnv],
  ['docker compose', readComposeEnvFile],
];
if (dotenv !== undefined) readers.push(['dotenv', dotenv]);

const secretOf = (credentials: Credentials): string =>
  /^ALICLOUD_SECRET_KEY=(.*)$/m.exec(formatCredentials('dotenv', credentials))?.[1] ?? '';

describe('dotenv', () => {
  test('is bare lines under headings for real credentials', () => {
    const lines = formatCredentials('dotenv', session, { regionId: 'cn-hangzhou' }).trimEnd().split('\n');
    for (const line of lines) expect(line).toMatch(/^(# .+|[A-Z_]+=[\w+/=.:-]+)$/);
    expect(lines).toContain('ALIBABA_CLOUD_ACCESS_KEY_SECRET=se+cret/0=');
    expect(lines).toContain('ALICLOUD_REGION=cn-hangzhou');
  });

  test.each([
    ['', "''"],
    ['a b', "'a b'"],
    ['$HOME', "'$HOME'"],
    ['a#b', "'a#b'"],
    ['"', `'"'`],
    ['a\\b', "'a\\b'"],
    ['ü🔑', "'ü🔑'"],
    ["it's", `"it's"`],
  ])('spells %j as %s', (value, spelt) => {
    expect(secretOf({ ...keys, accessKeySecret: value })).toBe(spelt);
  });

  test.each(['a\rb', 'a\\', '\'"', "'$HOME", "'\\n", 'a\0', '\ud83d'])('refuses %j', (value) => {
    expect(() => formatCredentials('dotenv', { ...keys, accessKeySecret: value })).toThrow(
      expect.objectContaining({ code: 'CREDENTIALS_SOURCE_BROKEN' }),
    );
  });

  test.each(readers)('is read alike by %s, whatever the values', (_name, read) => {
    fc.assert(
      fc.property(hostileSession, (credentials) => {
        const text = formattedOrRefused(credentials, () => formatCredentials('dotenv', credentials, { regionId: 'r' }));
        if (text !== undefined) expect(read(text)).toEqual(expectedVariables(credentials, 'r'));
      }),
      { numRuns: 500 },
    );
  });

  test.each(readers)('is read alike by %s for every awkward value alone', (_name, read) => {
    let written = 0;
    for (const value of hostileValues) {
      const credentials = { ...session, accessKeySecret: value };
      const text = formattedOrRefused(credentials, () => formatCredentials('dotenv', credentials));
      if (text === undefined) continue;
      expect(read(text)).toEqual(expectedVariables(credentials));
      written += 1;
    }
    expect(written).toBeGreaterThan(hostileValues.length / 2);
  });

  test('gives a program that node --env-file starts what it says', () => {
    for (const value of ['se+cret', "it's\n$HOME".replace('$', '#'), 'a\n"$HOME"\n#b ', 'ü漢🔑']) {
      const credentials = { ...session, accessKeySecret: value };
      expect(readByNode(formatCredentials('dotenv', credentials))).toMatchObject(expectedVariables(credentials));
    }
  });
});
