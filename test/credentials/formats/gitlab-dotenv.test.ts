import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatCredentials } from '../../../src/credentials/formats/format.ts';
import type { Credentials } from '../../../src/credentials/provider.ts';
import {
  expectedVariables,
  formattedOrRefused,
  hostileSession,
  hostileValues,
  keys,
  session,
} from './hostile-credentials.ts';

/**
 * Reads a dotenv report as GitLab does with its default limits: less than 5 KiB and at most 20 variables; every line is
 * split at its first `=` and stripped. A value that a later job would expand is an error here.
 */
function readReport(text: string): Record<string, string> {
  if (Buffer.byteLength(text) >= 5120) throw new Error('Dotenv Artifact Too Big');
  const variables: Record<string, string> = {};
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const [, key, value] = /^(.*?)=(.*)$/.exec(line.replace(/\n$/, '')) ?? [];
    if (key === undefined || value === undefined) throw new Error('Invalid Format');
    if (!/^[a-zA-Z0-9_]+$/.test(key)) throw new Error(`invalid key ${key}`);
    if (/\$|%\w+%|%%/.test(value)) throw new Error('would be expanded');
    variables[key] = value.replace(/^[\0\s]+|[\0\s]+$/g, '');
  }
  if (Object.keys(variables).length > 20) throw new Error('Dotenv files cannot have more than 20 variables');
  return variables;
}

/** Those of the SDKs and of Terraform, and what belongs to no family. */
function expectedReport(credentials: Credentials, regionId?: string): Record<string, string> {
  const own = /^(ALIBABA_CLOUD_|ALICLOUD_(ACCESS_KEY(_STS_TOKEN)?|SECRET_KEY|SECURITY_TOKEN)$)|REGION|IGNORE_PROFILE/;
  return Object.fromEntries(
    Object.entries(expectedVariables(credentials, regionId)).filter(([name]) => own.test(name)),
  );
}

describe('gitlab-dotenv', () => {
  test('is bare lines and no comments, for the SDKs and for Terraform', () => {
    expect(formatCredentials('gitlab-dotenv', session)).toBe(
      [
        'ALIBABA_CLOUD_ACCESS_KEY_ID=STS.NT1abc',
        'ALIBABA_CLOUD_ACCESS_KEY_SECRET=se+cret/0=',
        'ALIBABA_CLOUD_SECURITY_TOKEN=CAIS/+==',
        'ALICLOUD_ACCESS_KEY=STS.NT1abc',
        'ALICLOUD_SECRET_KEY=se+cret/0=',
        'ALICLOUD_ACCESS_KEY_STS_TOKEN=CAIS/+==',
        'ALICLOUD_SECURITY_TOKEN=CAIS/+==',
        'ALIBABACLOUD_IGNORE_PROFILE=TRUE',
        'ALIBABA_CLOUD_CREDENTIALS_EXPIRATION=2026-01-01T00:00:00Z',
        '',
      ].join('\n'),
    );
  });

  test('stays within the default limits of GitLab with a token of 1,300 characters', () => {
    const credentials = { ...session, securityToken: `${'x'.repeat(1298)}==` };
    const text = formatCredentials('gitlab-dotenv', credentials, { regionId: 'cn-hangzhou-finance' });
    expect(readReport(text)).toEqual(expectedReport(credentials, 'cn-hangzhou-finance'));
  });

  test('refuses what is not smaller than GitLab takes', () => {
    // The token stands there three times.
    const rest = formatCredentials('gitlab-dotenv', { ...session, securityToken: 'x' }).length - 3;
    const withToken = (length: number): string =>
      formatCredentials('gitlab-dotenv', { ...session, securityToken: 'x'.repeat(length) });
    const longest = Math.floor((5119 - rest) / 3);
    expect(readReport(withToken(longest))).toHaveProperty('ALICLOUD_SECURITY_TOKEN');
    for (const length of [longest + 1, 60_000]) {
      expect(() => withToken(length)).toThrow('longer than the 5119 bytes that GitLab takes as a dotenv report');
    }
  });

  test.each(['a\nb', 'a\r', ' a', 'a ', 'a b', '\ta', '$HOME', 'a$', '%HOME%', 'a\0', '\u00a0a', '\ud83d'])(
    'refuses %j',
    (value) => {
      const credentials = { ...keys, accessKeySecret: value };
      expect(formattedOrRefused(credentials, () => formatCredentials('gitlab-dotenv', credentials))).toBeUndefined();
    },
  );

  test('is read as it was meant, or refused', () => {
    const check = (credentials: Credentials): void => {
      const text = formattedOrRefused(credentials, () => formatCredentials('gitlab-dotenv', credentials));
      if (text !== undefined) expect(readReport(text)).toEqual(expectedReport(credentials));
    };
    for (const value of hostileValues) check({ ...session, accessKeySecret: value });
    fc.assert(fc.property(hostileSession, check), { numRuns: 500 });
  });
});
