import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { userCredentials } from '../../src/rabbitmq/user-credentials.ts';
import cases from '../cases/rabbitmq/user-credentials.json' with { type: 'json' };

const decode = (text: string): string => Buffer.from(text, 'base64').toString('utf8');

describe('userCredentials', () => {
  for (const { name, timestamp, username, password, securityToken, ...keys } of cases) {
    it(`gives the user name and password of ${name}`, () => {
      const made = userCredentials({ ...keys, securityToken: securityToken ?? undefined }, timestamp);
      expect(made).toEqual({ username, password });
    });
  }

  it('leaves an empty token out, as a broker would read it as one', () => {
    const keys = { owner: 'rabbitmq-x', accessKeyId: 'LTAI1', accessKeySecret: 's' };
    expect(userCredentials({ ...keys, securityToken: '' }, 1)).toEqual(userCredentials(keys, 1));
  });

  it('never shows the secret, and can be taken apart by whoever knows it', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9.]{12,30}$/);
    fc.assert(
      fc.property(word, word, word, fc.nat(), (owner, accessKeyId, accessKeySecret, timestamp) => {
        fc.pre(!owner.includes(accessKeySecret) && !accessKeyId.includes(accessKeySecret));
        const keys = { owner, accessKeyId, accessKeySecret, securityToken: 'token' };
        const { username, password } = userCredentials(keys, timestamp);
        expect(decode(username)).toBe(`0:${owner}:${accessKeyId}:token`);
        expect(decode(password)).toMatch(new RegExp(`^[0-9A-F]{40}:${timestamp}$`));
        expect(`${decode(username)}${decode(password)}`).not.toContain(accessKeySecret);
      }),
    );
  });
});
