import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { childEnvironment } from '../../../src/credentials/child-environment.ts';
import { exportedVariables } from '../../../src/credentials/exported-variables.ts';
import { formatCredentials } from '../../../src/credentials/formats/format.ts';
import type { Credentials } from '../../../src/credentials/provider.ts';
import { findPrograms } from '../../support/programs.ts';

const session: Credentials = {
  accessKeyId: 'STS.NT1',
  accessKeySecret: 'secret',
  securityToken: 'CAIS',
  expiration: new Date('2026-01-01T00:00:00Z'),
};
const keys: Credentials = { accessKeyId: 'LTAI', accessKeySecret: 'secret' };
const shells = findPrograms(['bash', 'dash', 'zsh']);

/** The environment of a program that a shell starts after `eval "$(…)"` of each text, in one shell for all of them. */
function evaluate(shell: string, texts: string[], env: Record<string, string> = {}): Array<Record<string, string>> {
  const texted = Object.fromEntries(texts.map((text, index) => [`TEXT_${index}`, text]));
  const script = texts
    .map((_text, index) => `(eval "$(printf %s "$TEXT_${index}")" && env -u TEXT_${index} -0 && printf '\\001\\0')`)
    .join(' && ');
  const out = execFileSync(shell, ['-c', script], {
    env: { PATH: '/usr/bin:/bin', ...env, ...texted },
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    // Bash takes a socket on stdin for a remote login, and reads ~/.bashrc.
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return out
    .split('\x01\0')
    .slice(0, -1)
    .map((block) =>
      Object.fromEntries(
        block
          .split('\0')
          .filter((entry) => entry.includes('='))
          .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
      ),
    );
}

/** What `credentials` should look like from inside. */
function expected(credentials: Credentials, regionId?: string): Record<string, string> {
  return Object.fromEntries(exportedVariables(credentials, regionId).flatMap(({ variables }) => variables));
}

describe('environment-variables', () => {
  test('is exports under headings, and nothing else, for a session', () => {
    const lines = formatCredentials('env', session, { regionId: 'cn-hangzhou' }).trimEnd().split('\n');
    for (const line of lines) expect(line).toMatch(/^(# .+|export [A-Z_]+='[^']*')$/);
    expect(lines).toContain("export ALIBABA_CLOUD_CREDENTIALS_EXPIRATION='2026-01-01T00:00:00Z'");
    expect(lines).toContain("export ALICLOUD_SECRET_KEY='secret'");
    expect(lines).toContain("export ALIYUN_LOG_CLI_ACCESSID='STS.NT1'");
    expect(lines).toContain("export ALICLOUD_REGION='cn-hangzhou'");
  });

  test('never exports a name twice', () => {
    const names = [...formatCredentials('env', session, { regionId: 'r' }).matchAll(/^export (\w+)=/gm)].map(
      (m) => m[1],
    );
    expect(new Set(names).size).toBe(names.length);
  });

  test('gives the shell what a child gets', () => {
    expect(childEnvironment({}, { credentials: session, regionId: 'r' })).toMatchObject(expected(session, 'r'));
  });

  test('refuses a NUL, which no shell can hold, without showing the value', () => {
    expect(() => formatCredentials('env', { ...keys, accessKeySecret: 'PLANTED\0' })).toThrow(
      expect.objectContaining({ code: 'CREDENTIALS_SOURCE_BROKEN', message: expect.not.stringContaining('PLANTED') }),
    );
  });

  test('there is a shell to test with', () => {
    expect(shells.length).toBeGreaterThan(0);
  });

  describe.each(shells)('evaluated by %s', (shell) => {
    test('replaces a session that was there before, its token and expiry included, by an AccessKey', () => {
      const stale = childEnvironment({}, { credentials: session });
      const [env] = evaluate(shell, [formatCredentials('env', keys)], stale);
      for (const name of Object.keys(expected(session)))
        expect([name, env?.[name]]).toEqual([name, expected(keys)[name]]);
    });

    const hostile = [
      "it's",
      "''",
      '$HOME $(id) `id`',
      '"',
      '\\',
      '\\n',
      'a\nb',
      '\n',
      'a\n#b',
      '!!',
      '*',
      '~',
      'ü漢🔑',
      '\t',
      ';&|<>',
      'x\n',
    ];
    test('hands every awkward value over unharmed', () => {
      const texts = hostile.map((value) => formatCredentials('env', { ...session, accessKeySecret: value }));
      const secrets = evaluate(shell, texts).map((env) => env.ALICLOUD_SECRET_KEY);
      expect(secrets).toEqual(hostile);
    });

    test('hands any value over unharmed', () => {
      const value = fc.oneof(
        fc.string({ unit: fc.constantFrom("'", '"', '$', '`', '\\', '\n', ' ', '#', '!', 'a', 'é') }),
        fc.string({ unit: 'grapheme' }),
      );
      const text = value.map((s) => s.replaceAll(/[\0\x01]/g, '').toWellFormed());
      fc.assert(
        fc.property(fc.array(fc.tuple(text, text, text), { minLength: 20, maxLength: 40 }), (rows) => {
          const all = rows.map(([id, secret, token]) => ({
            accessKeyId: id,
            accessKeySecret: secret,
            securityToken: `t${token}`,
          }));
          const envs = evaluate(
            shell,
            all.map((credentials) => formatCredentials('env', credentials)),
          );
          expect(envs).toHaveLength(all.length);
          for (const [index, credentials] of all.entries()) expect(envs[index]).toMatchObject(expected(credentials));
        }),
        // A shell for every step of shrinking would take minutes.
        { numRuns: 5, endOnFailure: true },
      );
    });
  });
});
