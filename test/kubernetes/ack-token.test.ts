import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ackToken, extraQuery, maxTokenBytes, type SigningKeys } from '../../src/kubernetes/ack-token.ts';
import { Nonces } from '../../src/sandbox/nonces.ts';
import { authenticate } from '../../src/sandbox/principal.ts';
import { readV3 } from '../../src/sandbox/signatures/v3.ts';
import { accountId, storeWith } from '../sandbox/services.ts';

const now = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const keys: SigningKeys = { accessKeyId: 'AKID', accessKeySecret: 'SECRET' };

interface Request {
  clusterId: string;
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
}

function decode(token: string): Request {
  expect(token.startsWith('k8s-ack-v2.')).toBe(true);
  const base64 = token.slice('k8s-ack-v2.'.length);
  expect(base64).toMatch(/^[A-Za-z0-9+/]+=*$/);
  expect(base64.length % 4).toBe(0);
  return JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
}

/** The request as the authenticator sends it, as the sandbox reads it. */
function claimOf({ method, path, query, headers }: Request) {
  return readV3({
    method,
    target: `${path}?${new URLSearchParams(query)}`,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]])),
    body: new Uint8Array(),
  });
}

describe('the token of ack-ram-authenticator', () => {
  it('is the request that the authenticator sends, and nothing else', () => {
    const { token, expiresAt } = ackToken(keys, { clusterId: 'c0123', now });
    expect(decode(token)).toEqual({
      clusterId: 'c0123',
      method: 'POST',
      path: '/',
      query: { ACKClusterId: 'c0123' },
      headers: {
        Authorization:
          'ACS3-HMAC-SHA256 Credential=AKID,SignedHeaders=x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-version,Signature=53f9fddf67cc584c656fdf76715d4e53141e40fdb4789defdb30c7f23575e338',
        'user-agent': 'ack-ram-tool',
        'x-acs-action': 'GetCallerIdentity',
        'x-acs-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
        'x-acs-date': '2026-01-02T03:04:05Z',
        'x-acs-version': '2015-04-01',
      },
    });
    expect(expiresAt).toEqual(new Date(now + 600_000));
  });

  it('signs the security token of temporary keys, too', () => {
    const { token } = ackToken({ ...keys, securityToken: 'CAIS+/token==' }, { clusterId: 'c0123', now });
    const { headers } = decode(token);
    expect(headers['x-acs-security-token']).toBe('CAIS+/token==');
    expect(headers.Authorization).toBe(
      'ACS3-HMAC-SHA256 Credential=AKID,SignedHeaders=x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-security-token;x-acs-version,Signature=1c2a4981ca060843277282656bcc76d8ff1a1bdebdc1fbd0f00238ce67835c66',
    );
  });

  it('signs further parameters, sorted as text even when they are numbers', () => {
    const extra = { team: 'x y*~!é', 10: '1', 9: '2' };
    const { query, headers } = decode(ackToken(keys, { clusterId: 'c0123', now, extra }).token);
    expect(query).toEqual({ ACKClusterId: 'c0123', ...extra });
    expect(headers.Authorization?.slice(-64)).toBe('c41bf2c3e0c47201ac9574877db049176ec2b3d9475ac69118be5bc18509955f');
  });

  it('never lets a further parameter name another cluster', () => {
    const { query } = decode(ackToken(keys, { clusterId: 'c1', now, extra: { ACKClusterId: 'c2' } }).token);
    expect(query).toEqual({ ACKClusterId: 'c1' });
  });

  it('ends with the keys when they end sooner', () => {
    const expiration = new Date(now + 60_000);
    expect(ackToken({ ...keys, expiration }, { clusterId: 'c1', now }).expiresAt).toEqual(expiration);
    const later = new Date(now + 3_600_000);
    expect(ackToken({ ...keys, expiration: later }, { clusterId: 'c1', now }).expiresAt).toEqual(
      new Date(now + 600_000),
    );
  });

  it('names whoever signed it, at an STS that checks signatures', () => {
    const value = fc.string({ unit: 'grapheme', maxLength: 40 });
    const extra = fc.dictionary(fc.stringMatching(/^[a-z0-9_.-]{1,20}$/), value, { maxKeys: 5 });
    const secret = fc.stringMatching(/^[\x21-\x7e]{1,60}$/);
    fc.assert(
      fc.property(extra, secret, fc.stringMatching(/^c[a-z0-9-]{0,40}$/), (extras, accessKeySecret, clusterId) => {
        const store = storeWith();
        store.accounts[0]?.users[0]?.accessKeys.push({ id: 'AKID', secret: accessKeySecret, active: true });
        const request = decode(
          ackToken({ accessKeyId: 'AKID', accessKeySecret }, { clusterId, now, extra: extras }).token,
        );
        const principal = { kind: 'user', accountId, userName: 'admin' };
        expect(authenticate(claimOf(request), store, new Nonces(), now)).toEqual(principal);
        request.query.ACKClusterId = 'another';
        if (clusterId !== 'another') expect(claimOf(request).isSignedWith(accessKeySecret)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it('is longer than the authenticator takes when the security token is', () => {
    const { token } = ackToken({ ...keys, securityToken: 'x'.repeat(3000) }, { clusterId: 'c1', now });
    expect(token.length).toBeGreaterThan(maxTokenBytes);
  });
});

describe('the environment of a token', () => {
  const env = {
    T_TEAM: 'a',
    T_Zone: 'b',
    T_EMPTY: '',
    T_: 'c',
    OTHER: 'd',
    T_ACKCLUSTERID: 'e',
    'T_A&B': 'f',
    T_1: 'g',
  };

  it('adds the variables that start with the prefix, in lower case', () => {
    expect(extraQuery(env, 'T_')).toEqual({ team: 'a', zone: 'b', 1: 'g' });
  });

  it('adds nothing without a prefix', () => {
    expect(extraQuery(env, undefined)).toEqual({});
    expect(extraQuery(env, '')).toEqual({});
  });
});
