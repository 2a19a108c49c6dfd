import { X509Certificate } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { podOn } from '../support/pod.ts';
import { type RunningSandbox, runTool, scratchFolder, startedSandbox, type ToolResult } from '../support/tool.ts';

type Env = Record<string, string | undefined>;

const account = '1000000000000001';
const user = (name: string) => ({
  name,
  accessKeyId: `LTAI5t${name}${name}`,
  accessKeySecret: `secret-of-${name}`,
  systemPolicies: ['AdministratorAccess'],
});
const seed = {
  apiVersion: 'ack-ram-tool/v1',
  kind: 'SandboxSeed',
  accounts: [
    {
      id: account,
      users: [user('alice'), user('bob')],
      roles: [
        {
          name: 'viewer',
          trustPolicy: {
            Version: '1',
            Statement: [
              { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { RAM: [`acs:ram::${account}:root`] } },
            ],
          },
          systemPolicies: ['AliyunCSReadOnlyAccess'],
        },
      ],
      clusters: [
        { id: 'c-one', name: 'foo' },
        { id: 'c-two', name: 'bar' },
      ],
    },
  ],
};
const seedFile = join(scratchFolder(), 'seed.json');
writeFileSync(seedFile, JSON.stringify(seed));
const sandbox = await startedSandbox(['--seed', seedFile, '--update-time', '0s']);
const [alice, bob] = [user('alice'), user('bob')];

function as(who: ReturnType<typeof user>, more: Env = {}): Env {
  return {
    ...sandbox.env,
    HOME: scratchFolder(),
    ALIBABA_CLOUD_ACCESS_KEY_ID: who.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: who.accessKeySecret,
    ...more,
  };
}

interface Call {
  api: string;
  principal: string | null;
}

async function calls({ env }: RunningSandbox = sandbox): Promise<Call[]> {
  return (await fetch(`${env.ACK_RAM_TOOL_SANDBOX_URL}/access-log`)).json() as Promise<Call[]>;
}

/** What the sandbox was asked while something was done. */
async function callsOf(work: () => Promise<unknown>, of = sandbox): Promise<string[]> {
  const before = (await calls(of)).length;
  await work();
  return (await calls(of)).slice(before).map(({ api }) => api);
}

const plugin = (command: string, env: Env, ...flags: string[]): Promise<ToolResult> =>
  runTool(['credential-plugin', command, '-c', 'c-one', ...flags], { env });

const getCredential = (env: Env, ...flags: string[]): Promise<ToolResult> => plugin('get-credential', env, ...flags);

function done({ exitCode, stdout, stderr }: ToolResult): string {
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

// biome-ignore lint/suspicious/noExplicitAny: a document that is asserted on key by key
const statusOf = (result: ToolResult): any => JSON.parse(done(result)).status;

function commonName(result: ToolResult): string | undefined {
  const { subject } = new X509Certificate(statusOf(result).clientCertificateData);
  return /^CN=(.*)$/m.exec(subject)?.[1];
}

const cacheIn = (home: string | undefined): string => join(home ?? '', '.kube/cache/ack-ram-tool/credential-plugin');

/** The one certificate that is kept, and how to change its file. */
function keptIn(env: Env) {
  const folder = cacheIn(env.HOME);
  const [name, ...others] = readdirSync(folder);
  expect(others).toEqual([]);
  const file = join(folder, name ?? '');
  return {
    file,
    rewrite: (change: (entry: Record<string, unknown>) => object): void =>
      writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8'))))),
  };
}

const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

describe('get-kubeconfig', () => {
  it('prints a kubeconfig whose user runs this tool, by either name of the command', async () => {
    const env = as(alice);
    const text = done(await runTool(['get-kubeconfig', '-c', 'c-one'], { env }));
    const config = parse(text);
    expect(config).toMatchObject({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ cluster: { server: 'https://c-one.cluster.invalid:6443' } }],
    });
    expect(config.users).toEqual([
      {
        name: expect.any(String),
        user: {
          exec: {
            command: 'ack-ram-tool',
            args: [
              ...['credential-plugin', 'get-credential', '--cluster-id', 'c-one', '--api-version', 'v1beta1'],
              ...['--expiration', '3h0m0s', '--credential-cache-dir', '~/.kube/cache/ack-ram-tool/credential-plugin'],
              ...['--log-level', 'error'],
            ],
            apiVersion: 'client.authentication.k8s.io/v1beta1',
            installHint: expect.stringContaining('ack-ram-tool'),
            provideClusterInfo: false,
            interactiveMode: 'Never',
          },
        },
      },
    ]);
    expect(text).not.toContain('client-key-data');
    expect(done(await runTool(['credential-plugin', 'get-kubeconfig', '-c', 'c-one'], { env }))).toBe(text);
  });

  it('passes on what chooses the credentials, as paths that are right in every folder', async () => {
    const cwd = scratchFolder();
    const profile = {
      name: 'p',
      mode: 'AK',
      access_key_id: alice.accessKeyId,
      access_key_secret: alice.accessKeySecret,
    };
    writeFileSync(join(cwd, 'profiles.json'), JSON.stringify({ current: 'p', profiles: [profile] }));
    const flags = ['-m', 'token', '--api-version', 'v1', '--profile-file', 'profiles.json', '--profile-name', 'p'];
    const more = ['--role-arn', `acs:ram::${account}:role/viewer`, '--expect-account', account];
    const result = await runTool(['get-kubeconfig', '-c', 'c-one', ...flags, ...more], { env: as(bob), cwd });
    expect(parse(done(result)).users[0].user.exec.args.slice(6)).toEqual([
      ...['--profile-name', 'p', '--role-arn', `acs:ram::${account}:role/viewer`, '--log-level', 'error'],
      ...['--profile-file', join(cwd, 'profiles.json'), '--expect-account', account],
    ]);
  });

  it('gives a command line that this tool takes', async () => {
    const env = as(alice);
    for (const flags of [
      ['--expiration', '15m'],
      ['-m', 'token'],
      ['--credential-cache-dir', 'relative'],
    ]) {
      const cwd = scratchFolder();
      const config = parse(done(await runTool(['get-kubeconfig', '-c', 'c-one', ...flags], { env, cwd })));
      const { kind } = JSON.parse(done(await runTool(config.users[0].user.exec.args, { env })));
      expect(kind).toBe('ExecCredential');
      if (flags.includes('relative')) expect(readdirSync(join(cwd, 'relative'))).toHaveLength(1);
    }
  });

  it.each([
    [['-m', 'password'], /"password" is no value for --mode/],
    [['--expiration', '14m'], /--expiration is 14m, and a temporary certificate lives from 15m to 72h/],
    [['--expiration', '73h'], /lives from 15m to 72h/],
    [['--expiration', '180'], /"180" is no duration/],
    [['--api-version', 'v2'], /--api-version/],
    [['--context-name', 'x'], /--context-name goes with --merge/],
    [['--kubeconfig', 'x'], /--kubeconfig goes with --merge/],
    [['-o', 'json'], /-o/],
    [['-c', '../x'], /is not a cluster id/],
  ])('is a usage error with %j, before anything is called', async (flags, message) => {
    const asked = await callsOf(async () => {
      const { exitCode, stdout, stderr } = await runTool(['get-kubeconfig', '-c', 'c-one', ...flags], {
        env: as(alice),
      });
      expect([exitCode, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(message);
    });
    expect(asked).toEqual([]);
  });

  it('says which cluster there is not', async () => {
    for (const command of [['get-kubeconfig'], ['credential-plugin', 'get-credential']]) {
      const { exitCode, stdout, stderr } = await runTool([...command, '-c', 'c-none'], { env: as(alice) });
      expect([exitCode, stdout]).toEqual([1, '']);
      expect(stderr).toContain('there is no cluster c-none');
    }
  });

  it('shows no key and no certificate, not even to debug', async () => {
    const { stderr } = await runTool(['get-kubeconfig', '-c', 'c-one', '-v'], { env: as(alice) });
    expect(stderr).toContain('DescribeClusterUserKubeconfig');
    expect(stderr).not.toMatch(/LS0tLS|BEGIN|secret-of/);
  });
});

describe('get-kubeconfig --merge', () => {
  const merge = (env: Env, ...flags: string[]): Promise<ToolResult> =>
    runTool(['get-kubeconfig', '-c', 'c-one', '--merge', ...flags], { env });

  it('adds the context to ~/.kube/config, which it makes, and prints nothing on stdout', async () => {
    const env = as(alice);
    expect(done(await merge(env, '--context-name', 'dev'))).toBe('');
    const file = join(env.HOME ?? '', '.kube/config');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(parse(readFileSync(file, 'utf8'))).toMatchObject({
      'current-context': 'dev',
      contexts: [{ name: 'dev', context: { cluster: 'dev', user: 'dev' } }],
    });
    const again = await merge(env, '--context-name', 'dev');
    expect(done(again)).toBe('');
    expect(again.stderr).toContain('already');
  });

  it('asks before it replaces, and does not where nobody can be asked', async () => {
    const env = as(alice);
    const kubeconfig = join(env.HOME ?? '', 'config');
    const flags = ['--kubeconfig', kubeconfig, '--context-name', 'dev'];
    done(await merge(env, ...flags));
    const before = readFileSync(kubeconfig, 'utf8');
    const refused = await merge(env, ...flags, '-m', 'token');
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toMatch(/user dev already.*\n.*pass --assume-yes/);
    const dry = await merge(env, ...flags, '-m', 'token', '--dry-run');
    expect(done(dry)).toBe('');
    expect(dry.stderr).toContain('would be replaced');
    expect(readFileSync(kubeconfig, 'utf8')).toBe(before);
    const replaced = await merge(env, ...flags, '-m', 'token', '-y');
    expect(done(replaced)).toBe('');
    expect(parse(readFileSync(kubeconfig, 'utf8')).users[0].user.exec.args).toContain('get-token');
  });

  it('loses nothing when several merge at once', async () => {
    const env = as(alice);
    const names = Array.from({ length: 8 }, (_, index) => `dev-${index}`);
    const config = join(env.HOME ?? '', 'a/config');
    const results = await Promise.all(
      names.map((name) => merge({ ...env, KUBECONFIG: `${config}:/elsewhere` }, '--context-name', name)),
    );
    for (const result of results) done(result);
    const contexts: { name: string }[] = parse(readFileSync(config, 'utf8')).contexts;
    expect(contexts.map(({ name }) => name).sort()).toEqual(names);
  });

  it('leaves a file that is no kubeconfig alone', async () => {
    const env = as(alice, { KUBECONFIG: join(scratchFolder(), 'config') });
    writeFileSync(env.KUBECONFIG ?? '', 'clusters: hunter2\n');
    const { exitCode, stderr } = await merge(env);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`${env.KUBECONFIG} is no kubeconfig`);
    expect(stderr).not.toContain('hunter2');
  });
});

describe('get-credential', () => {
  it('asks ACK once, and then nobody at all', async () => {
    const env = as(alice);
    let first = '';
    const asked = await callsOf(async () => {
      first = done(await getCredential(env));
    });
    expect(asked).toEqual(['DescribeClusterUserKubeconfig']);
    const again = await callsOf(async () => {
      expect(done(await getCredential(env))).toBe(first);
      expect(JSON.parse(done(await getCredential(env, '--api-version', 'v1'))).apiVersion).toMatch(/\/v1$/);
    });
    expect(again).toEqual([]);
    const { clientCertificateData, expirationTimestamp } = JSON.parse(first).status;
    const { validTo } = new X509Certificate(clientCertificateData);
    expect(Date.parse(expirationTimestamp)).toBe(Date.parse(validTo));
    expect(Math.round((Date.parse(validTo) - Date.now()) / 60_000)).toBe(180);
  });

  it('keeps it for the owner only', async () => {
    const env = as(alice);
    await getCredential(env);
    expect(statSync(keptIn(env).file).mode & 0o777).toBe(0o600);
    expect(statSync(cacheIn(env.HOME)).mode & 0o777).toBe(0o700);
  });

  it('exchanges no token in a pod whose certificate is kept', async () => {
    const own = await startedSandbox(['--update-time', '0s']);
    const env = { ...(await podOn(own, scratchFolder())), HOME: scratchFolder() };
    const get = (): Promise<ToolResult> =>
      runTool(['credential-plugin', 'get-credential', '-c', own.clusters.foo], { env });
    const first = await callsOf(get, own);
    expect(first).toEqual(['AssumeRoleWithOIDC', 'DescribeClusterUserKubeconfig']);
    expect(await callsOf(async () => Promise.all([get(), get(), get()]), own)).toEqual([]);
    await own.stop();
    expect(statusOf(await get())).toHaveProperty('clientKeyData');
  });

  it('never gives anybody the certificate of somebody else', async () => {
    const { HOME } = as(alice);
    const mine = await getCredential(as(alice, { HOME }));
    const theirs = await getCredential(as(bob, { HOME }));
    const role = ['--role-arn', `acs:ram::${account}:role/viewer`];
    const ofRole = await getCredential(as(alice, { HOME }), ...role);
    const names = [mine, theirs, ofRole].map(commonName);
    expect(new Set(names).size).toBe(3);
    const asked = await callsOf(async () => {
      expect(commonName(await getCredential(as(alice, { HOME })))).toBe(names[0]);
      expect(commonName(await getCredential(as(bob, { HOME })))).toBe(names[1]);
      expect(commonName(await getCredential(as(alice, { HOME }), ...role))).toBe(names[2]);
    });
    expect(asked).toEqual([]);
  });

  it('tells the same AccessKey with another secret, another life and another cluster apart', async () => {
    const env = as(alice);
    const first = done(await getCredential(env));
    const wrong = await getCredential({ ...env, ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'wrong' });
    expect(wrong.exitCode).toBe(4);
    expect(wrong.stdout).toBe('');
    const others = await Promise.all([
      getCredential(env, '--expiration', '1h'),
      getCredential(env, '--expiration', '0s'),
      runTool(['credential-plugin', 'get-credential', '-c', 'c-two'], { env }),
    ]);
    expect(new Set([first, ...others.map(done)]).size).toBe(4);
    const days = (Date.parse(statusOf(others[1]).expirationTimestamp) - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(3 * 365);
  });

  it('asks once when many processes find nothing', async () => {
    const env = as(alice);
    const asked = await callsOf(async () => {
      const results = await Promise.all(Array.from({ length: 12 }, () => getCredential(env)));
      expect(new Set(results.map(done)).size).toBe(1);
    });
    expect(asked).toEqual(['DescribeClusterUserKubeconfig']);
  }, 60_000);

  it('renews a certificate in the last fifth of its life', async () => {
    const env = as(alice);
    const first = done(await getCredential(env));
    keptIn(env).rewrite((entry) => ({ ...entry, issuedAt: ago(13 * 60) }));
    expect(done(await getCredential(env))).not.toBe(first);
  });

  it('uses the old one while it cannot be renewed, until it expires', async () => {
    const own = await startedSandbox(['--seed', seedFile]);
    const env = { ...as(alice), ...own.env, ACK_RAM_TOOL_MAX_RETRIES: '0' };
    const first = done(await getCredential(env));
    const kept = keptIn(env);
    kept.rewrite((entry) => ({ ...entry, issuedAt: ago(13 * 60) }));
    await own.stop();
    const old = await getCredential(env);
    expect(done(old)).toBe(first);
    expect(old.stderr).toMatch(/WARN the client certificate was not renewed, the old one is used until/);
    expect((await getCredential(env, '--log-level', 'error')).stderr).toBe('');
    kept.rewrite((entry) => ({ ...entry, expiresAt: ago(1) }));
    const expired = await getCredential(env);
    expect([expired.exitCode, expired.stdout]).toEqual([1, '']);
  });

  it.each<[string, (file: string) => void]>([
    ['cut off', (file) => writeFileSync(file, readFileSync(file, 'utf8').slice(0, 50))],
    ['empty', (file) => writeFileSync(file, '')],
    ['open to others', (file) => chmodSync(file, 0o644)],
    [
      'a link',
      (file) => {
        renameSync(file, `${file}.moved`);
        symlinkSync(`${file}.moved`, file);
      },
    ],
    [
      'a folder',
      (file) => {
        renameSync(file, `${file}.moved`);
        mkdirSync(file);
      },
    ],
  ])('replaces what is %s', async (_, spoil) => {
    const env = as(alice);
    await getCredential(env);
    const { file } = keptIn(env);
    spoil(file);
    expect(await callsOf(async () => done(await getCredential(env)))).toEqual(['DescribeClusterUserKubeconfig']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await callsOf(async () => done(await getCredential(env)))).toEqual([]);
  });

  it('leaves the files of the Go tool, and the mode of a folder that is not its own, alone', async () => {
    const env = as(alice);
    const folder = join(env.HOME ?? '', 'shared');
    mkdirSync(folder, { mode: 0o755 });
    const name = 'c-one-public-exec-auth-credential-v1beta1.json';
    writeFileSync(join(folder, name), '{"kind":"ExecCredential"}');
    done(await getCredential(env, '--credential-cache-dir', folder));
    expect(readdirSync(folder)).toHaveLength(2);
    expect(readFileSync(join(folder, name), 'utf8')).toBe('{"kind":"ExecCredential"}');
    expect(statSync(folder).mode & 0o777).toBe(0o755);
  });

  it('works where nothing can be kept', async () => {
    expect(commonName(await getCredential({ ...as(alice), HOME: '' }))).toMatch(/-1600000000$/);
    const file = join(scratchFolder(), 'file');
    writeFileSync(file, '');
    expect(commonName(await getCredential(as(alice), '--credential-cache-dir', file))).toMatch(/-1600000000$/);
  });
});

describe('get-token', () => {
  /** The request that is in the token, sent as ack-ram-authenticator sends it. */
  async function send(token: string, change: (query: URLSearchParams) => void = () => {}) {
    const { method, path, query, headers } = JSON.parse(
      Buffer.from(token.replace('k8s-ack-v2.', ''), 'base64').toString('utf8'),
    );
    const params = new URLSearchParams(query);
    change(params);
    const answer = await fetch(`${sandbox.endpoint}${path}?${params}`, { method, headers });
    return { status: answer.status, ...((await answer.json()) as { Arn?: string; Code?: string }) };
  }

  it('gives a token by which STS knows the caller, more than once, and calls nobody for it', async () => {
    let result: ToolResult | undefined;
    const asked = await callsOf(async () => {
      result = await plugin('get-token', as(alice));
    });
    expect(asked).toEqual([]);
    const { token, expirationTimestamp } = statusOf(result as ToolResult);
    const minutes = (Date.parse(expirationTimestamp) - Date.now()) / 60_000;
    expect(Math.round(minutes)).toBe(10);
    const alicesArn = `acs:ram::${account}:user/alice`;
    for (let round = 0; round < 2; round += 1) expect(await send(token)).toMatchObject({ status: 200, Arn: alicesArn });
    const another = await send(token, (query) => query.set('ACKClusterId', 'c-two'));
    expect(another).toMatchObject({ status: 400, Code: 'SignatureDoesNotMatch' });
  });

  it('gives one of a role, and signs what the environment adds', async () => {
    const env = as(alice, { ACK_RAM_TOOL_TOKEN_EXTRA_KEY_PREFIX: 'KUBE_EXTRA_', KUBE_EXTRA_TEAM: 'a b/ü*' });
    const role = ['--role-arn', `acs:ram::${account}:role/viewer`, '--api-version', 'v1'];
    const result = await plugin('get-token', env, ...role);
    expect(JSON.parse(result.stdout).apiVersion).toBe('client.authentication.k8s.io/v1');
    const { token } = statusOf(result);
    expect(await send(token)).toMatchObject({
      status: 200,
      Arn: expect.stringContaining(`acs:ram::${account}:assumed-role/viewer/`),
    });
    expect(await send(token, (query) => query.set('team', 'b'))).toMatchObject({ Code: 'SignatureDoesNotMatch' });
  });

  it('warns of a token that is longer than the authenticator takes', async () => {
    const env = as(alice, { ALIBABA_CLOUD_SECURITY_TOKEN: 'CAIS'.padEnd(3000, 'x') });
    const result = await plugin('get-token', env);
    expect(statusOf(result).token.length).toBeGreaterThan(4096);
    expect(result.stderr).toMatch(/WARN the token is \d+ bytes long and ack-ram-authenticator takes 4096 at most/);
    expect(result.stderr).not.toContain('xxxx');
  });
});
