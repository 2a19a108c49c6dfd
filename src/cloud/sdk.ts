/**
 * The only file that knows the official SDKs. They sign, spell requests and read answers into models; everything on
 * the wire is ours: their http client is replaced, because it has 3-second timeouts, knows no proxy and no abort, and
 * puts URLs with tokens into its errors.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { Credentials, Provider } from '../credentials/provider.ts';
import { type CloudService, ToolError } from '../errors.ts';
import type { Env } from '../io.ts';
import { userAgent } from '../version.ts';
import { badAnswer, type CallFacts, readAnswer, titleOf } from './api-error.ts';
import type { Endpoint } from './endpoints.ts';
import type { Timeouts } from './network.ts';
import { proxyPasswords } from './proxy.ts';
import { type RetryDeps, withRetry } from './retry.ts';

export interface SdkDeps extends RetryDeps {
  credentials: Provider;
  /** Throws `USAGE` for an endpoint that cannot be. */
  endpointOf(service: CloudService): Endpoint;
  env: Env;
  timeouts: Timeouts;
  maxRetries: number;
  onThrottled?: ((service: CloudService) => void) | undefined;
}

/**
 * An operation of a REST product that its SDK has no method for: the body of the answer, as it came. A path is sent as it
 * is, so its parts must be encoded.
 */
export async function callRoa(
  client: InstanceType<CsModule['default']>,
  { action, version, method, path }: { action: string; version: string; method: 'GET'; path: string },
): Promise<{ body: Record<string, unknown> }> {
  const params = { action, version, method, pathname: path, protocol: 'HTTPS', authType: 'AK', style: 'ROA' };
  type Call = Parameters<typeof client.callApi>;
  const answer = await client.callApi(
    { ...params, reqBodyType: 'json', bodyType: 'json' } as Call[0],
    { headers: {}, query: {} } as Call[1],
    {} as Call[2],
  );
  return { body: answer.body };
}

/** A product's SDK, loaded: a client, and the module that holds the request classes. */
export interface Sdk<M extends ProductModule> {
  client: InstanceType<M['default']>;
  models: M;
}

export interface Operation extends Omit<CallFacts, 'service'> {
  /** True for what must never be sent twice, whatever happened to the first one. */
  once?: boolean;
  /** True where success says nothing: the body is then an empty object, whatever came. */
  answersNothing?: boolean;
}

/**
 * Calls one operation and gives the body of its answer. `attempt` is 1 unless it is sent again.
 * Throws `CloudApiError`, `NETWORK`, `BAD_ANSWER`, `INTERRUPTED`, or what the credentials' provider throws.
 */
export type SdkCall<M extends ProductModule> = <B>(
  operation: Operation,
  run: (sdk: Sdk<M>, attempt: number) => Promise<{ body?: B }>,
) => Promise<B>;

export function csSdk(deps: SdkDeps): SdkCall<CsModule> {
  return sdkCall('CS', async () => commonJs<CsModule>(await import('@alicloud/cs20151215')), deps);
}

export function ramSdk(deps: SdkDeps): SdkCall<RamModule> {
  return sdkCall('RAM', async () => commonJs<RamModule>(await import('@alicloud/ram20150501')), deps);
}

export function stsSdk(deps: SdkDeps): SdkCall<StsModule> {
  return sdkCall('STS', async () => commonJs<StsModule>(await import('@alicloud/sts20150401')), deps);
}

export function imsSdk(deps: SdkDeps): SdkCall<ImsModule> {
  return sdkCall('IMS', async () => commonJs<ImsModule>(await import('@alicloud/ims20190815')), deps);
}

export type CsModule = typeof import('@alicloud/cs20151215');
export type RamModule = typeof import('@alicloud/ram20150501');
export type StsModule = typeof import('@alicloud/sts20150401');
export type ImsModule = typeof import('@alicloud/ims20190815');

// biome-ignore lint/suspicious/noExplicitAny: the Config class belongs to a package that the products depend on, not we.
type ProductModule = { default: new (config: any) => object };

/** What the transport has to know of the call it is part of. */
interface CurrentCall {
  facts: CallFacts;
  credentials: Credentials;
  deps: SdkDeps;
  answersNothing: boolean;
  isAnswered: boolean;
}

const currentCall = new AsyncLocalStorage<CurrentCall>();

function sdkCall<M extends ProductModule>(service: CloudService, load: () => Promise<M>, deps: SdkDeps): SdkCall<M> {
  let loaded: Promise<Sdk<M>> | undefined;
  const loadSdk = async (): Promise<Sdk<M>> => {
    const { protocol, host } = deps.endpointOf(service);
    const [models] = await Promise.all([load(), replaceTransport()]);
    const client = new models.default({
      protocol,
      endpoint: host,
      userAgent: userAgent,
      credential: { getCredential: async () => credentialOf(currentCall.getStore()) },
    });
    return { client: client as InstanceType<M['default']>, models };
  };
  return async (operation, run) => {
    loaded ??= loadSdk();
    const sdk = await loaded;
    const credentials = checkKeys(await deps.credentials());
    const facts: CallFacts = { service, action: operation.action, thing: operation.thing };
    const send = async (attempt: number) => {
      deps.debug(`calling ${titleOf(facts)} at ${deps.endpointOf(service).host}`);
      const { answersNothing = false } = operation;
      const call: CurrentCall = { facts, credentials, deps, answersNothing, isAnswered: false };
      return await bodyOf(call, () => run(sdk, attempt));
    };
    const maxRetries = operation.once ? 0 : deps.maxRetries;
    const onThrottled = (): void => deps.onThrottled?.(service);
    return await withRetry(send, { what: `${service} ${operation.action}`, maxRetries, onThrottled }, deps);
  };
}

async function bodyOf<B>(call: CurrentCall, run: () => Promise<{ body?: B }>): Promise<B> {
  const { body } = await currentCall.run(call, run).catch((error: unknown) => {
    // A name with half a surrogate pair, as an answer before this one may have it, cannot be encoded.
    if (error instanceof URIError) {
      throw new ToolError(
        'BAD_ANSWER',
        `${titleOf(call.facts)} cannot be asked: a name or a text holds half a character`,
      );
    }
    // After a good answer only reading it into a model can fail: `type of X is mismatch`, or a TypeError.
    if (error instanceof ToolError || !call.isAnswered) throw error;
    throw badAnswer(call.facts, 'JSON of another shape than documented');
  });
  if (!call.isAnswered) throw new Error(`${titleOf(call.facts)} bypassed the tool's own transport`);
  if (call.answersNothing) return {} as B;
  if (body === undefined || body === null) throw badAnswer(call.facts, 'an empty body');
  return body;
}

/** A line end that came along with a pasted key would be an obscure error of the http client, or a wrong signature. */
function checkKeys(credentials: Credentials): Credentials {
  const { accessKeyId, accessKeySecret, securityToken = '' } = credentials;
  if (/^[\x21-\x7e]*$/.test(accessKeyId + accessKeySecret + securityToken)) return credentials;
  throw new ToolError(
    'CREDENTIALS_SOURCE_BROKEN',
    'the credentials hold a blank, a line end or another character that no key has',
  );
}

function credentialOf(call: CurrentCall | undefined): object {
  if (call === undefined) throw new Error('an SDK asked for credentials outside of a call');
  const { accessKeyId, accessKeySecret, securityToken } = call.credentials;
  return { accessKeyId, accessKeySecret, securityToken, type: securityToken ? 'sts' : 'access_key' };
}

/** The namespace of a CommonJS package is its default export under Node, and may be the module itself in a bundle. */
function commonJs<M extends object>(module: { default: M | (new (...args: never[]) => unknown) }): M {
  return typeof module.default === 'function' ? (module as unknown as M) : module.default;
}

type Httpx = typeof import('httpx');

let replacement: Promise<void> | undefined;

/** Done once a process: requests made within a call of ours take our transport, all others what was there before. */
function replaceTransport(): Promise<void> {
  replacement ??= import('httpx').then((module) => {
    const httpx = ('default' in module ? module.default : module) as { request: Httpx['request'] };
    const original = httpx.request;
    httpx.request = (url, options) => {
      const call = currentCall.getStore();
      return call === undefined ? original(url, options) : transport(call, url, options);
    };
  });
  return replacement;
}

async function transport(
  call: CurrentCall,
  url: string,
  { method = 'GET', headers = {}, data }: Parameters<Httpx['request']>[1],
): Promise<IncomingMessage> {
  const { request } = await import('./network.ts');
  const { deps, facts, credentials } = call;
  const answer = await request({
    method,
    url,
    headers: headers as Record<string, string>,
    body: data === undefined ? undefined : await collect(data),
    timeouts: deps.timeouts,
    signal: deps.signal,
    env: deps.env,
  });
  const isEmptySuccess = call.answersNothing && answer.status >= 200 && answer.status < 300 && answer.body.length === 0;
  if (!isEmptySuccess) {
    readAnswer(facts, answer, {
      accessKeyId: credentials.accessKeyId,
      values: [credentials.accessKeySecret, credentials.securityToken, ...proxyPasswords(deps.env)],
    });
  }
  call.isAnswered = true;
  const { status: statusCode, headers: answered, body } = answer;
  return Object.assign(Readable.from([body]), { statusCode, headers: answered }) as unknown as IncomingMessage;
}

/** The SDK hands its body in as a stream; sent whole it needs no chunked encoding. */
async function collect(data: string | Buffer | Readable): Promise<Buffer> {
  if (typeof data === 'string' || Buffer.isBuffer(data)) return Buffer.from(data);
  const chunks: Buffer[] = [];
  for await (const chunk of data) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
