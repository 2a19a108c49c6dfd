import { describe, expect, test } from 'vitest';
import cases from '../../cases/credentials/aliyun-cli.json' with { type: 'json' };
import { failure, newHome, outcome, put } from '../profile-harness.ts';

const home = newHome();
put(home, 'token', 'the.oidc.token\n');

const write = (...profiles: object[]): string =>
  put(home, '.aliyun/config.json', JSON.stringify({ current: 'default', profiles, meta_path: '' }));

describe('a profile of the aliyun CLI', () => {
  test.each(cases)('$name', async ({ profile, env = {}, expect: expected }) => {
    const file = write({ name: 'default', ...profile });
    if (!('error' in expected)) {
      const found = await outcome(home, { env });
      expect(JSON.parse(JSON.stringify(found))).toEqual(expected);
      return;
    }
    const error = await failure(outcome(home, { env }));
    expect(error).toMatchObject({ code: 'CREDENTIALS_SOURCE_BROKEN', exitCode: 4 });
    expect(error.message).toContain(`profile "default" of ${file}`);
    expect(error.message).toContain(expected.error);
    expect(error.message).not.toContain('\n');
  });
});

describe('ChainableRamRoleArn', () => {
  const role = (name: string, source: string) => ({
    name,
    mode: 'ChainableRamRoleArn',
    source_profile: source,
    ram_role_arn: `acs:ram::1:role/${name}`,
  });
  const keys = { name: 'keys', mode: 'AK', access_key_id: 'LTAIid', access_key_secret: 'PLANTED' };

  test('assumes one role after the other', async () => {
    write(role('default', 'middle'), role('middle', 'keys'), keys);
    expect(await outcome(home)).toMatchObject({
      roles: [
        { base: 'LTAIid', roleArn: 'acs:ram::1:role/middle' },
        { base: 'STS.issued', roleArn: 'acs:ram::1:role/default' },
      ],
    });
  });

  test('asks for the credentials below it once', async () => {
    let reads = 0;
    write(role('default', 'ecs'), { name: 'ecs', mode: 'EcsRamRole', ram_role_name: 'node' });
    await outcome(home, {
      readMetadata: async () => {
        reads += 1;
        return JSON.stringify({
          ...{ AccessKeyId: 'STS.node', AccessKeySecret: 's', SecurityToken: 't' },
          Expiration: '2026-01-01T06:00:00Z',
        });
      },
    });
    expect(reads).toBe(1);
  });

  test.each([
    ['onto itself', [role('default', 'default')], '"default" -> "default"'],
    ['over another', [role('default', 'b'), role('b', 'default')], '"default" -> "b" -> "default"'],
    ['further down', [role('default', 'b'), role('b', 'c'), role('c', 'b')], '"default" -> "b" -> "c" -> "b"'],
  ])('refuses a circle that leads %s, and names it', async (_name, profiles, shown) => {
    write(...profiles);
    const error = await failure(outcome(home));
    expect(error.code).toBe('CREDENTIALS_SOURCE_BROKEN');
    expect(error.message).toContain(shown);
  });

  test('refuses a chain without end', async () => {
    write(role('default', 'p1'), ...Array.from({ length: 50 }, (_, i) => role(`p${i + 1}`, `p${i + 2}`)));
    expect((await failure(outcome(home))).message).toContain('nested deeper than 10');
  });

  test('names the profiles that are there when the source is not', async () => {
    write(role('default', 'nobody'), keys);
    expect((await failure(outcome(home))).message).toMatch(/source_profile "nobody" is no profile.*"default", "keys"/);
  });

  test('says what is wrong with the source, and in which profile', async () => {
    write(role('default', 'keys'), { ...keys, access_key_id: '' });
    expect((await failure(outcome(home))).message).toMatch(/profile "keys" of .* access_key_id is missing/);
  });
});
