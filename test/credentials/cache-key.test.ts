import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accountOf, cacheKey, type KeyParts, staticIdentity, tokenIdentity } from '../../src/credentials/cache-key.ts';

const token = (claims: unknown): string =>
  ['header', Buffer.from(JSON.stringify(claims)).toString('base64url'), 'signature'].join('.');

const text = fc.string({ maxLength: 6 });
const maybe = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(values, { nil: undefined });
const parts: fc.Arbitrary<KeyParts> = fc.record({
  identity: fc.array(text, { maxLength: 4 }),
  role: maybe(
    fc.record({
      roleArn: text,
      sessionName: maybe(text),
      durationSeconds: maybe(fc.integer({ min: 0, max: 3 })),
      policy: maybe(text),
    }),
  ),
  session: maybe(fc.record({ sessionName: maybe(text), durationSeconds: maybe(fc.integer({ min: 0, max: 3 })) })),
  expectAccount: maybe(text),
  stsEndpointName: text,
});

describe('cacheKey', () => {
  test('is equal for equal parts and for no others', () => {
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        expect(cacheKey(one)).toBe(cacheKey(structuredClone(one)));
        expect(cacheKey(one)).toMatch(/^[0-9a-f]{64}$/);
        const isSame = JSON.stringify(plain(one)) === JSON.stringify(plain(other));
        expect(cacheKey(one) === cacheKey(other)).toBe(isSame);
      }),
    );
  });

  test('differs with every single thing that decides', () => {
    const role = { roleArn: 'acs:ram::1:role/a', sessionName: 's', durationSeconds: 900, policy: '{}' };
    const base: KeyParts = { identity: ['kind', 'id'], role, expectAccount: '1', stsEndpointName: 'sts' };
    const others: KeyParts[] = [
      { ...base, identity: ['kind', 'other'] },
      { ...base, identity: ['kindid'] },
      { ...base, role: undefined },
      { ...base, role: { ...role, roleArn: 'acs:ram::1:role/b' } },
      { ...base, role: { ...role, sessionName: 't' } },
      { ...base, role: { ...role, sessionName: undefined } },
      { ...base, role: { ...role, durationSeconds: 901 } },
      { ...base, role: { ...role, policy: undefined } },
      { ...base, expectAccount: undefined },
      { ...base, stsEndpointName: 'sts.other' },
    ];
    expect(new Set([base, ...others].map(cacheKey)).size).toBe(others.length + 1);
  });
});

/** What tells two parts apart, absent and empty included. */
function plain({ identity, role, expectAccount, stsEndpointName }: KeyParts): unknown {
  const wrap = (value: unknown): unknown[] => (value === undefined ? [] : [value]);
  const roleParts = role && [role.roleArn, ...[role.sessionName, role.durationSeconds, role.policy].map(wrap)];
  return [identity, wrap(roleParts), wrap(expectAccount), stsEndpointName];
}

describe('staticIdentity', () => {
  test('names the id, and nothing secret', () => {
    const identity = staticIdentity({ accessKeyId: 'LTAI', accessKeySecret: 'PLANTED', securityToken: 'PLANTED2' });
    expect(identity.slice(0, 2)).toEqual(['keys', 'LTAI']);
    expect(identity.join()).not.toContain('PLANTED');
  });

  test('differs with the secret alone, and with the token alone', () => {
    const keys = { accessKeyId: 'LTAI', accessKeySecret: 'a' };
    const all = [keys, { ...keys, accessKeySecret: 'b' }, { ...keys, securityToken: 't' }].map(staticIdentity);
    expect(new Set(all.map(String)).size).toBe(3);
  });
});

describe('tokenIdentity', () => {
  test('is the same for every token of one issuer and subject', () => {
    const first = tokenIdentity(token({ iss: 'https://i', sub: 's', iat: 1 }));
    expect(tokenIdentity(token({ iss: 'https://i', sub: 's', iat: 2, aud: ['x'] }))).toEqual(first);
    expect(tokenIdentity(token({ iss: 'https://i', sub: 't', iat: 1 }))).not.toEqual(first);
    expect(tokenIdentity(token({ iss: 'https://j', sub: 's', iat: 1 }))).not.toEqual(first);
  });

  test('is a hash for whatever else a token may be, and never fails', () => {
    const odd = [
      '',
      'opaque',
      'a.b',
      'a.b.c',
      'a.b.c.d',
      token(null),
      token([]),
      token({ iss: 1, sub: 's' }),
      token('x'),
    ];
    for (const one of odd) expect(tokenIdentity(one)[0]).toBe('token');
    fc.assert(fc.property(fc.string(), (one) => void expect(tokenIdentity(one).length).toBeGreaterThan(1)));
  });
});

describe('accountOf', () => {
  const parts = { identity: ['x', 'acs:ram::1:role/a'], stsEndpointName: '' };

  test('is the expected one, else that of the role on top, else that of the only role in the source', () => {
    const role = { roleArn: 'acs:ram::2:role/b' };
    expect(accountOf({ ...parts, role, expectAccount: '3' })).toBe('3');
    expect(accountOf({ ...parts, role })).toBe('2');
    expect(accountOf(parts)).toBe('1');
  });

  test('is not known when several are named, or none', () => {
    expect(accountOf({ ...parts, identity: [...parts.identity, 'acs:ram::2:role/b'] })).toBeUndefined();
    expect(accountOf({ ...parts, identity: ['x'] })).toBeUndefined();
  });
});
