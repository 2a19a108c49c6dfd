import { describe, expect, test } from 'vitest';
import { exportFormats, formatCredentials } from '../../../src/credentials/formats/format.ts';
import type { Credentials } from '../../../src/credentials/provider.ts';

const keys: Credentials = { accessKeyId: 'LTAI5t', accessKeySecret: 'se+cret/=' };
const session: Credentials = {
  accessKeyId: 'STS.NT1',
  accessKeySecret: 'se+cret/=',
  securityToken: 'CAIS/+==',
  expiration: new Date('2026-01-01T00:00:59.999Z'),
};

describe('formatCredentials', () => {
  test('knows every format by its long name and, where it has one, by its short one', () => {
    expect(exportFormats.map(({ name, shortName = '' }) => `${name} ${shortName}`.trim())).toEqual([
      'aliyun-cli-config-json aliyuncli-json',
      'aliyun-cli-uri-json aliyuncli-uri',
      'ecs-metadata-json ecs',
      'credential-file-ini ini',
      'environment-variables env',
      'dotenv',
      'powershell',
      'fish',
      'docker-env-file',
      'github-actions',
      'gitlab-dotenv',
    ]);
    for (const { name, shortName } of exportFormats) {
      expect(formatCredentials(shortName ?? name, session)).toBe(formatCredentials(name.toUpperCase(), session));
    }
  });

  test.each(['bogus', '', 'json', 'toString', '.env'])('refuses the unknown format %j', (name) => {
    expect(() => formatCredentials(name, session)).toThrow(expect.objectContaining({ code: 'USAGE', exitCode: 2 }));
  });

  test('ends every format with one line end', () => {
    for (const { name } of exportFormats) expect(formatCredentials(name, keys)).toMatch(/[^\n]\n$/);
  });
});

describe('aliyun-cli-config-json', () => {
  test('is a profile of mode AK for an AccessKey', () => {
    expect(JSON.parse(formatCredentials('aliyuncli-json', keys))).toEqual({
      mode: 'AK',
      access_key_id: 'LTAI5t',
      access_key_secret: 'se+cret/=',
    });
  });

  test('is a profile of mode StsToken for a session', () => {
    expect(JSON.parse(formatCredentials('aliyuncli-json', session))).toEqual({
      mode: 'StsToken',
      access_key_id: 'STS.NT1',
      access_key_secret: 'se+cret/=',
      sts_token: 'CAIS/+==',
    });
  });
});

describe.each(['aliyun-cli-uri-json', 'ecs-metadata-json'])('%s', (name) => {
  test('has the true expiry in 20 characters, rounded down', () => {
    expect(JSON.parse(formatCredentials(name, session))).toEqual({
      Code: 'Success',
      AccessKeyId: 'STS.NT1',
      AccessKeySecret: 'se+cret/=',
      SecurityToken: 'CAIS/+==',
      Expiration: '2026-01-01T00:00:59Z',
    });
  });

  test('has no expiry for keys that do not expire', () => {
    expect(JSON.parse(formatCredentials(name, keys))).toEqual({
      Code: 'Success',
      AccessKeyId: 'LTAI5t',
      AccessKeySecret: 'se+cret/=',
      SecurityToken: '',
    });
  });
});

describe('credential-file-ini', () => {
  test('is an access_key section for an AccessKey', () => {
    expect(formatCredentials('ini', keys)).toBe(
      '[default]\nenable = true\ntype = access_key\naccess_key_id = LTAI5t\naccess_key_secret = se+cret/=\n',
    );
  });

  test('has the token under both names for a session', () => {
    expect(formatCredentials('ini', session)).toBe(
      [
        '[default]',
        'enable = true',
        'type = sts',
        'access_key_id = STS.NT1',
        'access_key_secret = se+cret/=',
        'sts_token = CAIS/+==',
        'security_token = CAIS/+==',
        '',
      ].join('\n'),
    );
  });

  const hostile = ['a\nb', 'a\r', 'a\0', ' a', 'a ', 'a#b', 'a;b', '"a"', "a'b", 'a`b', 'a\\', '%(HOME)s'];
  test.each(hostile)('refuses the value %j instead of writing a file that reads differently', (value) => {
    const planted = `PLANTED${value}`;
    const tries = [
      { ...session, accessKeyId: value },
      { ...session, accessKeySecret: value === ' a' ? value : planted },
      { ...session, securityToken: value === ' a' ? value : planted },
    ];
    for (const credentials of tries) {
      let thrown: unknown;
      try {
        formatCredentials('ini', credentials);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toMatchObject({ code: 'CREDENTIALS_SOURCE_BROKEN' });
      expect(String(thrown)).not.toContain('PLANTED');
    }
  });

  test.each(['a=b', 'a$b', 'ü', 'a b', '[x]', '%'])('writes the value %j as it is', (value) => {
    expect(formatCredentials('ini', { ...keys, accessKeySecret: value })).toContain(`access_key_secret = ${value}\n`);
  });
});
