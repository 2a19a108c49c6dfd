import { webcrypto } from 'node:crypto';

const lifeMs = 10 * 365 * 24 * 3_600_000;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export interface SelfSigned {
  /** All PEM. */
  ca: string;
  cert: string;
  key: string;
  expiresAt: Date;
}

/** A certificate for one DNS name, and a CA that signed it and whose key is forgotten at once. Both last ten years. */
export async function makeSelfSigned(host: string, now: number): Promise<SelfSigned> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const expiresAt = new Date(now + lifeMs);
  const validity = { notBefore: new Date(now - 3_600_000), notAfter: expiresAt };
  const caKeys = await webcrypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: 'CN=ack-ram-tool webhook CA',
    keys: caKeys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  const certificate = await x509.X509CertificateGenerator.create({
    ...validity,
    // A common name holds 64 characters; the name that counts is below.
    subject: 'CN=ack-ram-tool webhook',
    issuer: ca.subject,
    publicKey: keys.publicKey,
    signingKey: caKeys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: host }]),
      await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
  return { ca: `${ca.toString('pem')}\n`, cert: `${certificate.toString('pem')}\n`, key, expiresAt };
}
