import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatArn, parseArn, parseOidcProviderArn, parseRoleArn, roleArn } from '../../src/policy/arn.ts';

describe('parseArn', () => {
  it('takes the five parts apart, and colons of the resource for its own', () => {
    expect(parseArn('acs:cs:cn-hangzhou:1:cluster/c1:x/y')).toEqual({
      service: 'cs',
      region: 'cn-hangzhou',
      accountId: '1',
      resource: 'cluster/c1:x/y',
    });
    expect(parseArn('acs:ram::1:root')).toEqual({ service: 'ram', region: '', accountId: '1', resource: 'root' });
  });

  it.each([
    '',
    'acs',
    'acs:ram::1',
    'acs:ram::1:',
    'acs:::1:root',
    'arn:aws:iam::1:role/a',
    ' acs:ram::1:root',
    'ACS:ram::1:root',
  ])('is undefined for %j', (text) => {
    expect(parseArn(text)).toBeUndefined();
  });

  it('is undone by formatArn', () => {
    const part = fc.stringMatching(/^[^:]*$/);
    fc.assert(
      fc.property(
        fc.stringMatching(/^[^:]+$/),
        part,
        part,
        fc.string({ minLength: 1 }),
        (service, region, accountId, resource) => {
          const arn = { service, region, accountId, resource };
          expect(parseArn(formatArn(arn))).toEqual(arn);
        },
      ),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `acs:${text}`),
        ),
        (text) => {
          const arn = parseArn(text);
          if (arn !== undefined) expect(formatArn(arn)).toBe(text);
        },
      ),
    );
  });
});

describe('parseRoleArn', () => {
  it('reads account and name, and roleArn puts them back', () => {
    expect(parseRoleArn('acs:ram::1000000000000001:role/oss-reader')).toEqual({
      accountId: '1000000000000001',
      roleName: 'oss-reader',
    });
    expect(roleArn('1000000000000001', 'oss-reader')).toBe('acs:ram::1000000000000001:role/oss-reader');
  });

  it.each([
    'acs:ram::1:user/a',
    'acs:ram::1:role/',
    'acs:ram::1:role/..',
    'acs:ram::1:role/a/b',
    'acs:ram::1:role/a b',
    'acs:ram::1:role/a\n',
    'acs:ram::1:Role/a',
    'acs:ram:cn-hangzhou:1:role/a',
    'acs:ram:::role/a',
    'acs:ram::x:role/a',
    'acs:ram::1:role/a:b',
    'acs:sts::1:role/a',
    'oss-reader',
    `acs:ram::1:role/${'a'.repeat(65)}`,
  ])('is undefined for %j', (text) => {
    expect(parseRoleArn(text)).toBeUndefined();
  });
});

describe('parseOidcProviderArn', () => {
  it('reads account and name', () => {
    expect(parseOidcProviderArn('acs:ram::1:oidc-provider/ack-rrsa-c1')).toEqual({
      accountId: '1',
      name: 'ack-rrsa-c1',
    });
  });

  it.each([
    'acs:ram::1:role/a',
    'acs:ram::1:oidc-provider/',
    'acs:ram::1:oidc-provider/a/b',
    'acs:ram::1:saml-provider/a',
    '',
  ])('is undefined for %j', (text) => {
    expect(parseOidcProviderArn(text)).toBeUndefined();
  });
});
