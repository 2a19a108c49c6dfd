import { jsonAnswer, rpcErrorAnswer } from './answers.ts';
import type { FaultAction } from './faults.ts';
import { ApiFault, type Product } from './types.ts';
import type { SandboxResponse } from './wire.ts';

const hugeBytes = 64 * 1024 * 1024;

const proxyPage =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><h1>502 Bad Gateway</h1></body>\r\n</html>\r\n';

const portalPage = '<html>\r\n<head><title>Sign in</title></head>\r\n<body><form></form></body>\r\n</html>\r\n';

export interface FaultyCall {
  /** Unknown for what is no API. */
  product: Product | undefined;
  requestId: string;
  /** Does the call. */
  serve: () => Promise<SandboxResponse>;
  sleep: (ms: number) => Promise<void>;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** Answers a call as a fault wants it. */
export async function answerFaultily(action: FaultAction, call: FaultyCall): Promise<SandboxResponse> {
  switch (action.kind) {
    case 'throttle':
      return refuse(call, 400, 'Throttling.User', 'Request was denied due to user flow control.');
    case '500':
      return refuse(call, 500, 'InternalError', 'The request processing has failed due to some unknown error.');
    case '503':
      return refuse(
        call,
        503,
        'ServiceUnavailable',
        'The request has failed due to a temporary failure of the server.',
      );
    case 'reset-before':
      return { status: 0, headers: {}, body: '', broken: 'reset' };
    case 'reset-after':
      await call.serve();
      return { status: 0, headers: {}, body: '', broken: 'reset' };
    case 'truncate':
      return { ...(await call.serve()), broken: 'truncate' };
    case 'html':
      return { status: 502, headers: { 'content-type': 'text/html' }, body: proxyPage };
    case 'portal':
      return { status: 200, headers: { 'content-type': 'text/html' }, body: portalPage };
    case 'wrong-content-type':
      return withHeader(await call.serve(), 'content-type', 'text/html; charset=utf-8');
    case 'wrong-type':
      return withWrongTypes(await call.serve());
    case 'huge':
      return hugeAnswer();
    case 'slow':
      await call.sleep(action.ms);
      return call.serve();
    case 'skew':
      return withHeader(await call.serve(), 'date', new Date(call.now() + action.ms).toUTCString());
    case 'expired-certificate':
      // It was met before this, when the connection was made.
      return call.serve();
  }
}

function withHeader(response: SandboxResponse, name: string, value: string): SandboxResponse {
  return { ...response, headers: { ...response.headers, [name]: value } };
}

function refuse(call: FaultyCall, status: number, code: string, message: string): SandboxResponse {
  return rpcErrorAnswer(new ApiFault(status, code, message), call.product, call.requestId);
}

let hugeBody: Buffer | undefined;

function hugeAnswer(): SandboxResponse {
  hugeBody ??= makeHugeBody();
  return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: hugeBody };
}

function makeHugeBody(): Buffer {
  const body = Buffer.alloc(hugeBytes, 'x');
  body.write('{"padding":"');
  body.write('"}', hugeBytes - 2);
  return body;
}

function withWrongTypes({ status, body }: SandboxResponse): SandboxResponse {
  const text = typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
  try {
    return jsonAnswer(status, wrongType(JSON.parse(text), 0));
  } catch {
    return jsonAnswer(status, 42);
  }
}

/** Keeps the keys of the outermost object and changes the type of each value; anything else changes as a whole. */
function wrongType(value: unknown, depth: number): unknown {
  if (Array.isArray(value)) return { 0: 'not a list' };
  if (typeof value === 'object' && value !== null) {
    if (depth > 0) return ['not an object'];
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, wrongType(inner, depth + 1)]));
  }
  return { not: typeof value };
}
