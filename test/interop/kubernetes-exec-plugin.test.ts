import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeWithKubeApiserver, startedKubeApiserver } from '../support/kube-apiserver.ts';
import { accountId, clusterId, pathWithTool, startedSandboxOf } from '../support/kube-sandbox.ts';
import { runTool, scratchFolder } from '../support/tool.ts';

const audience = 'sts.aliyuncs.com';
const providerArn = `acs:ram::${accountId}:oidc-provider/ack-rrsa-${clusterId}`;

describeWithKubeApiserver('kubectl with this tool as its credential plugin', async () => {
  const folder = scratchFolder();
  const server = await startedKubeApiserver();
  await server.createServiceAccount('app', 'reader');
  const subject = { StringEquals: { 'oidc:aud': audience, 'oidc:sub': 'system:serviceaccount:app:reader' } };
  const trust = {
    Effect: 'Allow',
    Action: 'sts:AssumeRole',
    Principal: { Federated: [providerArn] },
    Condition: subject,
  };
  const keys = { accessKeyId: 'LTAI5tColleague', accessKeySecret: 'colleague-secret' };
  const sandbox = await startedSandboxOf(server, {
    users: [{ name: 'colleague', ...keys, systemPolicies: ['AliyunCSFullAccess'] }],
    roles: [
      {
        name: 'pod',
        trustPolicy: { Version: '1', Statement: [trust] },
        systemPolicies: ['AliyunCSFullAccess'],
      },
    ],
  });
  const [account] = (await sandbox.state()).accounts;
  const userId = (name: string): string => `${account?.users.find((user) => user.name === name)?.id}-1600000000`;
  const colleague = {
    ALIBABA_CLOUD_ACCESS_KEY_ID: keys.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: keys.accessKeySecret,
  };

  const PATH = pathWithTool();
  /** A machine of its own: nothing is cached, and kubectl has our kubeconfig. */
  const machine = async (name: string, ...flags: string[]) => {
    const home = join(folder, name);
    mkdirSync(join(home, '.kube'), { recursive: true });
    const env = { ...sandbox.env, HOME: home, PATH };
    const printed = await runTool(['get-kubeconfig', '-c', clusterId, ...flags], { env });
    expect(printed.exitCode, printed.stderr).toBe(0);
    const kubeconfig = join(home, '.kube', 'config');
    writeFileSync(kubeconfig, printed.stdout, { mode: 0o600 });
    const kubectl = async (who: Record<string, string | undefined>, ...argv: string[]) => {
      const [askedBefore, calledBefore] = [server.requests().length, (await sandbox.accessLog()).length];
      const result = await server.kubectl(argv, { env: { ...env, KUBECONFIG: kubeconfig, ...who } });
      return {
        ...result,
        users: [
          ...new Set(
            server
              .requests()
              .slice(askedBefore)
              .map(({ user }) => user),
          ),
        ],
        calls: (await sandbox.accessLog()).slice(calledBefore).map(({ api }) => api),
      };
    };
    return { home, env, kubeconfig, kubectl };
  };

  const versions = (await server.kubectlMinor()) < 22 ? ['v1beta1'] : ['v1beta1', 'v1'];
  it.each(versions)('lists namespaces by %s, and calls the cloud once only', async (version) => {
    const { home, kubectl } = await machine(`home-${version}`, '--api-version', version);
    const first = await kubectl({}, 'get', 'namespaces', '-o', 'name');
    expect(first.exitCode, first.stderr).toBe(0);
    expect(first.stdout).toContain('namespace/app\n');
    expect(first.users).toEqual([userId('admin')]);
    expect(first.calls).toEqual(['DescribeClusterUserKubeconfig']);

    const second = await kubectl({}, 'get', 'namespaces', '-o', 'name');
    expect(second).toMatchObject({ exitCode: 0, stdout: first.stdout, calls: [], users: [userId('admin')] });

    const cache = join(home, '.kube', 'cache', 'ack-ram-tool', 'credential-plugin');
    const files = readdirSync(cache, { recursive: true, encoding: 'utf8' }).map((name) => join(cache, name));
    expect(files).not.toEqual([]);
    for (const file of files) expect(statSync(file).mode & 0o077, file).toBe(0);
  });

  it('uses the cached certificate of a pod without a call of STS', async () => {
    const { home, kubectl } = await machine('home-pod');
    const token = join(home, 'token');
    const podEnv = {
      ALIBABA_CLOUD_ACCESS_KEY_ID: undefined,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: undefined,
      ALIBABA_CLOUD_ROLE_ARN: `acs:ram::${accountId}:role/pod`,
      ALIBABA_CLOUD_OIDC_PROVIDER_ARN: providerArn,
      ALIBABA_CLOUD_OIDC_TOKEN_FILE: token,
    };
    writeFileSync(token, await server.createToken('app', 'reader', audience));
    const first = await kubectl(podEnv, 'auth', 'can-i', 'create', 'selfsubjectaccessreviews.authorization.k8s.io');
    expect(first.calls, first.stderr).toEqual(['AssumeRoleWithOIDC', 'DescribeClusterUserKubeconfig']);
    expect(first.users).toHaveLength(1);
    // A kubelet renews the file now and then.
    writeFileSync(token, await server.createToken('app', 'reader', audience));
    const second = await kubectl(podEnv, 'auth', 'can-i', 'create', 'selfsubjectaccessreviews.authorization.k8s.io');
    expect(second).toMatchObject({ calls: [], users: first.users, stdout: first.stdout });
  });

  it('never gives one identity the certificate of another', async () => {
    const { kubectl } = await machine('home-shared');
    const asAdmin = await kubectl({}, 'get', 'secrets', '-A');
    expect(asAdmin, asAdmin.stderr).toMatchObject({ exitCode: 0, users: [userId('admin')] });
    const asColleague = await kubectl(colleague, 'get', 'secrets', '-A');
    expect(asColleague).toMatchObject({ exitCode: 1, users: [userId('colleague')] });
    expect(asColleague.stderr).toContain('Forbidden');
    expect(asColleague.calls).toEqual(['DescribeClusterUserKubeconfig']);
    const wrongSecret = { ...colleague, ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'a guess' };
    const asGuest = await kubectl(wrongSecret, 'get', 'secrets', '-A');
    expect(asGuest.exitCode).not.toBe(0);
    expect(asGuest.users).toEqual([]);
    for (const [who, user] of [
      [{}, 'admin'],
      [colleague, 'colleague'],
    ] as const) {
      expect(await kubectl(who, 'get', 'secrets', '-A')).toMatchObject({ calls: [], users: [userId(user)] });
    }
  });

  it('asks once for kubectls that start together', async () => {
    const { env, kubeconfig } = await machine('home-crowd');
    const before = (await sandbox.accessLog()).length;
    const results = await Promise.all(
      Array.from({ length: 4 }, () =>
        server.kubectl(['get', 'namespaces', '-o', 'name'], { env: { ...env, KUBECONFIG: kubeconfig } }),
      ),
    );
    for (const { exitCode, stderr } of results) expect(exitCode, stderr).toBe(0);
    const calls = (await sandbox.accessLog()).slice(before).map(({ api }) => api);
    expect(calls).toEqual(['DescribeClusterUserKubeconfig']);
  });

  it('goes into a kubeconfig that is there, beside the context that was current', async () => {
    const { env, kubeconfig, kubectl } = await machine('home-merge');
    writeFileSync(kubeconfig, `# mine\n${server.kubeconfigText}\n`);
    const merged = await runTool(['get-kubeconfig', '-c', clusterId, '--merge', '--context-name', 'real'], { env });
    expect(merged.exitCode, merged.stderr).toBe(0);
    expect(await kubectl({}, 'get', 'namespaces')).toMatchObject({ exitCode: 0, users: [userId('admin')] });
    expect(await kubectl({}, '--context', 'admin@test', 'get', 'namespaces')).toMatchObject({
      exitCode: 0,
      users: ['admin'],
      calls: [],
    });
  });
});
