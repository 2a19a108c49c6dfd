import { expect, it } from 'vitest';
import { makeSecret, Secrets } from './secrets.ts';

const secret = makeSecret('+/="\\ %');
const secrets = new Secrets();
secrets.add('it', secret);

it.each([
  ['plain', secret],
  ['a half', secret.slice(20)],
  ['the other half', secret.slice(0, 20)],
  ['backwards', [...secret].reverse().join('')],
  ['URL-encoded', encodeURIComponent(secret)],
  ['JSON', JSON.stringify({ secret })],
  ['JSON within JSON', JSON.stringify(JSON.stringify({ secret }))],
  ['base64', Buffer.from(secret).toString('base64')],
  ['base64 of a longer text', Buffer.from(`x:${secret}:y`).toString('base64')],
  ['base64url of a longer text', Buffer.from(`xyz:${secret}:y`).toString('base64url')],
  ['hexadecimal', Buffer.from(secret).toString('hex')],
])('the leak scan finds a secret: %s', (_form, text) => {
  expect(secrets.find(`before ${text} after`)?.name).toBe('it');
});

it('the leak scan finds nothing where nothing is', () => {
  expect(secrets.find(`${makeSecret()} ${secret.slice(0, 8)}*** ${Buffer.from(makeSecret()).toString('base64')}`)).toBe(
    undefined,
  );
  expect(secrets.find(secret, new Set(['it']))).toBe(undefined);
});
