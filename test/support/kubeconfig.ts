import type { CertificateAndKey } from './certificate-authority.ts';

/** A kubeconfig with everything embedded; without a user it names a server that asks for none. */
export function kubeconfigOf(server: string, ca?: string, admin?: CertificateAndKey): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const trust = ca === undefined ? {} : { 'certificate-authority-data': base64(ca) };
  const user =
    admin === undefined ? {} : { 'client-certificate-data': base64(admin.cert), 'client-key-data': base64(admin.key) };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, ...trust } }],
    users: [{ name: 'admin', user }],
    contexts: [{ name: 'admin@test', context: { cluster: 'test', user: 'admin' } }],
    'current-context': 'admin@test',
  });
}
