import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { makeSelfSigned } from '../../src/kubernetes/self-signed.ts';
import { demoPod, demoYaml, injectedDemoPod, providerArn } from '../kubernetes/demo.ts';
import { runTool, scratchFolder, startedSandbox, toolCommand } from '../support/tool.ts';

const home = scratchFolder();
const env = { HOME: home };
const file = (name: string, text: string): string => {
  const path = join(home, name);
  writeFileSync(path, text);
  return path;
};
const demoFile = file('demo.yaml', demoYaml);
const podYaml = demoYaml.slice(demoYaml.lastIndexOf('---\n'));
const provider = ['--provider-arn', providerArn];
const documents = (text: string): unknown[] => [...parseAllDocuments(text)].map((document) => document.toJS());

/** An API server that has the namespace and the service account of the demo. */
const asked: string[] = [];
const apiServer = createServer((request, response) => {
  asked.push(request.url ?? '');
  const metadata = {
    labels: { 'pod-identity.alibabacloud.com/injection': 'on' },
    annotations: { 'pod-identity.alibabacloud.com/role-name': 'ack-pod-identity-webhook-demo' },
  };
  const isKnown = /^\/api\/v1\/namespaces\/rrsa-demo(\/serviceaccounts\/demo-sa)?$/.test(request.url ?? '');
  const missing = { kind: 'Status', reason: 'NotFound', details: {} };
  response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' });
  response.end(JSON.stringify(isKnown ? { metadata } : missing));
});
await new Promise<void>((done) => apiServer.listen(0, '127.0.0.1', done));
afterAll(() => {
  apiServer.close();
  apiServer.closeAllConnections();
});
const kubeconfig = file('kubeconfig', kubeconfigOf(`http://127.0.0.1:${(apiServer.address() as AddressInfo).port}`));

function kubeconfigOf(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user: { token: 'planted-token' } }],
    contexts: [{ name: 'demo', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'demo',
  });
}

describe('rrsa inject', async () => {
  const sandbox = await startedSandbox();

  it('prints the manifests with what the documentation shows, and says on stderr what it did', async () => {
    const { exitCode, stdout, stderr } = await runTool(['rrsa', 'inject', '-f', demoFile, ...provider], { env });
    expect(exitCode).toBe(0);
    expect(documents(stdout)[2]).toEqual(injectedDemoPod);
    expect(stderr).toContain('INFO Pod rrsa-demo/demo: container "demo": added ALIBABA_CLOUD_ROLE_ARN');
    const again = await runTool(['rrsa', 'inject', '-f', '-', ...provider], { env, stdin: stdout });
    expect(again.stdout).toBe(stdout);
    expect(again.stderr).toContain('it has everything already');
  });

  it('says why nothing is injected', async () => {
    const stdin = demoYaml.replace("injection: 'on'", "injection: 'off'");
    const { exitCode, stdout, stderr } = await runTool(['rrsa', 'inject', '-f', '-', ...provider], { env, stdin });
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: stdin });
    expect(stderr).toContain('label pod-identity.alibabacloud.com/injection of its namespace is "off", not "on"');
  });

  it('takes the provider of a cluster', async () => {
    const own = { ...sandbox.env, HOME: home };
    const inject = ['rrsa', 'inject', '-f', demoFile, '-c', sandbox.clusters.foo];
    expect(await runTool(inject, { env: own })).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringContaining('RRSA is off on cluster'),
    });
    await runTool(['rrsa', 'enable', '-c', sandbox.clusters.foo, '-y'], { env: own });
    const { stdout } = await runTool(inject, { env: own });
    expect(stdout).toMatch(new RegExp(`value: acs:ram::\\d+:oidc-provider/ack-rrsa-${sandbox.clusters.foo}\n`));
  });

  it('asks the cluster of the kubeconfig for what the manifests do not say', async () => {
    const withCluster = ['rrsa', 'inject', '-f', '-', ...provider, '--kubeconfig', kubeconfig];
    const { exitCode, stdout } = await runTool(withCluster, { env, stdin: podYaml });
    expect(exitCode).toBe(0);
    expect(documents(stdout)).toEqual([injectedDemoPod]);
    expect(asked.splice(0)).toEqual([
      '/api/v1/namespaces/rrsa-demo',
      '/api/v1/namespaces/rrsa-demo/serviceaccounts/demo-sa',
    ]);
    const elsewhere = podYaml.replace('namespace: rrsa-demo', 'namespace: elsewhere');
    const other = await runTool(withCluster, { env, stdin: elsewhere });
    expect(other.stdout).toBe(elsewhere);
    expect(other.stderr).toContain('its namespace has no label');
  });

  it('takes the default kubeconfig, and an error of it is told when one was asked for', async () => {
    const inject = ['rrsa', 'inject', '-f', '-', ...provider];
    const own = await runTool(inject, { env: { ...env, KUBECONFIG: kubeconfig }, stdin: podYaml });
    expect(documents(own.stdout)).toEqual([injectedDemoPod]);
    const wrong = await runTool([...inject, '--context', 'other'], {
      env: { ...env, KUBECONFIG: kubeconfig },
      stdin: podYaml,
    });
    expect(wrong).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('no context "other"') });
  });

  const latin1File = join(home, 'latin1.yaml');
  writeFileSync(latin1File, Buffer.from('a: \xfc\n', 'latin1'));
  const cases: [string, string[], string, number, string][] = [
    ['no provider', ['-f', demoFile], '', 2, 'the OIDC provider is needed'],
    ['two providers', ['-f', demoFile, ...provider, '-c', 'c1'], '', 2, 'the OIDC provider is needed, once'],
    ['no ARN', ['-f', demoFile, '--provider-arn', 'ack-rrsa-c1'], '', 2, 'is not the ARN of an OIDC provider'],
    ['no role name', ['-f', demoFile, ...provider, '-r', 'a b'], '', 2, '--role-name "a b"'],
    ['no file', ['-f', join(home, 'nothing'), ...provider], '', 1, 'there is no such file'],
    ['no file flag', [...provider], '', 2, '--file is required'],
    ['-o', ['-f', demoFile, ...provider, '-o', 'json'], '', 2, '-o'],
    ['nobody to ask', ['-f', '-', ...provider], podYaml, 2, 'pass --namespace-labelled'],
    ['no UTF-8', ['-f', latin1File, ...provider], '', 1, 'latin1.yaml is not UTF-8 text'],
    ['no pod', ['-f', '-', ...provider], 'a: 1\n', 0, 'there is no pod in these manifests'],
    ['no YAML', ['-f', '-', ...provider], 'a: [', 1, 'standard input:1:'],
    ['too much', ['-f', '-', ...provider], '#'.repeat(4 * 1024 * 1024 + 1), 1, 'standard input is too large'],
  ];

  it.each(cases)('%s: told with its exit code, and nothing is printed', async (_what, argv, stdin, exitCode, says) => {
    const result = await runTool(['rrsa', 'inject', ...argv], { env, stdin });
    expect(result.stderr).toContain(says);
    expect(result.exitCode).toBe(exitCode);
    if (exitCode !== 0) expect(result.stdout).toBe('');
  });
});

interface RunningWebhook {
  child: ChildProcess;
  port: number;
  lines: Record<string, unknown>[];
  /** Resolves when a line with this message is there. */
  said(message: string): Promise<Record<string, unknown>>;
  ended: Promise<number | null>;
}

/** Those that a failed test has left behind. */
const webhooks: ChildProcess[] = [];
afterAll(() => webhooks.forEach((child) => void child.kill('SIGKILL')));

async function startedWebhook(flags: string[]): Promise<RunningWebhook> {
  const [command, ...first] = toolCommand;
  const child = spawn(command, [...first, 'webhook', 'serve', '--listen', '127.0.0.1:0', ...provider, ...flags], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<number | null>((done) => child.on('close', done));
  webhooks.push(child);
  const lines: Record<string, unknown>[] = [];
  let text = '';
  let heard = () => {};
  child.stderr.setEncoding('utf8').on('data', (part) => {
    const parts = (text + part).split('\n');
    text = parts.pop() ?? '';
    lines.push(...parts.map((line) => JSON.parse(line)));
    heard();
  });
  const said = async (message: string): Promise<Record<string, unknown>> => {
    for (;;) {
      const line = lines.find((each) => each.message === message);
      if (line !== undefined) return line;
      await new Promise<void>((done) => {
        heard = done;
      });
    }
  };
  const port = Number((await said('listening')).port);
  return { child, port, lines, said, ended };
}

function ask(port: number, ca: string, path: string, body?: object): Promise<{ status: number; body: string }> {
  const method = body === undefined ? 'GET' : 'POST';
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', servername: 'localhost', port, path, method, headers, ca, agent: false };
    const request = httpsRequest(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const review = {
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: {
    uid: 'u1',
    operation: 'CREATE',
    namespace: 'rrsa-demo',
    resource: { group: '', version: 'v1', resource: 'pods' },
    object: demoPod,
  },
};

describe('webhook serve', async () => {
  const made = await makeSelfSigned('localhost', Date.now());
  const cert = file('tls.crt', made.cert);
  const key = file('tls.key', made.key);
  const tls = ['--tls-cert', cert, '--tls-key', key];
  const other = await makeSelfSigned('localhost', Date.now());
  const otherTls = ['--tls-cert', file('other.crt', other.cert), '--tls-key', file('other.key', other.key)];

  it('injects, logs JSON lines without secrets, takes a new certificate, and stops gently', async () => {
    const { child, port, lines, said, ended } = await startedWebhook([...tls, '--kubeconfig', kubeconfig]);
    const { body } = await ask(port, made.ca, '/mutate?timeout=10s', review);
    const { patch } = JSON.parse(body).response;
    expect(JSON.parse(Buffer.from(patch, 'base64').toString()).map(({ path }: { path: string }) => path)).toEqual([
      '/spec/containers/0/env',
      '/spec/containers/0/volumeMounts',
      '/spec/volumes',
    ]);
    expect(await said('injected')).toMatchObject({ level: 'info', namespace: 'rrsa-demo', pod: 'demo' });

    const next = await makeSelfSigned('localhost', Date.now());
    writeFileSync(cert, next.cert);
    writeFileSync(key, next.key);
    await said('the certificate changed');
    expect((await ask(port, next.ca, '/readyz')).status).toBe(200);

    child.kill('SIGTERM');
    await said('stopping');
    expect((await ask(port, next.ca, '/readyz')).status).toBe(503);
    expect(await ended).toBe(143);
    expect(lines.at(-1)).toMatchObject({ message: 'stopped' });
    const log = JSON.stringify(lines);
    expect(log).not.toContain('planted-token');
    expect(log).not.toContain('PRIVATE KEY');
  });

  it('stops at once when it is interrupted', async () => {
    const { child, said, ended } = await startedWebhook([...tls, '--kubeconfig', kubeconfig]);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    await said('stopped');
  });

  it('admits a pod unchanged while the API server is gone', async () => {
    const gone = file('gone.kubeconfig', kubeconfigOf('http://127.0.0.1:1'));
    const { port, said, child, ended } = await startedWebhook([...otherTls, '--kubeconfig', gone]);
    const { body } = await ask(port, other.ca, '/mutate', review);
    expect(JSON.parse(body).response).toMatchObject({ uid: 'u1', allowed: true });
    expect(JSON.parse(body).response.patch).toBeUndefined();
    expect(await said('the pod is let in unchanged')).toMatchObject({ level: 'error' });
    child.kill('SIGINT');
    await ended;
  });

  it.each([
    [
      'a kubeconfig that is not there',
      [...tls, '--kubeconfig', join(home, 'nothing')],
      1,
      'nothing: there is no such file',
    ],
    [
      'a key of another certificate',
      ['--tls-cert', cert, '--tls-key', cert, '--kubeconfig', kubeconfig],
      1,
      'no certificate and its key',
    ],
    ['no certificate', ['--kubeconfig', kubeconfig], 2, '--tls-cert, --tls-key are required'],
    ['an address that is none', [...tls, '--listen', 'nowhere:x'], 2, '--listen "nowhere:x"'],
  ])('%s is told at once', async (_what, flags, exitCode, says) => {
    const result = await runTool(['webhook', 'serve', '--listen', '127.0.0.1:0', ...provider, ...flags], { env });
    expect(result.stderr).toContain(says);
    expect(result.exitCode).toBe(exitCode);
  });
});

describe('webhook manifests', async () => {
  const { ca } = await makeSelfSigned('x', Date.now());
  const image = ['--image', 'registry.example.com/ack-ram-tool:0.1.0'];
  const print = (...flags: string[]) => runTool(['webhook', 'manifests', ...image, ...provider, ...flags], { env });

  const caFile = file('ca.crt', `text before\n${ca}`);

  it('prints manifests, and warns that they hold a key', async () => {
    const { exitCode, stdout, stderr } = await print();
    expect(exitCode).toBe(0);
    expect(stderr).toContain('these manifests hold a new private key');
    const kinds = documents(stdout).map((each) => (each as { kind: string }).kind);
    expect(kinds).toContain('Secret');
    expect(kinds.at(-1)).toBe('MutatingWebhookConfiguration');
    expect(stdout).toContain('pod-identity.alibabacloud.com/injection: "on"');
  });

  it('prints no key for a Secret that exists, and none with cert-manager', async () => {
    const own = await print('--tls-secret', 'own-tls', '--ca-file', caFile);
    expect(own.exitCode).toBe(0);
    expect(own.stdout).toContain('secretName: own-tls');
    expect(own.stdout).toContain(Buffer.from(ca).toString('base64'));
    const managed = await print('--cert-manager', '-n', 'rrsa-system', '--failure-policy', 'Fail', '--replicas', '1');
    expect(managed.stdout).toContain('cert-manager.io/inject-ca-from: rrsa-system/ack-ram-tool-webhook');
    expect(managed.stdout).toContain('failurePolicy: Fail');
    for (const { stdout, stderr } of [own, managed]) expect(`${stdout}${stderr}`).not.toContain('tls.key:');
  });

  it.each([
    ['an image with spaces', ['--image', 'a b'], 'is not an image'],
    ['no replicas', ['--replicas', '0'], '--replicas'],
    ['a namespace that is none', ['-n', 'A'], 'namespace "A"'],
    ['a CA without a Secret', ['--ca-file', 'x'], 'go together'],
    ['cert-manager and a Secret', ['--cert-manager', '--tls-secret', 'x', '--ca-file', 'x'], '--cert-manager'],
    ['a CA file without certificates', ['--tls-secret', 'x', '--ca-file', demoFile], 'holds no certificates'],
    ['a Secret that is none', ['--tls-secret', 'A/b', '--ca-file', caFile], '--tls-secret "A/b"'],
    ['a policy that is none', ['--failure-policy', 'maybe'], 'ignore or fail'],
  ])('%s is refused', async (_what, flags, says) => {
    const { exitCode, stdout, stderr } = await print(...flags);
    expect(stdout).toBe('');
    expect(stderr).toContain(says);
    expect(exitCode).toBeGreaterThan(0);
  });
});
