import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { jsonAnswer } from './answers.ts';
import type { SandboxRequest, SandboxResponse } from './wire.ts';

const maxBodyBytes = 1024 * 1024;

const limits = {
  /** AssumeRoleWithOIDC of the official SDK has the whole token in its URL. */
  maxHeaderSize: 128 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 5_000,
  /** Node looks for connections that are late every 30 seconds else. */
  connectionsCheckingInterval: 1_000,
};

export type Handler = (request: SandboxRequest) => Promise<SandboxResponse>;

/** A server that hands whole requests to `handler`. With `tls` it speaks https. A handler that rejects cuts the connection. */
export function createServer(handler: Handler, tls?: { cert: string; key: string }): Server {
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    serve(handler, incoming, outgoing).catch(() => outgoing.destroy());
  };
  return tls === undefined ? createHttpServer(limits, listener) : createHttpsServer({ ...limits, ...tls }, listener);
}

async function serve(handler: Handler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const body = await readBody(incoming);
  if (body === undefined) {
    send(outgoing, jsonAnswer(413, { Code: 'RequestEntityTooLarge', Message: 'The request body is too large.' }));
    incoming.destroy();
    return;
  }
  const { method = 'GET', url: target = '/', headersDistinct: headers } = incoming;
  send(outgoing, await handler({ method, target, headers, body }));
}

/** `undefined` when it is too large. */
async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(outgoing: ServerResponse, response: SandboxResponse): void {
  if (response.broken === 'reset') {
    outgoing.socket?.resetAndDestroy();
    return;
  }
  const body = typeof response.body === 'string' ? Buffer.from(response.body) : response.body;
  outgoing.writeHead(response.status, { ...response.headers, 'content-length': body.length });
  if (response.broken === 'truncate') {
    outgoing.write(body.subarray(0, Math.floor(body.length / 2)), () => outgoing.destroy());
    return;
  }
  outgoing.end(body);
}
