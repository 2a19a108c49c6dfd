import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatCredentials } from '../../../src/credentials/formats/format.ts';
import {
  expectedVariables,
  formattedOrRefused,
  hostileSession,
  hostileValues,
  keys,
  session,
} from './hostile-credentials.ts';

/**
 * Reads a file as `docker run --env-file` does: lines of less than 64 KiB that end in LF or CRLF; leading white space,
 * empty lines and those that begin with `#` are nothing; everything after the first `=` is the value. With `unquote`, a
 * pair of quotes around it is not, as in podman.
 */
function readEnvFile(text: string, unquote = false): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const ended of text.split('\n')) {
    if (Buffer.byteLength(ended) + 1 >= 65536) throw new Error('token too long');
    const line = ended.replace(/\r$/, '').trimStart();
    if (line === '' || line.startsWith('#')) continue;
    const at = line.indexOf('=');
    if (at < 1 || /\s/.test(line.slice(0, at))) throw new Error(`no variable: ${line}`);
    const value = line.slice(at + 1);
    variables[line.slice(0, at)] = unquote ? value.replace(/^(["'])(.*)\1$/s, '$2') : value;
  }
  return variables;
}

describe('docker-env-file', () => {
  test('is bare lines under headings', () => {
    const lines = formatCredentials('docker-env-file', session, { regionId: 'cn-hangzhou' }).trimEnd().split('\n');
    for (const line of lines) expect(line).toMatch(/^(# .+|[A-Z_]+=[\w+/=.:-]+)$/);
    expect(lines).toContain('ALIBABA_CLOUD_ACCESS_KEY_SECRET=se+cret/0=');
    expect(lines).toContain('ALICLOUD_REGION=cn-hangzhou');
  });

  test.each(['a\nb', 'a\r\nb', 'a\r', '\n', '"a"', "'a", 'a\0', '\ud83d', 'x'.repeat(65536), 'é'.repeat(32768)])(
    'refuses a value that a line cannot hold, and does not show it (%#)',
    (value) => {
      const credentials = { ...session, securityToken: `${value}PLANTED` };
      expect(formattedOrRefused(credentials, () => formatCredentials('docker-env-file', credentials))).toBeUndefined();
    },
  );

  test('names what is wrong with a line break', () => {
    expect(() => formatCredentials('docker-env-file', { ...keys, accessKeySecret: 'a\nb' })).toThrow(
      'the value for ALIBABA_CLOUD_ACCESS_KEY_SECRET has a line break, which a docker env file cannot hold',
    );
  });

  test('holds a token of 60 KiB', () => {
    const credentials = { ...session, securityToken: 'x'.repeat(60 << 10) };
    expect(readEnvFile(formatCredentials('docker-env-file', credentials))).toEqual(expectedVariables(credentials));
  });

  test('is read as it was meant, with and without unquoting, or refused', () => {
    const check = (credentials: typeof session): void => {
      const text = formattedOrRefused(credentials, () => formatCredentials('docker-env-file', credentials));
      if (text === undefined) return;
      expect(readEnvFile(text)).toEqual(expectedVariables(credentials));
      expect(readEnvFile(text, true)).toEqual(expectedVariables(credentials));
    };
    for (const value of hostileValues) check({ ...session, accessKeySecret: value });
    fc.assert(fc.property(hostileSession, check), { numRuns: 500 });
  });
});
