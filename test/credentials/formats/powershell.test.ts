import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatCredentials } from '../../../src/credentials/formats/format.ts';
import { expectedVariables, hostileSession, hostileValues, keys, session } from './hostile-credentials.ts';

/**
 * Runs lines of `$env:NAME = …` as PowerShell does, each for itself: a sum of strings in single quotes, in which any of
 * `'‘’‚‛` twice is one of them and once is the end, and of `[char]NUMBER`; or `$null`, which unsets.
 */
function runPowershell(text: string, env: Record<string, string> = {}): Record<string, string> {
  const variables = { ...env };
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (line === '' || line.startsWith('#')) continue;
    const assignment = /^\$env:(\w+) = (.*)$/s.exec(line);
    if (assignment?.[1] === undefined || assignment[2] === undefined) throw new Error(`not understood: ${line}`);
    if (assignment[2] === '$null') delete variables[assignment[1]];
    else variables[assignment[1]] = sum(assignment[2]);
  }
  return variables;
}

function sum(expression: string): string {
  let value = '';
  let rest = expression;
  for (let first = true; rest !== ''; first = false) {
    if (!first) {
      if (!rest.startsWith(' + ')) throw new Error(`no + at ${rest}`);
      rest = rest.slice(3);
    }
    const literal = /^['\u2018-\u201b]((?:[^'\u2018-\u201b]|['\u2018-\u201b]{2})*)['\u2018-\u201b]/.exec(rest);
    const char = first ? null : /^\[char\](\d+)/.exec(rest);
    if (literal?.[1] !== undefined) value += literal[1].replaceAll(/['\u2018-\u201b](['\u2018-\u201b])/g, '$1');
    else if (char !== null) value += String.fromCharCode(Number(char[1]));
    else throw new Error(`no string at ${rest}`);
    rest = rest.slice((literal ?? char)?.[0].length);
  }
  return value;
}

describe('powershell', () => {
  test('is assignments of single-quoted strings under headings for a session', () => {
    const lines = formatCredentials('powershell', session, { regionId: 'cn-hangzhou' }).trimEnd().split('\n');
    for (const line of lines) expect(line).toMatch(/^(# .+|\$env:[A-Z_]+ = '[^']*')$/);
    expect(lines).toContain("$env:ALIBABA_CLOUD_ACCESS_KEY_SECRET = 'se+cret/0='");
    expect(lines).toContain("$env:ALICLOUD_REGION = 'cn-hangzhou'");
  });

  test.each([
    ["it's", "'it''s'"],
    ['a$b`c"', `'a$b\`c"'`],
    ['a\nb', "'a' + [char]10 + 'b'"],
    ['\n', "'' + [char]10"],
    ['é’', "'' + [char]233 + [char]8217"],
    ['🔑', "'' + [char]55357 + [char]56593"],
    ['', "''"],
  ])('spells %j as %s', (value, spelt) => {
    expect(formatCredentials('powershell', { ...keys, accessKeySecret: value })).toContain(
      `$env:ALICLOUD_SECRET_KEY = ${spelt}\n`,
    );
  });

  test('unsets what a session has left behind when there is none', () => {
    const env = runPowershell(formatCredentials('powershell', keys), { ...expectedVariables(session), KEPT: 'kept' });
    expect(env).toEqual({ ...expectedVariables(keys), KEPT: 'kept' });
  });

  test.each(['a\0', '\ud83d'])('refuses %j', (value) => {
    expect(() => formatCredentials('powershell', { ...keys, accessKeySecret: value })).toThrow(
      expect.objectContaining({ code: 'CREDENTIALS_SOURCE_BROKEN' }),
    );
  });

  test('hands any value over unharmed, in lines of printable ASCII', () => {
    const check = (credentials: typeof session): void => {
      const text = formatCredentials('powershell', credentials, { regionId: 'r' });
      expect(text).toMatch(/^[ -~\n]*$/);
      expect(runPowershell(text)).toEqual(expectedVariables(credentials, 'r'));
    };
    for (const value of hostileValues) check({ ...session, accessKeySecret: value });
    fc.assert(fc.property(hostileSession, check), { numRuns: 500 });
  });
});
