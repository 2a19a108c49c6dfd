import { webcrypto } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeTemporaryFolder } from '../temporary-folder.ts';

const dayMs = 24 * 3_600_000;
const lifeMs = 30 * dayMs;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export interface TlsIdentity {
  /** PEM. */
  cert: string;
  key: string;
  /** File with the CA's certificate, 0600 in a folder of its own. */
  caFile: string;
  /** Removes the file and its folder. */
  remove: () => Promise<void>;
}

/**
 * Makes a CA and a certificate of it for this machine's loopback names and `host`. The CA's private key is forgotten
 * at once, so that nobody can sign anything else with a CA that a child was told to trust.
 * @param expired the certificate ended an hour before `now`; the CA is good
 */
export async function makeTlsIdentity(host: string, now: number, expired = false): Promise<TlsIdentity> {
  const x509 = await loadX509();
  const validity = { notBefore: new Date(now - dayMs), notAfter: new Date(now + lifeMs) };
  const caKeys = await webcrypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: 'CN=ack-ram-tool sandbox CA',
    keys: caKeys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const addresses = new Set(['127.0.0.1', '::1', host]);
  const certificate = await x509.X509CertificateGenerator.create({
    ...validity,
    ...(expired ? { notAfter: new Date(now - 3_600_000) } : {}),
    subject: 'CN=localhost',
    issuer: ca.subject,
    publicKey: keys.publicKey,
    signingKey: caKeys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        ...[...addresses].map((value) => ({ type: 'ip' as const, value })),
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
  return { cert: certificate.toString('pem'), key, ...(await writeCa(ca.toString('pem'))) };
}

async function writeCa(pem: string): Promise<Pick<TlsIdentity, 'caFile' | 'remove'>> {
  const folder = await makeTemporaryFolder('sandbox');
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, `${pem}\n`, { mode: 0o600 });
  return { caFile, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** The certificate library, which costs nothing until a certificate is made. */
export async function loadX509() {
  await import('reflect-metadata');
  return import('@peculiar/x509');
}
