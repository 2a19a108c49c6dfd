import { createHmac } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { type BackgroundProgram, hasEnded, killProgram, logTail, startProgram } from './background-program.ts';
import { makeCertificateAuthority } from './certificate-authority.ts';
import { freePorts } from './free-ports.ts';
import { type RunningSandbox, scratchFolder } from './tool.ts';

const library = '/usr/lib/rabbitmq/lib';
const installed = existsSync(library)
  ? readdirSync(library).find((name) => name.startsWith('rabbitmq_server-'))
  : undefined;
/** The broker's own script; the one in /usr/sbin changes to another user. */
const serverScript = installed === undefined ? undefined : join(library, installed, 'sbin/rabbitmq-server');

export const hasRabbitMq = serverScript !== undefined;

/** The title says why nothing is tested; in a pipeline that is a failure. */
export function describeWithRabbitMq(title: string, body: () => Promise<void>): void {
  if (!hasRabbitMq && process.env.CI) throw new Error('rabbitmq-server is missing, and a pipeline must test with it');
  describe.skipIf(!hasRabbitMq)(`${title} (needs Debian's rabbitmq-server)`, async () => {
    if (hasRabbitMq) await body();
  });
}

export interface RabbitMq {
  port: number;
  tlsPort: number;
  /** Of the authority that its certificate is from. */
  caFile: string;
  instanceId: string;
  /** Logins that the checker was asked about, in order. */
  logins: { accessKeyId: string; allowed: boolean }[];
  /** Ends it in order, and starts it again with the same data. */
  restart(): Promise<void>;
  /** Ends it. */
  stop(): Promise<void>;
}

/**
 * Starts a RabbitMQ broker of one's own on loopback. Who may log in is asked of a checker that knows the AccessKeys and
 * the sessions of the sandbox. Everything is stopped at the end of the test file.
 */
export async function startedRabbitMq(sandbox: RunningSandbox, instanceId = 'rabbitmq-cn-test'): Promise<RabbitMq> {
  const folder = scratchFolder();
  const logins: RabbitMq['logins'] = [];
  const checkerPort = await startedChecker(sandbox, instanceId, logins);
  const [port = 0, tlsPort = 0, epmdPort = 0, distributionPort = 0] = await freePorts(4);
  const caFile = await writeConfiguration(folder, { port, tlsPort, checkerPort });
  const running: BackgroundProgram[] = [];
  afterAll(() => Promise.all(running.map(killProgram)));
  // Erlang would leave one of its own running, on every address.
  running.push(startProgram(folder, 'env', ['ERL_EPMD_ADDRESS=127.0.0.1', 'epmd', '-port', `${epmdPort}`]));
  const variables = {
    RABBITMQ_NODENAME: `ping${port}@localhost`,
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_PID_FILE: join(folder, 'pid'),
    RABBITMQ_DIST_PORT: `${distributionPort}`,
    ERL_EPMD_PORT: `${epmdPort}`,
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1} +S 2:2',
    // The script then becomes the broker, so that a signal to it reaches that.
    RUNNING_UNDER_SYSTEMD: '1',
  };
  const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  let broker: BackgroundProgram | undefined;
  const start = async (): Promise<void> => {
    broker = startProgram(folder, 'env', [...settings, serverScript ?? '']);
    running.push(broker);
    await ready(port, broker);
  };
  const stop = async (): Promise<void> => {
    const program = broker;
    if (program === undefined || hasEnded(program)) return;
    await new Promise<void>((resolve) => {
      program.child.on('close', () => resolve());
      program.child.kill('SIGTERM');
    });
  };
  await start();
  return { port, tlsPort, caFile, instanceId, logins, stop, restart: () => stop().then(start) };
}

async function writeConfiguration(
  folder: string,
  ports: { port: number; tlsPort: number; checkerPort: number },
): Promise<string> {
  const authority = await makeCertificateAuthority('rabbitmq');
  const serving = await authority.issue('CN=localhost', 'server');
  const file = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  const caFile = file('ca.crt', authority.cert);
  const checker = `http://127.0.0.1:${ports.checkerPort}`;
  mkdirSync(join(folder, 'log'));
  file('enabled_plugins', '[rabbitmq_auth_backend_http].');
  file(
    'rabbitmq.conf',
    [
      `listeners.tcp.1 = 127.0.0.1:${ports.port}`,
      `listeners.ssl.1 = 127.0.0.1:${ports.tlsPort}`,
      `ssl_options.cacertfile = ${caFile}`,
      `ssl_options.certfile = ${file('server.crt', serving.cert)}`,
      `ssl_options.keyfile = ${file('server.key', serving.key)}`,
      'auth_backends.1 = http',
      'auth_http.http_method = post',
      ...['user', 'vhost', 'resource', 'topic'].map((what) => `auth_http.${what}_path = ${checker}/auth/${what}`),
      'log.console = true',
      // Below this it logs user names, and with them security tokens.
      'log.console.level = warning',
      'log.file = false',
      '',
    ].join('\n'),
  );
  return caFile;
}

/** Its plugins are up before it listens. */
async function ready(port: number, broker: BackgroundProgram): Promise<void> {
  while (!(await accepts(port))) {
    if (hasEnded(broker)) throw new Error(`rabbitmq-server ended before it was ready:\n${logTail(broker)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

/** Answers the broker's questions: the password proves the secret of the AccessKey, everything else is allowed. */
async function startedChecker(
  sandbox: RunningSandbox,
  instanceId: string,
  logins: RabbitMq['logins'],
): Promise<number> {
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const part of request) text += part;
    const form = new URLSearchParams(text);
    let allowed = request.method === 'POST';
    if (request.url === '/auth/user') {
      const login = await checkLogin(sandbox, instanceId, form.get('username') ?? '', form.get('password') ?? '');
      logins.push(login);
      allowed &&= login.allowed;
    }
    response.end(allowed ? 'allow' : 'deny');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => void server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

interface KeysOfSandbox {
  accounts: { users: { accessKeys: { id: string; secret: string; active: boolean }[] }[] }[];
  sessions: { accessKeyId: string; accessKeySecret: string; securityToken: string; expiresAt: number }[];
}

async function checkLogin(
  sandbox: RunningSandbox,
  instanceId: string,
  username: string,
  password: string,
): Promise<{ accessKeyId: string; allowed: boolean }> {
  const [version, instance, accessKeyId = '', ...rest] = Buffer.from(username, 'base64').toString().split(':');
  const [signature, timestamp = ''] = Buffer.from(password, 'base64').toString().split(':');
  const token = rest.length === 0 ? undefined : rest.join(':');
  const state = (await sandbox.state()) as unknown as KeysOfSandbox;
  const keys = state.accounts.flatMap(({ users }) => users.flatMap(({ accessKeys }) => accessKeys));
  const secret =
    token === undefined
      ? keys.find(({ id, active }) => id === accessKeyId && active)?.secret
      : state.sessions.find(
          (session) =>
            session.accessKeyId === accessKeyId && session.securityToken === token && session.expiresAt > Date.now(),
        )?.accessKeySecret;
  const isRecent = Math.abs(Date.now() - Number(timestamp)) < 15 * 60_000;
  const expected = secret && createHmac('sha1', timestamp).update(secret).digest('hex').toUpperCase();
  const allowed = version === '0' && instance === instanceId && isRecent && expected === signature;
  return { accessKeyId, allowed };
}
