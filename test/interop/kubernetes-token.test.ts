import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeWithKubeApiserver, startedKubeApiserver } from '../support/kube-apiserver.ts';
import { accountId, clusterId, pathWithTool, startedSandboxOf } from '../support/kube-sandbox.ts';
import { startedRamAuthenticator } from '../support/ram-authenticator.ts';
import { runTool, scratchFolder } from '../support/tool.ts';

describeWithKubeApiserver('kubectl with tokens of this tool, and an API server that asks STS about them', async () => {
  const home = scratchFolder();
  const authenticator = await startedRamAuthenticator();
  const server = await startedKubeApiserver({ authenticator: authenticator.url });
  const sandbox = await startedSandboxOf(server);
  authenticator.use(sandbox.env.ACK_RAM_TOOL_STS_ENDPOINT ?? '', clusterId);
  const admin = `acs:ram::${accountId}:user/admin`;

  const env = { ...sandbox.env, HOME: home, PATH: pathWithTool() };
  const kubeconfig = join(home, 'kubeconfig');
  const printed = await runTool(['get-kubeconfig', '-c', clusterId, '-m', 'token'], { env });
  writeFileSync(kubeconfig, printed.stdout, { mode: 0o600 });
  const kubectl = async (more: Record<string, string> = {}) => {
    const before = server.requests().length;
    const argv = ['get', 'namespaces', '-o', 'name'];
    const result = await server.kubectl(argv, { env: { ...env, KUBECONFIG: kubeconfig, ...more } });
    return {
      ...result,
      users: [
        ...new Set(
          server
            .requests()
            .slice(before)
            .map(({ user }) => user),
        ),
      ],
    };
  };

  it('is let in as the RAM user, and may do what that user may', async () => {
    const stranger = await kubectl();
    expect(stranger.users, stranger.stderr).toEqual([admin]);
    expect(stranger.stderr).toContain('Forbidden');
    const argv = ['create', 'clusterrolebinding', 'admin', '--clusterrole=cluster-admin', `--user=${admin}`];
    expect((await server.kubectl(argv)).exitCode).toBe(0);
    await expect.poll(async () => (await kubectl()).exitCode, { timeout: 10_000 }).toBe(0);
  });

  it('calls no service itself', async () => {
    const before = (await sandbox.accessLog()).length;
    const { exitCode } = await runTool(['credential-plugin', 'get-token', '-c', clusterId], { env });
    expect(exitCode).toBe(0);
    expect((await sandbox.accessLog()).slice(before)).toEqual([]);
  });

  it('is not let in with a secret that is wrong', async () => {
    const { exitCode, users } = await kubectl({ ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'a guess' });
    expect(exitCode).not.toBe(0);
    expect(users).not.toContain(admin);
  });
});
