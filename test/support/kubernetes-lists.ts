import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { afterAll } from 'vitest';
import { makeTlsIdentity } from '../../src/sandbox/tls.ts';

export interface ListServer {
  url: string;
  /** YAML; its user has the token `token`. */
  kubeconfig: string;
  /** Paths with their queries, in order. */
  requests: string[];
  /** Items of each list, by its path. */
  lists: Map<string, object[]>;
}

/** The token that the kubeconfig holds. */
export const token = 'a-token-that-nobody-may-see';

/**
 * The least of an API server, on loopback by https: lists in pages. `answer` may answer in its place, and says so by true.
 * It is stopped at the end of the test file.
 */
export async function startedListServer(
  answer: (path: string, response: ServerResponse, count: number, request: IncomingMessage) => boolean = () => false,
): Promise<ListServer> {
  const tls = await makeTlsIdentity('127.0.0.1', Date.now());
  const requests: string[] = [];
  const lists = new Map<string, object[]>();
  const server = createServer({ cert: tls.cert, key: tls.key }, (request, response) => {
    const path = request.url ?? '/';
    requests.push(path);
    if (answer(path, response, requests.length, request)) return;
    const url = new URL(path, 'https://127.0.0.1');
    if (request.headers.authorization !== `Bearer ${token}`) sendStatus(response, 401, 'Unauthorized');
    else sendPage(response, lists.get(url.pathname), url.searchParams);
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    await tls.remove();
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ca = readFileSync(tls.caFile).toString('base64');
  return { url, kubeconfig: kubeconfigOf(url, ca), requests, lists };
}

function kubeconfigOf(server: string, ca: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'main',
    clusters: [{ name: 'c', cluster: { server, 'certificate-authority-data': ca } }],
    users: [{ name: 'u', user: { token } }],
    contexts: [{ name: 'main', context: { cluster: 'c', user: 'u' } }],
  });
}

function sendPage(response: ServerResponse, items: object[] | undefined, query: URLSearchParams): void {
  if (items === undefined) {
    sendStatus(response, 404, 'NotFound');
    return;
  }
  const start = Number(query.get('continue') ?? 0);
  const end = start + Number(query.get('limit') ?? items.length);
  const metadata = { resourceVersion: '1', ...(end < items.length ? { continue: String(end) } : {}) };
  sendJson(response, 200, { kind: 'List', apiVersion: 'v1', metadata, items: items.slice(start, end) });
}

/** A refusal as an API server writes it. */
export function sendStatus(response: ServerResponse, code: number, reason: string): void {
  sendJson(response, code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: 'words', reason, code });
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
