import { describe, expect, it } from 'vitest';
import { CloudApiError, type CloudApiFacts, ToolError } from '../../src/errors.ts';
import { colourFor } from '../../src/output/colour.ts';
import { errorJson, formatError, formatErrorForLog } from '../../src/output/error-block.ts';
import { memoryIo } from '../support/memory-io.ts';

const forbidden: CloudApiFacts = {
  service: 'CS',
  action: 'DescribeClusters',
  apiCode: 'StatusForbidden',
  apiMessage: 'STSToken policy Forbidden for action cs:DescribeClusters',
  httpStatus: 403,
  requestId: '7C4B1A2F',
  data: { code: 'StatusForbidden', accessDeniedDetail: { NoPermissionType: 'ImplicitDeny' } },
};
const sdkLines = [
  'SDKError:',
  '   StatusCode: 403',
  '   Code: StatusForbidden',
  '   Message: code: 403, STSToken policy Forbidden for action cs:DescribeClusters request id: 7C4B1A2F',
  '   Data: {"code":"StatusForbidden","accessDeniedDetail":{"NoPermissionType":"ImplicitDeny"}}',
];

describe('formatError', () => {
  it('is one line for an error without a hint', () => {
    expect(formatError(new ToolError('ROLE_NOT_FOUND', 'there is no role r'))).toBe('error: there is no role r\n');
  });

  it('shows the refusal of a service as its four lines, then the hint', () => {
    const error = new CloudApiError('the clusters cannot be listed', forbidden, {
      hint: 'attach AliyunCSReadOnlyAccess',
    });
    expect(formatError(error).split('\n')).toEqual([
      'error: the clusters cannot be listed',
      ...sdkLines,
      'hint: attach AliyunCSReadOnlyAccess',
      '',
    ]);
  });

  it('shows the refusal that caused an error', () => {
    const cause = new CloudApiError('x', forbidden);
    const error = new ToolError('CREDENTIALS_REFUSED', 'STS issued none', { cause: new Error('y', { cause }) });
    expect(formatError(error).split('\n')).toEqual(['error: STS issued none', ...sdkLines, '']);
  });

  it('does not repeat what the message of the SDK says already', () => {
    const apiMessage = 'code: 403, no request id: 7C4B1A2F';
    expect(formatError(new CloudApiError('x', { ...forbidden, apiMessage }))).toContain(
      '   Message: code: 403, no request id: 7C4B1A2F\n',
    );
  });

  it('prints the four lines without a body and a request id', () => {
    const { data, requestId, ...facts } = forbidden;
    expect(formatError(new CloudApiError('x', facts)).split('\n').slice(3)).toEqual([
      '   Code: StatusForbidden',
      '   Message: code: 403, STSToken policy Forbidden for action cs:DescribeClusters',
      '   Data: {}',
      '',
    ]);
  });

  it('lets no text from elsewhere begin a line, and keeps control characters out', () => {
    const hostile = 'a\nerror: forged\x1b[2J\u202e';
    const error = new CloudApiError(hostile, {
      ...forbidden,
      apiCode: hostile,
      apiMessage: hostile,
      data: { x: hostile },
    });
    const text = formatError(error);
    expect(text.split('\n').filter((line) => /^\S/.test(line))).toEqual(['error: a', 'SDKError:']);
    expect(text).toContain('\n   error: forged');
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it('masks secrets in every part', () => {
    const leak = 'at /?SecurityToken=CAISsecret&Signature=c2ln';
    const error = new CloudApiError(
      leak,
      { ...forbidden, apiMessage: leak, data: { SecurityToken: 'CAISsecret' } },
      { hint: leak },
    );
    expect(formatError(error)).not.toMatch(/CAISsecret|c2ln/);
    expect(errorJson(error)).not.toMatch(/CAISsecret|c2ln/);
    expect(formatError(error, { redact: (text) => text })).toContain('CAISsecret');
  });

  it('colours the labels only', async () => {
    const colour = await colourFor(memoryIo({ tty: true }).stderr, {});
    expect(formatError(new ToolError('USAGE', 'no such flag', { hint: 'see --help' }), { colour })).toBe(
      '\x1b[31merror:\x1b[39m no such flag\n\x1b[1mhint:\x1b[22m see --help\n',
    );
  });

  it('shows a fault of the tool with its stack and what to send with a report', () => {
    const error = new TypeError("cannot read 'x'");
    error.stack = `TypeError: cannot read 'x'\n    at run (/opt/a.js:1:2)\n    at main (/opt/b.js:3:4)`;
    const command = ['rrsa', 'assume-role', '--policy', "it's {}", '--password', 'hunter2', '--', 'child', 'secret'];
    expect(formatError(error, { command })).toBe(
      [
        "error: internal error: TypeError: cannot read 'x'",
        '   at run (/opt/a.js:1:2)',
        '   at main (/opt/b.js:3:4)',
        '   version: ack-ram-tool 0.0.0-test',
        "   command: ack-ram-tool rrsa assume-role --policy 'it'\\''s {}' --password *** -- …",
        'hint: this is a fault of ack-ram-tool itself; report it with all of the lines above',
        '',
      ].join('\n'),
    );
  });

  it.each([
    ['text', 'boom', "thrown: 'boom'"],
    ['nothing', undefined, 'thrown: undefined'],
    [
      'an object without a prototype',
      Object.assign(Object.create(null), { a: 1 }),
      'thrown: [Object: null prototype] { a: 1 }',
    ],
    ['an object with a secret', { accessKeySecret: 's3cr3t' }, "thrown: { accessKeySecret: '***' }"],
  ])('describes %s that was thrown', (_, thrown, expected) => {
    expect(formatError(thrown).split('\n')[0]).toBe(`error: internal error: ${expected}`);
  });

  it('ends for an error that is its own cause', () => {
    const error = new Error('round');
    error.cause = error;
    expect(formatError(new ToolError('NETWORK', 'x', { cause: error }))).toBe('error: x\n');
  });
});

describe('formatErrorForLog', () => {
  it('is the SDK lines for the refusal of a service, as in the product documents', () => {
    expect(formatErrorForLog(new CloudApiError('x', forbidden))).toBe(sdkLines.join('\n'));
  });

  it('is message and hint otherwise', () => {
    expect(formatErrorForLog(new ToolError('NETWORK', 'no answer', { hint: 'look at the proxy' }))).toBe(
      'no answer\n   hint: look at the proxy',
    );
  });
});

describe('errorJson', () => {
  it('is one line with all facts of a refusal', () => {
    const error = new CloudApiError('no', forbidden, { hint: 'do' });
    expect(errorJson(error)).toBe(
      '{"schemaVersion":1,"error":{"code":"CLOUD_API",' +
        '"message":"no: STSToken policy Forbidden for action cs:DescribeClusters","hint":"do","service":"CS",' +
        '"action":"DescribeClusters","apiCode":"StatusForbidden","httpStatus":403,"requestId":"7C4B1A2F"}}\n',
    );
  });

  it('says what the API said once, without what the SDKs put around it', () => {
    const apiMessage = 'code: 403, not for you request id: 7C4B1A2F';
    const message = (text: string): string =>
      JSON.parse(errorJson(new CloudApiError(text, { ...forbidden, apiMessage }))).error.message;
    expect(message('it was refused')).toBe('it was refused: not for you');
    expect(message('it is not for you')).toBe('it is not for you');
  });

  it('has every key for an error that knows little', () => {
    expect(errorJson(new ToolError('USAGE', 'unknown flag\n--x'))).toBe(
      '{"schemaVersion":1,"error":{"code":"USAGE","message":"unknown flag --x","hint":null,"service":null,' +
        '"action":null,"apiCode":null,"httpStatus":null,"requestId":null}}\n',
    );
  });

  it('stays JSON when a private key that is cut off is masked', () => {
    const text = errorJson(new ToolError('FILE_INVALID', 'bad "key" -----BEGIN PRIVATE KEY-----\nabc'));
    expect(JSON.parse(text).error.message).toBe('bad "key" ***');
  });

  it('calls what is no error of the tool internal', () => {
    expect(JSON.parse(errorJson(new RangeError('x'))).error).toMatchObject({
      code: 'INTERNAL',
      message: 'RangeError: x',
    });
  });
});
