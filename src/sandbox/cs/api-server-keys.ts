/** Issuer and public keys of a real API server, so that STS of the sandbox knows the tokens it signs. */
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { messageOf, ToolError } from '../../errors.ts';
import type { SandboxSeed, SeedCluster } from '../seed.ts';
import type { SandboxApiServer } from '../store.ts';

const timeoutMs = 10_000;
const maxBytes = 1024 * 1024;

/**
 * The seed with issuer and keys of every cluster that has an API server and no keys of its own, asked of that server.
 * Throws `NETWORK` or `BAD_ANSWER`, naming cluster and server.
 */
export async function withApiServerKeys(seed: SandboxSeed): Promise<SandboxSeed> {
  const accounts = await Promise.all(
    seed.accounts.map(async (account) => ({
      ...account,
      clusters: await Promise.all((account.clusters ?? []).map(withKeys)),
    })),
  );
  return { ...seed, accounts };
}

async function withKeys(cluster: SeedCluster): Promise<SeedCluster> {
  const { id, apiServer } = cluster;
  if (apiServer === undefined || cluster.jwks !== undefined) return cluster;
  const read = async (path: string): Promise<Record<string, unknown>> => {
    try {
      return await getJson(apiServer, path);
    } catch (cause) {
      throw new ToolError(
        cause instanceof SyntaxError ? 'BAD_ANSWER' : 'NETWORK',
        `cannot read ${path} of cluster ${id} at ${String(apiServer.cluster.server)}: ${messageOf(cause)}`,
        { hint: 'is it running? Else name its issuer and a jwksFile in the seed', cause },
      );
    }
  };
  const [{ issuer }, { keys }] = await Promise.all([
    read('/.well-known/openid-configuration'),
    read('/openid/v1/jwks'),
  ]);
  if (typeof issuer !== 'string' || issuer === '' || !Array.isArray(keys)) {
    throw new ToolError('BAD_ANSWER', `the API server of cluster ${id} names no issuer, or no keys`);
  }
  return { ...cluster, issuer: cluster.issuer ?? issuer, jwks: { keys } };
}

async function getJson({ cluster, user }: SandboxApiServer, path: string): Promise<Record<string, unknown>> {
  const url = new URL(String(cluster.server).replace(/\/$/, '') + path);
  const pem = (settings: Record<string, unknown>, key: string): { value: Buffer } | undefined => {
    const data = settings[key];
    return typeof data === 'string' && data !== '' ? { value: Buffer.from(data, 'base64') } : undefined;
  };
  const options = {
    // One request each: nothing is to be kept open for.
    agent: false as const,
    // No `accept`: the keys are of a media type of their own, and refused to who takes nothing but JSON.
    headers: authorization(user),
    signal: AbortSignal.timeout(timeoutMs),
    ca: pem(cluster, 'certificate-authority-data')?.value,
    cert: pem(user, 'client-certificate-data')?.value,
    key: pem(user, 'client-key-data')?.value,
    rejectUnauthorized: cluster['insecure-skip-tls-verify'] !== true,
    ...(typeof cluster['tls-server-name'] === 'string' ? { servername: cluster['tls-server-name'] } : {}),
  };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const request: ClientRequest =
      url.protocol === 'http:' ? httpRequest(url, options, resolve) : httpsRequest(url, options, resolve);
    request.on('error', reject).end();
  });
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw new Error('the answer is larger than 1 MiB');
    chunks.push(chunk);
  }
  if (answer.statusCode !== 200) throw new Error(`it answers ${answer.statusCode}`);
  const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  if (typeof value !== 'object' || value === null) throw new SyntaxError('the answer is no JSON object');
  return value as Record<string, unknown>;
}

function authorization({ token, username, password }: Record<string, unknown>): Record<string, string> {
  if (typeof token === 'string' && token !== '') return { authorization: `Bearer ${token}` };
  if (typeof username !== 'string' || typeof password !== 'string') return {};
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}
