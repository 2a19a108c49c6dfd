import { cacheClusterFacts } from './cached-cluster-facts.ts';
import {
  type CertificateSource,
  readCertificate,
  type ServingCertificate,
  watchCertificate,
} from './webhook-certificate.ts';
import { createReviewer, type ReviewPorts } from './webhook-review.ts';
import { startWebhookServer } from './webhook-server.ts';

export interface WebhookRequest {
  host: string;
  /** 0 takes a free one. */
  port: number;
  certificate: CertificateSource;
}

export interface WebhookStop {
  /** Aborted: drop everything. */
  now: AbortSignal;
  /** Aborted: answer what still comes, then end. */
  gently: AbortSignal;
}

/**
 * Runs the admission webhook until it is stopped. Logs `listening` as soon as it takes requests. Throws what
 * `readCertificate` and `startWebhookServer` throw.
 */
export async function serveWebhook(request: WebhookRequest, ports: ReviewPorts, stop: WebhookStop): Promise<void> {
  const { log, clock } = ports;
  const certificate = await readCertificate(request.certificate);
  const tell = (message: string, { expiresAt, fingerprint }: ServingCertificate): void => {
    const level = expiresAt.getTime() > clock.now() ? 'info' : 'warn';
    log[level](message, { certificateExpiresAt: expiresAt.toISOString(), fingerprint });
  };
  const server = await startWebhookServer({
    host: request.host,
    port: request.port,
    certificate,
    review: createReviewer({ ...ports, cluster: cacheClusterFacts(ports.cluster, () => clock.now()) }),
    log,
    sleep: (ms, signal) => clock.sleep(ms, signal),
  });
  log.info('listening', { host: request.host, port: server.port, providerArn: ports.identity.providerArn });
  tell('serving with this certificate', certificate);
  const ended = new AbortController();
  const watching = watchCertificate(request.certificate, certificate, {
    sleep: (ms, signal) => clock.sleep(ms, signal),
    signal: ended.signal,
    onChange(changed) {
      server.useCertificate(changed);
      tell('the certificate changed', changed);
    },
    onProblem: (error) => log.warn('the certificate files cannot be used, the last certificate goes on', { error }),
  });
  await Promise.race([aborted(stop.now), aborted(stop.gently)]);
  if (!stop.now.aborted) {
    log.info('stopping');
    await Promise.race([server.drain(), aborted(stop.now)]);
  }
  ended.abort();
  await Promise.all([server.close(), watching]);
  log.info('stopped');
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
