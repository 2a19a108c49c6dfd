import { describe, expect, test } from 'vitest';
import { attachedRole, ecsMetadataSource, fromEcsMetadata } from '../../src/credentials/ecs-metadata.ts';
import type { ReadMetadata } from '../../src/credentials/provider.ts';
import { ToolError } from '../../src/errors.ts';

const rolesPath = 'meta-data/ram/security-credentials/';
const document = {
  AccessKeyId: 'STS.NUabcdefgh123456',
  AccessKeySecret: 'PLANTED-secret',
  Expiration: '2026-01-02T03:04:05Z',
  SecurityToken: 'CAIS-PLANTED-token',
  LastUpdated: '2026-01-01T21:04:05Z',
  Code: 'Success',
};
const role = 'KubernetesWorkerRole-1.a@b_c';

function service(paths: Record<string, string | undefined>): { readMetadata: ReadMetadata; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    readMetadata: async (path) => {
      asked.push(path);
      return paths[path];
    },
  };
}

const worker = {
  [rolesPath]: `${role}\n`,
  [rolesPath + role]: JSON.stringify(document),
  'meta-data/instance-id': 'i-1',
};
const failing = (error: unknown): ReadMetadata => {
  return () => Promise.reject(error);
};
const silent = new ToolError('NETWORK', 'no answer from http://100.100.100.200: no connection within 1 s');

async function failureOf(work: () => unknown): Promise<ToolError> {
  try {
    await work();
  } catch (error) {
    expect(error).toBeInstanceOf(ToolError);
    const all = JSON.stringify([String(error), (error as Error).stack, error, String((error as Error).cause)]);
    expect(all).not.toContain('PLANTED');
    return error as ToolError;
  }
  throw new Error('nothing was thrown');
}

describe('fromEcsMetadata', () => {
  test('takes the role that the service lists, whatever its name, and its true expiry', async () => {
    const { readMetadata, asked } = service(worker);
    expect(await fromEcsMetadata({ readMetadata })()).toEqual({
      accessKeyId: document.AccessKeyId,
      accessKeySecret: document.AccessKeySecret,
      securityToken: document.SecurityToken,
      expiration: new Date(document.Expiration),
    });
    expect(asked).toEqual([rolesPath, rolesPath + role]);
  });

  test('does not ask for the list when the role is named, and reads afresh at every call', async () => {
    const { readMetadata, asked } = service(worker);
    const provider = fromEcsMetadata({ roleName: role, readMetadata });
    await provider();
    await provider();
    expect(asked).toEqual([rolesPath + role, rolesPath + role]);
  });

  test.each(['../../user-data', 'a/b', '..', ' ', 'a b', 'a\n', 'x'.repeat(129), 'rôle'])(
    'refuses %j as a role',
    (roleName) => {
      const { readMetadata, asked } = service(worker);
      expect(() => fromEcsMetadata({ roleName, readMetadata })).toThrow('is no name of a role');
      expect(asked).toEqual([]);
    },
  );

  test.each(['<html>please log in</html>', '../../user-data', 'two words', '{"a":1}'])(
    'refuses the list %j',
    async (text) => {
      const { readMetadata } = service({ [rolesPath]: text });
      const error = await failureOf(fromEcsMetadata({ readMetadata }));
      expect(error).toMatchObject({ code: 'CREDENTIALS_SOURCE_BROKEN', exitCode: 4 });
      expect(error.message).toContain('something other than the name of a role');
    },
  );

  test.each([undefined, '', ' \n'])('says when no role is attached (%j)', async (text) => {
    const { readMetadata } = service({ [rolesPath]: text });
    expect((await failureOf(fromEcsMetadata({ readMetadata }))).message).toContain('no RAM role is attached');
    expect((await failureOf(() => attachedRole(readMetadata))).message).toContain('no RAM role is attached');
  });

  test('names the role that has no credentials', async () => {
    const { readMetadata } = service({});
    const error = await failureOf(fromEcsMetadata({ roleName: 'reader', readMetadata }));
    expect(error.message).toContain('no credentials for role reader');
    expect(error.hint).toContain('utils test-ecs-metadata');
  });

  test.each([
    ['<html>please log in</html>', 'other than a JSON object'],
    [JSON.stringify({ ...document, Code: 'Fail.Role' }), 'its code is Fail.Role'],
    [JSON.stringify({ ...document, SecurityToken: undefined }), 'without SecurityToken'],
    [JSON.stringify({ ...document, Expiration: 'PLANTED' }), 'unusable Expiration'],
  ])('refuses %s', async (text, fault) => {
    const { readMetadata } = service({ ...worker, [rolesPath + role]: text });
    const error = await failureOf(fromEcsMetadata({ readMetadata }));
    expect(error).toMatchObject({ code: 'CREDENTIALS_SOURCE_BROKEN' });
    expect(error.message).toContain(fault);
  });

  test('refuses credentials that have expired', async () => {
    const { readMetadata } = service(worker);
    const now = (): number => Date.parse('2027-01-01T00:00:00Z');
    expect((await failureOf(fromEcsMetadata({ readMetadata, now }))).message).toContain('expired at 2026-01-02');
  });

  test('is a broken source where no service answers, and lets an interruption through', async () => {
    const error = await failureOf(fromEcsMetadata({ readMetadata: failing(silent) }));
    expect(error).toMatchObject({ code: 'CREDENTIALS_SOURCE_BROKEN', exitCode: 4 });
    expect(error.message).toContain('no answer from http://100.100.100.200');
    expect(error.hint).toContain('ECS instances only');
    const interrupted = new ToolError('INTERRUPTED', 'interrupted by SIGINT');
    await expect(fromEcsMetadata({ readMetadata: failing(interrupted) })()).rejects.toBe(interrupted);
  });
});

describe('ecsMetadataSource', () => {
  const source = (
    env: Record<string, string>,
    credentialType: 'auto' | 'imds' | 'ecs-role' = 'auto',
    readMetadata = service(worker).readMetadata,
  ) => ecsMetadataSource({ env, credentialType, readMetadata });

  test('is not configured unless somebody asks for it, and asks nobody', async () => {
    for (const env of [{}, { ALIBABA_CLOUD_ECS_METADATA: '' }, { ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true' }]) {
      const { readMetadata, asked } = service(worker);
      const absent = source(env, 'auto', readMetadata);
      expect(await absent.resolve()).toBeUndefined();
      expect(await absent.identity?.()).toBeUndefined();
      expect(asked).toEqual([]);
      expect(absent.lookedAt).toContain('ALIBABA_CLOUD_ECS_METADATA');
    }
  });

  test.each(['imds', 'ecs-role'] as const)(
    'is configured by --credential-type %s, whatever is switched off',
    async (type) => {
      const provider = await source({ ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true' }, type).resolve();
      expect((await provider?.())?.accessKeyId).toBe(document.AccessKeyId);
    },
  );

  test('is configured by the name of a role, which it then takes', async () => {
    const { readMetadata, asked } = service(worker);
    const provider = await source({ ALIBABA_CLOUD_ECS_METADATA: role }, 'auto', readMetadata).resolve();
    await provider?.();
    expect(asked).toEqual([rolesPath + role]);
  });

  test.each(['true', 'TRUE', '1', 't'])('is switched off by ALIBABA_CLOUD_ECS_METADATA_DISABLED=%s', async (value) => {
    const off = source({ ALIBABA_CLOUD_ECS_METADATA: role, ALIBABA_CLOUD_ECS_METADATA_DISABLED: value });
    expect(await off.resolve()).toBeUndefined();
    expect(off.lookedAt).toContain('switches it off');
    expect(
      await source({ ALIBABA_CLOUD_ECS_METADATA: role, ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'false' }).resolve(),
    ).toBeTypeOf('function');
  });

  test('is broken, not absent, when the name cannot be one', async () => {
    await expect(source({ ALIBABA_CLOUD_ECS_METADATA: '../x' }).resolve()).rejects.toMatchObject({
      code: 'CREDENTIALS_SOURCE_BROKEN',
    });
  });

  test('is decided by the role and the instance', async () => {
    expect(await source({}, 'imds').identity?.()).toEqual(['ecs-metadata', role, 'i-1']);
    const named = source({ ALIBABA_CLOUD_ECS_METADATA: 'reader' });
    expect(await named.identity?.()).toEqual(['ecs-metadata', 'reader', 'i-1']);
  });

  test('has no identity where nothing answers: then nothing is remembered', async () => {
    expect(await source({}, 'imds', failing(silent)).identity?.()).toBeUndefined();
    expect(await source({}, 'imds', service({}).readMetadata).identity?.()).toBeUndefined();
    await expect(source({}, 'imds', failing(new ToolError('INTERRUPTED', 'x'))).identity?.()).rejects.toThrow('x');
  });
});
