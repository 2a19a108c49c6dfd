import { createPrivateKey, type KeyObject, webcrypto } from 'node:crypto';
import type { SandboxCluster } from '../store.ts';
import { loadX509 } from '../tls.ts';

/** Whom a client certificate is for: what Kubernetes takes as name and groups of a user. */
export interface CertificateSubject {
  commonName: string;
  organizations: readonly string[];
}

type ClientCa = NonNullable<SandboxCluster['clientCa']>;

const keyAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const caLifeMs = 10 * 365 * 24 * 3_600_000;
/** For clocks that differ. */
const skewMs = 60_000;

/** CAs under way, so that two first callers of a cluster get the same one. */
const generating = new WeakMap<SandboxCluster, Promise<ClientCa>>();

/** The CA of a cluster's client certificates: the seed's, or one made when it is first needed. */
export async function clientCaOf(cluster: SandboxCluster, now: number): Promise<ClientCa> {
  if (cluster.clientCa !== undefined) return cluster.clientCa;
  const pending = generating.get(cluster) ?? makeCa(cluster, now);
  generating.set(cluster, pending);
  cluster.clientCa = await pending;
  return cluster.clientCa;
}

async function makeCa({ id }: SandboxCluster, now: number): Promise<ClientCa> {
  const x509 = await loadX509();
  const keys = await webcrypto.subtle.generateKey(keyAlgorithm, true, ['sign', 'verify']);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ O: ['ack-ram-tool sandbox'] }, { CN: [id] }],
    notBefore: new Date(now - skewMs),
    notAfter: new Date(now + caLifeMs),
    keys,
    signingAlgorithm: keyAlgorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificatePem: ca.toString('pem'), keyPem: await pemOf(keys.privateKey) };
}

/** A new key, and a certificate of `ca` for it that ends at `expiresAt` (milliseconds since the epoch). */
export async function issueClientCertificate(
  ca: ClientCa,
  { subject, now, expiresAt }: { subject: CertificateSubject; now: number; expiresAt: number },
): Promise<{ certificatePem: string; keyPem: string }> {
  const x509 = await loadX509();
  const { signingKey, algorithm } = await importKey(createPrivateKey(ca.keyPem));
  const keys = await webcrypto.subtle.generateKey(keyAlgorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: [...subject.organizations.map((name) => ({ O: [name] })), { CN: [subject.commonName] }],
    issuer: new x509.X509Certificate(ca.certificatePem).subjectName,
    notBefore: new Date(now - skewMs),
    notAfter: new Date(expiresAt),
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
    ],
  });
  return { certificatePem: `${certificate.toString('pem')}\n`, keyPem: await pemOf(keys.privateKey) };
}

const curves: Readonly<Record<string, { namedCurve: string; hash: string }>> = {
  prime256v1: { namedCurve: 'P-256', hash: 'SHA-256' },
  secp384r1: { namedCurve: 'P-384', hash: 'SHA-384' },
  secp521r1: { namedCurve: 'P-521', hash: 'SHA-512' },
};

/** The CA's key for the certificate library. Throws for a kind of key that no Kubernetes CA has. */
async function importKey(key: KeyObject) {
  const curve = curves[key.asymmetricKeyDetails?.namedCurve ?? ''];
  const algorithm =
    key.asymmetricKeyType === 'rsa'
      ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
      : curve && { name: 'ECDSA', ...curve };
  if (algorithm === undefined) throw new Error('the key of the CA is neither RSA nor on a curve of NIST');
  const pkcs8 = key.export({ type: 'pkcs8', format: 'der' });
  return { algorithm, signingKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']) };
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
}
