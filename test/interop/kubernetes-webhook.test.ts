import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { demoYaml, injectedDemoPod, providerArn } from '../kubernetes/demo.ts';
import { describeWithKubeApiserver, startedKubeApiserver } from '../support/kube-apiserver.ts';
import { runTool, scratchFolder } from '../support/tool.ts';

// biome-ignore lint/suspicious/noExplicitAny: documents of Kubernetes, of which a test looks at this and that
type Manifest = any;

const pods = '/api/v1/namespaces/rrsa-demo/pods';

describeWithKubeApiserver('pods of a real API server that calls `webhook serve`', async () => {
  const home = scratchFolder();
  const server = await startedKubeApiserver();

  const apply = async (...manifests: Manifest[]): Promise<void> => {
    const list = { apiVersion: 'v1', kind: 'List', items: manifests };
    const { exitCode, stderr } = await server.kubectl(['apply', '-f', '-'], { stdin: JSON.stringify(list) });
    if (exitCode !== 0) throw new Error(stderr);
  };
  const flags = [
    '--image',
    'registry.example.com/ack-ram-tool:0.1.0',
    '--provider-arn',
    providerArn,
    '--replicas',
    '1',
  ];
  const printed = await runTool(['webhook', 'manifests', ...flags], { env: { HOME: home } });
  if (printed.exitCode !== 0) throw new Error(printed.stderr);
  const manifests: Manifest[] = parseAllDocuments(printed.stdout).map((document) => document.toJS());
  const ofKind = (kind: string): Manifest => manifests.find((manifest) => manifest.kind === kind);
  const registration = ofKind('MutatingWebhookConfiguration');
  await apply(...manifests.filter((manifest) => manifest !== registration));

  // No pod runs here: the webhook does, with the certificate and the permissions that the manifests give it.
  const { 'tls.crt': cert, 'tls.key': key } = ofKind('Secret').data;
  const [certFile, keyFile] = [cert, key].map((data, index) => {
    const file = join(home, `tls-${index}.pem`);
    writeFileSync(file, Buffer.from(data, 'base64'), { mode: 0o600 });
    return file;
  }) as [string, string];
  const { name, namespace } = ofKind('ServiceAccount').metadata;
  const token = await server.createToken(namespace, name, 'https://kubernetes.default.svc');
  const kubeconfig = join(home, 'kubeconfig');
  writeFileSync(kubeconfig, server.kubeconfigWith({ token }));
  const webhook = await startedWebhook(
    ['--tls-cert', certFile, '--tls-key', keyFile, '--provider-arn', providerArn, '--kubeconfig', kubeconfig],
    home,
  );

  // The API server finds it by its service, and by nothing else checks its certificate.
  const service = ofKind('Service');
  await server.request('DELETE', `/api/v1/namespaces/${namespace}/services/${service.metadata.name}`);
  const { metadata } = service;
  await apply({
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { type: 'ExternalName', externalName: 'localhost' },
  });
  registration.webhooks[0].clientConfig.service.port = webhook.port;
  await apply(registration);

  const [demoNamespace, demoAccount, demoPod] = parseAllDocuments(demoYaml).map((document) => document.toJS());
  await apply(demoNamespace, demoAccount);

  /** The pod as the API server keeps it, or would. */
  const create = async (pod: Manifest, { list = pods, isDryRun = false } = {}): Promise<Manifest> => {
    const { status, body } = await server.request('POST', `${list}${isDryRun ? '?dryRun=All' : ''}`, pod);
    expect(status, JSON.stringify(body)).toBe(201);
    return body;
  };
  const podOf = (podName: string, more: object = {}, annotations: Record<string, string> = {}): Manifest => ({
    metadata: { name: podName, annotations },
    spec: { serviceAccountName: 'demo-sa', containers: [{ name: 'a', image: 'a' }], ...more },
  });
  const rrsaVolumes = (pod: Manifest) =>
    pod.spec.volumes.filter((volume: Manifest) => volume.name === 'rrsa-oidc-token');
  const variables = (container: Manifest): string[] => (container.env ?? []).map((entry: Manifest) => entry.name);
  const injected = ['ALIBABA_CLOUD_ROLE_ARN', 'ALIBABA_CLOUD_OIDC_PROVIDER_ARN', 'ALIBABA_CLOUD_OIDC_TOKEN_FILE'];

  it('come out injected, once the server has heard of the webhook', async () => {
    await expect
      .poll(async () => rrsaVolumes(await create(podOf('first'), { isDryRun: true })).length, { timeout: 10_000 })
      .toBe(1);
  });

  it('have the variables, the volume and the mount that the documentation shows', async () => {
    const applied = await server.kubectl(['apply', '-f', '-'], { stdin: demoYaml });
    expect(applied.exitCode, applied.stderr).toBe(0);
    const { body: pod } = await server.request('GET', `${pods}/demo`);
    const [container] = pod.spec.containers;
    const [shown] = injectedDemoPod.spec.containers;
    expect(container.env).toEqual(shown?.env);
    expect(container.volumeMounts).toEqual(expect.arrayContaining(shown?.volumeMounts ?? []));
    expect(rrsaVolumes(pod)).toEqual(injectedDemoPod.spec.volumes);
    const { args, image, imagePullPolicy } = demoPod.spec.containers[0];
    expect(container).toMatchObject({ args, image, imagePullPolicy });
  });

  it('are the ones that `rrsa inject` makes', async () => {
    const argv = ['rrsa', 'inject', '-f', '-', '--provider-arn', providerArn];
    const inject = await runTool(argv, { env: { HOME: home }, stdin: demoYaml });
    expect(inject.exitCode, inject.stderr).toBe(0);
    const manifest = parseAllDocuments(inject.stdout).at(-1)?.toJS();
    const byHand = await create({ ...manifest, metadata: { name: 'by-hand' } }, { isDryRun: true });
    const byWebhook = await create({ ...demoPod, metadata: { name: 'by-webhook' } }, { isDryRun: true });
    const specOf = ({ spec }: Manifest) => JSON.parse(JSON.stringify(spec).replaceAll(/kube-api-access-\w+/g, 'token'));
    const sorted = (spec: Manifest) => ({
      ...spec,
      volumes: byName(spec.volumes),
      containers: spec.containers.map(sortedMounts),
    });
    expect(sorted(specOf(byHand))).toEqual(sorted(specOf(byWebhook)));
  });

  it('stay as they are when they have everything already', async () => {
    const { body } = await server.request('GET', `${pods}/demo`);
    const again = await create({ metadata: { name: 'again' }, spec: body.spec }, { isDryRun: true });
    expect(variables(again.spec.containers[0])).toEqual(injected);
    expect(rrsaVolumes(again)).toHaveLength(1);
  });

  it('are injected as their annotations say, init containers too', async () => {
    const containers = ['a', 'b', 'c'].map((container) => ({ name: container, image: 'i' }));
    const prefix = 'pod-identity.alibabacloud.com';
    const pod = await create(
      podOf(
        'annotated',
        { containers, initContainers: [{ name: 'init', image: 'i' }] },
        {
          [`${prefix}/service-account-token-expiration`]: '7200',
          [`${prefix}/only-containers`]: 'a,b,init',
          [`${prefix}/skip-containers`]: 'b',
        },
      ),
    );
    expect(pod.spec.containers.map(variables)).toEqual([injected, [], []]);
    expect(pod.spec.initContainers.map(variables)).toEqual([injected]);
    expect(rrsaVolumes(pod)[0].projected.sources[0].serviceAccountToken.expirationSeconds).toBe(7200);
  });

  it.each([
    ['of a service account without a role', 'rrsa-demo', 'plain-sa', {}],
    ['in a namespace that is not labelled', 'unlabelled', 'demo-sa', {}],
  ])('are left alone %s', async (_which, where, serviceAccountName) => {
    const annotations = serviceAccountName === 'demo-sa' ? demoAccount.metadata.annotations : {};
    await server.createServiceAccount(where, serviceAccountName, annotations);
    const pod = await create(podOf('plain', { serviceAccountName }), { list: `/api/v1/namespaces/${where}/pods` });
    expect(rrsaVolumes(pod)).toEqual([]);
    expect(pod.spec.containers.flatMap(variables)).toEqual([]);
  });

  it('can be created while nobody answers, without identity', async () => {
    await webhook.stop();
    const pod = await create(podOf('orphan'));
    expect(rrsaVolumes(pod)).toEqual([]);
  });
});

/** `webhook serve` on a free port of loopback, stopped at the end of the test file. */
async function startedWebhook(argv: readonly string[], home: string): Promise<{ port: number; stop(): Promise<void> }> {
  let child: ChildProcess | undefined;
  let log = '';
  let onPort: (port: number) => void = () => {};
  const listening = new Promise<number>((resolve) => (onPort = resolve));
  const ended = runTool(['webhook', 'serve', '--listen', '127.0.0.1:0', ...argv], {
    env: { HOME: home },
    onStart(started) {
      child = started;
      started.stderr?.on('data', (text) => {
        log += text;
        const line = log.split('\n').find((each) => each.includes('"listening"'));
        if (line !== undefined && log.includes(`${line}\n`)) onPort(JSON.parse(line).port);
      });
    },
  });
  const stop = async (): Promise<void> => {
    child?.kill('SIGINT');
    await ended;
  };
  afterAll(stop);
  const port = await Promise.race([listening, ended.then(({ stderr }) => Promise.reject(new Error(stderr)))]);
  return { port, stop };
}

const byName = (list: readonly Manifest[]): Manifest[] => [...list].sort((a, b) => a.name.localeCompare(b.name));

const sortedMounts = (container: Manifest): Manifest => ({
  ...container,
  volumeMounts: byName(container.volumeMounts),
});
