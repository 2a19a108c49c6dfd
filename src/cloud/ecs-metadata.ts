/** The metadata service of ECS instances. Source: ECS instance metadata, normal and security-hardened mode. */
import { ToolError } from '../errors.ts';
import type { Env } from '../io.ts';
import { requireLoopbackInSandbox } from './endpoints.ts';
import type { HttpAnswer, HttpRequest, Timeouts } from './network.ts';

const defaultEndpoint = 'http://100.100.100.200';
/** The service answers at once or not at all. */
const patience: Timeouts = { connectMs: 1_000, readMs: 5_000 };
const tokenLifeSeconds = 21_600;
const maxBytes = 64 * 1024;

export interface MetadataOptions {
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

async function send(sent: Sent, { signal, readTimeoutMs = patience.readMs }: MetadataOptions): Promise<HttpAnswer> {
  const { request } = await import('./network.ts');
  const timeouts = { ...patience, readMs: Math.min(readTimeoutMs, patience.readMs) };
  return request({ ...sent, timeouts, signal, maxBytes });
}

/** A token for version 2; `undefined` when this instance has version 1 only, which may be forbidden. */
async function readToken(endpoint: string, options: MetadataOptions): Promise<string | undefined> {
  if (isOn(options.env.ALIBABA_CLOUD_IMDSV2_DISABLED)) return undefined;
  const headers = { 'X-aliyun-ecs-metadata-token-ttl-seconds': String(tokenLifeSeconds) };
  const answer = await send({ method: 'PUT', url: `${endpoint}/latest/api/token`, headers }, options);
  if (answer.status === 200) return answer.body.toString('utf8').trim();
  if (answer.status === 403 || answer.status === 404) return undefined;
  throw new ToolError('BAD_ANSWER', `the metadata service at ${endpoint} answered ${answer.status} to a token request`);
}

/**
 * The text at a path below `/latest/`, by version 2 where the instance has it, else by version 1 unless
 * `ALIBABA_CLOUD_IMDSV1_DISABLED` is set. `undefined` when there is nothing at that path.
 * Never through a proxy. Throws `NETWORK` where there is no metadata service, `BAD_ANSWER` for any other refusal.
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
  const answer = await send({ method: 'GET', url: `${endpoint}/latest/${path}`, headers }, options);
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) {
    throw new ToolError('BAD_ANSWER', `the metadata service at ${endpoint} answered ${answer.status} for ${path}`);
  }
  return answer.body.toString('utf8').trim();
}
