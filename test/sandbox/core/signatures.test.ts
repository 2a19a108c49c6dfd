import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SignatureClaim } from '../../../src/sandbox/signatures/claim.ts';
import { readRoaV1 } from '../../../src/sandbox/signatures/roa-v1.ts';
import { readRpcV1 } from '../../../src/sandbox/signatures/rpc-v1.ts';
import { readV3 } from '../../../src/sandbox/signatures/v3.ts';
import { ApiFault } from '../../../src/sandbox/types.ts';
import { formOf, mergeParams, parseParams, queryOf, type SandboxRequest } from '../../../src/sandbox/wire.ts';
import cases from '../../cases/sandbox/signatures.json' with { type: 'json' };
import { requestOf, signedV3 } from './signed-requests.ts';

const readers: Record<string, (request: SandboxRequest) => SignatureClaim> = {
  v3: readV3,
  'roa-v1': readRoaV1,
  'rpc-v1': (request) => readRpcV1(request.method, mergeParams(parseParams(queryOf(request.target)), formOf(request))),
};

function read(scheme: string, request: SandboxRequest): SignatureClaim {
  const reader = readers[scheme];
  if (reader === undefined) throw new Error(`no scheme ${scheme}`);
  return reader(request);
}

function vectorRequest(vector: (typeof cases.vectors)[number]): SandboxRequest {
  const { method, target, headers, body } = vector.request;
  return requestOf(method, target, headers, body);
}

function codeOf(attempt: () => unknown): string {
  try {
    attempt();
  } catch (error) {
    if (error instanceof ApiFault) return error.code;
    throw error;
  }
  return 'no refusal';
}

describe('a signature', () => {
  it.each(cases.vectors.map((vector) => [vector.name, vector] as const))('is verified: %s', (_name, vector) => {
    const claim = read(vector.scheme, vectorRequest(vector));
    expect(claim).toMatchObject({ accessKeyId: cases.accessKeyId, nonce: vector.nonce, securityToken: undefined });
    expect(claim.signedAt).toBe(Date.parse(cases.signedAt));
    expect(claim.stringToSign).toContain(vector.stringToSignHolds);
    expect(claim.isSignedWith(cases.secret)).toBe(true);
    expect(claim.isSignedWith(`${cases.secret}x`)).toBe(false);
    expect(claim.isSignedWith('')).toBe(false);
  });

  it.each(cases.vectors.map((vector) => [vector.name, vector] as const))(
    'does not cover another method: %s',
    (_name, vector) => {
      const request = { ...vectorRequest(vector), method: 'DELETE' };
      expect(read(vector.scheme, request).isSignedWith(cases.secret)).toBe(false);
    },
  );

  it.each(cases.vectors.map((vector) => [vector.name, vector] as const))(
    'does not cover another parameter: %s',
    (_name, vector) => {
      const request = vectorRequest(vector);
      const changed = { ...request, target: `${request.target}&Added=1` };
      expect(read(vector.scheme, changed).isSignedWith(cases.secret)).toBe(false);
    },
  );

  it('of V3 does not cover another body, whatever hash the client declares', () => {
    const vector = cases.vectors[0]!;
    const request = { ...vectorRequest(vector), body: Buffer.from('{"enable_rrsa":false}') };
    expect(readV3(request).isSignedWith(cases.secret)).toBe(false);
  });

  it('of V3 covers every header that the client says it signed', () => {
    const vector = cases.vectors[0]!;
    for (const name of ['x-acs-action', 'x-acs-credentials-provider', 'content-type', 'host', 'x-acs-version']) {
      const request = requestOf(
        'PUT',
        vector.request.target,
        { ...vector.request.headers, [name]: 'x' },
        vector.request.body,
      );
      expect(readV3(request).isSignedWith(cases.secret), name).toBe(false);
    }
  });

  it('of V3 needs neither a host nor a nonce, which the tokens of kubectl leave out', () => {
    const { headers } = cases.vectors[0]!.request;
    const authorization =
      'ACS3-HMAC-SHA256 Credential=AKID,SignedHeaders=x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-version,Signature=00';
    const request = requestOf('POST', '/?ACKClusterId=c1', {
      ...headers,
      authorization,
      host: null,
      'x-acs-signature-nonce': null,
    });
    expect(readV3(request)).toMatchObject({ nonce: undefined, accessKeyId: 'AKID' });
  });

  it('of ROA V1.0 takes a parameter without a value with and without its equals sign', () => {
    const { authorization: _none, ...headers } = cases.vectors[3]!.request.headers as Record<string, string>;
    const head = readRoaV1(requestOf('GET', '/', { ...headers, authorization: 'acs AKID:x' })).stringToSign.slice(
      0,
      -1,
    );
    for (const resource of ['/clusters?a=1&name=', '/clusters?a=1&name']) {
      const signature = createHmac('sha1', 'SECRET')
        .update(head + resource)
        .digest('base64');
      const request = requestOf('GET', '/clusters?name=&a=1', { ...headers, authorization: `acs AKID:${signature}` });
      expect(readRoaV1(request).isSignedWith('SECRET'), resource).toBe(true);
    }
  });

  it.each(cases.malformed.map((row) => [row.name, row] as const))('that is malformed is refused: %s', (_name, row) => {
    const vector = cases.vectors.find(({ scheme }) => scheme === row.scheme)!;
    const headers: Record<string, string | null> = { ...vector.request.headers, ...(row.headers ?? {}) };
    const params = parseParams(queryOf(vector.request.target));
    for (const [name, value] of Object.entries(row.params ?? {})) {
      if (value === null) delete params[name];
      else params[name] = value as string;
    }
    const query = Object.entries(params).map(([name, value]) => `${name}=${encodeURIComponent(value ?? '')}`);
    const path = vector.request.target.split('?')[0];
    const request = requestOf(vector.request.method, `${path}?${query.join('&')}`, headers, vector.request.body);
    expect(codeOf(() => read(row.scheme, request))).toBe(row.code);
  });

  it('of V3 is verified for any parameters a client may send', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.stringMatching(/^[A-Za-z][A-Za-z0-9.]{0,12}$/),
          fc.string({ unit: 'grapheme', maxLength: 40 }),
        ),
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        (params, body) => {
          const keys = { accessKeyId: 'AKID', accessKeySecret: 'SECRET' };
          const request = signedV3('ram.GetRole', { ...params }, keys, { now: 0, body });
          expect(readV3(request).isSignedWith('SECRET')).toBe(true);
          expect(readV3(request).isSignedWith('SECRET2')).toBe(false);
        },
      ),
    );
  });

  it('of any garbage is refused or wrong, and never an internal fault', () => {
    const header = fc.string({ unit: 'binary', maxLength: 80 });
    fc.assert(
      fc.property(
        fc.constantFrom('v3', 'roa-v1', 'rpc-v1'),
        header,
        header,
        fc.string(),
        (scheme, auth, date, query) => {
          const prefix = scheme === 'v3' ? 'ACS3-HMAC-SHA256 ' : 'acs ';
          const headers = { authorization: prefix + auth, date, 'x-acs-date': date };
          try {
            expect(read(scheme, requestOf('POST', `/?${query}`, headers)).isSignedWith('SECRET')).toBe(false);
          } catch (error) {
            expect(error).toBeInstanceOf(ApiFault);
          }
        },
      ),
    );
  });
});

describe('parameters', () => {
  it('are decoded with + as a space', () => {
    expect({ ...parseParams('a=x+y&b=%E4%B8%AD&c&d=e=f&&') }).toEqual({ a: 'x y', b: '中', c: '', d: 'e=f' });
  });

  it('have no prototype to be confused with', () => {
    const params = parseParams('__proto__=x&constructor=y');
    expect(Object.getPrototypeOf(params)).toBeNull();
    expect(params.toString).toBeUndefined();
    expect(Object.keys(params)).toEqual(['__proto__', 'constructor']);
  });

  it('may be given twice only with one value', () => {
    expect({ ...mergeParams(parseParams('a=1'), parseParams('a=1&b=2')) }).toEqual({ a: '1', b: '2' });
    expect(codeOf(() => parseParams('a=1&a=2'))).toBe('InvalidParameter');
    expect(codeOf(() => mergeParams(parseParams('RoleName=a'), parseParams('RoleName=b')))).toBe('InvalidParameter');
  });

  it('with a broken escape are refused', () => {
    for (const text of ['a=%', 'a=%zz', 'a=%ff', '%=1'])
      expect(codeOf(() => parseParams(text))).toBe('InvalidParameter');
  });
});
