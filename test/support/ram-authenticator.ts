import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';

const prefix = 'k8s-ack-v2.';
const passedOn = new Set([
  'authorization',
  'x-acs-action',
  'x-acs-content-sha256',
  'x-acs-date',
  'x-acs-security-token',
  'x-acs-version',
]);

export interface RamAuthenticator {
  /** Where an API server sends its token reviews. */
  url: string;
  /** Names the STS to ask, and the cluster that tokens have to be for. */
  use(stsEndpoint: string, clusterId: string): void;
}

/**
 * What ack-ram-authenticator does for an API server: sends the request that a token holds to STS, and believes its answer.
 * A user is called by its ARN.
 */
export async function startedRamAuthenticator(): Promise<RamAuthenticator> {
  let sts = { endpoint: '', clusterId: '' };
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const review = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const username = await callerOf(review.spec.token, sts).catch(() => undefined);
    const status = username === undefined ? { authenticated: false } : { authenticated: true, user: { username } };
    const answer = { apiVersion: review.apiVersion, kind: review.kind, status };
    outgoing.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/authenticate`,
    use(endpoint, clusterId) {
      sts = { endpoint, clusterId };
    },
  };
}

async function callerOf(token: string, sts: { endpoint: string; clusterId: string }): Promise<string | undefined> {
  if (token.length > 4096 || !token.startsWith(prefix)) return undefined;
  const request = JSON.parse(Buffer.from(token.slice(prefix.length), 'base64').toString('utf8'));
  if (request.query.ACKClusterId !== sts.clusterId) return undefined;
  const sent = Object.entries<string>(request.headers).filter(([name]) => passedOn.has(name.toLowerCase()));
  const headers = { ...Object.fromEntries(sent), accept: 'application/json' };
  const answer = await fetch(`${sts.endpoint}/?${new URLSearchParams(request.query)}`, { method: 'POST', headers });
  return answer.ok ? ((await answer.json()) as { Arn: string }).Arn : undefined;
}
