import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseIssuedJson } from '../../src/credentials/issued-json.ts';

const document = {
  Code: 'Success',
  AccessKeyId: 'STS.NUabcdefgh123456',
  AccessKeySecret: 'PLANTED-secret',
  SecurityToken: 'CAIS-PLANTED-token',
  Expiration: '2026-01-02T03:04:05Z',
};
const credentials = {
  accessKeyId: document.AccessKeyId,
  accessKeySecret: document.AccessKeySecret,
  securityToken: document.SecurityToken,
  expiration: new Date('2026-01-02T03:04:05Z'),
};
const changed = (change: Record<string, unknown>): string => JSON.stringify({ ...document, ...change });

describe('parseIssuedJson', () => {
  test('gives all four, with the true expiry', () => {
    expect(parseIssuedJson(JSON.stringify(document), { temporary: true })).toEqual(credentials);
  });

  test('takes a document without Code, and one of long-lived keys', () => {
    expect(parseIssuedJson(changed({ Code: undefined }))).toEqual(credentials);
    const { accessKeyId, accessKeySecret } = credentials;
    expect(parseIssuedJson(changed({ SecurityToken: '', Expiration: null }))).toEqual({ accessKeyId, accessKeySecret });
  });

  test.each([
    ['2026-01-02T03:04:05.250Z', '2026-01-02T03:04:05.250Z'],
    ['2026-01-02T11:04:05+08:00', '2026-01-02T03:04:05.000Z'],
  ])('reads the time %s', (text, iso) => {
    expect(parseIssuedJson(changed({ Expiration: text }))).toMatchObject({ expiration: new Date(iso) });
  });

  test.each([['tomorrow'], ['2026-01-02'], ['2026-13-02T03:04:05Z'], ['2026-01-02T03:04:05'], [1_767_323_045], [{}]])(
    'refuses %j as a time',
    (Expiration) => {
      expect(parseIssuedJson(changed({ Expiration }))).toBe('answered with an unusable Expiration');
    },
  );

  test.each(['AccessKeyId', 'AccessKeySecret', 'SecurityToken', 'Expiration'])('wants %s of temporary ones', (name) => {
    for (const value of [undefined, null, '']) {
      expect(parseIssuedJson(changed({ [name]: value }), { temporary: true })).toBe(`answered without ${name}`);
    }
  });

  test.each(['AccessKeyId', 'AccessKeySecret', 'SecurityToken'])('refuses a %s that is no key', (name) => {
    for (const value of [17, true, ['a'], { a: 1 }, 'line\nbreak', 'white space', 'naïve', 'x'.repeat(20_000)]) {
      expect(parseIssuedJson(changed({ [name]: value }))).toBe(`answered with an unusable ${name}`);
    }
  });

  test('refuses a Code other than Success, and shows it only where that is asked for and it is a word', () => {
    const code = 'AssumeRoleUnauthorizedOperation';
    expect(parseIssuedJson(changed({ Code: code }))).toBe('gave no credentials');
    expect(parseIssuedJson(changed({ Code: code }), { showCode: true })).toBe(
      `gave no credentials: its code is ${code}`,
    );
    for (const hostile of ['PLANTED1secret', '\u001b[31m', 500, { a: 1 }, 'A'.repeat(65)]) {
      expect(parseIssuedJson(changed({ Code: hostile }), { showCode: true })).toBe('gave no credentials');
    }
  });

  test('refuses what has expired when it knows the time', () => {
    const now = Date.parse('2026-01-02T03:04:05Z');
    expect(parseIssuedJson(JSON.stringify(document), { now: () => now - 1 })).toEqual(credentials);
    expect(parseIssuedJson(JSON.stringify(document), { now: () => now })).toBe(
      'answered with credentials that expired at 2026-01-02T03:04:05.000Z',
    );
  });

  test.each(['', 'null', '[]', '"text"', '17', '<html>please log in</html>', '{"AccessKeyId":"LT'])(
    'refuses %j',
    (text) => {
      expect(parseIssuedJson(text)).toBe('answered with something other than a JSON object');
    },
  );

  test('takes any text without throwing, and repeats none of it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const result = parseIssuedJson(text, { showCode: true, now: () => 0 });
        expect(['string', 'object']).toContain(typeof result);
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(document)), fc.jsonValue(), (name, value) => {
        const result = parseIssuedJson(changed({ [name]: value }), { temporary: true, showCode: true });
        if (typeof result === 'string') expect(result).not.toContain('PLANTED');
        else expect(JSON.stringify(result)).not.toBe('');
      }),
    );
  });
});
