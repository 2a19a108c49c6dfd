import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { Store } from '../../src/sandbox/store.ts';
import { ApiFault, type Operation } from '../../src/sandbox/types.ts';
import { contextOf, requestId } from './services.ts';

// Required, not imported: what an import of these CommonJS packages gives differs between Node and vitest.
const require = createRequire(import.meta.url);
export const csSdk: typeof import('@alicloud/cs20151215') = require('@alicloud/cs20151215');
export const ramSdk: typeof import('@alicloud/ram20150501') = require('@alicloud/ram20150501');
const { $OpenApiUtil }: typeof import('@alicloud/openapi-core') = require('@alicloud/openapi-core');

/** A server of handlers alone, without signatures and permissions: what the official clients make of the answers. */
export async function serveOperations(operations: readonly Operation[], store: Store, now: () => number) {
  const server = createServer(async (request, response) => {
    let status = 200;
    let answer: unknown;
    try {
      const url = new URL(request.url ?? '/', 'http://localhost');
      const { operation, pathParams } = route(operations, request, url.pathname);
      const text = await textOf(request);
      const params = { ...Object.fromEntries(url.searchParams), ...pathParams };
      const body = text === '' ? undefined : JSON.parse(text);
      answer = await operation.handler(contextOf(store, params, body, now()));
      if (operation.path === undefined) answer = { RequestId: requestId, ...(answer as object) };
    } catch (error) {
      const fault = error instanceof ApiFault ? error : new ApiFault(500, 'InternalError', String(error));
      status = fault.status;
      answer = { Code: fault.code, Message: fault.message, RequestId: requestId, ...fault.data };
    }
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const config = new $OpenApiUtil.Config({
    accessKeyId: 'AKID',
    accessKeySecret: 'SECRET',
    protocol: 'http',
    endpoint: `127.0.0.1:${port}`,
    regionId: 'cn-hangzhou',
  });
  return {
    cs: new csSdk.default(config),
    ram: new ramSdk.default(config),
    close: () => new Promise((done) => server.close(done)),
  };
}

function route(operations: readonly Operation[], request: IncomingMessage, path: string) {
  const action = request.headers['x-acs-action'];
  for (const operation of operations) {
    if (operation.action !== action) continue;
    if (operation.path === undefined) return { operation, pathParams: {} };
    const pattern = operation.path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
    const match = new RegExp(`^${pattern}$`).exec(path);
    if (match !== null && request.method === operation.method) return { operation, pathParams: { ...match.groups } };
  }
  throw new ApiFault(404, 'InvalidAction.NotFound', `${request.method} ${path} ${String(action)}`);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
