import { beforeEach, describe, expect, test } from 'vitest';
import { imsOperations } from '../../../src/sandbox/ims/handler.ts';
import type { Store } from '../../../src/sandbox/store.ts';
import { accountId, callerOf, refusal, start, storeWith } from '../services.ts';

let store: Store;
let call: ReturnType<typeof callerOf>;

beforeEach(() => {
  store = storeWith();
  call = callerOf(imsOperations, store);
});

const thumbprint = '902ef2deeb3c5b13ea4c3d5193629309e231ae55';

function create(more: Record<string, string> = {}) {
  return call('CreateOIDCProvider', {
    OIDCProviderName: 'idp',
    IssuerUrl: 'https://issuer.example',
    ClientIds: 'a,b',
    Fingerprints: thumbprint,
    ...more,
  });
}

describe('CreateOIDCProvider', () => {
  test('answers the provider, lists as text and every time twice', () => {
    expect(create({ Description: 'ours', IssuanceLimitTime: '24' })).toEqual({
      OIDCProvider: {
        OIDCProviderName: 'idp',
        Arn: `acs:ram::${accountId}:oidc-provider/idp`,
        IssuerUrl: 'https://issuer.example',
        ClientIds: 'a,b',
        Fingerprints: thumbprint,
        Description: 'ours',
        CreateDate: '2026-01-02T03:04:05Z',
        UpdateDate: '2026-01-02T03:04:05Z',
        GmtCreate: String(start),
        GmtModified: String(start),
        IssuanceLimitTime: 24,
      },
    });
  });

  test('takes twelve hours of issuance when not told otherwise', () => {
    expect(create().OIDCProvider.IssuanceLimitTime).toBe(12);
  });

  test.each([
    ['no name', { OIDCProviderName: '' }, '400 MissingOIDCProviderName'],
    ['a bad name', { OIDCProviderName: 'idp-' }, '400 InvalidParameter.OIDCProviderName.InvalidChars'],
    ['a long name', { OIDCProviderName: 'a'.repeat(129) }, '400 InvalidParameter.OIDCProviderName.Length'],
    ['no issuer', { IssuerUrl: '' }, '400 MissingIssuerUrl'],
    ['an http issuer', { IssuerUrl: 'http://issuer.example' }, '400 InvalidParameter.IssuerUrl'],
    ['a bad client id', { ClientIds: 'a,,b' }, '400 InvalidParameter.ClientIds'],
    ['a client id twice', { ClientIds: 'a,a' }, '400 InvalidParameter.ClientIds'],
    [
      'too many client ids',
      { ClientIds: Array.from({ length: 51 }, (_, i) => i).join(',') },
      '409 LimitExceeded.OIDCProvider.ClientId',
    ],
    ['too many fingerprints', { Fingerprints: '1,2,3,4,5,6' }, '409 LimitExceeded.OIDCProvider.Fingerprint'],
    ['a bad fingerprint', { Fingerprints: 'zz' }, '400 InvalidParameter.Fingerprints'],
    ['a long description', { Description: 'd'.repeat(257) }, '400 InvalidParameter.Description.Length'],
    ['a limit over a week', { IssuanceLimitTime: '169' }, '400 InvalidParameter.IssuanceLimitTime'],
  ])('refuses %s', (_, params: Record<string, string>, expected) => {
    expect(refusal(() => create(params))).toBe(expected);
    expect(store.accounts[0]?.providers).toEqual([]);
  });

  test('refuses a name or an issuer that is taken', () => {
    create();
    const taken = '409 EntityAlreadyExists.OIDCProvider';
    expect(refusal(() => create({ IssuerUrl: 'https://other.example' }))).toBe(taken);
    expect(refusal(() => create({ OIDCProviderName: 'other' }))).toBe(taken);
  });

  test('refuses the provider after the hundredth', () => {
    for (let i = 0; i < 100; i += 1) create({ OIDCProviderName: `p${i}`, IssuerUrl: `https://issuer.example/${i}` });
    expect(refusal(() => create())).toBe('409 LimitExceeded.OIDCProvider');
  });
});

test('GetOIDCProvider answers what was created', () => {
  const created = create();
  expect(call('GetOIDCProvider', { OIDCProviderName: 'idp' })).toEqual(created);
});

test('UpdateOIDCProvider changes what is given', () => {
  create();
  const params = { OIDCProviderName: 'idp', ClientIds: 'c', NewDescription: 'new', IssuanceLimitTime: '1' };
  const { OIDCProvider } = call('UpdateOIDCProvider', params, { now: start + 1000 });
  expect(OIDCProvider).toMatchObject({
    ClientIds: 'c',
    Fingerprints: thumbprint,
    Description: 'new',
    IssuanceLimitTime: 1,
    UpdateDate: '2026-01-02T03:04:06Z',
  });
  expect(call('UpdateOIDCProvider', { OIDCProviderName: 'idp' }).OIDCProvider.ClientIds).toBe('c');
  expect(refusal(() => call('UpdateOIDCProvider', { OIDCProviderName: 'idp', ClientIds: ' ' }))).toBe(
    '400 InvalidParameter.ClientIds',
  );
});

test('DeleteOIDCProvider removes the provider', () => {
  create();
  expect(call('DeleteOIDCProvider', { OIDCProviderName: 'idp' })).toEqual({});
  expect(store.accounts[0]?.providers).toEqual([]);
});

test('ListOIDCProviders pages', () => {
  create();
  create({ OIDCProviderName: 'other', IssuerUrl: 'https://other.example' });
  const first = call('ListOIDCProviders', { MaxItems: '1' });
  expect(first).toMatchObject({ IsTruncated: true, OIDCProviders: { OIDCProvider: [{ OIDCProviderName: 'idp' }] } });
  const second = call('ListOIDCProviders', { MaxItems: '1', Marker: first.Marker });
  expect(second).toEqual({
    IsTruncated: false,
    OIDCProviders: { OIDCProvider: [expect.objectContaining({ OIDCProviderName: 'other' })] },
  });
  expect(refusal(() => call('ListOIDCProviders', { MaxItems: '101' }))).toBe('400 InvalidParameter.MaxItems');
});

describe.each([
  ['ClientId', 'ClientIds', 'c', 50],
  ['Fingerprint', 'Fingerprints', 'ab', 5],
])('%s', (noun, plural, value, quota) => {
  const add = (text: string) => call(`Add${noun}ToOIDCProvider`, { OIDCProviderName: 'idp', [noun]: text });
  const remove = (text: string) => call(`Remove${noun}FromOIDCProvider`, { OIDCProviderName: 'idp', [noun]: text });

  test('is added and removed', () => {
    const before = create().OIDCProvider[plural];
    expect(add(value).OIDCProvider[plural]).toBe(`${before},${value}`);
    expect(remove(value).OIDCProvider[plural]).toBe(before);
  });

  test('is refused when missing, malformed, there already or not there', () => {
    create();
    add(value);
    expect(refusal(() => add(''))).toBe(`400 Missing${noun}`);
    expect(refusal(() => add(' ,'))).toBe(`400 InvalidParameter.${noun}`);
    expect(refusal(() => add(value))).toBe(`409 EntityAlreadyExists.OIDCProvider.${noun}`);
    expect(refusal(() => remove('d0'))).toBe(`404 EntityNotExist.OIDCProvider.${noun}`);
  });

  test(`is refused beyond ${quota}`, () => {
    create({ [plural]: Array.from({ length: quota }, (_, i) => i).join(',') });
    expect(refusal(() => add('ff'))).toBe(`409 LimitExceeded.OIDCProvider.${noun}`);
  });
});

test.each([
  'GetOIDCProvider',
  'UpdateOIDCProvider',
  'DeleteOIDCProvider',
  'AddClientIdToOIDCProvider',
  'RemoveClientIdFromOIDCProvider',
  'AddFingerprintToOIDCProvider',
  'RemoveFingerprintFromOIDCProvider',
])('%s refuses an unknown provider', (action) => {
  const params = { OIDCProviderName: 'nobody', ClientId: 'a', Fingerprint: 'ab' };
  expect(refusal(() => call(action, params))).toBe('404 EntityNotExist.OIDCProvider');
});
