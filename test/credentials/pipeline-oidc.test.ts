import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type PipelineOidcOptions,
  pipelineOidcSource,
  pipelineTokenVariable,
} from '../../src/credentials/pipeline-oidc.ts';
import type { Exchange } from '../../src/credentials/provider.ts';
import { ToolError } from '../../src/errors.ts';
import { redact } from '../../src/output/redact.ts';
import { scratchFolder } from '../support/tool.ts';
import { issued, roleArn } from './sts-answers.ts';

const providerArn = 'acs:ram::1000000000000001:oidc-provider/pipelines';
const home = scratchFolder();
const claims = (subject: string) =>
  Buffer.from(JSON.stringify({ iss: 'https://gitlab.example.com', sub: subject })).toString('base64url');
const token = `eyJPLANTED.${claims('project:1')}.PLANTED`;
const requestUrl = 'https://pipelines.example.com/PLANTED-path/idtoken?api-version=2.0&x=a%20b';
const githubEnv = { ACTIONS_ID_TOKEN_REQUEST_URL: requestUrl, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'PLANTED-bearer' };

/** Answers each request with the next of `answers`, the last one for ever. */
function github(...answers: { status?: number; body: string }[]) {
  const asked: Parameters<Exchange>[0][] = [];
  const exchange: Exchange = async (request) => {
    asked.push(request);
    const { status = 200, body } = answers[Math.min(asked.length, answers.length) - 1] ?? { body: '' };
    return { status, headers: {}, body };
  };
  return { exchange, asked };
}

function setUp(options: Partial<PipelineOidcOptions>) {
  const sent: Parameters<PipelineOidcOptions['assumeRoleWithOidc']>[0][] = [];
  const source = pipelineOidcSource({
    env: {},
    home,
    source: 'github-actions',
    providerArn,
    roleArn,
    exchange: github({ body: JSON.stringify({ count: 1, value: token }) }).exchange,
    assumeRoleWithOidc: async (request) => {
      sent.push(request);
      return issued;
    },
    ...options,
  });
  return { source, sent, use: async () => (await source.resolve())?.() };
}

async function failureOf(options: Partial<PipelineOidcOptions>): Promise<ToolError> {
  const { use, sent } = setUp(options);
  try {
    await use();
  } catch (error) {
    expect(error).toBeInstanceOf(ToolError);
    const all = JSON.stringify([String(error), (error as Error).stack, error, String((error as Error).cause)]);
    expect(all).not.toContain('PLANTED');
    expect(sent).toEqual([]);
    return error as ToolError;
  }
  throw new Error('nothing was thrown');
}

describe('the identity of a pipeline', () => {
  test('spends the token it was made of on the call that follows, because a pipe can be read only once', async () => {
    const path = join(home, 'pipe');
    execFileSync('mkfifo', [path]);
    const writer = open(path, 'w').then(async (handle) => {
      await handle.writeFile(token);
      await handle.close();
    });
    const { source, sent } = setUp({ source: `file:${path}` });
    const provider = await source.resolve();
    expect(await source.identity?.()).toContain('project:1');
    await writer;
    await provider?.();
    expect(sent).toMatchObject([{ oidcToken: token }]);
  });
});

describe('pipelineOidcSource', () => {
  test('is absent when nothing asks for it', async () => {
    for (const source of [undefined, '']) {
      const absent = setUp({ source, providerArn: undefined, roleArn: '' }).source;
      expect(await absent.resolve()).toBeUndefined();
      expect(await absent.identity?.()).toBeUndefined();
      expect(absent.lookedAt).toContain('--oidc-token-source');
    }
  });

  test.each([
    [{ source: undefined }, '--oidc-provider-arn is given and --oidc-token-source is not'],
    [{ source: undefined, providerArn: '' }, '--oidc-role-arn is given and --oidc-token-source is not'],
    [{ providerArn: undefined }, '--oidc-provider-arn is not'],
    [{ roleArn: '' }, '--oidc-role-arn is not'],
    [{ providerArn: roleArn }, 'OIDC provider ARN'],
    [{ roleArn: 'reader' }, 'role ARN "reader"'],
    [{ session: { sessionName: 'a b' } }, 'session name'],
    [{ source: 'gitlab' }, '"gitlab" is no --oidc-token-source'],
    [{ source: 'env:' }, '"env:" is no'],
    [{ source: 'env:A-B' }, 'is no --oidc-token-source'],
    [{ source: 'env:1A' }, 'is no --oidc-token-source'],
    [{ source: 'file:' }, 'is no --oidc-token-source'],
    [{ source: 'github-actions:x' }, 'is no --oidc-token-source'],
  ])('takes %j for a mistake of the command line', async (options, fault) => {
    const error = await failureOf({ env: githubEnv, ...options });
    expect(error).toMatchObject({ code: 'USAGE', exitCode: 2 });
    expect(error.message).toContain(fault);
  });

  test.each(['github-actions', 'GitHub-Actions'])('asks GitHub anew for every exchange (%s)', async (kind) => {
    const { exchange, asked } = github({ body: '{"value":"first.token.x"}' }, { body: '{"value":"second.token.x"}' });
    const { source, sent } = setUp({ source: kind, env: githubEnv, exchange, session: { sessionName: 'deploy' } });
    const provider = await source.resolve();
    expect(asked).toEqual([]);
    expect(await provider?.()).toEqual(issued);
    await provider?.();
    expect(sent.map(({ oidcToken }) => oidcToken)).toEqual(['first.token.x', 'second.token.x']);
    expect(sent[0]).toMatchObject({ providerArn, roleArn, sessionName: 'deploy' });
    expect(asked[0]).toEqual({
      method: 'GET',
      url: `${requestUrl}&audience=sts.aliyuncs.com`,
      headers: { accept: 'application/json', authorization: 'Bearer PLANTED-bearer' },
    });
  });

  test('asks GitHub for the audience that is wanted', async () => {
    const { exchange, asked } = github({ body: '{"value":"a.token.x"}' });
    const env = { ...githubEnv, ACTIONS_ID_TOKEN_REQUEST_URL: 'http://127.0.0.1:1/token' };
    await setUp({ env, exchange, audience: 'https://a&b' }).use();
    expect(asked[0]?.url).toBe('http://127.0.0.1:1/token?audience=https%3A%2F%2Fa%26b');
  });

  test.each(['ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN'])(
    'says what to do when %s is missing',
    async (name) => {
      const error = await failureOf({ env: { ...githubEnv, [name]: '' } });
      expect(error).toMatchObject({ code: 'CREDENTIALS_SOURCE_BROKEN', exitCode: 4 });
      expect(error.message).toContain(`${name} is not set`);
      expect(redact(error.hint ?? '')).toContain('set `id-token` to `write`');
    },
  );

  test.each([
    ['http://pipelines.example.com/PLANTED', 'is no https URL'],
    ['http://127.0.0.1.example.com/PLANTED', 'is no https URL'],
    ['http://169.254.169.254/PLANTED', 'is no https URL'],
    ['file:///PLANTED', 'is no https URL'],
    ['PLANTED', 'is no URL'],
    ['https://a\nb/PLANTED', 'is no URL'],
    ['https://user:PLANTED@example.com/', 'a user or a password'],
  ])('never asks %j', async (address, fault) => {
    const { exchange, asked } = github({ body: '{}' });
    const error = await failureOf({ env: { ...githubEnv, ACTIONS_ID_TOKEN_REQUEST_URL: address }, exchange });
    expect(error.code).toBe('CREDENTIALS_SOURCE_BROKEN');
    expect(error.message).toContain(fault);
    expect(asked).toEqual([]);
  });

  test('never sends a bearer that is none', async () => {
    const { exchange, asked } = github({ body: '{}' });
    const env = { ...githubEnv, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'PLANTED\r\nX-Header: 1' };
    expect((await failureOf({ env, exchange })).message).toContain('holds no token');
    expect(asked).toEqual([]);
  });

  test.each([
    [302, 'PLANTED', 'redirects are not followed'],
    [401, 'PLANTED', 'answered 401'],
    [500, '{"value":"PLANTED"}', 'answered 500'],
    [200, '<html>PLANTED</html>', 'without a token'],
    [200, 'null', 'without a token'],
    [200, '{"value":17}', 'without a token'],
    [200, '{"value":""}', 'without a token'],
    [200, '{"value":"PLANTED with space"}', 'white space within'],
    [200, `{"value":"${'PLANTED'.repeat(5_000)}"}`, 'longer than 20000 characters'],
    [200, `{"value":"${'PLANTED'.repeat(10_000)}"}`, 'more than 64 KiB'],
  ])('is broken when GitHub answers %d %s', async (status, body, fault) => {
    const error = await failureOf({ env: githubEnv, exchange: github({ status, body }).exchange });
    expect(error.code).toBe('CREDENTIALS_SOURCE_BROKEN');
    expect(error.message).toContain('pipelines.example.com');
    expect(error.message).toContain(fault);
    if (status === 401) expect(redact(error.hint ?? '')).toContain('set `id-token` to `write`');
  });

  test('is broken when GitHub does not answer, and an interruption is none', async () => {
    const silent = new ToolError('NETWORK', 'no answer from https://pipelines.example.com: the connection broke');
    const error = await failureOf({ env: githubEnv, exchange: () => Promise.reject(silent) });
    expect(error.code).toBe('CREDENTIALS_SOURCE_BROKEN');
    expect(error.message).toContain('the connection broke');
    const interrupted = new ToolError('INTERRUPTED', 'interrupted by SIGINT');
    expect(await failureOf({ env: githubEnv, exchange: () => Promise.reject(interrupted) })).toBe(interrupted);
  });

  test('takes the token out of a variable, without white space around it', async () => {
    const { use, sent } = setUp({ source: 'env:CI_TOKEN', env: { CI_TOKEN: ` ${token}\n` } });
    expect(await use()).toEqual(issued);
    expect(sent[0]).toMatchObject({ oidcToken: token, sessionName: 'ack-ram-tool' });
  });

  test('names the session as it is told, else as the environment says', async () => {
    const env = { CI_TOKEN: token, ALIBABA_CLOUD_ROLE_SESSION_NAME: 'from-variable' };
    const { use, sent } = setUp({ source: 'env:CI_TOKEN', env });
    await use();
    expect(sent[0]?.sessionName).toBe('from-variable');
    const named = setUp({ source: 'env:CI_TOKEN', env, session: { sessionName: 'given' } });
    await named.use();
    expect(named.sent[0]?.sessionName).toBe('given');
  });

  test.each([
    [undefined, 'CI_TOKEN is not set'],
    ['', 'CI_TOKEN is not set'],
    [' \n', 'white space'],
    ['PLANTED PLANTED', 'white space within'],
    ['abc', 'shorter than 4'],
    ['x'.repeat(20_001), 'longer than 20000'],
  ])('is broken when the variable holds %j', async (value, fault) => {
    const error = await failureOf({ source: 'env:CI_TOKEN', env: { CI_TOKEN: value } });
    expect(error.code).toBe('CREDENTIALS_SOURCE_BROKEN');
    expect(error.message).toContain(fault);
  });

  test('reads the file afresh for every exchange, and its path may start at home', async () => {
    const { source, sent } = setUp({ source: 'file:~/token' });
    const provider = await source.resolve();
    writeFileSync(join(home, 'token'), 'first.token.x');
    await provider?.();
    writeFileSync(join(home, 'token'), 'second.token.x\n');
    await provider?.();
    expect(sent.map(({ oidcToken }) => oidcToken)).toEqual(['first.token.x', 'second.token.x']);
  });

  test('is broken when there is no such file', async () => {
    const error = await failureOf({ source: `FILE:${join(home, 'none')}` });
    expect(error).toMatchObject({ code: 'CREDENTIALS_SOURCE_BROKEN' });
    expect(error.message).toContain(join(home, 'none'));
  });

  test('is decided by whom the token speaks for, not by where it is', async () => {
    writeFileSync(join(home, 'same'), token);
    const inVariable = setUp({ source: 'env:CI_TOKEN', env: { CI_TOKEN: token } }).source;
    const identity = await inVariable.identity?.();
    expect(identity).toEqual(expect.arrayContaining(['pipeline-oidc', providerArn, roleArn, 'project:1']));
    expect(JSON.stringify(identity)).not.toContain('PLANTED');
    expect(await setUp({ source: 'file:~/same' }).source.identity?.()).toEqual(identity);
    const other = setUp({ source: 'env:CI_TOKEN', env: { CI_TOKEN: `a.${claims('project:2')}.b` } }).source;
    expect(await other.identity?.()).not.toEqual(identity);
    expect(await setUp({ source: 'file:~/same', session: { sessionName: 'deploy' } }).source.identity?.()).not.toEqual(
      identity,
    );
  });

  test('is decided by the job at GitHub, and no token is fetched to tell', async () => {
    const { exchange, asked } = github({ body: '{}' });
    const identityOf = (env: Record<string, string>, audience?: string) =>
      setUp({ env, exchange, audience }).source.identity?.();
    const identity = await identityOf(githubEnv);
    expect(JSON.stringify(identity)).not.toContain('PLANTED');
    expect(asked).toEqual([]);
    expect(await identityOf(githubEnv)).toEqual(identity);
    expect(await identityOf({ ...githubEnv, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'other' })).not.toEqual(identity);
    expect(await identityOf(githubEnv, 'other')).not.toEqual(identity);
  });

  test('says of any text whether it is a source, and nothing else goes wrong', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `env:${text}`),
        ),
        async (source) => {
          const error = await setUp({ source, env: {} })
            .use()
            .catch((thrown) => thrown);
          if (error !== undefined) expect(['USAGE', 'CREDENTIALS_SOURCE_BROKEN']).toContain(error.code);
        },
      ),
    );
  });
});

test('pipelineTokenVariable names the variable that a child must not get', () => {
  expect(pipelineTokenVariable('env:GITLAB_OIDC_TOKEN')).toBe('GITLAB_OIDC_TOKEN');
  for (const source of [undefined, '', 'github-actions', 'file:/run/token', 'env:', 'bogus']) {
    expect(pipelineTokenVariable(source)).toBeUndefined();
  }
});
