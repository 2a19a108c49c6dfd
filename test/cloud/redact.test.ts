import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactJson, redactText } from '../../src/cloud/redact.ts';
import { secrets } from './wire-server.ts';

const known = { accessKeyId: secrets.accessKeyId, values: [secrets.accessKeySecret, secrets.securityToken] };

describe('redaction of what a service says', () => {
  it.each([
    ['POST /?SecurityToken=abc%2Bdef&x=1', 'POST /?SecurityToken=***&x=1'],
    [
      'server string to sign is:POST&%2F&SecurityToken%3Dabc%252Bdef%26x',
      'server string to sign is:POST&%2F&SecurityToken%3D***',
    ],
    ['{"AccessKeySecret":"abc","x":1}', '{"AccessKeySecret":"***","x":1}'],
    ['{\\"SecurityToken\\":\\"abc\\",\\"x\\":1}', '{\\"SecurityToken\\":\\"***\\",\\"x\\":1}'],
    ['x-acs-security-token:abc\nx-acs-version:1', 'x-acs-security-token:***\nx-acs-version:1'],
    ['Credential=LTAI5tAbCdEfGhIj,Signature=0a1b2c', 'Credential=LTAI5tAb***,Signature=***'],
    ['key STS.NTabcdefghij is unknown', 'key STS.NTab*** is unknown'],
    ['token eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln was refused', 'token *** was refused'],
    ['token CAISfake+token/1234567890abcdef== was refused', 'token *** was refused'],
    ['Specified SecurityToken is expired.', 'Specified SecurityToken is expired.'],
    ['SignatureMethod=HMAC-SHA1 is invalid', 'SignatureMethod=HMAC-SHA1 is invalid'],
    ['The role not exists: acs:ram::1:role/reader.', 'The role not exists: acs:ram::1:role/reader.'],
  ])('%s', (text, expected) => {
    expect(redactText(text)).toBe(expected);
  });

  it('removes what was sent, plain, encoded, and encoded twice', () => {
    const { accessKeySecret, securityToken } = secrets;
    const twice = encodeURIComponent(encodeURIComponent(securityToken));
    const text = `${accessKeySecret} ${encodeURIComponent(securityToken)} ${twice} ${secrets.accessKeyId}`;
    expect(redactText(text, known)).toBe('*** *** *** LTAI5tFa***');
  });

  it('removes what was sent from the base64 of a request', () => {
    const body = Buffer.from(`RoleArn=x&SecurityToken=${encodeURIComponent(secrets.securityToken)}`).toString('base64');
    const text = redactText(`the body was ${body}`, known);
    expect(text).toContain('***');
    expect(text.length).toBeLessThan(70);
  });

  it('leaves nothing of a secret, wherever in a JSON value it is', () => {
    const secret = fc
      .string({ minLength: 4, maxLength: 60 })
      .filter((text) => !'{}[]",:***'.includes(text) && text.isWellFormed());
    fc.assert(
      fc.property(secret, fc.json(), fc.array(fc.string(), { minLength: 1 }), (value, json, around) => {
        const hidden = JSON.parse(json);
        const data = { a: [around.join(value)], b: { c: `${value}${value}` }, hidden };
        if (JSON.stringify(hidden).includes(value)) return;
        const shown = redactJson(data, { values: [value] }) as { a: string[]; b: { c: string } };
        expect(shown.b.c).not.toContain(value);
      }),
    );
  });

  it('removes a value that is named like a secret, and keeps the rest as it is', () => {
    const data = { code: 'X', SecurityToken: { a: 'b' }, list: [1, true, null], nested: { accessKeySecret: 'abc' } };
    expect(redactJson(data, known)).toEqual({
      code: 'X',
      SecurityToken: '***',
      list: [1, true, null],
      nested: { accessKeySecret: '***' },
    });
  });

  it('survives a document that is nested without end or longer than any message', () => {
    const deep = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`);
    expect(JSON.stringify(redactJson(deep, known)).length).toBeLessThan(100);
    expect(redactText('x'.repeat(1_000_000)).length).toBeLessThan(5000);
  });

  it('keeps a key named __proto__ a mere key', () => {
    const shown = redactJson(JSON.parse('{"__proto__":{"polluted":true}}'), known);
    expect(Object.keys(shown as object)).toEqual(['__proto__']);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
