import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { main } from '../../../src/cli.ts';
import { memoryIo } from '../../support/memory-io.ts';

const keys = {
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAI5tExampleKey0001',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'exampleSecret0001',
};

async function run(argv: string[], env: Record<string, string> = keys) {
  const io = memoryIo({ env, now: () => 1 });
  const exitCode = await main(['rabbitmq', ...argv], io);
  return { exitCode, out: io.out(), err: io.err() };
}

describe('rabbitmq get-credentials', () => {
  it('prints what the documentation makes of an AccessKey', async () => {
    const { exitCode, out } = await run(['get-credentials', '--instance-id', 'rabbitmq-cn-abc123', '-o', 'json']);
    expect(exitCode).toBe(0);
    const { schemaVersion, username, password, expiration } = JSON.parse(out);
    expect(schemaVersion).toBe(1);
    expect(Buffer.from(username, 'base64').toString()).toBe('0:rabbitmq-cn-abc123:LTAI5tExampleKey0001');
    expect(Buffer.from(password, 'base64').toString()).toMatch(/^[0-9A-F]{40}:1$/);
    expect(expiration).toBeNull();
  });

  it('puts the account in the place of the instance', async () => {
    const { out } = await run(['get-credentials', '--instance-id', 'x', '--uid', '1000000000000001', '-o', 'json']);
    expect(Buffer.from(JSON.parse(out).username, 'base64').toString()).toMatch(/^0:1000000000000001:LTAI/);
  });

  it.each([
    [[]],
    [['--instance-id', '']],
    [['--instance-id', 'a:b']],
    [['--instance-id', `a${'b'.repeat(200)}`]],
    [['--uid', 'me']],
    [['--instance-id', 'x', '-o', 'yaml']],
  ])('refuses %j', async (argv) => {
    const { exitCode, out } = await run(['get-credentials', ...argv]);
    expect(exitCode).toBe(2);
    expect(out).toBe('');
  });

  it('exits with 4 without credentials', async () => {
    expect((await run(['get-credentials', '--instance-id', 'x'], {})).exitCode).toBe(4);
  });
});

describe('rabbitmq ping', () => {
  const place = ['--host', '127.0.0.1', '--instance-id', 'x'];

  it.each([
    [['--instance-id', 'x']],
    [['--host', '127.0.0.1']],
    [[...place, '--port', '0']],
    [[...place, '--port', '65536']],
    [[...place, '--port', 'amqp']],
    [['--host', 'a/b', '--instance-id', 'x']],
    [['--host', 'amqp://broker', '--instance-id', 'x']],
    [[...place, '--duration', '0s']],
    [[...place, '--refresh', '0s']],
    [[...place, '--interval', '5']],
    [[...place, '--queue', 'q'.repeat(256)]],
    [[...place, '--exchange', '\0']],
    [[...place, '--vhost', 'v'.repeat(256)]],
    [[...place, '--allow-existing']],
  ])('refuses %j before it connects', async (argv) => {
    const { exitCode, out } = await run(['ping', ...argv]);
    expect(exitCode).toBe(2);
    expect(out).toBe('');
  });

  it('says that nobody listens', async () => {
    const { exitCode, out, err } = await run(['ping', ...place, '--port', `${await closedPort()}`]);
    expect(exitCode).toBe(1);
    expect(out).toBe('');
    expect(err).toContain('ECONNREFUSED');
  });

  it('warns of a user name that may be too long before it connects', async () => {
    const env = { ...keys, ALIBABA_CLOUD_SECURITY_TOKEN: `CAIS${'A'.repeat(3_000)}` };
    const { err } = await run(['ping', ...place, '--port', `${await closedPort()}`], env);
    expect(err.indexOf('the user name has')).toBeGreaterThan(0);
    expect(err.indexOf('the user name has')).toBeLessThan(err.indexOf('ECONNREFUSED'));
  });

  it('says so when what listens is no broker', async () => {
    const port = await listening((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const { exitCode, err } = await run(['ping', ...place, '--port', `${port}`]);
    expect(exitCode).toBe(1);
    expect(err).toContain('could not connect');
    expect(err).not.toContain('internal error');
  });

  async function closedPort(): Promise<number> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    await new Promise((resolve) => server.close(resolve));
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async function listening(onConnection: Parameters<typeof createServer>[1]): Promise<number> {
    const server = createServer(onConnection ?? (() => {}));
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }
});
