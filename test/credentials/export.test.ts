import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportCredentials } from '../../src/credentials/export.ts';
import type { Provider } from '../../src/credentials/provider.ts';
import { ToolError } from '../../src/errors.ts';
import { memoryIo } from '../support/memory-io.ts';

const provider: Provider = async () => ({ accessKeyId: 'LTAI', accessKeySecret: 'secret' });
const path = '/usr/bin:/bin';
const log = { debug() {}, info() {}, warn() {} };
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'export-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('exportCredentials', () => {
  test('prints the credentials in the format, and nothing else', async () => {
    const io = memoryIo();
    expect(await exportCredentials({ format: 'ecs', command: [] }, { provider, io, log })).toEqual({ exitCode: 0 });
    expect(JSON.parse(io.out())).toMatchObject({ Code: 'Success', AccessKeyId: 'LTAI' });
    expect(io.err()).toBe('');
  });

  test('refuses an unknown format before it asks for credentials, with a command too', async () => {
    const unasked: Provider = () => Promise.reject(new Error('was asked'));
    for (const command of [[], ['true']]) {
      await expect(
        exportCredentials({ format: 'bogus', command }, { provider: unasked, io: memoryIo(), log }),
      ).rejects.toMatchObject({ code: 'USAGE' });
    }
  });

  test('runs a command with the credentials and prints none, whatever the format', async () => {
    const io = memoryIo({
      env: { PATH: path, KEPT: 'kept', ALIBABA_CLOUD_ROLE_ARN: 'x', ALIBABA_CLOUD_SECURITY_TOKEN: 'old' },
    });
    const file = join(folder, 'env');
    const command = ['sh', '-c', `env > ${file}; exit 42`];
    const result = await exportCredentials(
      { format: 'aliyun-cli-config-json', command, regionId: 'cn-hangzhou' },
      { provider, io, log },
    );
    expect(result).toEqual({ exitCode: 42 });
    expect(io.out()).toBe('');
    const lines = (await readFile(file, 'utf8')).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining(['KEPT=kept', 'ALICLOUD_SECRET_KEY=secret', 'ALICLOUD_REGION=cn-hangzhou']),
    );
    expect(lines.join('\n')).not.toMatch(/ROLE_ARN|TOKEN/);
  });

  test('starts no command and prints nothing when there are no credentials', async () => {
    const refused = new ToolError('CREDENTIALS_REFUSED', 'refused');
    const failing: Provider = () => Promise.reject(refused);
    const file = join(folder, 'started');
    for (const command of [[], ['touch', file]]) {
      const io = memoryIo({ env: { PATH: path } });
      await expect(exportCredentials({ format: 'env', command }, { provider: failing, io, log })).rejects.toBe(refused);
      expect(io.out()).toBe('');
    }
    await expect(readFile(file)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
