/** A Kubernetes API server that can fail, and the ways to be known to it. */
import { chmodSync } from 'node:fs';
import { makeCertificateAuthority } from '../support/certificate-authority.ts';
import { healthyObjects } from '../support/injected-pod.ts';
import type { Secrets } from './secrets.ts';
import type { World } from './world.ts';

/** An API server of one namespace and one pod, which anybody may read. */
export async function kubernetesServer(
  world: World,
  secrets: Secrets,
  pod: { roleArn: string; providerArn: string },
  token: string,
) {
  const authority = await makeCertificateAuthority('a cluster');
  const client = await authority.issue('CN=admin,O=system:masters', 'client');
  secrets.addPrivateKey('client key of a kubeconfig', client.key);
  const { namespaces, serviceAccounts, pods, webhooks } = healthyObjects(pod);
  const secretInPod = [{ name: 'PASSWORD', value: token }];
  const lists: Record<string, object[]> = { namespaces, serviceaccounts: serviceAccounts, pods };
  const server = await world.other(
    ({ url = '' }) => {
      const { pathname } = new URL(url, 'https://127.0.0.1');
      if (pathname.endsWith('mutatingwebhookconfigurations')) return { kind: 'List', metadata: {}, items: webhooks };
      if (pathname.endsWith('bindings')) return { kind: 'List', metadata: {}, items: [] };
      const parts = pathname.split('/').slice(3);
      const kind = parts.length === 2 ? 'namespaces' : (parts[2] ?? 'namespaces');
      const [first = {}] = lists[kind] ?? [];
      const isOne = parts.length === 2 || parts.length === 4;
      return isOne ? first : { kind: 'List', metadata: {}, items: lists[kind] ?? [], secretInPod };
    },
    await authority.issue('CN=localhost', 'server'),
  );
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const cluster = { server, 'certificate-authority-data': base64(authority.cert) };
  return {
    client: { 'client-certificate-data': base64(client.cert), 'client-key-data': base64(client.key) },
    ofAck: (bearer: string) => ({
      apiServer: { cluster, user: { token: bearer } },
      clientCa: { certificatePem: authority.cert, keyPem: authority.key },
    }),
    kubeconfig: (user: object) =>
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'main',
        clusters: [{ name: 'c', cluster }],
        users: [{ name: 'u', user }],
        contexts: [{ name: 'main', context: { cluster: 'c', user: 'u' } }],
      }),
  };
}

/** A program that prints an ExecCredential, or says its secret and fails. */
export function execPlugin(file: (name: string, text: string) => string, secret: string, exitCode: number): object {
  const apiVersion = 'client.authentication.k8s.io/v1';
  const answer = JSON.stringify({ apiVersion, kind: 'ExecCredential', status: { token: secret } });
  const text =
    exitCode === 0 ? `echo '${answer}'` : `echo '${secret}'; echo 'refused: ${secret}' >&2; exit ${exitCode}`;
  const command = file(`exec-plugin-${exitCode}`, `#!/bin/sh\n${text}\n`);
  chmodSync(command, 0o700);
  return { apiVersion, command, interactiveMode: 'Never' };
}
