import { connect, credentials } from 'amqplib';
import { expect, it } from 'vitest';
import { userCredentials } from '../../src/rabbitmq/user-credentials.ts';
import { podOn } from '../support/pod.ts';
import { describeWithRabbitMq, type RabbitMq, startedRabbitMq } from '../support/rabbitmq.ts';
import { runTool, scratchFolder, startedSandbox, type ToolOptions, type ToolResult } from '../support/tool.ts';

/** `test/bench/rabbitmq-ping.mjs` sets a full minute. */
const duration = process.env.RABBITMQ_PING_DURATION ?? '15s';
const refresh = process.env.RABBITMQ_PING_REFRESH ?? '2s';
const isSoak = process.env.RABBITMQ_PING_DURATION !== undefined;
const seconds = Number.parseInt(duration, 10);
const testTimeout = (seconds + 45) * 1000;

describeWithRabbitMq('rabbitmq ping against a real broker', async () => {
  const sandbox = await startedSandbox(['--update-time', '0s']);
  const home = scratchFolder();
  const pod = await podOn(sandbox, home);
  const broker = await startedRabbitMq(sandbox);
  const admin = { ...sandbox.env, HOME: home };

  const ping = (argv: string[], options: ToolOptions = {}): Promise<ToolResult> =>
    runTool(['rabbitmq', 'ping', ...placeOf(broker), ...argv, '-o', 'json'], { env: pod, ...options });

  it('one message comes back, with temporary credentials and with an AccessKey', async () => {
    for (const env of [pod, admin]) {
      const { exitCode, stdout, stderr } = await ping([], { env });
      expect(exitCode, stderr).toBe(0);
      expect(JSON.parse(stdout)).toEqual(summary({ sent: 1, received: 1 }));
    }
    expect(broker.logins.at(-2)?.accessKeyId).toMatch(/^STS\./);
    expect(broker.logins.at(-1)?.accessKeyId).toBe(sandbox.env.ALIBABA_CLOUD_ACCESS_KEY_ID);
  });

  it('AMQPS is checked against the authorities that Node knows', async () => {
    const argv = ['--tls', '--port', `${broker.tlsPort}`, '--host', 'localhost'];
    const trusting = await ping(argv, { env: { ...pod, NODE_EXTRA_CA_CERTS: broker.caFile } });
    expect(trusting.exitCode, trusting.stderr).toBe(0);
    const wary = await ping(argv);
    expect(wary.exitCode).toBe(1);
    expect(wary.stderr).toMatch(/certificate/);
  });

  it('a wrong secret, another instance and an unknown token are refused', async () => {
    const secret = { ...admin, ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'not-the-secret' };
    const token = { ...admin, ALIBABA_CLOUD_SECURITY_TOKEN: 'CAISnotATokenThatWasEverIssued' };
    const refusals = await Promise.all([
      ping([], { env: secret }),
      ping(['--instance-id', 'another'], { env: admin }),
      ping([], { env: token }),
    ]);
    for (const { exitCode, stdout, stderr } of refusals) {
      expect(exitCode).toBe(4);
      expect(stdout).toBe('');
      expect(stderr).toContain('refused the user name and the password');
    }
    expect(broker.logins.slice(-3).map(({ allowed }) => allowed)).toEqual([false, false, false]);
  });

  it('what get-credentials prints logs in', async () => {
    const argv = ['rabbitmq', 'get-credentials', '--instance-id', broker.instanceId, '-o', 'json'];
    const { stdout } = await runTool(argv, { env: pod });
    const { username, password, expiration } = JSON.parse(stdout);
    expect(Date.parse(expiration)).toBeGreaterThan(Date.now());
    const model = await connect({ port: broker.port, hostname: '127.0.0.1', username, password });
    await model.close();
  });

  it('connections are renewed without a message lost or seen twice', { timeout: testTimeout }, async () => {
    const { exitCode, stdout, stderr } = await ping([
      '--duration',
      duration,
      '--interval',
      '50ms',
      '--refresh',
      refresh,
    ]);
    const result = JSON.parse(stdout);
    if (isSoak) process.stderr.write(`${JSON.stringify(result)}\n`);
    expect(result, stderr).toEqual(
      summary({ sent: result.sent, received: result.sent, reconnects: result.reconnects }),
    );
    expect(result.sent).toBeGreaterThan(seconds * 10);
    const renewals = seconds / Number.parseInt(refresh, 10) - 1;
    expect(result.reconnects).toBeGreaterThanOrEqual(Math.floor(renewals) - 1);
    expect(exitCode).toBe(0);
    expect(new Set(broker.logins.map(({ accessKeyId }) => accessKeyId)).size).toBeGreaterThan(result.reconnects);
  });

  it('nothing is lost when the broker is restarted in the middle', { timeout: testTimeout }, async () => {
    const running = ping(['--duration', duration, '--interval', '50ms', '--refresh', refresh]);
    const before = broker.logins.length;
    await until(() => broker.logins.length > before);
    await new Promise((resolve) => setTimeout(resolve, (seconds * 1000) / 4));
    await broker.restart();
    const { exitCode, stdout, stderr } = await running;
    const result = JSON.parse(stdout);
    if (isSoak) process.stderr.write(`${JSON.stringify(result)}\n`);
    expect(result, stderr).toMatchObject({ lost: 0, received: result.sent });
    expect(result.errors).toBeGreaterThan(0);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('connected again');
    expect(stderr).not.toContain('left behind');
  });

  it('Ctrl-C gives the summary too, and leaves no queue behind', async () => {
    const before = broker.logins.length;
    const { exitCode, stdout, stderr } = await ping(['--duration', '1m', '--interval', '20ms'], {
      onStart: (child) =>
        void until(() => broker.logins.length > before).then(() => setTimeout(() => child.kill('SIGINT'), 500)),
    });
    expect(exitCode, stderr).toBe(130);
    const result = JSON.parse(stdout);
    expect(result).toEqual(summary({ sent: result.sent, received: result.sent }));
    expect(stderr).not.toContain('left behind');
    const queue = /queue (ack-ram-tool-ping-\w+)/.exec(stderr)?.[1] ?? '';
    expect(await messagesIn(queue)).toBeUndefined();
  });

  it('messages of others are refused, or put back', async () => {
    const queue = "other people's";
    await onChannel(async (channel) => {
      await channel.assertQueue(queue, { durable: true });
      for (const text of ['one', 'two', 'three']) channel.sendToQueue(queue, Buffer.from(text), { persistent: true });
      await channel.checkQueue(queue);
    });
    const refused = await ping(['--queue', queue]);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('holds 3 message(s)');
    const allowed = await ping(['--queue', queue, '--allow-existing', '--duration', '1s', '--interval', '100ms']);
    expect(allowed.exitCode, allowed.stderr).toBe(0);
    expect(await messagesIn(queue)).toEqual(['one', 'two', 'three']);
  });

  it('an exchange must exist, and carries the messages to the own queue', async () => {
    const missing = await ping(['--exchange', 'nowhere']);
    expect(missing.exitCode).toBe(1);
    expect(missing.stderr).toMatch(/could not find exchange nowhere .*NOT_FOUND/);
    await onChannel((channel) => channel.assertExchange('somewhere', 'direct', { durable: true }));
    const { exitCode, stderr } = await ping(['--exchange', 'somewhere']);
    expect(exitCode, stderr).toBe(0);
  });

  it('a virtual host that is refused shows nothing of the user name', async () => {
    const { exitCode, stderr } = await ping(['--vhost', 'no such thing']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('has no virtual host no such thing');
    expect(stderr).not.toMatch(/MDp[A-Za-z0-9+/]{8}/);
  });

  async function onChannel<T>(
    work: (channel: Awaited<ReturnType<typeof openChannel>>['channel']) => Promise<T>,
  ): Promise<T> {
    const { model, channel } = await openChannel();
    channel.on('error', () => {});
    try {
      return await work(channel);
    } finally {
      await model.close();
    }
  }

  async function openChannel() {
    const keys = {
      owner: broker.instanceId,
      accessKeyId: sandbox.env.ALIBABA_CLOUD_ACCESS_KEY_ID ?? '',
      accessKeySecret: sandbox.env.ALIBABA_CLOUD_ACCESS_KEY_SECRET ?? '',
    };
    const { username, password } = userCredentials(keys, Date.now());
    const model = await connect(`amqp://127.0.0.1:${broker.port}`, {
      credentials: credentials.plain(username, password),
    });
    return { model, channel: await model.createChannel() };
  }

  /** In order; `undefined` when there is no such queue. */
  function messagesIn(queue: string): Promise<string[] | undefined> {
    return onChannel(async (channel) => {
      const exists = await channel.checkQueue(queue).then(
        () => true,
        () => false,
      );
      if (!exists) return undefined;
      const texts: string[] = [];
      for (;;) {
        const message = await channel.get(queue);
        if (message === false) return texts;
        texts.push(message.content.toString());
      }
    });
  }
});

function placeOf({ port, instanceId }: RabbitMq): string[] {
  return ['--host', '127.0.0.1', '--port', `${port}`, '--instance-id', instanceId];
}

function summary(counts: { sent: number; received: number; reconnects?: number }) {
  return { schemaVersion: 1, lost: 0, duplicated: 0, errors: 0, reconnects: 0, successRate: 100, ...counts };
}

async function until(check: () => boolean): Promise<void> {
  for (let looks = 0; looks < 500 && !check(); looks += 1) await new Promise((resolve) => setTimeout(resolve, 20));
}
