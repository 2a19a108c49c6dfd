import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { staleVariables } from '../../../src/credentials/exported-variables.ts';
import { formatGithubEnv, formatGithubMasks } from '../../../src/credentials/formats/github-actions.ts';
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
 * Reads the file as GitHub's runner does on Linux, or on Windows: lines of `NAME=value`, or `NAME<<DELIMITER` and all
 * text up to a line that is the delimiter. Empty lines between are nothing.
 */
function readGithubEnv(text: string, windows = false): Record<string, string> {
  const lines = [...text.matchAll(windows ? /(.*?)(\r?\n|$)/gsy : /([^\n]*)(\n|$)/gy)];
  const variables: Record<string, string> = {};
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at]?.[1] ?? '';
    if (line === '') continue;
    const equals = line.indexOf('=');
    const heredoc = line.indexOf('<<');
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      variables[line.slice(0, equals)] = line.slice(equals + 1);
      continue;
    }
    const delimiter = line.slice(heredoc + 2);
    if (heredoc < 1 || delimiter === '') throw new Error(`invalid format: ${line}`);
    let value = '';
    for (at += 1; lines[at]?.[1] !== delimiter; at += 1) {
      if (at >= lines.length) throw new Error('matching delimiter not found');
      value += lines[at]?.[0];
    }
    variables[line.slice(0, heredoc)] = value.replace(windows ? /\r?\n$/ : /\n$/, '');
  }
  return variables;
}

/** What the runner masks: commands begin a line, and their data is unescaped. Any other output is an error here. */
function readMasks(text: string): string[] {
  return text
    .split(/\r\n|\r|\n/)
    .slice(0, -1)
    .map((line) => {
      const data = /^::add-mask::(.+)$/s.exec(line)?.[1];
      if (!data?.trim()) throw new Error(`no mask: ${JSON.stringify(line)}`);
      return data.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
    });
}

function expectedEnv(credentials: Credentials, regionId?: string): Record<string, string> {
  const stale = staleVariables(credentials).map((name) => [name, '']);
  return { ...Object.fromEntries(stale), ...expectedVariables(credentials, regionId) };
}

describe('the masks of github-actions', () => {
  test('are secret and token', () => {
    expect(formatGithubMasks(session)).toBe('::add-mask::se+cret/0=\n::add-mask::CAIS/+==\n');
    expect(formatGithubMasks(keys)).toBe('::add-mask::se+cret/0=\n');
  });

  test('are one for each line of a value, since logs are masked line by line', () => {
    expect(readMasks(formatGithubMasks({ ...session, accessKeySecret: 'one\n\ntwo %0A\n' }))).toEqual([
      'one',
      'two %0A',
      'CAIS/+==',
    ]);
  });

  test('cover every line of any value, and are nothing else', () => {
    fc.assert(
      fc.property(hostileSession, (credentials) => {
        if (formattedOrRefused(credentials, () => formatGithubEnv(credentials, {})) === undefined) return;
        const masks = readMasks(formatGithubMasks(credentials));
        const lines = [credentials.accessKeySecret, credentials.securityToken ?? ''].flatMap((value) =>
          value.split('\n'),
        );
        expect(masks).toEqual(lines.filter((line) => line.trim() !== ''));
      }),
    );
  });
});

describe('the file of github-actions', () => {
  test('has every value between two lines that cannot be guessed', () => {
    const text = formatGithubEnv(session, {});
    const delimiter = /^ALIBABA_CLOUD_ACCESS_KEY_ID<<(ghadelimiter_[0-9a-f-]{36})\nSTS\.NT1abc\n\1\n/.exec(text)?.[1];
    expect(delimiter).toBeDefined();
    expect(formatGithubEnv(session, {})).not.toContain(delimiter);
    expect(readGithubEnv(text)).toEqual(expectedVariables(session));
  });

  test('sets to nothing what a session has left behind when there is none', () => {
    expect(readGithubEnv(formatGithubEnv(keys, { regionId: 'r' }))).toEqual(expectedEnv(keys, 'r'));
    expect(expectedEnv(keys).ALIBABA_CLOUD_SECURITY_TOKEN).toBe('');
  });

  test.each(['a\rb', 'a\r\nb', 'a\0', '\ud83d'])('refuses %j', (value) => {
    const credentials = { ...keys, accessKeySecret: value };
    expect(formattedOrRefused(credentials, () => formatGithubEnv(credentials, {}))).toBeUndefined();
  });

  test('lets no value set a variable of its own', () => {
    const secret = 'x\nEOF\nghadelimiter_\nLD_PRELOAD=/tmp/evil.so\nPATH<<EOF\n/tmp\nEOF';
    expect(readGithubEnv(formatGithubEnv({ ...session, accessKeySecret: secret }, {}))).toEqual(
      expectedVariables({ ...session, accessKeySecret: secret }),
    );
  });

  test.each([
    ['Linux', false],
    ['Windows', true],
  ])('is read on %s as it was meant, or refused', (_name, windows) => {
    const check = (credentials: Credentials): void => {
      const text = formattedOrRefused(credentials, () => formatGithubEnv(credentials, { regionId: 'r' }));
      if (text !== undefined) expect(readGithubEnv(text, windows)).toEqual(expectedEnv(credentials, 'r'));
    };
    for (const value of hostileValues) check({ ...session, accessKeySecret: value });
    fc.assert(fc.property(hostileSession, check), { numRuns: 300 });
  });
});
