import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { podOn } from '../support/pod.ts';
import { runProgram, runTool, scratchFolder, startedSandbox, type ToolOptions, toolCommand } from '../support/tool.ts';

const shortLived = ['--update-time', '0s', '--session-ttl', '6s'];
const home = scratchFolder();
const sandbox = await startedSandbox(shortLived);
const pod = await podOn(sandbox, home);
const keys: Record<string, string> = { ...sandbox.env, HOME: home };

const accessLog = join(home, 'access.log');
const podCounted = await podOn(await startedSandbox([...shortLived, '--access-log', accessLog]), scratchFolder());
const mortal = await startedSandbox(shortLived);
const podOnMortal = { ...(await podOn(mortal, scratchFolder())), ACK_RAM_TOOL_MAX_RETRIES: '0' };

/** A program for a child, in plain Node. */
function program(name: string, text: string): string[] {
  const file = join(home, name);
  writeFileSync(file, text);
  return [process.execPath, file];
}

/** Reads its URI every 50 ms until it has seen `sessions` keys or `failures` failures, and tells what it saw. */
const reader = program(
  'reader.mjs',
  `const [sessions, failures] = process.argv.slice(2).map(Number);
  console.log('reading');
  const seen = { ids: [], expired: 0, failed: 0, bodies: [], environment: Object.keys(process.env) };
  while (seen.ids.length < sessions && seen.failed < failures) {
    const answer = await fetch(process.env.ALIBABA_CLOUD_CREDENTIALS_URI);
    const body = await answer.json();
    if (answer.status === 200) {
      if (Date.parse(body.Expiration) <= Date.now()) seen.expired += 1;
      if (!seen.ids.includes(body.AccessKeyId)) seen.ids.push(body.AccessKeyId);
    } else {
      seen.failed += 1;
      seen.bodies.push(answer.status, body);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  console.log(JSON.stringify(seen));`,
);

/** What the reader saw. */
const told = (stdout: string) => JSON.parse(stdout.replace(/^reading\n/, ''));

const exporting = (flags: string[], command: string[], options: ToolOptions = {}) =>
  runTool(['export-credentials', ...flags, '--', ...command], { env: pod, ...options });

/** Resolves when a started program has written the text. */
function saw(child: { stdout: NodeJS.ReadableStream | null }, wanted: string): Promise<void> {
  return new Promise((resolve) => {
    let text = '';
    child.stdout?.on('data', (part) => {
      text += part;
      if (text.includes(wanted)) resolve();
    });
  });
}

describe('a child of export-credentials --refresh', () => {
  it.concurrent('sees no expired key through three renewals, each of which is one call of STS', async () => {
    const { exitCode, stdout, stderr } = await exporting(['--refresh'], [...reader, '4', '1'], { env: podCounted });
    expect([exitCode, stderr]).toEqual([0, '']);
    const seen = told(stdout);
    expect(seen).toMatchObject({ ids: { length: 4 }, expired: 0, failed: 0 });
    expect(seen.environment).not.toContain('ALIBABA_CLOUD_ACCESS_KEY_ID');
    expect(seen.environment).not.toContain('ALIBABA_CLOUD_ROLE_ARN');
    expect(readFileSync(accessLog, 'utf8').match(/"AssumeRoleWithOIDC"/g)).toHaveLength(4);
  });

  it.concurrent('is served the old ones while STS is away, and never expired ones', async () => {
    const { exitCode, stdout, stderr } = await exporting(['--refresh'], [...reader, '9', '2'], {
      env: podOnMortal,
      onStart: async (child) => {
        await saw(child, 'reading');
        await mortal.stop();
      },
    });
    expect(exitCode, stderr).toBe(0);
    const { ids, expired, bodies } = told(stdout);
    expect(ids).toHaveLength(1);
    expect(expired).toBe(0);
    expect(bodies.slice(0, 2)).toEqual([503, expect.objectContaining({ Code: 'CredentialsUnavailable' })]);
    expect(stderr.match(/could not be renewed/g)).toHaveLength(1);
    expect(stderr).toMatch(/WARN the credentials could not be renewed: .*; those at hand are served until /);
  });

  it.concurrent('gets credentials that do not expire as they are, and is told', async () => {
    const command = ['sh', '-c', 'echo "$ALIBABA_CLOUD_ACCESS_KEY_ID $ALIBABA_CLOUD_CREDENTIALS_URI"'];
    const { exitCode, stdout, stderr } = await exporting(['--refresh'], command, { env: keys });
    expect([exitCode, stdout]).toEqual([0, `${keys.ALIBABA_CLOUD_ACCESS_KEY_ID} \n`]);
    expect(stderr).toMatch(/INFO these credentials do not expire: the command gets them as they are\n$/);
  });

  it.concurrent('is not started when there are no credentials', async () => {
    const marker = join(home, 'was-started');
    const env = { ...pod, ALIBABA_CLOUD_OIDC_TOKEN_FILE: join(home, 'no-such-token') };
    const { exitCode, stderr } = await exporting(['--refresh'], ['touch', marker], { env });
    expect(exitCode).toBe(4);
    expect(stderr).toContain('no-such-token');
    expect(() => readFileSync(marker)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });

  it.concurrent('takes its server with it when it ends', async () => {
    const { stdout } = await exporting(['--refresh'], ['sh', '-c', 'echo "$ALICLOUD_CREDENTIALS_URI"']);
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/credentials\/[\w-]{43}\n$/);
    await expect(fetch(stdout.trim())).rejects.toThrow();
  });

  it.concurrent('must be there', async () => {
    const { exitCode, stderr } = await runTool(['export-credentials', '--refresh'], { env: pod });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--refresh needs a command');
  });
});

describe.each([
  ['with --refresh', ['--refresh']],
  ['without', []],
])('the end of a child, %s', (_name, flags) => {
  it.concurrent.each([0, 3, 255])('passes exit code %i on', async (code) => {
    expect((await exporting(flags, ['sh', '-c', `exit ${code}`])).exitCode).toBe(code);
  });

  it.concurrent.each([
    ['KILL', 137],
    ['SEGV', 139],
    ['INT', 130],
  ])('gives 128+n when SIG%s ended it', async (name, code) => {
    expect(await exporting(flags, ['sh', '-c', `kill -${name} $$`])).toMatchObject({ exitCode: code, stderr: '' });
  });

  it.concurrent.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)(
    'hears a %s that is sent to the wrapper',
    async (name) => {
      const script = `trap 'echo heard; exit 7' ${name.slice(3)}; echo ready; while :; do sleep 0.05; done`;
      const { exitCode, stdout } = await exporting(flags, ['sh', '-c', script], {
        onStart: async (child) => {
          await saw(child, 'ready');
          child.kill(name);
        },
      });
      expect([exitCode, stdout]).toEqual([7, 'ready\nheard\n']);
    },
  );

  it.concurrent('leaves no child behind when the wrapper is terminated', async () => {
    let pid = 0;
    const { exitCode } = await exporting(flags, ['sh', '-c', 'echo "pid $$"; exec sleep 600'], {
      onStart: async (child) => {
        child.stdout?.on('data', (text) => {
          pid = Number(String(text).split(' ')[1]);
        });
        await saw(child, '\n');
        child.kill('SIGTERM');
      },
    });
    expect(exitCode).toBe(143);
    expect(() => process.kill(pid, 0)).toThrow(expect.objectContaining({ code: 'ESRCH' }));
  });

  it.concurrent('gives 127 for a command that is not found', async () => {
    expect((await exporting(flags, ['no-such-command'])).exitCode).toBe(127);
  });
});

describe('export-credentials --serve', () => {
  it.concurrent.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('prints one line, serves fresh credentials until %s, and says on stderr where', async (name, code) => {
    let answer: unknown;
    let printed = '';
    const { exitCode, stdout, stderr } = await runTool(['export-credentials', '-s', '127.0.0.1:0'], {
      env: pod,
      onStart: async (child) => {
        child.stdout?.on('data', (text) => {
          printed += text;
        });
        await saw(child, '\n');
        answer = await (await fetch(printed.trim().replace('ALIBABA_CLOUD_CREDENTIALS_URI=', ''))).json();
        child.kill(name);
      },
    });
    expect(stdout).toMatch(/^ALIBABA_CLOUD_CREDENTIALS_URI=http:\/\/127\.0\.0\.1:\d+\/credentials\/[\w-]{43}\n$/);
    expect(answer).toMatchObject({ Code: 'Success', Expiration: expect.stringMatching(/^.{19}Z$/) });
    expect(stderr).toMatch(/^\S+ INFO serving credentials at 127\.0\.0\.1:\d+ until interrupted\n$/);
    expect(exitCode).toBe(code);
  });

  it.concurrent('is where another run of this tool finds its credentials', async () => {
    const script = `file=$0
      "$@" export-credentials -s 127.0.0.1:0 > "$file" & server=$!
      while ! grep -q . "$file" 2>/dev/null; do sleep 0.05; done
      unset ALIBABA_CLOUD_ROLE_ARN ALIBABA_CLOUD_OIDC_PROVIDER_ARN ALIBABA_CLOUD_OIDC_TOKEN_FILE
      export "$(cat "$file")"
      "$@" export-credentials -f aliyuncli-uri; kill $server; wait $server`;
    const { stdout, stderr } = await runProgram('sh', ['-c', script, join(home, 'uri'), ...toolCommand], {
      env: pod,
    });
    expect(stdout, stderr).not.toBe('');
    expect(JSON.parse(stdout)).toMatchObject({ Code: 'Success', AccessKeyId: expect.stringMatching(/^STS\./) });
  });

  it.concurrent('answers as ECS metadata when told to, with a warning', async () => {
    let role = '';
    const { stderr } = await runTool(['export-credentials', '--serve=:0', '--imds-v1'], {
      env: pod,
      onStart: async (child) => {
        let printed = '';
        child.stdout?.on('data', (text) => {
          printed += text;
        });
        await saw(child, '\n');
        const { origin } = new URL(printed.trim().split('=')[1] ?? '');
        role = await (await fetch(`${origin}/latest/meta-data/ram/security-credentials/`)).text();
        child.kill('SIGTERM');
      },
    });
    expect(role).toBe('ack-ram-tool');
    expect(stderr).toMatch(/WARN answering as ECS metadata: every local user can read the credentials/);
  });

  it.concurrent.each([
    ['beyond this machine', ['-s', '0.0.0.0:0'], 'is not a loopback address'],
    ['at no address', ['-s', 'a b'], 'is not an address'],
    ['beyond this machine as ECS metadata', ['-s', '0.0.0.0:0', '--allow-remote', '--imds'], 'ECS metadata at 0.0.0.0'],
    ['with a command', ['-s', '127.0.0.1:0', '--', 'true'], 'runs no command'],
    ['with --refresh', ['-s', '127.0.0.1:0', '--refresh'], 'runs no command'],
  ])('refuses to serve %s, before it looks for credentials', async (_name, argv, message) => {
    const { exitCode, stdout, stderr } = await runTool(['export-credentials', ...argv], { env: { HOME: home } });
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });

  it.concurrent('refuses to serve credentials that do not expire, and says how they can be made to', async () => {
    const { exitCode, stderr } = await runTool(['export-credentials', '-s', '127.0.0.1:0'], { env: keys });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--role-arn');
  });
});
