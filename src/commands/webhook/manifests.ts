import { X509Certificate } from 'node:crypto';
import { resolve } from 'node:path';
import { readBoundedFile } from '../../credentials/bounded-file.ts';
import { ToolError, usageError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import {
  type WebhookTrust,
  webhookHost,
  webhookManifests,
  webhookSecretName,
} from '../../kubernetes/webhook-manifests.ts';
import { quoted } from '../../policy/name.ts';
import { checkNamespace } from '../../policy/subject.ts';
import { type Context, createContext } from '../context.ts';
import type { Flags } from '../options.ts';
import { podIdentity } from '../pod-identity.ts';
import type { CommandInput } from '../spec.ts';

const maxCaBytes = 1024 * 1024;

export async function run(input: CommandInput, io: Io): Promise<number> {
  const { flags } = input;
  const namespace = checkNamespace(flags.required('namespace'));
  const image = checkImage(flags.required('image'));
  const replicas = checkReplicas(flags.required('replicas'));
  const failurePolicy = flags.string('failure-policy') === 'fail' ? 'Fail' : 'Ignore';
  requireOneTrust(flags);
  const context = await createContext(input, io);
  const { providerArn } = await podIdentity(flags, context.cloud.ack);
  const trust = await trustOf(flags, namespace, context, io);
  const manifests = webhookManifests({ image, namespace, providerArn, replicas, failurePolicy, trust });
  const { stringify } = await import('yaml');
  // Without anchors for labels that stand in several places; kubectl reads YAML 1.1.
  const texts = manifests.map((manifest) =>
    stringify(manifest, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false }),
  );
  io.stdout.write(texts.join('---\n'));
  return 0;
}

function requireOneTrust(flags: Flags): void {
  const hasCa = flags.string('ca-file') !== undefined;
  const hasSecret = flags.string('tls-secret') !== undefined;
  if (flags.boolean('cert-manager') && (hasCa || hasSecret)) {
    throw usageError('--cert-manager makes its own certificate: --ca-file and --tls-secret do not go with it');
  }
  if (hasCa !== hasSecret) {
    throw usageError(
      '--ca-file and --tls-secret go together',
      'name the Secret that exists, and the CA of its certificate',
    );
  }
}

async function trustOf(flags: Flags, namespace: string, { log }: Context, io: Io): Promise<WebhookTrust> {
  if (flags.boolean('cert-manager')) return { by: 'cert-manager' };
  const caFile = flags.path('ca-file');
  const secretName = flags.string('tls-secret');
  if (caFile !== undefined && secretName !== undefined) {
    return { by: 'secret', ca: await readCa(resolve(io.cwd, caFile)), secretName: checkSecretName(secretName) };
  }
  const { makeSelfSigned } = await import('../../kubernetes/self-signed.ts');
  const { ca, cert, key, expiresAt } = await makeSelfSigned(webhookHost(namespace), io.now());
  log.warn(
    `these manifests hold a new private key, and a certificate that is valid until ${expiresAt.toISOString().slice(0, 10)}; every run makes others`,
  );
  return { by: 'secret', ca, secretName: webhookSecretName, certificate: { cert, key } };
}

async function readCa(path: string): Promise<string> {
  const { bytes } = await readBoundedFile(path, 'CA file', maxCaBytes);
  const text = bytes.toString('latin1');
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    for (const certificate of certificates) new X509Certificate(certificate);
    if (certificates.length > 0 && bytes.length <= maxCaBytes) return `${certificates.join('\n')}\n`;
  } catch {
    // Told below.
  }
  throw new ToolError('FILE_INVALID', `${path} holds no certificates (PEM)`);
}

function checkImage(image: string): string {
  if (image.length <= 1024 && /^[A-Za-z0-9][A-Za-z0-9._:/@-]*$/.test(image)) return image;
  throw usageError(`--image ${quoted(image)} is not an image`);
}

function checkSecretName(value: string): string {
  if (value.length <= 253 && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(value)) return value;
  throw usageError(`--tls-secret ${quoted(value)} is not the name of a Secret`);
}

function checkReplicas(value: string): number {
  if (/^[1-9]\d?$/.test(value)) return Number(value);
  throw usageError(`--replicas ${quoted(value)} is not a number from 1 to 99`);
}
