import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatCredentials } from '../../../src/credentials/formats/format.ts';
import type { Credentials } from '../../../src/credentials/provider.ts';
import { findPrograms } from '../../support/programs.ts';
import { expectedVariables, hostileSession, hostileValues, keys, session } from './hostile-credentials.ts';

/** The environment of a program that fish starts after `… | source` of each text, in one shell one after the other. */
function source(fish: string, texts: string[], env: Record<string, string> = {}): Array<Record<string, string>> {
  const names = texts.map((_text, index) => `TEXT_${index}`).join(' ');
  const script = `for name in ${names}; printf %s $$name | source; or exit 1; env -0; printf '\\001\\0'; end`;
  const texted = Object.fromEntries(texts.map((text, index) => [`TEXT_${index}`, text]));
  const out = execFileSync(fish, ['--no-config', '-c', script], {
    env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent', LC_ALL: 'C.UTF-8', ...env, ...texted },
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return out
    .split('\x01\0')
    .slice(0, -1)
    .map((block) =>
      Object.fromEntries(
        block
          .split('\0')
          .filter((entry) => entry.includes('=') && !entry.startsWith('TEXT_'))
          .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
      ),
    );
}

describe('fish', () => {
  test('is global exports under headings for a session', () => {
    const lines = formatCredentials('fish', session, { regionId: 'cn-hangzhou' }).trimEnd().split('\n');
    for (const line of lines) expect(line).toMatch(/^(# .+|set -gx [A-Z_]+ '[^']*')$/);
    expect(lines).toContain("set -gx ALIBABA_CLOUD_ACCESS_KEY_SECRET 'se+cret/0='");
    expect(lines).toContain("set -gx ALICLOUD_REGION 'cn-hangzhou'");
  });

  test.each(['a\0', '\ud83d'])('refuses %j', (value) => {
    expect(() => formatCredentials('fish', { ...keys, accessKeySecret: value })).toThrow(
      expect.objectContaining({ code: 'CREDENTIALS_SOURCE_BROKEN' }),
    );
  });

  describe.each(findPrograms(['fish']))('sourced by %s', (fish) => {
    test('replaces a session that was there before, its token and expiry included, by an AccessKey', () => {
      const stale = expectedVariables(session);
      const [env] = source(fish, [formatCredentials('fish', keys)], stale);
      for (const name of Object.keys(stale)) expect([name, env?.[name]]).toEqual([name, expectedVariables(keys)[name]]);
    });

    test('erases what is left of a session', () => {
      const [env] = source(fish, [formatCredentials('fish', keys)], { SECURITY_TOKEN: 'old' });
      expect(env).not.toHaveProperty('SECURITY_TOKEN');
    });

    test('hands an AccessKey over where nothing was before', () => {
      const [env] = source(fish, [formatCredentials('fish', keys)]);
      expect(env).toMatchObject(expectedVariables(keys));
    });

    const check = (all: Credentials[]): void => {
      const envs = source(
        fish,
        all.map((credentials) => formatCredentials('fish', credentials)),
      );
      expect(envs).toHaveLength(all.length);
      for (const [index, credentials] of all.entries()) {
        expect(envs[index]).toMatchObject(expectedVariables(credentials));
      }
    };

    test('hands every awkward value over unharmed', () => {
      check(hostileValues.map((value) => ({ ...session, accessKeySecret: value })));
    });

    test('hands any value over unharmed', () => {
      const sessions = fc.array(
        hostileSession.filter((credentials) => !JSON.stringify(credentials).includes('\\u0001')),
        { minLength: 20, maxLength: 40 },
      );
      // A shell for every step of shrinking would take minutes.
      fc.assert(fc.property(sessions, check), { numRuns: 5, endOnFailure: true });
    });
  });
});
