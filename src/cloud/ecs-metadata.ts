/** The metadata service of ECS instances. Source: ECS instance metadata, normal and security-hardened mode. */
import { ToolError } from '../errors.ts';
import type { Env } from '../io.ts';
import { requireLoopbackInSandbox } from './endpoints.ts';
import type { HttpAnswer, HttpRequest, Timeouts } from './network.ts';
import { type RetryDeps, withRetry } from './retry.ts';

const defaultEndpoint = 'http://100.100.100.200';
/** The service answers at once or not at all. */
const patience: Timeouts = { connectMs: 1_000, readMs: 5_000 };
const tokenLifeSeconds = 21_600;
const maxBytes = 64 * 1024;
const maxRetries = 2;
/** Nobody is there: this is no ECS instance, and will be none a moment later. */
const absentReasons: readonly unknown[] = [
  'ECONNREFUSED',
  'CONNECT_TIMEOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
];

export interface MetadataOptions extends Pick<RetryDeps['clock'], 'sleep' | 'random'> {
  env: Env;
  signal: AbortSignal;
  /** Default and at most 5 seconds. */
  readTimeoutMs?: number;
}

function isOn(value: string | undefined): boolean {
  return /^(?:1|t|true)$/i.test(value ?? '');
}

function endpointOf(env: Env): string {
  const named = env.ALIBABA_CLOUD_IMDS_ENDPOINT;
  if (named === undefined || named === '') return defaultEndpoint;
  const text = named.includes('://') ? named : `http://${named}`;
  if (!URL.canParse(text)) throw new ToolError('USAGE', 'ALIBABA_CLOUD_IMDS_ENDPOINT is no URL');
  return text.replace(/\/+$/, '');
}

type Sent = Pick<HttpRequest, 'method' | 'url' | 'headers'>;

/** Any answer but that of a service in trouble, which is what `refusal` makes of its status. */
async function send(sent: Sent, refusal: (status: number) => ToolError, options: MetadataOptions): Promise<HttpAnswer> {
  const { request } = await import('./network.ts');
  const { signal, sleep, random, readTimeoutMs = patience.readMs } = options;
  const timeouts = { ...patience, readMs: Math.min(readTimeoutMs, patience.readMs) };
  const ask = async (): Promise<HttpAnswer> => {
    const answer = await request({ ...sent, timeouts, signal, maxBytes }).catch(asFinalWhenAbsent);
    if (answer.status === 429 || answer.status >= 500) throw refusal(answer.status);
    return answer;
  };
  const silent = { debug: () => {}, warn: () => {} };
  return withRetry(ask, { what: 'metadata', maxRetries }, { clock: { sleep, random }, signal, ...silent });
}

function asFinalWhenAbsent(error: unknown): never {
  if (!(error instanceof ToolError) || !absentReasons.includes(error.details?.reason)) throw error;
  throw new ToolError(error.code, error.message, { details: { ...error.details, transient: false } });
}

function refused(httpStatus: number, message: string): ToolError {
  return new ToolError('BAD_ANSWER', message, { details: { httpStatus } });
}

/** A token for version 2; `undefined` when this instance has version 1 only, which may be forbidden. */
async function readToken(endpoint: string, options: MetadataOptions): Promise<string | undefined> {
  if (isOn(options.env.ALIBABA_CLOUD_IMDSV2_DISABLED)) return undefined;
  const headers = { 'X-aliyun-ecs-metadata-token-ttl-seconds': String(tokenLifeSeconds) };
  const sent = { method: 'PUT', url: `${endpoint}/latest/api/token`, headers };
  const refusal = (status: number): ToolError =>
    refused(status, `the metadata service at ${endpoint} answered ${status} to a token request`);
  const answer = await send(sent, refusal, options);
  if (answer.status === 200) return checkToken(answer.body.toString('utf8').trim(), endpoint);
  if (answer.status === 403 || answer.status === 404) return undefined;
  throw refusal(answer.status);
}

/** What becomes part of a header: the page of a proxy, or of a network that wants its users to sign in, cannot. */
function checkToken(token: string, endpoint: string): string {
  if (/^[\x21-\x7e]{1,4096}$/.test(token)) return token;
  throw new ToolError('BAD_ANSWER', `the metadata service at ${endpoint} answered a token request with no token`);
}

/**
 * The text at a path below `/latest/`, by version 2 where the instance has it, else by version 1 unless
 * `ALIBABA_CLOUD_IMDSV1_DISABLED` is set. `undefined` when there is nothing at that path.
 * Never through a proxy. Asked again when it is in trouble, not when nobody is there. Throws `NETWORK` where there is no metadata service, `BAD_ANSWER` for any other refusal.
 */
export async function readMetadata(path: string, options: MetadataOptions): Promise<string | undefined> {
  const endpoint = endpointOf(options.env);
  requireLoopbackInSandbox(new URL(endpoint), options.env);
  const token = await readToken(endpoint, options);
  if (token === undefined && isOn(options.env.ALIBABA_CLOUD_IMDSV1_DISABLED)) {
    throw new ToolError(
      'BAD_ANSWER',
      `the metadata service at ${endpoint} has no version 2, and version 1 is switched off`,
    );
  }
  const headers = token === undefined ? {} : { 'X-aliyun-ecs-metadata-token': token };
  const sent = { method: 'GET', url: `${endpoint}/latest/${path}`, headers };
  const refusal = (status: number): ToolError =>
    refused(status, `the metadata service at ${endpoint} answered ${status} for ${path}`);
  const answer = await send(sent, refusal, options);
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw refusal(answer.status);
  return answer.body.toString('utf8').trim();
}
