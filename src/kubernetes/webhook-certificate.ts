import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { messageOf, ToolError } from '../errors.ts';

export interface ServingCertificate {
  /** Both PEM. */
  cert: string;
  key: string;
  expiresAt: Date;
  /** SHA-256 of the certificate. */
  fingerprint: string;
}

export interface CertificateSource {
  certFile: string;
  keyFile: string;
  /** Reads a file; throws `FILE_UNREADABLE`. */
  readFile: (path: string) => Promise<string>;
}

const pollMs = 2_000;

/** Throws `FILE_UNREADABLE`, or `FILE_INVALID` for files that are no certificate and its key. No message holds any of them. */
export async function readCertificate({ certFile, keyFile, readFile }: CertificateSource): Promise<ServingCertificate> {
  const [cert, key] = await Promise.all([readFile(certFile), readFile(keyFile)]);
  try {
    const certificate = new X509Certificate(cert);
    createSecureContext({ cert, key });
    return { cert, key, expiresAt: new Date(certificate.validTo), fingerprint: certificate.fingerprint256 };
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'it cannot be read';
    throw new ToolError('FILE_INVALID', `${certFile} and ${keyFile} are no certificate and its key (PEM): ${why}`);
  }
}

export interface CertificateWatch {
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  signal: AbortSignal;
  onChange: (certificate: ServingCertificate) => void;
  /** The files are not, or no longer, usable. Told once for each reason; the certificate that was read last goes on. */
  onProblem: (message: string) => void;
}

/**
 * Looks at the files every two seconds until `signal` is aborted, by what is in them: Kubernetes swaps symbolic links,
 * which notices of a file system do not always tell.
 */
export async function watchCertificate(
  source: CertificateSource,
  first: ServingCertificate,
  { sleep, signal, onChange, onProblem }: CertificateWatch,
): Promise<void> {
  let current = first;
  let told = '';
  while (!signal.aborted) {
    await sleep(pollMs, signal).catch(() => {});
    if (signal.aborted) return;
    try {
      const found = await readCertificate(source);
      told = '';
      if (found.cert === current.cert && found.key === current.key) continue;
      current = found;
      onChange(found);
    } catch (error) {
      const message = messageOf(error);
      if (message !== told) onProblem(message);
      told = message;
    }
  }
}
