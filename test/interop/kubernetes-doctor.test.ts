import { expect, it } from 'vitest';
import { injectedPod } from '../support/injected-pod.ts';
import { describeWithKubeApiserver, startedKubeApiserver } from '../support/kube-apiserver.ts';
import { runProgram, runTool, scratchFolder, startedSandbox } from '../support/tool.ts';

interface Diagnosis {
  healthy: boolean;
  checks: { id: string; status: string; message: string; cure: string | null }[];
}

describeWithKubeApiserver('`rrsa doctor` in a real API server', async () => {
  const home = scratchFolder();
  const server = await startedKubeApiserver();
  const sandbox = await startedSandbox(['--update-time', '200ms']);
  const env = { ...sandbox.env, HOME: home };
  const clusterId = sandbox.clusters.foo;
  const asked = ['-c', clusterId, '-n', 'app', '-s', 'reader', '-r', 'oss-reader'];
  const rrsa = async (...argv: string[]) => {
    const { exitCode, stdout, stderr } = await runTool(['rrsa', ...argv], { env });
    expect([0, 3], stderr).toContain(exitCode);
    return stdout;
  };
  const examine = async (...argv: string[]) => {
    const printed = await rrsa('doctor', ...asked, '--kubeconfig', server.kubeconfig, '-o', 'json', ...argv);
    return JSON.parse(printed) as Diagnosis;
  };
  await rrsa('enable', '-c', clusterId, '-y');
  await rrsa('install-helper-addon', '-c', clusterId, '-y');
  const policy = ['--attach-system-policy', 'AliyunOSSReadOnlyAccess'];
  await rrsa('associate-role', ...asked, '--create-role-if-not-exist', ...policy, '-y');
  const { providerArn } = JSON.parse(await rrsa('status', '-c', clusterId, '-o', 'json')) as { providerArn: string };
  const roleArn = providerArn.replace(/:oidc-provider.*/, ':role/oss-reader');

  it('is led from nothing to a healthy pod by the commands that it prints', async () => {
    const found: string[] = [];
    const step = async (): Promise<void> => {
      const fault = (await examine()).checks.find(({ status }) => status === 'fault');
      found.push(fault?.id ?? 'healthy');
      const command = /run: (kubectl .*)$/.exec(fault?.cure ?? '')?.[1];
      if (command === undefined) return;
      const { exitCode, stderr } = await runProgram('sh', ['-c', command], { env: { HOME: home } });
      expect(exitCode, `${command}: ${stderr}`).toBe(0);
      await step();
    };
    await step();
    expect(found).toEqual([
      'namespace-exists',
      'namespace-labelled',
      'service-account-exists',
      'service-account-annotated',
      'healthy',
    ]);
  });

  it('finds the pods of the service account, and what they lack', async () => {
    const { metadata, spec } = injectedPod({ roleArn, providerArn });
    const pods = '/api/v1/namespaces/app/pods';
    const create = async (name: string, more: object) => {
      const { labels } = metadata;
      const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels }, spec: { ...spec, ...more } };
      const { status, body: answer } = await server.request('POST', pods, body);
      expect(status, JSON.stringify(answer)).toBe(201);
    };
    await create('injected', {});
    await server.createServiceAccount('app', 'another');
    const bare = [{ name: 'main', image: 'reader' }];
    await create('elsewhere', { serviceAccountName: 'another', containers: bare, volumes: [] });
    const { healthy, checks } = await examine();
    expect(checks.filter(({ status }) => status === 'fault')).toEqual([]);
    expect(healthy).toBe(true);
    expect(checks.find(({ id }) => id === 'pod-injected')?.status).toBe('ok');

    await create('bare', { containers: bare, volumes: [] });
    const fault = (await examine()).checks.find(({ status }) => status === 'fault');
    expect(fault).toMatchObject({
      id: 'pod-injected',
      cure: `recreate it, run: kubectl --kubeconfig ${server.kubeconfig} -n app delete pod bare`,
    });
  });

  it('mends a label and an annotation by itself', async () => {
    await server.request('DELETE', '/api/v1/namespaces/app/pods/bare?gracePeriodSeconds=0');
    await server.kubectl(['label', 'namespace', 'app', 'pod-identity.alibabacloud.com/injection-']);
    await server.kubectl([
      ...['-n', 'app', 'annotate', 'serviceaccount', 'reader'],
      'pod-identity.alibabacloud.com/role-name-',
    ]);
    expect((await examine()).healthy).toBe(false);
    const { healthy, checks } = await examine('--fix', '-y');
    expect(checks.filter(({ status }) => status === 'fault')).toEqual([]);
    expect(healthy).toBe(true);
  });
});
