import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { createServer } from 'node:https';
import { BasicConstraintsExtension, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';

const user = '243212345678909999';
const token = 'token-of-the-bench';

/** The least of an API server, for any number of clusters: by https, two bindings, each answer after `latencyMs`. */
export async function startKubernetes({ latencyMs }) {
  const { cert, key } = await certificate();
  const server = createServer({ cert, key }, (request, response) => {
    setTimeout(() => {
      const kind = /\/(clusterrolebindings|rolebindings)\?/.exec(request.url ?? '')?.[1];
      const isKnown = request.headers.authorization === `Bearer ${token}`;
      response.writeHead(isKnown && kind ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ kind: 'List', apiVersion: 'v1', metadata: {}, items: [bindingOf(kind)] }));
    }, latencyMs);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${server.address().port}`;
  return {
    kubeconfig: kubeconfigOf(url, Buffer.from(cert).toString('base64')),
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function bindingOf(kind) {
  const apiGroup = 'rbac.authorization.k8s.io';
  return {
    metadata: { name: `${user}-binding`, ...(kind === 'rolebindings' ? { namespace: 'app' } : {}) },
    roleRef: { apiGroup, kind: 'ClusterRole', name: 'cs:admin' },
    subjects: [{ kind: 'User', apiGroup, name: user }],
  };
}

function kubeconfigOf(server, ca) {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'main',
    clusters: [{ name: 'c', cluster: { server, 'certificate-authority-data': ca } }],
    users: [{ name: 'u', user: { token } }],
    contexts: [{ name: 'main', context: { cluster: 'c', user: 'u' } }],
  });
}

async function certificate() {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const now = Date.now();
  const made = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=bench',
    notBefore: new Date(now - 3_600_000),
    notAfter: new Date(now + 24 * 3_600_000),
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }]),
    ],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
  return { cert: made.toString('pem'), key };
}
