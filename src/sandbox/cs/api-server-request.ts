import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { SandboxApiServer } from '../store.ts';

type Json = Record<string, unknown>;

const timeoutMs = 10_000;
const maxBytes = 64 * 1024 * 1024;

/**
 * Asks a real API server as the user of the seed's kubeconfig. Throws an error that says what went wrong, a `SyntaxError`
 * for what is no JSON object.
 */
export async function requestJson(
  server: SandboxApiServer,
  method: 'GET' | 'PUT' | 'DELETE',
  path: string,
  body?: Json,
): Promise<Json> {
  const answer = await send(server, method, path, body);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw new Error('the answer is larger than 64 MiB');
    chunks.push(chunk);
  }
  if (answer.statusCode !== 200) throw new Error(`it answers ${answer.statusCode}`);
  const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  if (typeof value !== 'object' || value === null) throw new SyntaxError('the answer is no JSON object');
  return value as Json;
}

function send({ cluster, user }: SandboxApiServer, method: string, path: string, body?: Json) {
  const url = new URL(String(cluster.server).replace(/\/$/, '') + path);
  const pem = (settings: Json, key: string): { value: Buffer } | undefined => {
    const data = settings[key];
    return typeof data === 'string' && data !== '' ? { value: Buffer.from(data, 'base64') } : undefined;
  };
  const options = {
    method,
    // One request each: nothing is to be kept open for.
    agent: false as const,
    // No `accept`: the keys are of a media type of their own, and refused to who takes nothing but JSON.
    headers: { ...authorization(user), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    signal: AbortSignal.timeout(timeoutMs),
    ca: pem(cluster, 'certificate-authority-data')?.value,
    cert: pem(user, 'client-certificate-data')?.value,
    key: pem(user, 'client-key-data')?.value,
    rejectUnauthorized: cluster['insecure-skip-tls-verify'] !== true,
    ...(typeof cluster['tls-server-name'] === 'string' ? { servername: cluster['tls-server-name'] } : {}),
  };
  return new Promise<IncomingMessage>((resolve, reject) => {
    const request: ClientRequest =
      url.protocol === 'http:' ? httpRequest(url, options, resolve) : httpsRequest(url, options, resolve);
    request.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function authorization({ token, username, password }: Json): Record<string, string> {
  if (typeof token === 'string' && token !== '') return { authorization: `Bearer ${token}` };
  if (typeof username !== 'string' || typeof password !== 'string') return {};
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}
