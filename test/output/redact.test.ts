import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor, maskAccessKeyId, redact } from '../../src/output/redact.ts';
import cases from '../cases/redact.json' with { type: 'json' };

const secret = 'nZr4q/tUW+pXs01vKkY8=';

describe('redact', () => {
  it.each(cases)('$name', ({ text, expected }) => {
    expect(redact(text)).toBe(expected);
  });

  it.each([
    ['JSON', (value: string) => JSON.stringify({ SecurityToken: value, next: 1 })],
    ['JSON within JSON', (value: string) => JSON.stringify({ body: JSON.stringify({ accessKeySecret: value }) })],
    ['a query', (value: string) => `https://sts.aliyuncs.com/?OIDCToken=${encodeURIComponent(value)}&RoleArn=x`],
    [
      'a string to sign',
      (value: string) => `GET&%2F&SecurityToken%3D${encodeURIComponent(encodeURIComponent(value))}%26T`,
    ],
    ['a header', (value: string) => `x-acs-security-token: ${value}\nhost: x`],
    [
      'an inspected object',
      (value: string) => `{ 'x-acs-security-token': [ '${value}' ], accessKeySecret: '${value}' }`,
    ],
    ['an environment', (value: string) => `ALIBABA_CLOUD_ACCESS_KEY_SECRET=${value}\nALICLOUD_SECRET_KEY="${value}"`],
    ['YAML', (value: string) => `sts_token: ${value}\nclient-key-data: ${value}`],
    ['XML', (value: string) => `<SecurityToken>${value}</SecurityToken>`],
    ['labelled lines', (value: string) => `AccessKeySecret:   ${value}\nSecurityToken:     ${value}`],
    ['a command line', (value: string) => `aliyun configure set --access-key-secret ${value} --sts-token=${value}`],
    ['an Authorization header', (value: string) => `Authorization: ACS3-HMAC-SHA256 Credential=x,Signature=${value}`],
    ['an ini file', (value: string) => `[default]\naccess_key_secret = ${value}`],
    ['a proxy URL', (value: string) => `HTTPS_PROXY=http://user:${encodeURIComponent(value)}@proxy:3128`],
  ])('masks secrets in %s', (_, write) => {
    const masked = redact(write(secret));
    expect(masked).toContain('***');
    for (const spelling of [secret, encodeURIComponent(secret), encodeURIComponent(encodeURIComponent(secret))]) {
      expect(masked).not.toContain(spelling);
    }
  });

  it('lets no base64 value of a secret name through, whatever is around it', () => {
    const value = fc.base64String({ minLength: 16, maxLength: 200 });
    const name = fc.constantFrom(
      'AccessKeySecret',
      'SecurityToken',
      'security_token',
      'OIDCToken',
      'x-acs-security-token',
    );
    const around = fc.string();
    fc.assert(
      fc.property(value, name, around, around, (hidden, key, before, after) => {
        expect(redact(`${before} "${key}":"${hidden}"${after}`)).not.toContain(hidden);
        expect(redact(`${before} ${key}=${hidden} ${after}`)).not.toContain(hidden);
      }),
    );
  });

  it('masks nothing further the second time', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'SecurityToken',
        '"',
        '\\"',
        '=',
        ':',
        'Signature=',
        'Bearer ',
        'eyJ',
        '.',
        '%22',
        '[',
        ' ',
        'LTAI5tAbCdEfGhIj',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const once = redact(pieces.join(''));
        expect(redact(once)).toBe(once);
      }),
    );
  });

  it.each([
    'eyJ',
    'eyJeyJeyJeyJ.',
    'SecurityToken',
    'SecurityToken ',
    'SecurityToken=',
    'SecurityToken"\\',
    'Signature="',
    'Authorization: ',
    'bearer ',
    '-----BEGIN PRIVATE KEY-----',
    '://a:',
    'STS.',
    'CAIS',
    '%252525',
    'password: [',
    '\\',
    ' ',
    '--password ',
  ])('gets through a megabyte of %j', (unit) => {
    expect(redact(`${unit.repeat(Math.ceil(1_000_000 / unit.length))}\nend`).length).toBeGreaterThan(2);
  });
});

describe('createRedactor', () => {
  it('masks a known secret in any text, in every spelling', () => {
    const redactor = createRedactor();
    redactor.add('p"ss w+rd/é=1');
    const masked = redactor.redact(
      `raw p"ss w+rd/é=1, url ${encodeURIComponent('p"ss w+rd/é=1')}, json ${JSON.stringify('p"ss w+rd/é=1')}`,
    );
    expect(masked).toBe('raw ***, url ***, json "***"');
  });

  it.each([0, 1, 2, 3, 4])('masks a known secret in the base64 of a text, %i characters before it', (before) => {
    const redactor = createRedactor();
    redactor.add(secret);
    const text = Buffer.from(`${'-'.repeat(before)}${secret} and more`);
    for (const encoded of [text.toString('base64'), text.toString('base64url')]) {
      const masked = redactor.redact(`got <${encoded}>`);
      expect(masked).toMatch(/^got <[\w-]{0,7}\*\*\*[\w=]{1,16}>$/);
    }
  });

  it('masks the longer of two secrets that begin alike', () => {
    const redactor = createRedactor();
    redactor.add('abcdefgh');
    redactor.add('abcdefghijkl');
    expect(redactor.redact('got abcdefghijkl')).toBe('got ***');
  });

  it('knows a token without the line break at the end of its file', () => {
    const redactor = createRedactor();
    redactor.add('opaque-token-1\n');
    expect(redactor.redact('<opaque-token-1>')).toBe('<***>');
  });

  it('takes no notice of what is absent or too short to be told from words', () => {
    const redactor = createRedactor();
    redactor.add(undefined);
    redactor.add('');
    redactor.add('role');
    expect(redactor.redact('role reader')).toBe('role reader');
  });

  it('masks by shape as well', () => {
    expect(createRedactor().redact('SecurityToken=abc')).toBe('SecurityToken=***');
  });

  it('takes a secret that is no well-formed text', () => {
    const redactor = createRedactor();
    redactor.add('\ud800secretsecret');
    expect(redactor.redact('a \ud800secretsecret')).toBe('a ***');
  });

  it('lets no known secret through', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8 }), fc.string(), (hidden, around) => {
        fc.pre(hidden.trim().length >= 8 && !hidden.includes('***'));
        const redactor = createRedactor();
        redactor.add(hidden);
        expect(redactor.redact(`${around}${hidden}`)).not.toContain(hidden.trim());
      }),
    );
  });
});

describe('maskAccessKeyId', () => {
  it('shows the first eight characters', () => {
    expect(maskAccessKeyId('LTAI5tAbCdEfGhIjKlMn')).toBe('LTAI5tAb***');
    expect(maskAccessKeyId('STS.NUgYrLnoC37mZZCNnAbez')).toBe('STS.NUgY***');
  });
});
