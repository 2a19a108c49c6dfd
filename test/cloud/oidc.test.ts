import { describe, expect, it } from 'vitest';
import { connectAnonymous } from '../../src/cloud/clients.ts';
import { cloudOptions, cut, errorOf, everythingIn, sendJson, sendRpcError, wireServer } from './wire-server.ts';

const oidcToken = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzeXN0ZW0ifQ.signature-of-it';
const request = {
  roleArn: 'acs:ram::1:role/reader',
  providerArn: 'acs:ram::1:oidc-provider/ack-rrsa-c1',
  sessionName: 'me',
  oidcToken,
};
const issued = {
  Credentials: {
    AccessKeyId: 'STS.NTfakefakefake',
    AccessKeySecret: 'issued-secret',
    SecurityToken: 'issued-token',
    Expiration: '2026-01-02T04:04:05Z',
  },
};

describe('AssumeRoleWithOIDC', () => {
  it('is one anonymous form POST, with the token in its body and nothing of it in its URL', async () => {
    const server = await wireServer((_, response) => sendJson(response, issued));
    const assume = connectAnonymous(cloudOptions(server.url));
    expect(await assume({ ...request, durationSeconds: 900, policy: '{"Version":"1"}' })).toEqual({
      accessKeyId: 'STS.NTfakefakefake',
      accessKeySecret: 'issued-secret',
      securityToken: 'issued-token',
      expiration: new Date('2026-01-02T04:04:05Z'),
    });
    const [seen] = server.seen;
    expect(seen).toMatchObject({ method: 'POST', path: '/' });
    expect(seen?.query).toEqual({
      Action: 'AssumeRoleWithOIDC',
      Version: '2015-04-01',
      Format: 'JSON',
      Timestamp: '2026-01-02T03:04:05Z',
    });
    expect(seen?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(seen?.headers.authorization).toBeUndefined();
    expect(Object.fromEntries(new URLSearchParams(seen?.body))).toEqual({
      RoleArn: request.roleArn,
      OIDCProviderArn: request.providerArn,
      OIDCToken: oidcToken,
      RoleSessionName: 'me',
      DurationSeconds: '900',
      Policy: '{"Version":"1"}',
    });
  });

  it('leaves out what is not given', async () => {
    const server = await wireServer((_, response) => sendJson(response, issued));
    await connectAnonymous(cloudOptions(server.url))(request);
    const names = [...new URLSearchParams(server.seen[0]?.body).keys()];
    expect(names).toEqual(['RoleArn', 'OIDCProviderArn', 'OIDCToken', 'RoleSessionName']);
  });

  it('takes a token of 20,000 characters', async () => {
    const server = await wireServer((_, response) => sendJson(response, issued));
    const long = `eyJ.${'a'.repeat(20_000)}.b`;
    await connectAnonymous(cloudOptions(server.url))({ ...request, oidcToken: long });
    expect(new URLSearchParams(server.seen[0]?.body).get('OIDCToken')).toBe(long);
  });

  it('refused is a matter of credentials, with the words of the service and without the token', async () => {
    const words = `OIDC token validate failed: invalid signature. ${oidcToken} OIDCToken=${encodeURIComponent(oidcToken)}`;
    const code = 'AuthenticationFail.OIDCToken.InvalidSignature';
    const server = await wireServer((_, response) => sendRpcError(response, 401, code, words));
    const error = await errorOf(connectAnonymous(cloudOptions(server.url))(request));
    expect(error).toMatchObject({
      code: 'CREDENTIALS_REFUSED',
      message: `STS AssumeRoleWithOIDC for role acs:ram::1:role/reader was refused: ${code}`,
      api: { apiCode: code, httpStatus: 401, requestId: 'R-1' },
    });
    expect(everythingIn(error)).toContain('invalid signature');
    expect(everythingIn(error)).not.toMatch(/signature-of-it|eyJzdWIi/);
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    ['a broken connection', () => wireServer((_, response) => cut(response))],
    ['silence', () => wireServer(() => {})],
    ['a page', () => wireServer(({ body }, response) => void response.writeHead(500).end(`<p>${body}</p>`))],
    ['an echo', () => wireServer(({ body }, response) => sendJson(response, { echo: body }))],
    [
      'an echo in an error',
      () => wireServer(({ body }, r) => sendJson(r, { Code: 'X', Message: body, [oidcToken]: body }, 400)),
    ],
  ])('does not show the token after %s', async (_, start) => {
    const server = await start();
    const options = cloudOptions(server.url, { maxRetries: 1, readTimeoutMs: 40 });
    const error = await errorOf(connectAnonymous(options)(request));
    const shown = [everythingIn(error), ...options.debugLines, ...options.warnLines].join('\n');
    expect(shown).not.toMatch(/signature-of-it|eyJzdWIi/);
  });

  it('is sent again when throttled or unanswered, with a time of its own', async () => {
    let now = Date.UTC(2026, 0, 2, 3, 4, 5);
    const server = await wireServer((_, response, count) => {
      now += 1000;
      if (count === 1) sendRpcError(response, 400, 'Throttling.User');
      else if (count === 2) cut(response);
      else sendJson(response, issued);
    });
    const options = cloudOptions(server.url);
    await connectAnonymous({ ...options, clock: { ...options.clock, now: () => now } })(request);
    expect(server.seen.map(({ query }) => query.Timestamp?.slice(17, 19))).toEqual(['05', '06', '07']);
  });

  it.each([
    {},
    { Credentials: null },
    { Credentials: 'x' },
    { Credentials: { ...issued.Credentials, Expiration: 'soon' } },
  ])('is a bad answer without usable credentials: %j', async (body) => {
    const server = await wireServer((_, response) => sendJson(response, body));
    const error = await errorOf(connectAnonymous(cloudOptions(server.url))(request));
    expect(error).toMatchObject({ code: 'BAD_ANSWER' });
    expect(everythingIn(error)).not.toContain('issued-secret');
  });

  it('goes to the STS of its region unless told otherwise, and never in the clear', async () => {
    const anonymous = cloudOptions('', { endpoints: { STS: 'http://sts.example' } });
    expect(await errorOf(connectAnonymous(anonymous)(request))).toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('--sts-endpoint'),
    });
  });
});
