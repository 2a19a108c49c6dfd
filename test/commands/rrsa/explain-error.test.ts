import { describe, expect, it } from 'vitest';
import { main } from '../../../src/cli.ts';
import { type MemoryIoOptions, memoryIo } from '../../support/memory-io.ts';

const pasted = 'Code: AuthenticationFail.NoPermission\nMessage: There is no permission\nRequestId: 5E9F7B3C-2A1D';

async function explain(argv: string[], options: MemoryIoOptions = {}) {
  const io = memoryIo(options);
  const exitCode = await main(['rrsa', 'explain-error', ...argv], io);
  return { exitCode, stdout: io.out(), stderr: io.err() };
}

describe('explain-error', () => {
  it('prints cause, evidence and cure', async () => {
    expect(await explain([pasted])).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: [
        'cause:    the trust policy of the RAM role does not let this service account assume it',
        'evidence: line 1: AuthenticationFail.NoPermission',
        '          line 2: There is no permission',
        '          line 3: request id 5E9F7B3C-2A1D',
        'cure:     let it: `ack-ram-tool rrsa associate-role -c CLUSTER_ID -r ROLE_NAME -n NAMESPACE -s SERVICE_ACCOUNT`; to see which condition fails: `ack-ram-tool rrsa explain -c CLUSTER_ID -r ROLE_NAME -n NAMESPACE -s SERVICE_ACCOUNT`',
        '',
      ].join('\n'),
    });
  });

  it('shows a line once that is the whole error', async () => {
    const { stdout } = await explain(['Error: AuthenticationFail.NoPermission']);
    expect(stdout.match(/^.*line 1: .*$/gm)).toEqual(['evidence: line 1: Error: AuthenticationFail.NoPermission']);
  });

  it('says how to pass a text where there is none', async () => {
    const { exitCode, stderr } = await explain([], { stdin: ' \n' });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: there is no text to explain\nhint: pass it in quotes, or by a pipe: /);
  });

  it.each([[[]], [['-']]])('reads standard input for %j', async (argv) => {
    const piped = await explain(argv, { stdin: pasted });
    expect(piped).toEqual(await explain([pasted]));
  });

  it('speaks Chinese by the flag and by the locale, with the same labels', async () => {
    for (const { stdout } of [
      await explain([pasted, '--lang', 'zh']),
      await explain([pasted], { env: { LANG: 'zh_CN.UTF-8' } }),
    ]) {
      expect(stdout).toMatch(/^cause: {4}应用所使用的 RAM 角色未完成所需的信任策略配置/);
      expect(stdout).toMatch(/\ncure: {5}修改 RAM 角色的信任策略/);
    }
  });

  it('prints one JSON document', async () => {
    const { exitCode, stdout } = await explain([pasted, '-o', 'json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      schemaVersion: 1,
      found: true,
      code: 'AuthenticationFail.NoPermission',
      cause: expect.stringContaining('trust policy'),
      evidence: [
        { what: 'code', line: 1, text: 'AuthenticationFail.NoPermission' },
        { what: 'message', line: 2, text: 'There is no permission' },
        { what: 'requestId', line: 3, text: '5E9F7B3C-2A1D' },
      ],
      cure: expect.stringContaining('rrsa associate-role'),
      requestId: '5E9F7B3C-2A1D',
    });
  });

  it('fails for an error that is not known, and says what it knows', async () => {
    const words = await explain(['it hurts']);
    expect(words).toMatchObject({ exitCode: 1, stdout: '' });
    expect(words.stderr).toMatch(/^error: no error that is known here is in the text\nhint: .*STS, RAM/);
    const code = await explain(['Code: QuotaExceeded.Cluster', '-o', 'json']);
    expect(code.exitCode).toBe(1);
    expect(code.stderr).toContain('error: the error QuotaExceeded.Cluster is not one that is known here\n');
    expect(JSON.parse(code.stdout)).toEqual({
      schemaVersion: 1,
      found: false,
      code: 'QuotaExceeded.Cluster',
      cause: null,
      evidence: [],
      cure: null,
      requestId: null,
    });
  });

  it.each([
    ['nothing at a terminal', [], { tty: true, env: { NO_COLOR: '1' } }, 2],
    ['two texts', ['a', 'b'], {}, 2],
    ['more than 64 KiB', ['-'], { stdin: `${pasted}${' '.repeat(65_536)}` }, 2],
    ['an unknown language', [pasted, '--lang', 'tlh'], {}, 2],
    ['an unknown format', [pasted, '-o', 'yaml'], {}, 2],
    ['an empty pipe', [], { stdin: '' }, 1],
    ['an empty text', [''], {}, 1],
    ['white space', ['-'], { stdin: ' \n\t\n' }, 1],
    ['bytes that are no text', ['-'], { stdin: '\u0000\u0001\u009b' }, 1],
  ] satisfies [string, string[], MemoryIoOptions, number][])('refuses %s', async (_, argv, options, exitCode) => {
    const refused = await explain(argv, options);
    expect(refused).toMatchObject({ exitCode, stdout: '' });
    expect(refused.stderr).toContain('error: ');
  });

  it('takes 64 KiB', async () => {
    const stdin = pasted + '\n'.repeat(65_536 - pasted.length);
    expect((await explain([], { stdin })).exitCode).toBe(0);
  });

  it('prints no secret of the text and nothing that a terminal would obey, and counts its lines', async () => {
    const secrets = [
      'AccessKeySecret: planted+secret/0123456789abcd',
      'SecurityToken=CAISplantedplantedplantedplantedplantedplanted',
      '-----BEGIN RSA PRIVATE KEY-----',
      'cGxhbnRlZHBsYW50ZWQ=',
      '-----END RSA PRIVATE KEY-----',
    ];
    const line =
      'Code: SignatureDoesNotMatch Message: Specified signature is not matched with our calculation. server string to sign is:POST&AccessKeyId=LTAI5tplantedplanted&SecurityToken=CAISplantedplantedplantedplantedplantedplanted&OIDCToken=eyJhbGciOiJSUzI1NiJ9.eyJwbGFudGVkIjoicGxhbnRlZCJ9.c2lnbg \u001b]0;title\u0007\u001b[31m';
    for (const format of ['text', 'json']) {
      const { exitCode, stdout } = await explain(['-', '-o', format], { stdin: [...secrets, line].join('\n') });
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(format === 'text' ? /evidence: line 6: SignatureDoesNotMatch\n/ : /"line": 6/);
      expect(stdout).not.toMatch(/planted|eyJ|cGxhbnRl|title|\u001b/);
    }
  });
});
