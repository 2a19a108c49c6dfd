import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseConfig, withProfileValues } from '../../../src/credentials/aliyun-cli/config.ts';

const patch = (text: string, values = { sts_token: 'new' } as Record<string, string | number>) =>
  withProfileValues(text, 'config.json', 'login', values);

const document = {
  current: 'login',
  profiles: [
    { name: 'other', mode: 'AK', access_key_id: 'a' },
    { name: 'login', mode: 'OAuth', sts_token: 'old', unknown: { '10': 1, '2': [1.5, null, true] } },
    { name: 'login', mode: 'OAuth', sts_token: 'second of the name' },
  ],
  meta_path: '',
  plugins: {},
};
const changed = JSON.parse(JSON.stringify(document));
changed.profiles[1].sts_token = 'new';

describe('withProfileValues', () => {
  test.each([
    ['a tab, as the aliyun CLI writes it', '\t', ''],
    ['four spaces, as the SDK for Node writes it', 4, ''],
    ['two spaces and a line end', 2, '\n'],
    ['nothing', 0, ''],
  ])('keeps an indent of %s', (_name, indent, end) => {
    const text = JSON.stringify(document, null, indent) + end;
    expect(patch(text)).toBe(JSON.stringify(changed, null, indent) + end);
  });

  test('keeps Windows line ends', () => {
    const lines = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`.replaceAll('\n', '\r\n');
    expect(patch(lines(document))).toBe(lines(changed));
  });

  test('keeps the order of keys, numbers as they are spelled, and __proto__', () => {
    const text =
      '{"profiles":[{"10":1.50,"2":12345678901234567890,"__proto__":{"a":1},"name":"login","sts_token":"x"}]}';
    expect(patch(text)).toBe(text.replace('"sts_token":"x"', '"sts_token":"new"'));
  });

  test('puts what was not there at the end of the profile', () => {
    const text = '{"profiles":[{"name":"login"}],"current":"login"}';
    expect(patch(text, { sts_token: 't', sts_expiration: 5 })).toBe(
      '{"profiles":[{"name":"login","sts_token":"t","sts_expiration":5}],"current":"login"}',
    );
  });

  test('refuses when the profile has gone', () => {
    expect(() => patch('{"profiles":[]}')).toThrow('not there any more');
  });

  test('changes nothing but what it sets, whatever else is there', () => {
    const extra = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(extra, extra, fc.constantFrom('\t', '  ', ''), (root, profile, indent) => {
        const before = { ...root, profiles: [{ ...profile, name: 'login', sts_token: 'old' }] };
        const text = JSON.stringify(before, null, indent);
        const after = JSON.parse(patch(text));
        expect(after.profiles[0].sts_token).toBe('new');
        after.profiles[0].sts_token = 'old';
        expect(JSON.stringify(after)).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });
});

describe('parseConfig', () => {
  test('reads or refuses anything, and repeats none of it', () => {
    const part = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"profiles"',
      ':',
      ',',
      '"PLANTED"',
      'PLANTED',
      '"name"',
      'null',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        try {
          parseConfig(parts.join(''), 'config.json');
        } catch (error) {
          expect(error).toMatchObject({ code: 'CREDENTIALS_SOURCE_BROKEN' });
          expect(JSON.stringify([error, String(error)])).not.toContain('PLANTED');
        }
      }),
    );
  });
});
