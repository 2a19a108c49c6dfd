import { describe, expect, test } from 'vitest';
import { type AssumeRole, fromAssumedRole, roleSessionFault } from '../../src/credentials/assume-role.ts';
import type { Provider } from '../../src/credentials/provider.ts';
import { CloudApiError, messageOf, ToolError } from '../../src/errors.ts';
import { issued, roleArn, stsError } from './sts-answers.ts';

const base: Provider = async () => ({ accessKeyId: 'LTAI', accessKeySecret: 'PLANTED-SECRET' });
const refusing =
  (error: unknown): AssumeRole =>
  () =>
    Promise.reject(error);

describe('fromAssumedRole', () => {
  test('asks STS with the base, the role and the default session name', async () => {
    const asked: unknown[] = [];
    const assumeRole: AssumeRole = async (from, request) => {
      asked.push(await from(), request);
      return issued;
    };
    expect(await fromAssumedRole({ base, assumeRole, session: { roleArn } })()).toEqual(issued);
    expect(asked).toEqual([await base(), { roleArn, sessionName: 'ack-ram-tool' }]);
  });

  test('passes session name, duration and policy on', async () => {
    let asked: unknown;
    const session = { roleArn, sessionName: 'nightly', durationSeconds: 900, policy: '{"Version":"1"}' };
    const assumeRole: AssumeRole = async (_base, request) => {
      asked = request;
      return issued;
    };
    await fromAssumedRole({ base, assumeRole, session })();
    expect(asked).toEqual(session);
  });

  test('turns a refusal into CREDENTIALS_REFUSED and keeps what STS said', async () => {
    const refusal = stsError(403, 'NoPermission');
    const error = await fromAssumedRole({ base, assumeRole: refusing(refusal), session: { roleArn } })().catch(
      (e) => e,
    );
    expect(error).toBeInstanceOf(CloudApiError);
    expect(error).toMatchObject({ code: 'CREDENTIALS_REFUSED', exitCode: 4, api: refusal.api, hint: 'the cure' });
    expect(messageOf(error)).toContain(roleArn);
    expect(messageOf(error)).not.toContain('PLANTED');
  });

  test.each([
    ['a fault of the service', stsError(503, 'ServiceUnavailable')],
    ['a broken network', new ToolError('NETWORK', 'no answer')],
    ['a bad answer', new ToolError('BAD_ANSWER', 'HTML')],
    ['a fault of ours', new TypeError('oops')],
  ])('leaves %s as it is', async (_name, failure) => {
    await expect(fromAssumedRole({ base, assumeRole: refusing(failure), session: { roleArn } })()).rejects.toBe(
      failure,
    );
  });

  test('does not ask STS, and throws what the base throws, when the base fails', async () => {
    const failure = stsError(403, 'NoPermission');
    const failing: Provider = () => Promise.reject(failure);
    const assumeRole: AssumeRole = () => Promise.reject(new Error('STS was asked'));
    await expect(fromAssumedRole({ base: failing, assumeRole, session: { roleArn } })()).rejects.toBe(failure);
  });
});

describe('roleSessionFault', () => {
  test.each([
    { roleArn },
    { roleArn, sessionName: 'a.B@c_d-1', durationSeconds: 43_200, policy: '{}' },
    { roleArn, sessionName: 'x'.repeat(64), durationSeconds: 900 },
  ])('finds none in %j', (session) => {
    expect(roleSessionFault(session)).toBeUndefined();
  });

  test.each([
    [{ roleArn: '' }, 'role ARN'],
    [{ roleArn: 'reader' }, 'role ARN'],
    [{ roleArn: 'acs:ram::1:user/reader' }, 'role ARN'],
    [{ roleArn: 'acs:ram::x:role/reader' }, 'role ARN'],
    [{ roleArn: 'acs:ram::1:role/' }, 'role ARN'],
    [{ roleArn: `${roleArn}\n` }, 'role ARN'],
    [{ roleArn, sessionName: 'a' }, 'session name'],
    [{ roleArn, sessionName: '' }, 'session name'],
    [{ roleArn, sessionName: 'x'.repeat(65) }, 'session name'],
    [{ roleArn, sessionName: 'a/b' }, 'session name'],
    [{ roleArn, durationSeconds: 899 }, 'duration'],
    [{ roleArn, durationSeconds: 43_201 }, 'duration'],
    [{ roleArn, durationSeconds: 1000.5 }, 'duration'],
    [{ roleArn, durationSeconds: Number.NaN }, 'duration'],
    [{ roleArn, policy: '' }, 'session policy'],
    [{ roleArn, policy: '[]' }, 'session policy'],
    [{ roleArn, policy: JSON.stringify({ a: 'x'.repeat(2048) }) }, '2048 are allowed'],
  ])('names the fault in %j', (session, fault) => {
    expect(roleSessionFault(session)).toContain(fault);
  });
});
