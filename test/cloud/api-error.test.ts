import { describe, expect, it } from 'vitest';
import { readAnswer } from '../../src/cloud/api-error.ts';
import { connect } from '../../src/cloud/clients.ts';
import type { HttpAnswer } from '../../src/cloud/network.ts';
import { retryReason } from '../../src/cloud/retry.ts';
import { CloudApiError } from '../../src/errors.ts';
import { cloudOptions, errorOf, everythingIn, secrets, sendJson, wireServer } from './wire-server.ts';

const call = { service: 'CS', action: 'DescribeClustersV1' } as const;

function answer(status: number, body: unknown, headers: HttpAnswer['headers'] = {}): HttpAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, headers, body: Buffer.from(text) };
}

function errorFor(status: number, body: unknown, headers: HttpAnswer['headers'] = {}): unknown {
  try {
    readAnswer(call, answer(status, body, headers), { values: [] });
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('a refusal', () => {
  it('of CS reads as operators know it', () => {
    const body = {
      accessDeniedDetail: { AuthAction: 'cs:DescribeClusters', NoPermissionType: 'ImplicitDeny' },
      code: 'StatusForbidden',
      message: 'STSToken policy Forbidden for action cs:DescribeClusters',
      requestId: 'E78A2E2D',
      status: 403,
    };
    const error = errorFor(403, body) as CloudApiError;
    expect(error).toBeInstanceOf(CloudApiError);
    expect(error.code).toBe('CLOUD_API');
    expect(error.message).toBe('CS DescribeClustersV1 was refused: StatusForbidden');
    expect(error.api).toEqual({
      service: 'CS',
      action: 'DescribeClustersV1',
      apiCode: 'StatusForbidden',
      apiMessage: 'code: 403, STSToken policy Forbidden for action cs:DescribeClusters request id: E78A2E2D',
      httpStatus: 403,
      requestId: 'E78A2E2D',
      data: { ...body, statusCode: 403 },
    });
  });

  it('of an RPC service reads the same', () => {
    const error = errorFor(404, { RequestId: 'R', HostId: 'h', Code: 'EntityNotExist.Role', Message: 'No role.' });
    expect(error).toMatchObject({
      code: 'ROLE_NOT_FOUND',
      api: { apiCode: 'EntityNotExist.Role', apiMessage: 'code: 404, No role. request id: R', requestId: 'R' },
    });
  });

  it.each([
    'InvalidAccessKeyId.NotFound',
    'InvalidSecurityToken.Expired',
    'SignatureDoesNotMatch',
    'MissingSecurityToken',
  ])('of the key itself is a matter of credentials: %s', (Code) => {
    expect(errorFor(400, { Code })).toMatchObject({ code: 'CREDENTIALS_REFUSED', exitCode: 4 });
  });

  it.each(['constructor', '__proto__', 'toString', 'InvalidAccessKeyIdea'])(
    'has a code of ours whatever the code is: %s',
    (Code) => {
      expect(errorFor(400, `{"Code":${JSON.stringify(Code)}}`)).toMatchObject({
        code: 'CLOUD_API',
        api: { apiCode: Code },
      });
    },
  );

  it('tells how long the service wants to be left alone', () => {
    const Code = 'Throttling.User';
    expect(errorFor(400, { Code }, { 'x-acs-retry-after': '1500' })).toMatchObject({ details: { retryAfterMs: 1500 } });
    expect(errorFor(503, { Code }, { 'retry-after': '2' })).toMatchObject({ details: { retryAfterMs: 2000 } });
    expect(errorFor(400, { Code }, { 'retry-after': 'Fri, 02 Jan 2026 03:04:05 GMT' })).toMatchObject({
      details: undefined,
    });
  });

  it.each([
    ['no id', { Code: 'X' }, undefined],
    ['fields of other types', { Code: 42, Message: { a: 1 }, RequestId: ['r'] }, undefined],
    ['an id in snake case', { code: 'X', request_id: 'r' }, 'r'],
  ])('is understood with %s', (_, body, requestId) => {
    expect((errorFor(400, body) as CloudApiError).api.requestId).toBe(requestId);
  });
});

describe('what no service says', () => {
  it.each([
    ['a page with an error status', 502, '<html>Bad gateway</html>'],
    ['a page with success', 200, '<html>Log in</html>'],
    ['cut off JSON', 200, '{"clusters":[{"cluster_id":"c1"'],
    ['nothing', 200, ''],
    ['nothing with an error status', 503, ''],
    ['a bare text', 200, '"text"'],
    ['null', 200, 'null'],
    ['a redirect', 302, '{}'],
    ['an error without a code', 500, { message: 'oops' }],
    ['an error that is a list', 500, []],
    ['an error with an empty code', 400, { Code: '' }],
  ])('is a bad answer: %s', (_, status, body) => {
    expect(errorFor(status, body, { 'content-type': 'text/html; charset=utf-8' })).toMatchObject({
      code: 'BAD_ANSWER',
      message: expect.stringMatching(/^CS DescribeClustersV1: the service answered with /),
      details: { httpStatus: status },
    });
  });

  it('is worth another try only when the service (or what stands before it) failed', () => {
    expect(retryReason(errorFor(502, '<html>'))).toBe('server fault');
    expect(retryReason(errorFor(200, '<html>'))).toBeUndefined();
    expect(retryReason(errorFor(404, '<html>'))).toBeUndefined();
  });

  it('is not repeated in the error, nor is a hostile content type', () => {
    const error = errorFor(200, '<html>hidden</html>', { 'content-type': 'text/\u001b[31mhidden' });
    expect(everythingIn(error)).not.toContain('hidden');
    expect(everythingIn(error)).not.toContain('\u001b');
  });
});

describe('an error of a service that repeats the request', () => {
  it('shows none of its secrets', async () => {
    const server = await wireServer(({ headers, query }, response) => {
      const { authorization, 'x-acs-security-token': token } = headers;
      const Message = `server string to sign is: ${authorization} x-acs-security-token:${token} ${secrets.accessKeySecret} ${encodeURIComponent(secrets.securityToken)}`;
      sendJson(response, { Code: 'SignatureDoesNotMatch', Message, RequestId: String(token), query, headers }, 400);
    });
    const options = cloudOptions(server.url);
    const error = await errorOf(connect(options).ram.getRole('reader'));
    const signature = /Signature=(\w+)/.exec(server.seen[0]?.headers.authorization ?? '')?.[1] ?? 'none';
    const shown = [everythingIn(error), ...options.debugLines, ...options.warnLines].join('\n');
    expect(shown).toContain('server string to sign is');
    expect(shown).toContain('LTAI5tFa***');
    for (const secret of [...Object.values(secrets), encodeURIComponent(secrets.securityToken), signature]) {
      expect(shown).not.toContain(secret);
    }
  });
});
