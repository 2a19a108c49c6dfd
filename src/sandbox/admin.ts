import { jsonAnswer } from './answers.ts';
import { mintToken, type TokenRequest } from './oidc/model.ts';
import type { SandboxState } from './state.ts';
import { headerOf, pathOf, type SandboxRequest, type SandboxResponse } from './wire.ts';

const maxTokenSeconds = 12 * 3600;

/**
 * What the owner of the sandbox may ask, below the unguessable path: `POST token` (a service-account token),
 * `POST reset`, `GET state` (the whole store, secrets and all), `GET access-log`.
 */
export async function handleAdmin(state: SandboxState, request: SandboxRequest): Promise<SandboxResponse> {
  if (isFromBrowser(request)) return jsonAnswer(403, { error: 'the sandbox is not administered from a page' });
  const what = `${request.method} ${pathOf(request.target).slice(state.adminPath.length + 1)}`;
  switch (what) {
    case 'POST token':
      return postToken(state, request);
    case 'POST reset':
      state.reset();
      return jsonAnswer(200, {});
    case 'GET state':
      return jsonAnswer(200, state.store);
    case 'GET access-log':
      return jsonAnswer(200, state.log.entries());
    default:
      return jsonAnswer(404, { error: 'the sandbox has no such administration' });
  }
}

/** Programs that use `fetch` of Node send `Sec-Fetch-Mode`, so that is no sign of one. */
function isFromBrowser(request: SandboxRequest): boolean {
  const signs = ['origin', 'sec-fetch-site', 'sec-fetch-dest', 'sec-fetch-user'];
  return signs.some((name) => headerOf(request, name) !== undefined);
}

async function postToken(state: SandboxState, request: SandboxRequest): Promise<SandboxResponse> {
  const wanted = readTokenRequest(request.body, state.now());
  if (typeof wanted === 'string') return jsonAnswer(400, { error: wanted });
  const minted = await mintToken(state.store, wanted);
  if (minted === undefined) {
    const error = `the sandbox has no cluster ${wanted.clusterId} that it issues tokens for`;
    return jsonAnswer(404, { error });
  }
  return jsonAnswer(200, { token: minted.token, expiration: new Date(minted.expiresAt).toISOString() });
}

/** The request, or what is wrong with it. */
function readTokenRequest(body: Uint8Array, now: number): TokenRequest | string {
  const asked = parseObject(Buffer.from(body).toString('utf8'));
  if (asked === undefined) return 'the body is not a JSON object';
  const { clusterId, namespace, serviceAccount, audience = 'sts.aliyuncs.com', expiresInSeconds = 3600 } = asked;
  if (typeof clusterId !== 'string') return 'clusterId is not a string';
  if (!isDnsLabel(namespace)) return 'namespace is not the name of a namespace';
  if (!isDnsName(serviceAccount)) return 'serviceAccount is not the name of a service account';
  if (typeof audience !== 'string' || audience === '') return 'audience is not a string';
  if (!Number.isInteger(expiresInSeconds) || Number(expiresInSeconds) < 1) return 'expiresInSeconds is not a number';
  if (Number(expiresInSeconds) > maxTokenSeconds) return 'expiresInSeconds is more than 43200 (12 hours)';
  return { clusterId, namespace, serviceAccount, audience, expiresInSeconds: Number(expiresInSeconds), now };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function isDnsLabel(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(value);
}

function isDnsName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 253 && value.split('.').every(isDnsLabel);
}
