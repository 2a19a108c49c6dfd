import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isClientId, isFingerprint, isIssuerUrl, isProviderName } from '../../../src/sandbox/ims/model.ts';

test.each(['a', 'ack-rrsa-c123', 'a.b_c', 'x'.repeat(128)])('%j is a provider name', (name) => {
  expect(isProviderName(name)).toBe(true);
});

test.each(['', '-a', 'a-', '_a', 'a.', 'a/b', 'a b', 'a\n', 'x'.repeat(129)])('%j is no provider name', (name) => {
  expect(isProviderName(name)).toBe(false);
});

test.each(['https://a.example', 'https://a.example:8443/x/y', `https://${'a'.repeat(247)}`])(
  '%j is an issuer',
  (url) => {
    expect(isIssuerUrl(url)).toBe(true);
  },
);

test.each([
  '',
  'https://',
  'https:///x',
  'http://a.example',
  'HTTPS://a.example',
  'https://a.example?x=1',
  'https://a.example#x',
  'https://u@a.example',
  'https://a b',
  'https://a.example\n',
  `https://${'a'.repeat(248)}`,
])('%j is no issuer', (url) => {
  expect(isIssuerUrl(url)).toBe(false);
});

test.each(['sts.aliyuncs.com', 'a:b/c-d_e', '1', 'x'.repeat(128)])('%j is a client id', (id) => {
  expect(isClientId(id)).toBe(true);
});

test.each(['', '.a', '/a', 'a,b', 'a b', 'a\n', 'x'.repeat(129)])('%j is no client id', (id) => {
  expect(isClientId(id)).toBe(false);
});

test('a fingerprint is hex', () => {
  expect(isFingerprint('902ef2deeb3c5b13ea4c3d5193629309e231ae55')).toBe(true);
  expect(isFingerprint('90:2E')).toBe(true);
  for (const text of ['', 'xyz', '90 2e', 'a'.repeat(129)]) expect(isFingerprint(text)).toBe(false);
});

test('no text makes a check slow or throw', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 2000 }), (text) => {
      for (const check of [isProviderName, isIssuerUrl, isClientId, isFingerprint]) check(text);
    }),
  );
});
