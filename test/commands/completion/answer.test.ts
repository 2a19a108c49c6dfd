import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { main } from '../../../src/cli.ts';
import { keepValues, keptValues, valuesKey } from '../../../src/commands/completion/kept-values.ts';
import type { Env } from '../../../src/io.ts';
import { memoryIo } from '../../support/memory-io.ts';
import { scratchFolder } from '../../support/tool.ts';

interface Run {
  home?: string;
  env?: Env;
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

async function ask(argv: string[], { home = scratchFolder(), ...options }: Run = {}) {
  const io = memoryIo({ home, ...options });
  expect(await main(['__complete', ...argv], io)).toBe(0);
  expect(io.err()).toBe('');
  return io.out().split('\n').slice(0, -1);
}

const fish = (words: string[], run?: Run) => ask(['fish', '--', ...words], run);

function write(home: string, name: string, text: string): string {
  const file = join(home, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const configOf = (...profiles: object[]): string => JSON.stringify({ current: 'default', profiles });

describe('__complete', () => {
  it('answers each shell as it reads answers', async () => {
    expect(await ask(['fish', '--', 'auth', ''])).toEqual([':words', 'whoami\tshow who the credentials belong to']);
    expect(await ask(['zsh', '--', 'auth', ''])).toEqual([':words', 'whoami:show who the credentials belong to']);
    expect(await ask(['bash', '0', ' :=', 'ack-ram-tool auth w'])).toEqual([':words', 'whoami']);
    expect(await ask(['powershell', '.auth', '.'])).toEqual([
      ':words',
      'whoami\twhoami\tshow who the credentials belong to',
    ]);
  });

  it('leaves descriptions out', async () => {
    expect(await ask(['--no-descriptions', 'fish', '--', 'auth', ''])).toEqual([':words', 'whoami']);
  });

  it('describes in the language of the user', async () => {
    expect(await fish(['--lang', 'zh', 'auth', ''])).toEqual([':words', 'whoami\t显示凭证所属的身份']);
    expect(await fish(['auth', ''], { env: { LANG: 'zh_CN.UTF-8' } })).toEqual([
      ':words',
      'whoami\t显示凭证所属的身份',
    ]);
  });

  it('says where paths are, and where the command line of a child begins', async () => {
    expect(await fish(['rrsa', 'plan', '--file=x'])).toEqual([':files 7']);
    expect(await fish(['rrsa', 'associate-role', '--backup-dir', ''])).toEqual([':folders 0']);
    expect(await fish(['export-credentials', '--', 'ls', ''])).toEqual([':child 2']);
    expect(await ask(['bash', '0', ' ', 'tool export-credentials  -- ls '])).toEqual([':child 27']);
  });

  it.each([
    [[]],
    [['tcsh', '--', '']],
    [['bash']],
    [['fish', '--']],
    [['--no-descriptions']],
    [['fish', '--', 'nothing', '']],
  ])('gives nothing and no error for %j', async (argv) => {
    const lines = await ask(argv);
    if (argv.length > 2) expect(lines.slice(1)).toEqual([]);
  });

  it('says nothing about variables that other runs would warn of', async () => {
    const env = { ACK_RAM_TOOL_LOG_LEVEL: 'loud', ACK_RAM_TOOL_READ_TIMEOUT: 'never', ACK_RAM_TOOL_CACHE: 'perhaps' };
    expect(await fish(['rrsa', 'status', '-c', ''], { env })).toEqual([]);
  });

  it('knows the addons', async () => {
    expect(await fish(['rrsa', 'setup-addon', '-a', ''])).toEqual([
      ':words',
      'kritis-validation-hook',
      'ack-erdma-controller',
    ]);
  });
});

describe('names of profiles', () => {
  const ini = '[default]\ntype = access_key\n[two]\n';

  it('are those of all files that are asked, in their order, once', async () => {
    const home = scratchFolder();
    write(home, '.aliyun/config.json', configOf({ name: 'default' }, { name: 'one' }, { name: 'one' }));
    write(home, '.alibabacloud/credentials', ini);
    expect(await fish(['--profile-name', ''], { home })).toEqual([':words', 'default', 'one', 'two']);
    expect(await fish(['auth', 'whoami', '--profile-name=o'], { home })).toContain('--profile-name=one');
    expect(await fish(['--ignore-aliyun-cli-credentials', '--profile-name', ''], { home })).toEqual([
      ':words',
      'default',
      'two',
    ]);
  });

  it('are those of the file that is given', async () => {
    const home = scratchFolder();
    write(home, '.aliyun/config.json', configOf({ name: 'other' }));
    const file = write(home, 'own.json', configOf({ name: 'own' }));
    write(home, 'credentials', ini);
    const own = [':words', 'own'];
    expect(await fish(['--profile-file', file, '--profile-name', ''], { home })).toEqual(own);
    expect(await fish(['--profile-file=~/own.json', '--profile-name', ''], { home })).toEqual(own);
    expect(await fish(['--profile-name', ''], { home, env: { ACK_RAM_TOOL_PROFILE_FILE: file } })).toEqual(own);
    const env = { ALIBABA_CLOUD_CREDENTIALS_FILE: '~/credentials' };
    expect(await fish(['--profile-name', ''], { home, env })).toEqual([':words', 'default', 'two', 'other']);
  });

  it('of a broken file are none, and hide no others', async () => {
    const home = scratchFolder();
    write(home, '.aliyun/config.json', '{');
    write(home, '.alibabacloud/credentials', ini);
    expect(await fish(['--profile-name', ''], { home })).toEqual([':words', 'default', 'two']);
  });

  it('that could do harm are left out', async () => {
    const home = scratchFolder();
    write(home, '.aliyun/config.json', configOf({ name: 'a\nb' }, { name: 'a\u001b[2Jb' }, { name: '$(touch x)' }));
    expect(await fish(['--profile-name', ''], { home })).toEqual([':words', '$(touch x)']);
  });
});

describe('names from the cloud', async () => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    if (request.url?.startsWith('/slow')) return;
    response.end(
      '{"Code":"Success","AccessKeyId":"a","AccessKeySecret":"b","SecurityToken":"c","Expiration":"2100-01-01T00:00:00Z"}',
    );
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  afterAll(() => server.close());
  const here = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clusters = ['rrsa', 'status', '-c', ''];
  const keys = { access_key_id: 'LTAI', access_key_secret: 's' };
  const marker = join(scratchFolder(), 'was-run');
  const program = write(
    dirname(marker),
    'helper',
    `#!/bin/sh\ntouch ${marker}\necho '{"mode":"AK","access_key_id":"a","access_key_secret":"b"}'\n`,
  );
  chmodSync(program, 0o755);

  it.each([
    ['a helper program', { mode: 'External', process_command: program }],
    ['a credentials URI', { mode: 'CredentialsURI', credentials_uri: `${here}/uri` }],
    ['the role of the instance', { mode: 'EcsRamRole', ram_role_name: 'r' }],
    [
      'a login that has to be renewed',
      {
        mode: 'CloudSSO',
        cloud_sso_sign_in_url: `${here}/login`,
        cloud_sso_account_id: '1',
        cloud_sso_access_config: 'a',
        access_token: 't',
        cloud_sso_access_token_expire: 4_000_000_000,
      },
    ],
    [
      'a login with a refresh token',
      { mode: 'OAuth', oauth_site_type: 'CN', oauth_refresh_token: 'r', oauth_access_token: 'a' },
    ],
  ])('are not asked for by %s', async (_, profile) => {
    const home = scratchFolder();
    const config = write(home, '.aliyun/config.json', configOf({ name: 'default', ...profile }));
    const before = readFileSync(config, 'utf8');
    const env = { ACK_RAM_TOOL_CS_ENDPOINT: here, ALIBABA_CLOUD_IMDS_ENDPOINT: here, https_proxy: here };
    seen.length = 0;
    for (const cache of ['false', 'true']) {
      expect(await fish(clusters, { home, env: { ...env, ACK_RAM_TOOL_CACHE: cache } })).toEqual([]);
    }
    expect(seen).toEqual([]);
    expect(existsSync(marker)).toBe(false);
    expect(readFileSync(config, 'utf8')).toBe(before);
  });

  it.each([
    ['a credentials URI', { ALIBABA_CLOUD_CREDENTIALS_URI: `${here}/uri` }],
    ['the role of the instance', { ALIBABA_CLOUD_ECS_METADATA: 'r' }],
    ['the instance', { ACK_RAM_TOOL_CREDENTIAL_TYPE: 'imds' }],
    [
      'a pipeline that has to be asked for its token',
      {
        ACK_RAM_TOOL_OIDC_TOKEN_SOURCE: 'github-actions',
        ACK_RAM_TOOL_OIDC_PROVIDER_ARN: 'acs:ram::1:oidc-provider/p',
        ACK_RAM_TOOL_OIDC_ROLE_ARN: 'acs:ram::1:role/r',
        ACTIONS_ID_TOKEN_REQUEST_URL: `${here}/token`,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: 't',
      },
    ],
  ])('are not asked for by %s of the environment', async (_, variables: Env) => {
    seen.length = 0;
    const env = { ...variables, ACK_RAM_TOOL_CS_ENDPOINT: here, ALIBABA_CLOUD_IMDS_ENDPOINT: here };
    expect(await fish(clusters, { env })).toEqual([]);
    expect(seen).toEqual([]);
  });

  it('that do not come in time do not come', async () => {
    const home = scratchFolder();
    write(home, '.aliyun/config.json', configOf({ name: 'default', mode: 'AK', ...keys }));
    const waits: number[] = [];
    const sleep = async (ms: number): Promise<void> => void waits.push(ms);
    const env = { ACK_RAM_TOOL_CS_ENDPOINT: `${here}/slow` };
    expect(await fish(clusters, { home, env, sleep })).toEqual([]);
    expect(waits[0]).toBeLessThanOrEqual(1500);
  });
});

describe('what is kept of the answers', () => {
  const values = [{ value: 'c1', description: 'foo' }];
  const key = valuesKey(['clusters', 'id']);
  const uid = process.getuid?.();

  it('counts for a minute, in a file of the user alone', () => {
    const place = { folder: scratchFolder(), uid };
    expect(keptValues(place, key, 0)).toBeUndefined();
    keepValues(place, key, 1_000_000, values);
    expect(keptValues(place, key, 1_000_000)).toEqual(values);
    expect(keptValues(place, key, 1_059_999)).toEqual(values);
    expect(keptValues(place, key, 1_060_000)).toBeUndefined();
    expect(keptValues(place, key, 999_999)).toBeUndefined();
    expect(keptValues(place, valuesKey(['roles', 'id']), 1_000_000)).toBeUndefined();
    const folder = join(place.folder, 'completion');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });

  it('goes when it is old', () => {
    const place = { folder: scratchFolder(), uid };
    keepValues(place, valuesKey(['old']), Date.now(), values);
    keepValues(place, key, Date.now() + 120_000, values);
    expect(readdirSync(join(place.folder, 'completion'))).toEqual([`${key}.json`]);
  });

  it.each([
    '',
    '{',
    '[]',
    '{"savedAt":"0","values":[]}',
    '{"savedAt":0,"values":[{"value":1}]}',
    '{"savedAt":0,"values":[null]}',
  ])('is nothing when the file holds %s', (text) => {
    const place = { folder: scratchFolder(), uid };
    keepValues(place, key, 0, values);
    writeFileSync(join(place.folder, 'completion', `${key}.json`), text);
    expect(keptValues(place, key, 1)).toBeUndefined();
  });

  it('is not taken from others, and not written through a link', () => {
    const place = { folder: scratchFolder(), uid };
    keepValues(place, key, 0, values);
    const file = join(place.folder, 'completion', `${key}.json`);
    chmodSync(file, 0o644);
    expect(keptValues(place, key, 1)).toBeUndefined();
    const target = join(place.folder, 'target');
    const other = valuesKey(['other']);
    symlinkSync(target, join(place.folder, 'completion', `${other}.json`));
    keepValues(place, other, 0, values);
    expect(existsSync(target)).toBe(false);
    expect(keptValues({ folder: undefined, uid }, key, 1)).toBeUndefined();
    keepValues({ folder: undefined, uid }, key, 1, values);
    keepValues({ folder: '/dev/null/x', uid }, key, 1, values);
  });
});
