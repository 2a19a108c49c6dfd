import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Secrets } from '../leaks/secrets.ts';
import { podOn } from '../support/pod.ts';
import { runTool, scratchFolder, startedSandbox } from '../support/tool.ts';

const home = scratchFolder();
const accessLog = join(home, 'access.log');
const sandbox = await startedSandbox(['--update-time', '0s', '--access-log', accessLog]);
const cluster = sandbox.clusters.foo;
const pod = await podOn(sandbox, home);
const administrator = { ...sandbox.env, HOME: home };
const noisy = { DEBUG: 'sdk,tea,httpx,https-proxy-agent,agent-base,*', NODE_DEBUG: '' };
const roleArn = pod.ALIBABA_CLOUD_ROLE_ARN ?? '';

/** What the sandbox has issued so far, and what it began with. */
async function known(): Promise<Secrets> {
  const secrets = new Secrets();
  const { sessions } = (await sandbox.state()) as unknown as {
    sessions: { accessKeySecret: string; securityToken: string }[];
  };
  for (const { accessKeySecret, securityToken } of sessions) {
    secrets.add('an issued secret', accessKeySecret);
    secrets.add('an issued token', securityToken);
  }
  secrets.add("the administrator's secret", sandbox.env.ALIBABA_CLOUD_ACCESS_KEY_SECRET ?? '');
  secrets.add('the administration path', new URL(sandbox.env.ACK_RAM_TOOL_SANDBOX_URL ?? '').pathname.slice(1));
  secrets.addToken('the OIDC token', readFileSync(pod.ALIBABA_CLOUD_OIDC_TOKEN_FILE ?? '', 'utf8').trim());
  return secrets;
}

/** The command lines of a process and of everything below it, read again and again while it runs. */
function watchCommandLines(pid: number | undefined, seen: Set<string>): NodeJS.Timeout {
  const below = (parent: string): string[] => {
    const tasks = `/proc/${parent}/task`;
    const children = readdirSync(tasks).flatMap((task) =>
      readFileSync(`${tasks}/${task}/children`, 'utf8').split(' ').filter(Boolean),
    );
    return [parent, ...children.flatMap(below)];
  };
  return setInterval(() => {
    try {
      for (const each of below(String(pid))) seen.add(readFileSync(`/proc/${each}/cmdline`, 'utf8'));
    } catch {
      // It has ended meanwhile.
    }
  }, 5);
}

const helper = join(home, 'helper.sh');
writeFileSync(
  helper,
  `#!/bin/sh\nsleep 0.1; echo '${JSON.stringify({
    mode: 'AK',
    access_key_id: sandbox.env.ALIBABA_CLOUD_ACCESS_KEY_ID,
    access_key_secret: sandbox.env.ALIBABA_CLOUD_ACCESS_KEY_SECRET,
  })}'\n`,
  { mode: 0o700 },
);
const profile = { name: 'p', mode: 'External', process_command: helper };
writeFileSync(join(home, 'config.json'), JSON.stringify({ current: 'p', profiles: [profile] }), { mode: 0o600 });

const child = ['--', 'sleep', '0.3'];
it.skipIf(process.platform !== 'linux').concurrent.each([
  ['an AccessKey', ['rrsa', 'list-associations', '-c', cluster], administrator, 0],
  ['a pod', ['rrsa', 'status', '-c', cluster], pod, 0],
  ['a helper program', ['auth', 'whoami', '--profile-file', join(home, 'config.json')], pod, 0],
  ['a child with its credentials', ['export-credentials', ...child], pod, 0],
  ['a child with a credentials URI', ['export-credentials', '--refresh', ...child], pod, 0],
  ['a token from stdin', ['rrsa', 'doctor', '--oidc-token-file', '-'], pod, 3],
  ['a refusal', ['auth', 'whoami', '--role-arn', `${roleArn}-of-nobody`], administrator, 4],
  ['a tour', ['sandbox', 'tour'], { HOME: home }, 0],
])('no secret of %s is in arguments, on stderr or in the access log', async (what, argv, env, exitCode) => {
  const commandLines = new Set<string>();
  let watch: NodeJS.Timeout | undefined;
  const [command = '', ...rest] = argv;
  const result = await runTool([command, ...(what === 'a tour' ? [] : ['--log-level', 'debug']), ...rest], {
    env: { ...env, ...noisy },
    stdin: 'a-token-that-is-none',
    onStart: ({ pid }) => {
      watch = watchCommandLines(pid, commandLines);
    },
  });
  clearInterval(watch);
  expect(result.exitCode, result.stdout.slice(-2000) + result.stderr).toBe(exitCode);
  expect(commandLines.size).toBeGreaterThan(0);
  const secrets = await known();
  const texts = { stdout: result.stdout, stderr: result.stderr, commandLines: [...commandLines].join('\n') };
  for (const [where, text] of Object.entries({ ...texts, accessLog: readFileSync(accessLog, 'utf8') })) {
    expect(secrets.find(text), where).toBe(undefined);
  }
  // The tour has a sandbox of its own, and shows what assume-role prints.
  expect(`${what === 'a tour' ? '' : texts.stdout}${texts.stderr}${texts.commandLines}`).not.toMatch(
    /CAIS[\w+/]{32}|eyJ[\w-]{20,}\.eyJ/,
  );
});
