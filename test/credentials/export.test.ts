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

  test('refuses an unknown format before it asks for credentials', async () => {
    const unasked: Provider = () => Promise.reject(new Error('was asked'));
    await expect(
      exportCredentials({ format: 'bogus', command: [] }, { provider: unasked, io: memoryIo(), log }),
    ).rejects.toMatchObject({ code: 'USAGE' });
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

describe('exportCredentials that keeps them fresh', () => {
  const unasked: Provider = () => Promise.reject(new Error('was asked'));
  const session = { accessKeyId: 'STS.ID', accessKeySecret: 'secret', securityToken: 'token' };

  function told() {
    const lines: string[] = [];
    const tell = (level: string) => (message: string) => void lines.push(`${level}: ${message}`);
    return { lines, log: { debug: tell('debug'), info: tell('info'), warn: tell('warn') } };
  }

  test.each([
    ['--refresh without a command', { command: [], refresh: true }],
    ['--serve with a command', { command: ['true'], serve: { listen: '127.0.0.1:0' } }],
    ['--serve with --refresh', { command: [], refresh: true, serve: { listen: '127.0.0.1:0' } }],
    ['--serve beyond this machine', { command: [], serve: { listen: '0.0.0.0:0' } }],
  ])('refuses %s before it asks for credentials', async (_name, request) => {
    const ports = { provider: unasked, io: memoryIo(), log };
    await expect(exportCredentials({ format: 'env', ...request }, ports)).rejects.toMatchObject({ code: 'USAGE' });
  });

  test('gives a command a URI instead of keys, which ends with it', async () => {
    const io = memoryIo({ env: { PATH: path, MY_TOKEN: 'x', ALIBABA_CLOUD_ACCESS_KEY_ID: 'stale' } });
    const file = join(folder, 'refreshed');
    const fresh: Provider = async () => ({ ...session, expiration: new Date(Date.now() + 3_600_000) });
    const request = {
      format: 'env',
      command: ['sh', '-c', `env > ${file}; exit 3`],
      refresh: true,
      regionId: 'cn-hangzhou',
      alsoRemove: ['MY_TOKEN'],
    };
    expect(await exportCredentials(request, { provider: fresh, io, log })).toEqual({ exitCode: 3 });
    const text = await readFile(file, 'utf8');
    expect(text).not.toMatch(/ACCESS_KEY|MY_TOKEN|secret/);
    expect(text).toContain('ALICLOUD_REGION=cn-hangzhou\n');
    const uri = /^ALIBABA_CLOUD_CREDENTIALS_URI=(.*)$/m.exec(text)?.[1] ?? '';
    expect(uri).toMatch(/^http:\/\/127\.0\.0\.1:/);
    await expect(fetch(uri)).rejects.toThrow();
  });

  test.each([
    ['these credentials do not expire', undefined],
    ['it is not known when these credentials expire, so they cannot be renewed', 'token'],
  ])('says that %s, and hands them over as they are', async (notice, securityToken) => {
    const { lines, log } = told();
    const io = memoryIo({ env: { PATH: path } });
    const command = [
      'sh',
      '-c',
      'test "$ALIBABA_CLOUD_ACCESS_KEY_ID" = STS.ID && test -z "$ALIBABA_CLOUD_CREDENTIALS_URI"',
    ];
    const ports = { provider: async () => ({ ...session, securityToken }), io, log };
    expect(await exportCredentials({ format: 'env', command, refresh: true }, ports)).toEqual({ exitCode: 0 });
    expect(lines).toEqual([`info: ${notice}: the command gets them as they are`]);
  });

  test('closes the server when the command cannot be started', async () => {
    const io = memoryIo({ env: { PATH: path } });
    const fresh: Provider = async () => ({ ...session, expiration: new Date(Date.now() + 3_600_000) });
    const servers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length;
    const before = servers();
    await expect(
      exportCredentials({ format: 'env', command: ['/no/such'], refresh: true }, { provider: fresh, io, log }),
    ).rejects.toMatchObject({ exitCode: 127 });
    await expect.poll(servers).toBe(before);
  });

  test('serves until interrupted, and gives the exit code of that', async () => {
    const io = memoryIo();
    const { lines, log } = told();
    const fresh: Provider = async () => ({ ...session, expiration: new Date(Date.now() + 3_600_000) });
    const serving = exportCredentials(
      { format: 'env', command: [], serve: { listen: ':0' } },
      { provider: fresh, io, log },
    );
    while (!io.out().endsWith('\n')) await new Promise((resolve) => setTimeout(resolve, 5));
    const uri = io.out().trim().replace('ALIBABA_CLOUD_CREDENTIALS_URI=', '');
    expect(await (await fetch(uri)).json()).toMatchObject({ AccessKeyId: 'STS.ID' });
    io.interrupt(new ToolError('INTERRUPTED', 'interrupted by SIGTERM', { exitCode: 143 }));
    expect(await serving).toEqual({ exitCode: 143 });
    await expect(fetch(uri)).rejects.toThrow();
    expect(lines).toEqual([expect.stringMatching(/^info: serving credentials at 127\.0\.0\.1:\d+ until interrupted$/)]);
  });

  test.each([{ securityToken: undefined }, { expiration: undefined }])(
    'serves nothing that has no token or no known expiry (%j)',
    async (missing) => {
      const io = memoryIo();
      const provider: Provider = async () => ({ ...session, expiration: new Date(Date.now() + 3_600_000), ...missing });
      const request = { format: 'env', command: [], serve: { listen: ':0' } };
      await expect(exportCredentials(request, { provider, io, log })).rejects.toMatchObject({ code: 'USAGE' });
      expect(io.out()).toBe('');
    },
  );
});
