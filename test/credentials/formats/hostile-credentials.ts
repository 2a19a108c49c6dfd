import fc from 'fast-check';
import { expect } from 'vitest';
import { exportedVariables } from '../../../src/credentials/exported-variables.ts';
import type { Credentials } from '../../../src/credentials/provider.ts';

export const session: Credentials = {
  accessKeyId: 'STS.NT1abc',
  accessKeySecret: 'se+cret/0=',
  securityToken: 'CAIS/+==',
  expiration: new Date('2026-01-01T00:00:00Z'),
};
export const keys: Credentials = { accessKeyId: 'LTAI5t', accessKeySecret: 'se+cret/0=' };

/** Values that some reader of some format cuts, unquotes, unescapes or expands. */
export const hostileValues = [
  "it's",
  "''",
  '""',
  '"x"',
  "'x'",
  '`x`',
  '"',
  'a\'b"c`d',
  '$HOME ${HOME} $(id) `id`',
  '%HOME% %0A %25 %%',
  '\\',
  'a\\',
  '\\n',
  '\\\\n',
  "\\'",
  'a\nb',
  "it's\nb",
  '\n',
  'x\n',
  'a\rb',
  'a\r\nb',
  'a\n#b',
  'a # b',
  '#',
  '!!',
  '*',
  '~',
  ';&|<>',
  ' a ',
  '\ta\t',
  'a=b',
  '=',
  'ü漢🔑',
  '\u{1F600}\u200d',
  '\u2018x\u2019\u201a\u201b\u201c',
  'a\u2028b\u2029c',
  '\u0085\u00a0',
  '\ufeffx',
  '\uf600\ufdd0\ue000',
  '\x1b[31m\x07\x7f',
  'EOF\nA=b',
  'A<<B\nC',
  '::add-mask::x',
  '-n',
  '(x)',
  '{a,b}',
];

/** Text of hostile characters, and text of any. No NUL and nothing but whole characters: every format refuses those. */
export const hostileText: fc.Arbitrary<string> = fc
  .oneof(
    fc.string({
      unit: fc.constantFrom(...'\'"`$\\\n\r \t#!%=<>&;~*{}()[]-+:@,.aN\u00e9\u6f22\u2019\u2028', '\u{1F511}'),
      maxLength: 12,
    }),
    fc.string({ unit: fc.constantFrom(...'\'"\\$\na '), maxLength: 8 }),
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.string({ unit: fc.constantFrom(...'abcXYZ0189+/=._-') }),
    fc.constantFrom(...hostileValues),
  )
  .map((text) => text.replaceAll('\0', ''));

/** A session of hostile values; its token is never empty, which would mean that there is none. */
export const hostileSession: fc.Arbitrary<Credentials> = fc
  .record({ accessKeyId: hostileText, accessKeySecret: hostileText, securityToken: hostileText })
  .map((texts) => ({ ...texts, securityToken: texts.securityToken || 'x' }));

/** Every variable that should hand `credentials` over. */
export function expectedVariables(credentials: Credentials, regionId?: string): Record<string, string> {
  return Object.fromEntries(exportedVariables(credentials, regionId).flatMap(({ variables }) => variables));
}

/** The text that `format` gives, or `undefined` when it refuses as it should: with a clear error that shows no value. */
export function formattedOrRefused(credentials: Credentials, format: () => string): string | undefined {
  try {
    return format();
  } catch (error) {
    expect(error).toMatchObject({ code: 'CREDENTIALS_SOURCE_BROKEN', hint: expect.stringContaining('ack-ram-tool') });
    expect((error as Error).message).toMatch(/^the (value for [A-Z_]+|credentials) [a-zA-Z0-9 ,.']+$/);
    for (const value of [credentials.accessKeySecret, credentials.securityToken ?? '']) {
      // A short value may be part of any sentence.
      if (value.length > 7) expect((error as Error).message).not.toContain(value);
    }
    return undefined;
  }
}
