import { describe, expect, test } from 'vitest';
import {
  childEnvironment,
  credentialSelectors,
  refreshEnvironment,
  withoutCredentials,
} from '../../src/credentials/child-environment.ts';
import type { Credentials } from '../../src/credentials/provider.ts';
import type { Env } from '../../src/io.ts';
import cases from '../cases/credentials/child-environment.json' with { type: 'json' };

const keys: Credentials = { accessKeyId: 'ID', accessKeySecret: 'SECRET' };
const session: Credentials = { ...keys, securityToken: 'TOKEN', expiration: new Date('2026-01-01T00:00:00.999Z') };

const keysSet = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'ID',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'SECRET',
  ALIBABACLOUD_ACCESS_KEY_ID: 'ID',
  ALIBABACLOUD_ACCESS_KEY_SECRET: 'SECRET',
  ALICLOUD_ACCESS_KEY_ID: 'ID',
  ALICLOUD_ACCESS_KEY_SECRET: 'SECRET',
  ALICLOUD_ACCESS_KEY: 'ID',
  ALICLOUD_SECRET_KEY: 'SECRET',
  ACCESS_KEY_ID: 'ID',
  ACCESS_KEY_SECRET: 'SECRET',
  ALIYUN_LOG_CLI_ACCESSID: 'ID',
  ALIYUN_LOG_CLI_ACCESSKEY: 'SECRET',
  OSS_ACCESS_KEY_ID: 'ID',
  OSS_ACCESS_KEY_SECRET: 'SECRET',
  ALIBABACLOUD_IGNORE_PROFILE: 'TRUE',
  ALIBABA_CLOUD_IGNORE_PROFILE: 'TRUE',
  ALIBABA_CLOUD_CLI_PROFILE_DISABLED: 'true',
  ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true',
};
const sessionSet = {
  ...keysSet,
  ALIBABA_CLOUD_SECURITY_TOKEN: 'TOKEN',
  ALIBABACLOUD_SECURITY_TOKEN: 'TOKEN',
  ALICLOUD_SECURITY_TOKEN: 'TOKEN',
  ALICLOUD_ACCESS_KEY_STS_TOKEN: 'TOKEN',
  SECURITY_TOKEN: 'TOKEN',
  ALIYUN_LOG_CLI_STS_TOKEN: 'TOKEN',
  OSS_SESSION_TOKEN: 'TOKEN',
  ALIBABA_CLOUD_CREDENTIALS_EXPIRATION: '2026-01-01T00:00:00Z',
};

describe('childEnvironment', () => {
  test.each(cases)('$name', ({ env, keeps = [] }) => {
    const kept = Object.fromEntries(keeps.map((name) => [name, (env as Env)[name]]));
    expect(childEnvironment(env, { credentials: keys })).toEqual({ ...kept, ...keysSet });
    expect(childEnvironment(env, { credentials: session })).toEqual({ ...kept, ...sessionSet });
    expect(withoutCredentials(env)).toEqual(kept);
  });

  test('removes every variable it knows of, even when all are set at once', () => {
    const env = Object.fromEntries([...credentialSelectors].map((name) => [name, 'stale']));
    expect(Object.values(childEnvironment(env, { credentials: keys }))).not.toContain('stale');
  });

  test('hands over the region when it is known', () => {
    const env = { ALIBABA_CLOUD_REGION_ID: 'cn-beijing', REGION: 'mine' };
    expect(childEnvironment(env, { credentials: keys, regionId: 'cn-hangzhou' })).toEqual({
      ...keysSet,
      REGION: 'mine',
      ALIBABA_CLOUD_REGION_ID: 'cn-hangzhou',
      ALIBABACLOUD_REGION_ID: 'cn-hangzhou',
      ALICLOUD_REGION_ID: 'cn-hangzhou',
      ALIBABA_CLOUD_REGION: 'cn-hangzhou',
      ALICLOUD_REGION: 'cn-hangzhou',
      OSS_REGION: 'cn-hangzhou',
    });
  });

  test('leaves the region alone when it is not known, and a region of OSS always', () => {
    const env = { ALICLOUD_REGION: 'cn-beijing', OSS_REGION: 'cn-shanghai' };
    expect(childEnvironment(env, { credentials: keys })).toEqual({ ...env, ...keysSet });
    expect(childEnvironment(env, { credentials: keys, regionId: 'cn-hangzhou' })).toMatchObject({
      ALICLOUD_REGION: 'cn-hangzhou',
      OSS_REGION: 'cn-shanghai',
    });
  });

  test('takes an empty token for none', () => {
    expect(childEnvironment({}, { credentials: { ...keys, securityToken: '' } })).toEqual(keysSet);
  });

  test('leaves out what is undefined, and does not change what it was given', () => {
    const env = Object.freeze({ PATH: undefined, ALIBABA_CLOUD_ROLE_ARN: 'x' });
    expect(childEnvironment(env, { credentials: keys })).toEqual(keysSet);
  });

  test('removes further variables that the caller names, and what a pipeline needs stays', () => {
    const env = {
      MY_TOKEN: 'oidc',
      OTHER: 'kept',
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'kept',
      ACTIONS_ID_TOKEN_REQUEST_URL: 'x',
    };
    const { MY_TOKEN: _, ...kept } = env;
    expect(childEnvironment(env, { credentials: keys, alsoRemove: ['MY_TOKEN'] })).toEqual({ ...kept, ...keysSet });
    expect(refreshEnvironment(env, { ...refresh, alsoRemove: ['MY_TOKEN'] })).toEqual({ ...kept, ...refreshSet });
  });
});

const uri = 'http://127.0.0.1:9000/credentials/path';
const refresh = { uri, nullDevice: '/dev/null' };
const refreshSet = {
  ALIBABA_CLOUD_CREDENTIALS_URI: uri,
  ALICLOUD_CREDENTIALS_URI: uri,
  ALIBABA_CLOUD_CREDENTIALS_FILE: '/dev/null',
  ALIBABACLOUD_IGNORE_PROFILE: 'TRUE',
  ALIBABA_CLOUD_IGNORE_PROFILE: 'TRUE',
  ALIBABA_CLOUD_CLI_PROFILE_DISABLED: 'true',
  ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true',
};

describe('refreshEnvironment', () => {
  test.each(cases)('$name', ({ env, keeps = [] }) => {
    const kept = Object.fromEntries(keeps.map((name) => [name, (env as Env)[name]]));
    expect(refreshEnvironment(env, refresh)).toEqual({ ...kept, ...refreshSet });
  });

  test('leaves nothing that comes before the URI, even when all is set at once', () => {
    const env = Object.fromEntries([...credentialSelectors].map((name) => [name, 'stale']));
    expect(refreshEnvironment(env, refresh)).toEqual(refreshSet);
  });

  test('hands over the region when it is known', () => {
    const child = refreshEnvironment({ ALICLOUD_REGION: 'cn-beijing' }, { ...refresh, regionId: 'cn-hangzhou' });
    expect(child).toEqual({
      ...refreshSet,
      ALIBABA_CLOUD_REGION_ID: 'cn-hangzhou',
      ALIBABACLOUD_REGION_ID: 'cn-hangzhou',
      ALICLOUD_REGION_ID: 'cn-hangzhou',
      ALIBABA_CLOUD_REGION: 'cn-hangzhou',
      ALICLOUD_REGION: 'cn-hangzhou',
      OSS_REGION: 'cn-hangzhou',
    });
  });

  test.each<[Env, Env]>([
    [{ HTTP_PROXY: 'http://p' }, { no_proxy: '127.0.0.1', NO_PROXY: '127.0.0.1' }],
    [
      { http_proxy: 'http://p', NO_PROXY: 'a, b' },
      { no_proxy: 'a, b,127.0.0.1', NO_PROXY: 'a, b,127.0.0.1' },
    ],
    [
      { ALL_PROXY: 'p', no_proxy: 'a', NO_PROXY: 'b' },
      { no_proxy: 'a,127.0.0.1', NO_PROXY: 'b,127.0.0.1' },
    ],
    [
      { all_proxy: 'p', no_proxy: 'a, 127.0.0.1' },
      { no_proxy: 'a, 127.0.0.1', NO_PROXY: 'a, 127.0.0.1' },
    ],
    [
      { HTTP_PROXY: 'p', no_proxy: '*' },
      { no_proxy: '*', NO_PROXY: '*' },
    ],
    [{ HTTPS_PROXY: 'p' }, {}],
    [{ HTTP_PROXY: '', NO_PROXY: 'a' }, {}],
  ])('keeps the URI from the proxy of %j', (env, lists) => {
    expect(refreshEnvironment(env, refresh)).toEqual({ ...env, ...refreshSet, ...lists });
  });
});
