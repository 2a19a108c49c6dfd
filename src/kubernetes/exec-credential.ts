/** What kubectl reads from an exec plugin. Source: https://kubernetes.io/docs/reference/config-api/client-authentication.v1/ */

export type ExecApiVersion = 'v1' | 'v1beta1';

export type ExecStatus = { expiresAt: Date } & ({ token: string } | { certificate: string; privateKey: string });

export function execGroupVersion(version: ExecApiVersion): string {
  return `client.authentication.k8s.io/${version}`;
}

/** The ExecCredential document, with a line end. Certificate and key are PEM. Times are whole seconds, as Go reads them. */
export function formatExecCredential(version: ExecApiVersion, status: ExecStatus): string {
  const credential = {
    kind: 'ExecCredential',
    apiVersion: execGroupVersion(version),
    spec: { interactive: false },
    status: {
      expirationTimestamp: `${status.expiresAt.toISOString().slice(0, 19)}Z`,
      ...('token' in status
        ? { token: status.token }
        : { clientCertificateData: status.certificate, clientKeyData: status.privateKey }),
    },
  };
  return `${JSON.stringify(credential, undefined, 1)}\n`;
}
