import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ToolError } from '../../src/errors.ts';
import { brokerError } from '../../src/rabbitmq/broker-error.ts';
import { userCredentials } from '../../src/rabbitmq/user-credentials.ts';

const token = 'CAIS0123456789abcdefghijklmnop';
const login = userCredentials(
  { owner: 'rabbitmq-x', accessKeyId: 'STS.1', accessKeySecret: 's', securityToken: token },
  1,
);
const place = { host: 'broker.example', port: 5672, vhost: 'test', login };
const coded = (message: string, code: number | string): Error => Object.assign(new Error(message), { code });

describe('brokerError', () => {
  it.each([
    [
      'Handshake terminated by server: 403 (ACCESS-REFUSED) with message "no"',
      'CREDENTIALS_REFUSED',
      'refused the user',
    ],
    ['Handshake terminated by server: 501 (FRAME-ERROR) with message "no"', 'CLOUD_API', '501'],
    ['Expected ConnectionOpenOk; got <ConnectionClose channel:0>', 'CLOUD_API', 'no virtual host test'],
    ['connect ECONNREFUSED 127.0.0.1:1', 'NETWORK', 'could not connect at broker.example:5672: connect ECONNREFUSED'],
  ])('says of %s what it means', (message, code, words) => {
    const error = brokerError(new Error(message), 'connect', place);
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
  });

  it('tells a refusal from a broker that is stopped', () => {
    expect(brokerError(coded('Channel closed', 403), 'declare queue q', place).code).toBe('CLOUD_API');
    expect(brokerError(coded('CONNECTION_FORCED', 320), 'declare queue q', place).code).toBe('NETWORK');
    expect(brokerError(coded('reset', 'ECONNRESET'), 'declare queue q', place).code).toBe('NETWORK');
    expect(brokerError(undefined, 'declare queue q', place).message).toMatch(/the connection was closed$/);
  });

  it('names every address that failed', () => {
    const error = new AggregateError([new Error('ECONNREFUSED ::1'), new Error('ECONNREFUSED 127.0.0.1')]);
    expect(brokerError(error, 'connect', place).message).toMatch(/ECONNREFUSED ::1; ECONNREFUSED 127/);
  });

  it('leaves an error of ours as it is', () => {
    const error = new ToolError('CONFLICT', 'in use');
    expect(brokerError(error, 'connect', place)).toBe(error);
  });

  it('says that the user name may be too long when the connection breaks while connecting', () => {
    const long = { ...place, login: { ...login, username: 'A'.repeat(4_000) } };
    expect(brokerError(new Error('read ECONNRESET'), 'connect', long).hint).toContain('4000 characters');
  });

  it('shows nothing of the user name, wherever the broker cut it, nor of the password', () => {
    const cut = fc.integer({ min: 12, max: login.username.length });
    fc.assert(
      fc.property(cut, fc.constantFrom("'", '', ' ', '='), (length, around) => {
        const name = `${around}${login.username.slice(0, length)}`;
        const { message } = brokerError(coded(`access refused for user${name}`, 403), 'declare queue q', place);
        expect(message).not.toContain(login.username.slice(0, 12));
      }),
    );
    expect(brokerError(new Error(`password=${login.password}`), 'connect', place).message).not.toContain(
      login.password,
    );
  });
});
