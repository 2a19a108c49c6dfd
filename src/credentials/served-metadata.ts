import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { formatExpiration } from './exported-variables.ts';
import type { Credentials } from './provider.ts';

/** `v1` answers requests without a token too. */
export type MetadataVersion = 'v1' | 'v2';

export interface MetadataRequest {
  method: string;
  /** As it was sent, query included. */
  target: string;
  headers: IncomingHttpHeaders;
}

export interface MetadataAnswer {
  status: number;
  contentType?: string;
  body: string;
}

export interface ServedMetadataOptions {
  version: MetadataVersion;
  current: () => Promise<Credentials>;
  /** Absent: there is no `region-id`. */
  regionId?: string | undefined;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** The role that these credentials stand for, as far as readers are concerned. */
const roleName = 'ack-ram-tool';
const tokenPath = '/latest/api/token';
const rolesPath = '/latest/meta-data/ram/security-credentials';
const regionPath = '/latest/meta-data/region-id';
/** Source: ECS instance metadata in security-hardened mode. */
const longestTokenSeconds = 21_600;

/**
 * Answers as the metadata service of an ECS instance with a RAM role does, as far as credentials and the region go;
 * `undefined` for every other path. Throws what `current` throws.
 */
export function createServedMetadata(
  options: ServedMetadataOptions,
): (request: MetadataRequest) => Promise<MetadataAnswer | undefined> {
  const { version, current, regionId, now } = options;
  const tokens = createTokens(now);
  const values = new Map<string, () => Promise<MetadataAnswer>>([
    [rolesPath, async () => text(200, roleName)],
    [`${rolesPath}/`, async () => text(200, roleName)],
    [`${rolesPath}/${roleName}`, async () => credentialsAnswer(await current(), now())],
  ]);
  if (regionId) values.set(regionPath, async () => text(200, regionId));

  return async ({ method, target, headers }) => {
    if (target === tokenPath) return method === 'PUT' ? issue(headers, tokens.issue) : text(405, 'method not allowed');
    const value = values.get(target);
    if (value === undefined) return undefined;
    if (method !== 'GET') return text(405, 'method not allowed');
    const token = headers['x-aliyun-ecs-metadata-token'];
    if (token === undefined ? version === 'v2' : !tokens.isValid(String(token))) return text(403, 'invalid token');
    return value();
  };
}

function issue(headers: IncomingHttpHeaders, issueToken: (seconds: number) => string): MetadataAnswer {
  // A proxy that can be talked into sending a PUT still says for whom it does.
  if (headers['x-forwarded-for'] !== undefined) return text(403, 'forbidden');
  const wanted = String(headers['x-aliyun-ecs-metadata-token-ttl-seconds'] ?? '');
  const seconds = /^\d{1,5}$/.test(wanted) ? Number(wanted) : 0;
  if (seconds < 1 || seconds > longestTokenSeconds) return text(400, 'invalid ttl');
  return text(200, issueToken(seconds));
}

/** Tokens that need no remembering, so that nobody can make us remember many: their end, and a seal on it. */
function createTokens(now: () => number) {
  const key = randomBytes(32);
  const seal = (end: string): Buffer => createHmac('sha256', key).update(end).digest();
  return {
    issue(seconds: number): string {
      const end = `${now() + seconds * 1000}.${randomBytes(16).toString('base64url')}`;
      return `${end}.${seal(end).toString('base64url')}`;
    },
    isValid(token: string): boolean {
      const [end = '', nonce = '', given = ''] = token.split('.');
      const bytes = Buffer.from(given, 'base64url');
      const own = seal(`${end}.${nonce}`);
      return bytes.length === own.length && timingSafeEqual(bytes, own) && Number(end) > now();
    },
  };
}

function credentialsAnswer(credentials: Credentials, now: number): MetadataAnswer {
  const body = { ...servedCredentials(credentials), LastUpdated: formatExpiration(new Date(now)) };
  return { status: 200, contentType: 'application/json', body: JSON.stringify(body) };
}

/**
 * What a credentials URI answers with: all of it, since one reader or another insists on each key.
 * Throws for credentials without a token or an expiry, of which nothing true can be said there.
 */
export function servedCredentials({ accessKeyId, accessKeySecret, securityToken, expiration }: Credentials) {
  if (!securityToken || expiration === undefined) throw new Error('credentials that do not expire cannot be served');
  return {
    Code: 'Success',
    AccessKeyId: accessKeyId,
    AccessKeySecret: accessKeySecret,
    SecurityToken: securityToken,
    Expiration: formatExpiration(expiration),
  };
}

function text(status: number, body: string): MetadataAnswer {
  return { status, contentType: 'text/plain', body };
}
