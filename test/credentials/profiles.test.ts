import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, symlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { profileSources } from '../../src/credentials/profiles.ts';
import { credentialsOf, failure, newHome, profileOptions, put } from './profile-harness.ts';

const home = newHome();
const aliyun = '.aliyun/config.json';
const ini = '.alibabacloud/credentials';

const config = (id: string, extra: object = {}) =>
  JSON.stringify({
    current: 'default',
    profiles: [{ name: 'default', mode: 'AK', access_key_id: id, access_key_secret: 'PLANTED' }],
    ...extra,
  });
const section = (id: string, name = 'default') =>
  `[${name}]\ntype = access_key\naccess_key_id = ${id}\naccess_key_secret = PLANTED\n`;

beforeEach(() => {
  for (const folder of ['.aliyun', '.alibabacloud', 'files'])
    rmSync(join(home, folder), { recursive: true, force: true });
});

const find = async (overrides = {}) => (await credentialsOf(profileOptions(home, overrides))).accessKeyId;

describe('profileSources', () => {
  test('asks the named file, then the aliyun CLI, then the SDKs', async () => {
    put(home, ini, section('from-ini'));
    expect(await find()).toBe('from-ini');
    put(home, aliyun, config('from-aliyun'));
    expect(await find()).toBe('from-aliyun');
    expect(await find({ ignoreAliyunCli: true })).toBe('from-ini');
    const named = put(home, 'files/named', section('from-variable'));
    expect(await find({ env: { ALIBABA_CLOUD_CREDENTIALS_FILE: named } })).toBe('from-variable');
    const flag = put(home, 'files/flag.json', config('from-flag'));
    expect(await find({ env: { ALIBABA_CLOUD_CREDENTIALS_FILE: named }, profileFile: flag })).toBe('from-flag');
  });

  test('knows a file of the aliyun CLI by its name, in any case', async () => {
    expect(await find({ profileFile: put(home, 'files/A.JSON', config('json')) })).toBe('json');
    expect(await find({ profileFile: put(home, 'files/json', section('ini')) })).toBe('ini');
  });

  test('expands a leading ~', async () => {
    put(home, 'files/mine', section('mine'));
    expect(await find({ profileFile: '~/files/mine' })).toBe('mine');
    const error = await failure(credentialsOf(profileOptions(undefined, { profileFile: '~/files/mine' })));
    expect(error.code).toBe('CREDENTIALS_SOURCE_BROKEN');
  });

  test('takes the profile that is asked for, from either kind of file', async () => {
    put(
      home,
      aliyun,
      config('x', { profiles: [{ name: 'prod', mode: 'AK', access_key_id: 'a', access_key_secret: 's' }] }),
    );
    expect(await find({ profileName: 'prod' })).toBe('a');
    put(home, ini, section('b', 'prod'));
    expect(await find({ profileName: 'prod', ignoreAliyunCli: true })).toBe('b');
  });

  test('finds nothing where nothing is configured, and says where it looked', async () => {
    const error = await failure(find());
    expect(error.code).toBe('CREDENTIALS_NOT_FOUND');
    for (const place of ['ALIBABA_CLOUD_CREDENTIALS_FILE', join(home, aliyun), join(home, ini)]) {
      expect(error.message).toContain(place);
    }
    expect((await failure(credentialsOf(profileOptions(undefined)))).message).toContain('there is no home folder');
  });

  test.each([
    ['a file without profiles', aliyun, '{"current":"default","profiles":[]}'],
    ['an empty object', aliyun, '{}'],
    [
      'a profile as the aliyun CLI makes it',
      aliyun,
      config('', { profiles: [{ name: 'default', mode: 'AK', access_key_id: '', region_id: 'cn-hangzhou' }] }),
    ],
    ['comments only', ini, '# nothing\n; here\n'],
    ['an empty ini file', ini, ''],
    ['a section that is switched off', ini, `${section('x')}enable = false\n`],
    ['an empty section', ini, '[default]\nenable = true\n'],
  ])('takes %s for not configured, and goes on', async (_name, path, text) => {
    const file = put(home, path, text);
    expect((await failure(find())).code).toBe('CREDENTIALS_NOT_FOUND');
    const profileFile = path === aliyun ? file : put(home, 'files/copy', text);
    expect((await failure(find({ profileFile }))).code).toBe('CREDENTIALS_SOURCE_BROKEN');
  });

  test.each([
    ['no JSON', aliyun, '{"current": "default",\n  "profiles": [PLANTED', 'line 2, column 16'],
    ['empty', aliyun, '', 'not valid JSON'],
    ['a JSON list', aliyun, '["PLANTED"]', 'not a JSON object'],
    ['profiles that are no list', aliyun, '{"profiles":{"PLANTED":1}}', 'profiles is not a list'],
    ['a current that is no text', aliyun, '{"current":1,"profiles":[]}', 'current is not text'],
    [
      'a current that is not there',
      aliyun,
      config('x', { current: 'gone' }),
      'it has no profile "gone"; it has "default"',
    ],
    ['no UTF-8', aliyun, Buffer.from([0x7b, 0xff, 0xfe]), 'not UTF-8'],
    ['too long', aliyun, `{"x":"${'P'.repeat(1024 * 1024)}"}`, 'longer than 1 MiB'],
    ['nested without end', aliyun, '['.repeat(100_000), 'not valid JSON'],
    ['a key twice', aliyun, '{"current":"PLANTED","current":"PLANTED"}', 'not valid JSON at line 1'],
    ['no section', ini, 'access_key_secret = PLANTED', 'line 1: a value comes before the first section'],
    ['a line that is nothing', ini, '[default]\n\nPLANTED\n', 'line 3: it is neither'],
    ['another section only', ini, section('x', 'dev'), 'it has no profile "default"; it has "dev"'],
  ])('stops at a file with %s', async (_name, path, text, words) => {
    const file = put(home, path, text);
    const error = await failure(find());
    expect(error).toMatchObject({ code: 'CREDENTIALS_SOURCE_BROKEN', exitCode: 4 });
    expect(error.message).toContain(file);
    expect(error.message).toContain(words);
  });

  test('stops at a folder, a broken link in a circle, and a file that is asked for and not there', async () => {
    mkdirSync(join(home, aliyun), { recursive: true });
    expect((await failure(find())).message).toContain('it is a folder');
    rmSync(join(home, '.aliyun'), { recursive: true });
    mkdirSync(join(home, '.aliyun'));
    symlinkSync('config.json', join(home, aliyun));
    expect((await failure(find())).message).toContain('too many symbolic links');
    for (const overrides of [
      { profileFile: '/nowhere/x' },
      { env: { ALIBABA_CLOUD_CREDENTIALS_FILE: '/nowhere/x' } },
    ]) {
      const error = await failure(find(overrides));
      expect(error.code).toBe('CREDENTIALS_SOURCE_BROKEN');
      expect(error.message).toContain('/nowhere/x');
    }
  });

  test('names the profiles that are there when the one asked for is not', async () => {
    put(home, aliyun, config('x'));
    expect((await failure(find({ profileName: 'prod' }))).message).toContain('no profile "prod"; it has "default"');
  });

  test('takes the first of two profiles of one name, and says so', async () => {
    const twice = ['one', 'two'].map((id) => ({
      name: 'default',
      mode: 'AK',
      access_key_id: id,
      access_key_secret: 's',
    }));
    put(home, aliyun, config('', { profiles: twice }));
    const warned: string[] = [];
    expect(await find({ report: { debug: () => {}, warn: (text: string) => warned.push(text) } })).toBe('one');
    expect(warned).toEqual([expect.stringContaining('"default" 2 times')]);
  });

  test('has no profile of a name that JavaScript knows', async () => {
    put(home, aliyun, `{"__proto__":{"current":"x"},"profiles":[{"__proto__":{"mode":"AK"},"name":"default"}]}`);
    expect((await failure(find())).code).toBe('CREDENTIALS_NOT_FOUND');
    for (const profileName of ['__proto__', 'constructor', 'toString']) {
      expect((await failure(find({ profileName }))).message).toContain('no profile');
    }
    put(home, ini, `[__proto__]\naccess_key_id = x\n${section('y')}`);
    expect(await find({ ignoreAliyunCli: true })).toBe('y');
  });

  test('takes a byte order mark and Windows line ends', async () => {
    put(home, aliyun, `\uFEFF${JSON.stringify(JSON.parse(config('bom')), null, 2).replaceAll('\n', '\r\n')}`);
    expect(await find()).toBe('bom');
    put(home, ini, `\uFEFF${section('crlf').replaceAll('\n', '\r\n')}`);
    expect(await find({ ignoreAliyunCli: true })).toBe('crlf');
  });

  test.skipIf(process.platform === 'win32')('reads a pipe, and only once', async () => {
    mkdirSync(join(home, 'files'));
    const pipe = join(home, 'files', 'pipe');
    execFileSync('mkfifo', [pipe]);
    const writer = openSync(pipe, 'r+');
    writeSync(writer, section('piped'));
    const [source] = profileSources(profileOptions(home, { profileFile: pipe }));
    const identity = source?.identity?.();
    setTimeout(() => closeSync(writer), 50);
    expect(await identity).toBeUndefined();
    expect((await (await source?.resolve())?.())?.accessKeyId).toBe('piped');
  });
});

describe('the identity of a profile', () => {
  const identity = async (profile: object, overrides = {}) => {
    put(home, aliyun, config('x', { profiles: [{ name: 'default', ...profile }] }));
    const sources = profileSources(profileOptions(home, overrides));
    return await sources.find(({ name }) => name === 'aliyun CLI')?.identity?.();
  };
  const role = {
    mode: 'RamRoleArn',
    access_key_id: 'LTAIid',
    access_key_secret: 'PLANTED',
    ram_role_arn: 'acs:ram::1:role/r',
    external_id: 'PLANTED-TOO',
  };

  test('is none for keys that are at hand, for a helper, for metadata and for OAuth', async () => {
    const keys = { access_key_id: 'a', access_key_secret: 'b' };
    expect(await identity({ mode: 'AK', ...keys })).toBeUndefined();
    expect(await identity({ mode: 'External', process_command: 'x' })).toBeUndefined();
    expect(await identity({ mode: 'EcsRamRole' })).toBeUndefined();
    expect(await identity({ mode: 'OAuth', oauth_site_type: 'CN', oauth_refresh_token: 't' })).toBeUndefined();
    expect(await identity({ mode: 'RamRoleArnWithRoleName', ram_role_arn: 'acs:ram::1:role/r' })).toBeUndefined();
  });

  test('holds no secret in the clear, and changes with everything that decides', async () => {
    const first = await identity(role);
    expect(first?.length).toBeGreaterThan(3);
    expect(JSON.stringify(first)).not.toContain('PLANTED');
    const changes = [
      { access_key_id: 'other' },
      { access_key_secret: 'other' },
      { sts_token: 'token' },
      { ram_role_arn: 'acs:ram::1:role/other' },
      { ram_session_name: 'other' },
      { expired_seconds: 900 },
      { external_id: 'other' },
      { sts_region: 'cn-beijing' },
    ];
    const all = [
      first,
      ...(await changes.reduce<Promise<unknown[]>>(
        async (done, change) => [...(await done), await identity({ ...role, ...change })],
        Promise.resolve([]),
      )),
    ];
    expect(new Set(all.map((one) => JSON.stringify(one))).size).toBe(all.length);
  });

  test('of OIDC names whom the token speaks for, and stays when the token is renewed', async () => {
    const token = (claims: object) =>
      ['e30', Buffer.from(JSON.stringify(claims)).toString('base64url'), 'PLANTED'].join('.');
    const profile = {
      mode: 'OIDC',
      ram_role_arn: 'acs:ram::1:role/r',
      oidc_provider_arn: 'acs:ram::1:oidc-provider/p',
      oidc_token_file: put(home, 'files/token', token({ iss: 'https://i', sub: 's', exp: 1 })),
    };
    const first = await identity(profile);
    expect(first).toContain('https://i');
    put(home, 'files/token', token({ iss: 'https://i', sub: 's', exp: 2 }));
    expect(await identity(profile)).toEqual(first);
    put(home, 'files/token', token({ iss: 'https://i', sub: 'other', exp: 2 }));
    expect(await identity(profile)).not.toEqual(first);
  });
});
