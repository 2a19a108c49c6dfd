import { describe, expect, test } from 'vitest';
import { ToolError } from '../../../src/errors.ts';
import { credentialsOf, failure, issued, issuedJson, newHome, now, profileOptions, put } from '../profile-harness.ts';

const home = newHome();
const { Code: _code, ...cloudCredential } = issuedJson;
const answer = (status: number, body: unknown) => ({
  status,
  headers: {},
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

const login = {
  name: 'default',
  mode: 'CloudSSO',
  cloud_sso_sign_in_url: 'https://signin-x.alibabacloudsso.com/directory/login?a=b',
  access_token: 'PLANTED-token',
  cloud_sso_access_token_expire: now / 1000 + 3600,
  cloud_sso_account_id: '1000000000000001',
  cloud_sso_access_config: 'ac-0001',
};
const kept = (secondsLeft: number) => ({
  access_key_id: 'STS.kept',
  access_key_secret: 'PLANTED',
  sts_token: 'PLANTED',
  sts_expiration: now / 1000 + secondsLeft,
});

const use = (profile: object, exchange: (request: object) => Promise<ReturnType<typeof answer>>) => {
  put(home, '.aliyun/config.json', JSON.stringify({ current: 'default', profiles: [{ ...login, ...profile }] }));
  return credentialsOf(profileOptions(home, { exchange }));
};

describe('mode CloudSSO', () => {
  test('asks the service of the login for keys of the account and configuration', async () => {
    const requests: unknown[] = [];
    const credentials = await use(kept(-1), async (request) => {
      requests.push(request);
      return answer(200, { CloudCredential: cloudCredential, RequestId: 'r' });
    });
    expect(credentials).toEqual(issued);
    expect(requests).toEqual([
      {
        method: 'POST',
        url: 'https://signin-x.alibabacloudsso.com/cloud-credentials',
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          authorization: 'Bearer PLANTED-token',
        },
        body: '{"AccountId":"1000000000000001","AccessConfigurationId":"ac-0001"}',
      },
    ]);
  });

  test('takes the answer of older services, and plain http on loopback', async () => {
    const profile = { cloud_sso_sign_in_url: 'http://127.0.0.1:1234/login' };
    expect(await use(profile, async () => answer(200, cloudCredential))).toEqual(issued);
  });

  test('renews keys that are about to expire, and uses them when that fails', async () => {
    const profile = kept(120);
    expect(await use(profile, async () => answer(200, { CloudCredential: cloudCredential }))).toEqual(issued);
    expect(await use(profile, async () => answer(500, ''))).toMatchObject({ accessKeyId: 'STS.kept' });
    const over = { ...profile, cloud_sso_access_token_expire: 0 };
    expect(await use(over, async () => answer(500, ''))).toMatchObject({ accessKeyId: 'STS.kept' });
  });

  test.each([
    ['refuses', answer(401, { ErrorCode: 'PLANTED', ErrorMessage: 'PLANTED' }), 'refuses the login'],
    ['is not well', answer(502, '<html>PLANTED'), 'answered 502'],
    ['sends us elsewhere', answer(302, ''), 'answered 302'],
    ['answers with a page', answer(200, '<html>PLANTED</html>'), 'something other than a JSON object'],
    ['answers with nothing', answer(200, '{}'), 'answered without AccessKeyId'],
    ['answers with half', answer(200, { CloudCredential: { AccessKeyId: 'PLANTED' } }), 'without AccessKeySecret'],
    ['answers with keys for ever', answer(200, { ...cloudCredential, Expiration: undefined }), 'without Expiration'],
    ['answers with what cannot be', answer(200, { CloudCredential: 'PLANTED' }), 'without AccessKeyId'],
    [
      'answers with expired keys',
      answer(200, { ...cloudCredential, Expiration: '2020-01-01T00:00:00Z', SecurityToken: 'PLANTED' }),
      'expired at 2020',
    ],
  ])('is broken when the service %s, and nothing of it is shown', async (_name, response, words) => {
    const error = await failure(use({}, async () => response));
    expect(error).toMatchObject({ code: 'CREDENTIALS_SOURCE_BROKEN', exitCode: 4 });
    expect(error.message).toContain('profile "default"');
    expect(error.message).toContain(words);
  });

  test('is broken when the service does not answer, and an interruption stays one', async () => {
    const lost = new ToolError('NETWORK', 'no answer from https://signin-x.alibabacloudsso.com');
    expect((await failure(use({}, () => Promise.reject(lost)))).message).toMatch(/profile "default".*no answer from/);
    const stopped = new ToolError('INTERRUPTED', 'interrupted by SIGINT');
    expect((await failure(use({}, () => Promise.reject(stopped)))).code).toBe('INTERRUPTED');
  });

  test('says how to log in again', async () => {
    const error = await failure(use({ cloud_sso_access_token_expire: now / 1000 }, async () => answer(200, {})));
    expect(error.hint).toContain('aliyun configure --mode CloudSSO');
  });
});
