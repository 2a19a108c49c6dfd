import 'reflect-metadata';
import { createPrivateKey, generateKeyPairSync, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const lifeMs = 24 * 3_600_000;
const rsa = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};
const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** Both PEM. */
export interface CertificateAndKey {
  cert: string;
  key: string;
}

export interface CertificateAuthority extends CertificateAndKey {
  /** For a server on the loopback addresses, or for a client `subject` such as `CN=admin,O=system:masters`. */
  issue(subject: string, use: 'server' | 'client'): Promise<CertificateAndKey>;
}

/** A CA whose key is PKCS#1, as kubeadm, kind and minikube keep theirs. */
export async function makeCertificateAuthority(name: string): Promise<CertificateAuthority> {
  const validity = { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + lifeMs) };
  const caKeys = await webcrypto.subtle.generateKey(rsa, true, ['sign', 'verify']);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: `CN=${name}`,
    keys: caKeys,
    signingAlgorithm: rsa,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature, true),
      await x509.SubjectKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  return {
    cert: ca.toString('pem'),
    key: await pemOf(caKeys.privateKey, 'pkcs1'),
    async issue(subject, use) {
      const keys = await webcrypto.subtle.generateKey(ecdsa, true, ['sign', 'verify']);
      const certificate = await x509.X509CertificateGenerator.create({
        ...validity,
        subject,
        issuer: ca.subject,
        publicKey: keys.publicKey,
        signingKey: caKeys.privateKey,
        signingAlgorithm: rsa,
        extensions: [
          new x509.ExtendedKeyUsageExtension([
            use === 'server' ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth,
          ]),
          ...(use === 'server' ? [loopbackNames()] : []),
        ],
      });
      return { cert: certificate.toString('pem'), key: await pemOf(keys.privateKey, 'pkcs8') };
    },
  };
}

/** A private key that signs service-account tokens. */
export function makeSigningKey(): string {
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
}

function loopbackNames(): x509.SubjectAlternativeNameExtension {
  return new x509.SubjectAlternativeNameExtension([
    { type: 'dns', value: 'localhost' },
    { type: 'ip', value: '127.0.0.1' },
  ]);
}

async function pemOf(key: webcrypto.CryptoKey, type: 'pkcs1' | 'pkcs8'): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ type, format: 'pem' }).toString();
}
