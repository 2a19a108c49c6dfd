import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runTool, scratchFolder, startedSandbox } from '../support/tool.ts';

const home = scratchFolder();
const sandbox = await startedSandbox(['--update-time', '300ms']);
const cluster = sandbox.clusters.foo;
const env = { ...sandbox.env, HOME: home };
const role = 'demo-role-for-rrsa';
const roleArn = `acs:ram::1000000000000001:role/${role}`;
const providerArn = `acs:ram::1000000000000001:oidc-provider/ack-rrsa-${cluster}`;
const subject = ['-n', 'rrsa-demo', '-s', 'demo-sa'];
const tokenFile = join(home, 'token');
const anonymous = { ...env, ALIBABA_CLOUD_ACCESS_KEY_ID: undefined, ALIBABA_CLOUD_ACCESS_KEY_SECRET: undefined };
const podEnv = {
  ...anonymous,
  ALIBABA_CLOUD_ROLE_ARN: roleArn,
  ALIBABA_CLOUD_OIDC_PROVIDER_ARN: providerArn,
  ALIBABA_CLOUD_OIDC_TOKEN_FILE: tokenFile,
};

describe('the main job, on the built program against a sandbox', () => {
  it('tells that RRSA is off, in text and in JSON', async () => {
    const text = await runTool(['rrsa', 'status', '-c', cluster], { env });
    expect(text).toMatchObject({ exitCode: 0, stderr: '' });
    expect(text.stdout).toMatch(/RRSA feature:\s+disabled/);
    const json = await runTool(['rrsa', 'status', '-c', cluster, '-o', 'json'], { env });
    expect(JSON.parse(json.stdout)).toMatchObject({
      schemaVersion: 1,
      clusterId: cluster,
      enabled: false,
      issuers: [],
    });
  });

  it('changes nothing on a dry run', async () => {
    const dry = await runTool(['rrsa', 'enable', '-c', cluster, '--dry-run'], { env });
    expect(dry.exitCode).toBe(0);
    const status = await runTool(['rrsa', 'status', '-c', cluster, '-o', 'json'], { env });
    expect(JSON.parse(status.stdout).enabled).toBe(false);
  });

  it('refuses to ask where nobody can answer, and changes nothing', async () => {
    const refused = await runTool(['rrsa', 'enable', '-c', cluster], { env });
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('--assume-yes');
    const status = await runTool(['rrsa', 'status', '-c', cluster, '-o', 'json'], { env });
    expect(JSON.parse(status.stdout).enabled).toBe(false);
  });

  it('refuses to associate a role while RRSA is off', async () => {
    const refused = await runTool(['rrsa', 'associate-role', '-c', cluster, '-r', role, ...subject, '-y'], { env });
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain(`rrsa enable -c ${cluster}`);
  });

  it('enables RRSA and waits for it; flags may stand before the subcommand', async () => {
    const enabled = await runTool(['rrsa', '-y', '-c', cluster, 'enable', '-o', 'json'], { env });
    expect(enabled.exitCode, enabled.stderr).toBe(0);
    expect(JSON.parse(enabled.stdout)).toMatchObject({ schemaVersion: 1, clusterId: cluster, changed: true });
    expect(enabled.stderr).toMatch(/recreate/i);
    const again = await runTool(['rrsa', 'enable', '-c', cluster, '-o', 'json'], { env });
    expect(again.exitCode).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ changed: false, taskId: null });
  });

  it('wants --create-role-if-not-exist for a role that is missing', async () => {
    const refused = await runTool(['rrsa', 'associate-role', '-c', cluster, '-r', role, ...subject, '-y'], { env });
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('--create-role-if-not-exist');
  });

  it('associates the role, and finds nothing to do the second time', async () => {
    const argv = ['rrsa', 'associate-role', '-c', cluster, '-r', role, ...subject, '--create-role-if-not-exist'];
    argv.push('--attach-system-policy', 'AliyunCSReadOnlyAccess', '-o', 'json');
    const first = await runTool([...argv, '-y'], { env });
    expect(first.exitCode, first.stderr).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({
      schemaVersion: 1,
      roleName: role,
      roleArn,
      created: true,
      changed: true,
      policies: [{ name: 'AliyunCSReadOnlyAccess', type: 'System', change: 'attach' }],
    });
    const second = await runTool(argv, { env });
    expect(second.exitCode, second.stderr).toBe(0);
    expect(JSON.parse(second.stdout)).toMatchObject({ created: false, changed: false });
  });

  it('mints a token and exchanges it, from a file and from stdin', async () => {
    const token = await runTool(['sandbox', 'token', '-c', cluster, ...subject], { env });
    expect(token.exitCode, token.stderr).toBe(0);
    expect(token.stdout.split('.')).toHaveLength(3);
    writeFileSync(tokenFile, token.stdout);
    const argv = ['rrsa', 'assume-role', '-r', roleArn, '-p', providerArn];
    const fromFile = await runTool([...argv, '-t', tokenFile], { env: anonymous });
    expect(fromFile.exitCode, fromFile.stderr).toBe(0);
    expect(fromFile.stdout).toMatch(
      /^AccessKeyId: +STS\.\S+\nAccessKeySecret: +\S+\nSecurityToken: +CAIS\S+\nExpiration: +\S+Z\n$/,
    );
    const fromStdin = await runTool([...argv, '-t', '-', '-o', 'json'], { env: anonymous, stdin: token.stdout });
    expect(JSON.parse(fromStdin.stdout)).toMatchObject({
      schemaVersion: 1,
      accessKeyId: expect.stringMatching(/^STS\./),
    });
  });

  it('runs a child with the credentials of the pod', async () => {
    const script =
      'printf %s "$ALIBABA_CLOUD_ACCESS_KEY_ID $ALIBABA_CLOUD_ROLE_ARN$ALIBABA_CLOUD_OIDC_TOKEN_FILE"; exit 7';
    const child = await runTool(['export-credentials', '--', 'sh', '-c', script], { env: podEnv });
    expect(child.exitCode).toBe(7);
    expect(child.stdout).toMatch(/^STS\.\S+ $/);
  });

  it('lists the clusters as the pod', async () => {
    const demo = await runTool(['rrsa', 'demo', '--no-loop'], { env: podEnv });
    expect(demo.exitCode, demo.stderr).toBe(0);
    expect(demo.stdout).toContain('clusters:\n');
    for (const [name, id] of Object.entries(sandbox.clusters)) {
      expect(demo.stdout).toContain(`cluster id: ${id}, cluster name: ${name}\n`);
    }
    expect(demo.stderr).toContain('======= [begin] list ACK clusters with RRSA =======');
    expect(demo.stderr).toContain('======= [end]   list ACK clusters with RRSA =======');
  });

  it('goes on listing until it is stopped', async () => {
    const demo = await runTool(['rrsa', 'demo', '--interval', '100ms', '-o', 'json'], {
      env: podEnv,
      onStart: (child) => {
        let lines = 0;
        child.stdout?.on('data', (text: string) => {
          lines += text.split('\n').length - 1;
          if (lines >= 3) child.kill('SIGINT');
        });
      },
    });
    expect(demo.exitCode).toBe(130);
    const rounds = demo.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rounds.length).toBeGreaterThanOrEqual(3);
    for (const round of rounds) expect(round).toMatchObject({ schemaVersion: 1, region: 'cn-hangzhou' });
  });

  it('is refused for a service account that the role does not trust', async () => {
    const token = await runTool(['sandbox', 'token', '-c', cluster, '-n', 'rrsa-demo', '-s', 'other'], { env });
    const refused = await runTool(['rrsa', 'assume-role', '-r', roleArn, '-p', providerArn, '-t', '-', '-o', 'json'], {
      env: anonymous,
      stdin: token.stdout,
    });
    expect(refused.exitCode).toBe(4);
    expect(refused.stdout).toBe('');
    const last = JSON.parse(refused.stderr.trim().split('\n').at(-1) ?? '');
    expect(last).toMatchObject({
      schemaVersion: 1,
      error: {
        code: 'CREDENTIALS_REFUSED',
        service: 'STS',
        apiCode: 'AuthenticationFail.NoPermission',
        httpStatus: 401,
      },
    });
    expect(refused.stderr).not.toContain(token.stdout.trim());
  });

  it('is refused the list of clusters once the policy is detached, with the block that operators know', async () => {
    const detached = await runTool(
      ['rrsa', 'dissociate-role', '-c', cluster, '-r', role, '--detach-system-policy', 'AliyunCSReadOnlyAccess', '-y'],
      { env },
    );
    expect(detached.exitCode, detached.stderr).toBe(0);
    const demo = await runTool(['rrsa', 'demo', '--no-loop'], { env: podEnv });
    expect(demo.exitCode).toBe(1);
    expect(demo.stderr).toMatch(
      /SDKError:\n {3}StatusCode: 403\n {3}Code: StatusForbidden\n {3}Message: code: 403, STSToken policy Forbidden for action cs:DescribeClusters request id: [\w-]+\n {3}Data: \{.*"AuthAction":"cs:DescribeClusters"/,
    );
    expect(demo.stderr).toContain(`"AuthPrincipalDisplayName":"${role}:ack-ram-tool"`);
  });

  it('goes on after a round that failed', async () => {
    const demo = await runTool(['rrsa', 'demo', '--interval', '50ms'], {
      env: podEnv,
      onStart: (child) => {
        let failures = 0;
        child.stderr?.on('data', (text: string) => {
          failures += text.split('SDKError').length - 1;
          if (failures >= 2) child.kill('SIGTERM');
        });
      },
    });
    expect(demo.exitCode).toBe(143);
  });

  it('installs the helper addon and finds it installed the second time', async () => {
    const first = await runTool(['rrsa', 'install-helper-addon', '-c', cluster, '-y', '-o', 'json'], { env });
    expect(first.exitCode, first.stderr).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({ clusterId: cluster, changed: true });
    const second = await runTool(['rrsa', 'install-helper-addon', '-c', cluster, '-o', 'json'], { env });
    expect(JSON.parse(second.stdout)).toMatchObject({ clusterId: cluster, changed: false });
  });

  it('disables RRSA again', async () => {
    const disabled = await runTool(['rrsa', 'disable', '-c', cluster, '-y', '-o', 'json'], { env });
    expect(disabled.exitCode, disabled.stderr).toBe(0);
    const status = await runTool(['rrsa', 'status', '-c', cluster, '-o', 'json'], { env });
    expect(JSON.parse(status.stdout).enabled).toBe(false);
  });
});
