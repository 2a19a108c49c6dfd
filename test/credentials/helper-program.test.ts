import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ToolError } from '../../src/errors.ts';
import { credentialsOf, failure, newHome, profileOptions, put } from './profile-harness.ts';

const home = newHome();

/** A helper of a few lines of shell. */
function helper(script: string): string {
  const file = put(home, 'helper dir/helper', `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o700);
  return `'${file}' argument`;
}

const use = (command: string, overrides = {}) => {
  const profile = { name: 'default', mode: 'External', process_command: command };
  put(home, '.aliyun/config.json', JSON.stringify({ current: 'default', profiles: [profile] }));
  return credentialsOf(profileOptions(home, { env: { PATH: process.env.PATH }, ...overrides }));
};
const print = (value: object) => helper(`cat <<'END'\n${JSON.stringify(value)}\nEND`);
const keys = { access_key_id: 'LTAIid', access_key_secret: 'PLANTED' };

describe.skipIf(process.platform === 'win32')('a helper program', () => {
  test.each([
    ['keys with their mode', { mode: 'AK', ...keys }, { accessKeyId: 'LTAIid', accessKeySecret: 'PLANTED' }],
    ['keys without a mode', keys, { accessKeyId: 'LTAIid', accessKeySecret: 'PLANTED' }],
    [
      'temporary keys, with an expiry',
      { mode: 'ststoken', ...keys, sts_token: 'token', expiration: '2026-01-01T01:00:00Z' },
      {
        accessKeyId: 'LTAIid',
        accessKeySecret: 'PLANTED',
        securityToken: 'token',
        expiration: new Date('2026-01-01T01:00:00Z'),
      },
    ],
    [
      'temporary keys that hide their expiry',
      { ...keys, sts_token: 'token' },
      { accessKeyId: 'LTAIid', accessKeySecret: 'PLANTED', securityToken: 'token' },
    ],
  ])('gives %s', async (_name, printed, credentials) => {
    expect(await use(print(printed))).toEqual(credentials);
  });

  test('gets its arguments, an empty stdin, and the environment', async () => {
    const command = helper(
      `[ "$1" = argument ] && [ "$MARK" = set ] && [ -z "$(cat)" ] && echo '${JSON.stringify(keys)}'`,
    );
    await use(command, { env: { PATH: process.env.PATH, MARK: 'set' } });
  });

  test.each([
    ['prints garbage', "echo 'PLANTED garbage'", 'printed something other than a JSON object'],
    ['prints nothing', 'true', 'printed something other than a JSON object'],
    ['prints a list', `echo '["PLANTED"]'`, 'printed something other than a JSON object'],
    ['prints half of it', `echo '{"access_key_id":"PLANTED"}'`, 'access_key_secret is missing'],
    ['prints no texts', `echo '{"access_key_id":["PLANTED"],"access_key_secret":1}'`, 'access_key_id is not text'],
    [
      'prints a mode without its token',
      `echo '{"mode":"StsToken","access_key_id":"i","access_key_secret":"PLANTED"}'`,
      'sts_token is missing',
    ],
    [
      'prints another profile to follow',
      `echo '{"mode":"External","process_command":"PLANTED"}'`,
      'mode is neither AK nor StsToken',
    ],
    [
      'prints expired keys',
      `echo '{"access_key_id":"i","access_key_secret":"PLANTED","sts_token":"PLANTED","expiration":"2020-01-01T00:00:00Z"}'`,
      'its keys expired at 2020-01-01',
    ],
    [
      'prints no time',
      `echo '{"access_key_id":"i","access_key_secret":"s","sts_token":"t","expiration":"PLANTED"}'`,
      'expiration is no time',
    ],
    ['fails', `echo '${JSON.stringify(keys)}'; echo PLANTED >&2; exit 3`, 'ended with exit code 3'],
    ['is killed', 'kill -9 $$', 'was ended by SIGKILL'],
    ['prints without end', 'yes PLANTED', 'printed more than 64 KiB and was stopped'],
  ])('that %s is broken, and nothing of it is shown', async (_name, script, words) => {
    const error = await failure(use(helper(script)));
    expect(error).toMatchObject({ code: 'CREDENTIALS_SOURCE_BROKEN', exitCode: 4 });
    expect(error.message).toContain(words);
    expect(error.message).toContain('profile "default"');
  });

  test.each([
    ['is not there', '/nowhere/PLANTED-helper', 'was not found'],
    ['is not executable', put(home, 'plain', 'PLANTED'), 'is not executable'],
    ['is a folder', home, 'is not executable'],
  ])('that %s is broken, and its command line is not shown', async (_name, command, words) => {
    const error = await failure(use(`${command} --password PLANTED`));
    expect(error.code).toBe('CREDENTIALS_SOURCE_BROKEN');
    expect(error.message).toContain(`the program of process_command ${words}`);
  });

  test('that hangs is stopped after the read timeout, with everything it started', async () => {
    const pids = join(home, 'pids');
    const command = helper(`sleep 1000 & echo $! > '${pids}'; sleep 1000`);
    const error = await failure(use(command, { readTimeoutMs: 300 }));
    expect(error.message).toContain('did not end within 0.3 s and was stopped');
    await gone(Number(readFileSync(pids, 'utf8')));
  });

  test('is stopped when we are interrupted', async () => {
    const started = join(home, 'started');
    const controller = new AbortController();
    const work = use(helper(`echo $$ > '${started}'; sleep 1000`), { signal: controller.signal });
    while (!existsSync(started) || readFileSync(started, 'utf8') === '') await sleep(10);
    controller.abort(new ToolError('INTERRUPTED', 'interrupted by SIGINT'));
    expect((await failure(work)).code).toBe('INTERRUPTED');
    await gone(Number(readFileSync(started, 'utf8')));
  });

  test('may leave something running', async () => {
    const pids = join(home, 'left');
    const command = helper(`sleep 30 & echo $! > '${pids}'; echo '${JSON.stringify(keys)}'`);
    expect(await use(command)).toMatchObject({ accessKeyId: 'LTAIid' });
    process.kill(Number(readFileSync(pids, 'utf8')), 'SIGKILL');
  });

  test('that comes back to the same profile is stopped, and one for another profile is not', async () => {
    const seen = join(home, 'chain');
    await use(helper(`printenv ACK_RAM_TOOL_HELPER_CHAIN > '${seen}'; echo '${JSON.stringify(keys)}'`));
    const env = { PATH: process.env.PATH, ACK_RAM_TOOL_HELPER_CHAIN: readFileSync(seen, 'utf8').trim() };
    expect((await failure(use(print(keys), { env }))).message).toContain(
      'asks for the credentials of this same profile',
    );
    const other = put(
      home,
      'other.json',
      JSON.stringify({ profiles: [{ name: 'default', mode: 'External', process_command: print(keys) }] }),
    );
    expect(await use('unused', { env, profileFile: other })).toMatchObject({ accessKeyId: 'LTAIid' });
    const long = Array.from({ length: 8 }, (_, i) => `x${i}`).join(',');
    const deep = { PATH: process.env.PATH, ACK_RAM_TOOL_HELPER_CHAIN: long };
    expect((await failure(use(print(keys), { env: deep }))).code).toBe('CREDENTIALS_SOURCE_BROKEN');
  });
});

async function gone(pid: number): Promise<void> {
  for (let round = 0; round < 500; round += 1) {
    try {
      process.kill(pid, 0);
      // A killed orphan may wait for its new parent to look.
      if (/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) return;
    } catch {
      return;
    }
    await sleep(10);
  }
  throw new Error(`process ${pid} is still there`);
}
