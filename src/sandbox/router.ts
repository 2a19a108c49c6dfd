import { operations } from './operations.ts';
import type { SignatureClaim } from './signatures/claim.ts';
import { readRoaV1 } from './signatures/roa-v1.ts';
import { readRpcV1 } from './signatures/rpc-v1.ts';
import { readV3 } from './signatures/v3.ts';
import { ApiFault, type Operation, type Product } from './types.ts';
import {
  formOf,
  headerOf,
  mergeParams,
  type Params,
  parseParams,
  pathOf,
  queryOf,
  type SandboxRequest,
} from './wire.ts';

/** A request whose operation is known. */
export interface RoutedCall {
  operation: Operation;
  /** RPC: query and form. ROA: path and query. */
  params: Params;
  /** Reads the signature. Throws `ApiFault` when there is none, or one that is malformed. */
  readSignature: () => SignatureClaim;
}

/** Versions of the APIs, which tell products apart on one address. */
const productByVersion: ReadonlyMap<string, Product> = new Map([
  ['2015-12-15', 'CS'],
  ['2015-05-01', 'RAM'],
  ['2019-08-15', 'IMS'],
  ['2015-04-01', 'STS'],
]);

/** Finds the operation of a request. Throws the gateway's `ApiFault` for one that nobody knows. */
export function routeCall(request: SandboxRequest): RoutedCall {
  const query = parseParams(queryOf(request.target));
  const params = mergeParams(query, formOf(request));
  const readSignature = signatureReader(request, params);
  const { version, action } = apiName(request, params);
  if (pathOf(request.target) !== '/') return { ...routeRoa(request, version, query), readSignature };
  return { operation: findRpc(request.method, version, action), params, readSignature };
}

/** What the access log calls a request that was not routed. */
export function askedAction(request: SandboxRequest): string {
  const asked = headerOf(request, 'x-acs-action') ?? /[?&]Action=(\w*)/.exec(request.target)?.[1] ?? '';
  return /^\w{1,64}$/.test(asked) ? asked : 'unknown';
}

function signatureReader(request: SandboxRequest, params: Params): () => SignatureClaim {
  const authorization = headerOf(request, 'authorization') ?? '';
  if (authorization.startsWith('ACS3-')) return () => readV3(request);
  if (authorization.startsWith('acs ')) return () => readRoaV1(request);
  if (params.Signature !== undefined || params.AccessKeyId !== undefined)
    return () => readRpcV1(request.method, params);
  return () => {
    throw new ApiFault(400, 'MissingAccessKeyId', 'AccessKeyId is mandatory for this action.');
  };
}

/** A request signed by its parameters is named by them; headers would not be covered by that signature. */
function apiName(request: SandboxRequest, params: Params) {
  const byParams = { version: params.Version, action: params.Action };
  if (headerOf(request, 'authorization') === undefined && params.Signature !== undefined) return byParams;
  return {
    version: headerOf(request, 'x-acs-version') ?? byParams.version,
    action: headerOf(request, 'x-acs-action') ?? byParams.action,
  };
}

function findRpc(method: string, version: string | undefined, action: string | undefined): Operation {
  if (!action) throw missingParameter('Action');
  if (!version) throw missingParameter('Version');
  const product = productByVersion.get(version);
  if (product === undefined) {
    throw new ApiFault(400, 'InvalidVersion', 'Specified parameter Version is not valid.');
  }
  const found = operations.find((each) => each.product === product && each.action === action && !each.path);
  if (found === undefined || (method !== 'GET' && method !== 'POST')) throw unknownAction();
  return found;
}

function routeRoa(request: SandboxRequest, version: string | undefined, query: Params) {
  if (version !== undefined && productByVersion.get(version) !== 'CS') throw unknownAction();
  const path = pathOf(request.target);
  for (const operation of operations) {
    if (operation.path === undefined || operation.method !== request.method) continue;
    const fromPath = matchPath(operation.path, path);
    if (fromPath !== undefined) return { operation, params: mergeParams(query, fromPath) };
  }
  throw unknownAction();
}

/** Parameters of the path; `undefined` when it is another path. */
function matchPath(template: string, path: string): Params | undefined {
  const wanted = template.split('/');
  const actual = path.split('/');
  if (wanted.length !== actual.length) return undefined;
  const params: Params = Object.create(null);
  for (const [index, segment] of wanted.entries()) {
    const text = actual[index] ?? '';
    const name = /^\{(\w+)\}$/.exec(segment)?.[1];
    if (name === undefined) {
      if (segment !== text) return undefined;
    } else {
      const value = decodeSegment(text);
      if (!value) return undefined;
      params[name] = value;
    }
  }
  return params;
}

function decodeSegment(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function missingParameter(name: string): ApiFault {
  const message = `The input parameter "${name}" that is mandatory for processing this request is not supplied.`;
  return new ApiFault(400, 'MissingParameter', message);
}

function unknownAction(): ApiFault {
  const message = 'Specified api is not found, please check your url and method.';
  return new ApiFault(404, 'InvalidAction.NotFound', message);
}
