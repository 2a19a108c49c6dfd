import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { podOn } from '../support/pod.ts';
import { runTool, scratchFolder, startedSandbox } from '../support/tool.ts';

const home = scratchFolder();
const sandbox = await startedSandbox(['--update-time', '0s']);
const throttled = await startedSandbox(['--update-time', '0s', '--fault', 'AssumeRoleWithOIDC:*=throttle']);
const { foo, bar, foob } = sandbox.clusters;
const pod = await podOn(sandbox, home);
const admin = { ...sandbox.env, HOME: home };
await runTool(['rrsa', 'enable', '-c', bar, '-y'], { env: admin });

async function tokenFile(cluster: string, ...more: string[]): Promise<string> {
  const flags = ['-c', cluster, '-n', 'ns', '-s', 'sa', ...more];
  const { exitCode, stdout, stderr } = await runTool(['sandbox', 'token', ...flags], { env: admin });
  if (exitCode !== 0) throw new Error(stderr);
  const path = join(home, `token-${cluster}-${more.join('').replaceAll(/\W/g, '')}`);
  writeFileSync(path, stdout);
  return path;
}

const shortLived = await tokenFile(foo, '--expires-in', '1s');
const madeAt = Date.now();

/** The table of errors of the RRSA guide: the setup behind each, what STS then says, and what the hint must name. */
const rows: {
  code: string;
  message: string;
  env: () => Promise<Record<string, string | undefined>>;
  hint: string[];
}[] = [
  {
    code: 'AuthenticationFail.OIDCToken.Expired',
    message: 'This JsonWebToken is expired.',
    env: async () => {
      await new Promise((done) => setTimeout(done, Math.max(0, madeAt + 2_000 - Date.now())));
      return { ALIBABA_CLOUD_OIDC_TOKEN_FILE: shortLived };
    },
    hint: ['ALIBABA_CLOUD_OIDC_TOKEN_FILE', 'kubectl create token'],
  },
  {
    code: 'Throttling.User',
    message: 'Request was denied due to user flow control.',
    env: async () => ({ ...throttled.env, ACK_RAM_TOOL_MAX_RETRIES: '0' }),
    hint: ['keep credentials', '--cache'],
  },
  {
    code: 'AuthenticationFail.OIDCToken.AudienceNotMatch',
    message: 'Invalid audience.',
    env: async () => ({ ALIBABA_CLOUD_OIDC_TOKEN_FILE: await tokenFile(foo, '--audience', 'somebody.else') }),
    hint: ['audience: sts.aliyuncs.com'],
  },
  {
    code: 'AuthenticationFail.OIDCToken.IssuerConfigurationBroken',
    message: 'Get public keys from OIDC Provider failed, the issuer is https://kubernetes.default.svc.',
    env: async () => ({ ALIBABA_CLOUD_OIDC_TOKEN_FILE: await tokenFile(foob) }),
    hint: [`ack-ram-tool rrsa enable -c ${foo}`, 'recreate the pods'],
  },
  {
    code: 'AuthenticationFail.OIDCToken.IssuerNotMatch',
    message: "The issuer in the OIDC Token doesn't match the OIDC Provider registered.",
    env: async () => ({ ALIBABA_CLOUD_OIDC_TOKEN_FILE: await tokenFile(bar) }),
    hint: [`ack-ram-tool rrsa status -c ${foo}`, 'recreate the pod'],
  },
  {
    code: 'EntityNotExist.Role',
    message: 'The role not exists: acs:ram::1000000000000001:role/nowhere.',
    env: async () => ({ ALIBABA_CLOUD_ROLE_ARN: 'acs:ram::1000000000000001:role/nowhere' }),
    hint: [`rrsa associate-role -c ${foo} -r nowhere`, '--create-role-if-not-exist'],
  },
  {
    code: 'AuthenticationFail.NoPermission',
    message: 'There is no permission',
    env: async () => {
      const other = await runTool(['sandbox', 'token', '-c', foo, '-n', 'ns', '-s', 'other'], { env: admin });
      const path = join(home, 'token-of-other');
      writeFileSync(path, other.stdout);
      return { ALIBABA_CLOUD_OIDC_TOKEN_FILE: path };
    },
    hint: [`rrsa associate-role -c ${foo} -r app -n NAMESPACE -s SERVICE_ACCOUNT`, 'rrsa explain'],
  },
];

const commands = (env: Record<string, string | undefined>): Record<string, string[]> => ({
  'rrsa assume-role': [
    'rrsa',
    'assume-role',
    '-r',
    env.ALIBABA_CLOUD_ROLE_ARN ?? '',
    '-p',
    env.ALIBABA_CLOUD_OIDC_PROVIDER_ARN ?? '',
    '-t',
    env.ALIBABA_CLOUD_OIDC_TOKEN_FILE ?? '',
  ],
  'rrsa demo': ['rrsa', 'demo', '--no-loop'],
  'export-credentials': ['export-credentials', '--', 'true'],
  'credential-plugin get-token': ['credential-plugin', 'get-token', '-c', foo],
});

describe('every error of the RRSA guide, as STS makes it', () => {
  it.each(rows)('$code has a cure, whatever command meets it', async ({ code, message, env: setUp, hint }) => {
    const env = { ...pod, ...(await setUp()) };
    for (const [name, argv] of Object.entries(commands(env))) {
      const { exitCode, stdout, stderr } = await runTool(argv, { env });
      expect(exitCode, `${name}: ${stderr}`).toBe(4);
      expect(stdout, name).toBe('');
      expect(stderr, name).toContain(`   Code: ${code}\n`);
      expect(stderr, name).toContain(message);
      const line = stderr.split('\n').find((text) => text.startsWith('hint: ')) ?? '';
      for (const part of hint) expect(line, name).toContain(part);
    }
  });

  it('says the cure in Chinese, and in JSON in English whatever the language', async () => {
    const env = { ...pod, ALIBABA_CLOUD_ROLE_ARN: 'acs:ram::1000000000000001:role/nowhere' };
    const chinese = await runTool(['rrsa', 'demo', '--no-loop', '--lang', 'zh'], { env });
    expect(chinese.stderr).toContain('应用所使用的 RAM 角色不存在');
    const json = await runTool(['rrsa', 'demo', '--no-loop', '-o', 'json'], { env: { ...env, LANG: 'zh_CN.UTF-8' } });
    const { error } = JSON.parse(json.stderr.trimEnd().split('\n').at(-1) ?? '');
    expect(error).toMatchObject({ code: 'CREDENTIALS_REFUSED', hint: expect.stringContaining('no such RAM role') });
  });

  it('is in the log lines of a demo that goes on', async () => {
    const env = { ...pod, ALIBABA_CLOUD_ROLE_ARN: 'acs:ram::1000000000000001:role/nowhere' };
    const demo = await runTool(['rrsa', 'demo', '--interval', '50ms'], {
      env,
      onStart: (child) => {
        child.stderr?.on('data', (text: string) => {
          if (text.includes('hint:')) child.kill('SIGTERM');
        });
      },
    });
    expect(demo.exitCode).toBe(143);
    expect(demo.stderr).toContain('   hint: there is no such RAM role in that account; correct the role ARN');
  });
});
