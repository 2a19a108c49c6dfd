import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, test } from 'vitest';
import { type BackgroundProgram, hasEnded, killProgram, logTail, startProgram } from './background-program.ts';
import { makeCertificateAuthority, makeSigningKey } from './certificate-authority.ts';
import { freePorts } from './free-ports.ts';
import { type KubeAnswer, sendToServer } from './kube-rest.ts';
import { kubeconfigOf } from './kubeconfig.ts';
import { runProgram, scratchFolder, type ToolOptions, type ToolResult } from './tool.ts';

/** Where `.ci/build-kube-apiserver` keeps what it builds. */
const assets =
  process.env.KUBE_ASSETS ?? join(process.env.XDG_CACHE_HOME ?? '/var/cache', 'ack-ram-tool-ci', 'kubernetes-1.20.2');

const programFolders = [assets, ...(process.env.PATH ?? '').split(':')];

const find = (name: string): string | undefined =>
  programFolders.map((folder) => join(folder, name)).find(isExecutable);

const programs = { etcd: find('etcd'), kubectl: find('kubectl') };

/** Whether a real API server can be started here. */
export const hasKubeApiserver =
  isExecutable(join(assets, 'kube-apiserver')) && programs.etcd !== undefined && programs.kubectl !== undefined;

/**
 * `describe` for what needs a real API server. Where it is not built the block stands among the tests as skipped, and
 * fails where CI is set: a pipeline must test with the real server.
 */
export function describeWithKubeApiserver(title: string, body: () => Promise<void>): void {
  if (hasKubeApiserver) return void describe(title, body);
  const reason = `no kube-apiserver in ${assets}, no etcd or no kubectl: run .ci/build-kube-apiserver`;
  if (process.env.CI) throw new Error(`${reason}; a pipeline must test with it`);
  process.stderr.write(`SKIPPED: ${title}: ${reason}\n`);
  test.skip(`${title}: SKIPPED, ${reason}`, () => {});
}

export interface KubeApiserverOptions {
  /** `iss` of the service-account tokens. Default: the server's own address. */
  issuer?: string;
  /** Also runs the controller manager: default service accounts, deletion of namespaces. Default: no. */
  controllers?: boolean;
  /** URL that is asked about bearer tokens which are none of a service account. Default: nobody. */
  authenticator?: string;
}

export interface KubeRequest {
  /** `list`, `get`, `create`. */
  verb: string;
  /** Path and query. */
  uri: string;
  user: string;
  groups: string[];
  status: number;
}

export interface KubeApiserver {
  /** `https://127.0.0.1:<port>`. */
  url: string;
  issuer: string;
  /** Of the cluster's administrator (group system:masters), with everything embedded. */
  kubeconfig: string;
  kubeconfigText: string;
  /** The same with another user, such as `{ token }`, as text. */
  kubeconfigWith(user: unknown): string;
  /** Files of the CA that signs the server's and the clients' certificates; the key is PKCS#1. */
  caFile: string;
  caKeyFile: string;
  /** A call as the administrator, or as the owner of a bearer token. A body is sent as JSON. */
  request(method: string, path: string, body?: unknown, bearer?: string): Promise<KubeAnswer>;
  /** The real kubectl, as the administrator unless `--kubeconfig` or the environment's KUBECONFIG says otherwise. */
  kubectl(argv: readonly string[], options?: ToolOptions): Promise<ToolResult>;
  /** 24 for kubectl 1.24, the first that has `create token`, and 22 the first that takes ExecCredential v1. */
  kubectlMinor(): Promise<number>;
  /** Creates objects, each by the path of its list, many at a time. */
  createAll(objects: readonly (readonly [path: string, object: unknown])[]): Promise<void>;
  /** Creates it, and its namespace, if they are not there yet. */
  createServiceAccount(namespace: string, name: string, annotations?: Record<string, string>): Promise<void>;
  /** A token of the TokenRequest API. */
  createToken(namespace: string, serviceAccount: string, audience: string): Promise<string>;
  /** What it was asked and by whom, oldest first, from its audit log. Its own calls are left out. */
  requests(): KubeRequest[];
  /** What the server answers a client that has not said who it is. */
  anonymous(path: string): Promise<KubeAnswer>;
}

/** Starts etcd and kube-apiserver on loopback. They are stopped at the end of the test file. */
export async function startedKubeApiserver(options: KubeApiserverOptions = {}): Promise<KubeApiserver> {
  const folder = scratchFolder();
  const running: BackgroundProgram[] = [];
  // Nothing is worth saving, so that nobody waits for an orderly end.
  afterAll(() => Promise.all(running.map(killProgram)));
  const run = (name: string, argv: string[]): void => void running.push(startProgram(folder, name, argv));

  const [etcdPort = 0, peerPort = 0, port = 0, managerPort = 0] = await freePorts(4);
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  run(programs.etcd ?? 'etcd', [
    ...['--data-dir', join(folder, 'etcd-data'), '--unsafe-no-fsync'],
    ...['--listen-client-urls', etcdUrl, '--advertise-client-urls', etcdUrl],
    ...['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl],
    ...['--initial-cluster', `default=${peerUrl}`],
  ]);

  const url = `https://127.0.0.1:${port}`;
  const issuer = options.issuer ?? url;
  const authority = await makeCertificateAuthority('kubernetes');
  const serving = await authority.issue('CN=kube-apiserver', 'server');
  const admin = await authority.issue('CN=admin,O=system:masters', 'client');
  const file = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  const caFile = file('ca.crt', authority.cert);
  const caKeyFile = file('ca.key', authority.key);
  const signingKeyFile = file('service-accounts.key', makeSigningKey());
  const auditFile = join(folder, 'audit.log');
  const kubeconfigText = kubeconfigOf(url, authority.cert, admin);
  const kubeconfig = file('admin.kubeconfig', kubeconfigText);
  run(join(assets, 'kube-apiserver'), [
    `--etcd-servers=${etcdUrl}`,
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    '--endpoint-reconciler-type=none',
    `--cert-dir=${folder}`,
    `--tls-cert-file=${file('server.crt', serving.cert)}`,
    `--tls-private-key-file=${file('server.key', serving.key)}`,
    `--client-ca-file=${caFile}`,
    `--service-account-issuer=${issuer}`,
    `--service-account-key-file=${signingKeyFile}`,
    `--service-account-signing-key-file=${signingKeyFile}`,
    `--api-audiences=https://kubernetes.default.svc,${issuer}`,
    // As in every release since: pods get their token by a projected volume, and need no secret that holds one.
    '--feature-gates=BoundServiceAccountTokenVolume=true',
    '--authorization-mode=RBAC',
    `--audit-policy-file=${file('audit-policy.json', JSON.stringify(auditPolicy))}`,
    `--audit-log-path=${auditFile}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    ...(options.authenticator === undefined
      ? []
      : [
          `--authentication-token-webhook-config-file=${file('authenticator.kubeconfig', kubeconfigOf(options.authenticator))}`,
          '--authentication-token-webhook-version=v1',
        ]),
  ]);

  const agents = {
    admin: new Agent({ keepAlive: true, ca: authority.cert, ...admin }),
    nobody: new Agent({ keepAlive: true, ca: authority.cert }),
  };
  afterAll(() => Object.values(agents).forEach((agent) => void agent.destroy()));
  const call = (agent: Agent, method: string, path: string, body?: unknown, bearer?: string): Promise<KubeAnswer> =>
    sendToServer(agent, `${url}${path}`, method, body, bearer);
  const request: KubeApiserver['request'] = (method, path, body, bearer) =>
    call(bearer === undefined ? agents.admin : agents.nobody, method, path, body, bearer);

  await untilReady(() => request('GET', '/readyz'), running);
  if (options.controllers) {
    run(join(assets, 'kube-controller-manager'), [
      `--kubeconfig=${kubeconfig}`,
      `--cert-dir=${folder}`,
      '--port=0',
      `--secure-port=${managerPort}`,
      '--bind-address=127.0.0.1',
      '--leader-elect=false',
      '--controllers=serviceaccount,serviceaccount-token,namespace,root-ca-cert-publisher',
      `--service-account-private-key-file=${signingKeyFile}`,
      `--root-ca-file=${caFile}`,
    ]);
  }

  const created = async (path: string, body: unknown): Promise<void> => {
    const answer = await request('POST', path, body);
    if (answer.status !== 201 && answer.status !== 409) throw new Error(`${path}: ${JSON.stringify(answer)}`);
  };
  const kubectl: KubeApiserver['kubectl'] = (argv, { env, ...rest } = {}) => {
    const whole = { HOME: folder, KUBECONFIG: kubeconfig, ...env };
    return runProgram(programs.kubectl ?? 'kubectl', argv, { ...rest, env: whole });
  };
  return {
    url,
    issuer,
    kubeconfig,
    kubeconfigText,
    kubeconfigWith: (user) => JSON.stringify({ ...JSON.parse(kubeconfigText), users: [{ name: 'admin', user }] }),
    caFile,
    caKeyFile,
    request,
    anonymous: (path) => call(agents.nobody, 'GET', path),
    kubectl,
    requests: () => readFileSync(auditFile, 'utf8').trimEnd().split('\n').map(requestOf),
    async kubectlMinor() {
      const { stdout } = await kubectl(['version', '--client', '-o', 'json']);
      return Number.parseInt(JSON.parse(stdout).clientVersion.minor, 10);
    },
    async createAll(objects) {
      const left = objects.values();
      const work = async (): Promise<void> => {
        for (const [path, object] of left) await created(path, object);
      };
      await Promise.all(Array.from({ length: 16 }, work));
    },
    async createServiceAccount(namespace, name, annotations = {}) {
      await created('/api/v1/namespaces', { metadata: { name: namespace } });
      await created(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name, annotations } });
    },
    async createToken(namespace, serviceAccount, audience) {
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`;
      const { status, body } = await request('POST', path, {
        spec: { audiences: [audience], expirationSeconds: 3600 },
      });
      if (status !== 201) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
      return body.status.token;
    },
  };
}

const auditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'None', users: ['system:apiserver'] }, { level: 'Metadata' }],
};

function requestOf(line: string): KubeRequest {
  const { verb, requestURI: uri, user, responseStatus } = JSON.parse(line);
  return { verb, uri, user: user.username, groups: user.groups, status: responseStatus?.code };
}

async function untilReady(check: () => Promise<KubeAnswer>, running: readonly BackgroundProgram[]): Promise<void> {
  for (let round = 0; round < 600; round += 1) {
    const answer = await check().catch(() => undefined);
    if (answer?.status === 200) return;
    const ended = running.find((program) => hasEnded(program));
    if (ended !== undefined)
      throw new Error(`${basename(ended.logFile)} tells why kube-apiserver never got ready:\n${logTail(ended)}`);
    await sleep(100);
  }
  throw new Error(`kube-apiserver did not get ready:\n${running.map(logTail).join('\n')}`);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
