/** Tokens of ack-ram-authenticator: a request of STS GetCallerIdentity, signed here and sent by the API server. */
import { createHash, createHmac } from 'node:crypto';

export interface SigningKeys {
  accessKeyId: string;
  accessKeySecret: string;
  /** Absent for long-lived keys. */
  securityToken?: string | undefined;
  /** Absent when the keys do not expire. */
  expiration?: Date | undefined;
}

export interface AckToken {
  token: string;
  /** 10 minutes after it was signed, or when the keys expire if that is sooner. */
  expiresAt: Date;
}

/** The authenticator refuses longer ones. */
export const maxTokenBytes = 4096;

/** The authenticator takes a signature for 15 minutes; 5 are for clocks that differ. */
const lifeMs = 10 * 60_000;
const algorithm = 'ACS3-HMAC-SHA256';
const clusterKey = 'ACKClusterId';
const emptyBodyHash = sha256('');

/**
 * The token `k8s-ack-v2.…` for a cluster. What is signed is what the authenticator passes on and no more: no host and
 * no nonce. Equal arguments give equal tokens.
 * Source of the format: https://github.com/AliyunContainerService/ack-ram-authenticator
 * @param now milliseconds since the epoch
 * @param extra further parameters of the query, see `extraQuery`
 */
export function ackToken(
  keys: SigningKeys,
  { clusterId, now, extra = {} }: { clusterId: string; now: number; extra?: Readonly<Record<string, string>> },
): AckToken {
  const query = sorted({ ...extra, [clusterKey]: clusterId });
  const signed = sorted({
    'x-acs-action': 'GetCallerIdentity',
    'x-acs-content-sha256': emptyBodyHash,
    'x-acs-date': `${new Date(now).toISOString().slice(0, 19)}Z`,
    'x-acs-version': '2015-04-01',
    ...(keys.securityToken ? { 'x-acs-security-token': keys.securityToken } : {}),
  });
  const headers = { Authorization: authorization(keys, query, signed), 'user-agent': 'ack-ram-tool', ...signed };
  const request = { clusterId, method: 'POST', path: '/', query, headers };
  const expiresAt = Math.min(now + lifeMs, keys.expiration?.getTime() ?? Number.POSITIVE_INFINITY);
  return {
    token: `k8s-ack-v2.${Buffer.from(JSON.stringify(request)).toString('base64')}`,
    expiresAt: new Date(expiresAt),
  };
}

/**
 * Parameters that an environment adds to the query of a token: the variables whose name starts with `prefix`, named by
 * the rest of it in lower case. Empty variables count as not set, and a name that could not stand in a query is passed
 * over; nothing takes the place of the cluster id. An empty prefix adds nothing.
 */
export function extraQuery(
  env: Readonly<Record<string, string | undefined>>,
  prefix: string | undefined,
): Record<string, string> {
  if (!prefix) return {};
  const extra = Object.entries(env).flatMap(([name, value]) => {
    const key = name.startsWith(prefix) ? name.slice(prefix.length).toLowerCase() : '';
    const isUsable = /^[a-z0-9_.-]+$/.test(key) && key !== clusterKey.toLowerCase();
    return isUsable && value ? [[key, value] as const] : [];
  });
  return Object.fromEntries(extra);
}

/** The signature V3. Source: https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature */
function authorization(
  { accessKeyId, accessKeySecret }: SigningKeys,
  query: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
): string {
  const signedHeaders = Object.keys(headers).join(';');
  const canonical = [
    'POST',
    '/',
    Object.keys(query)
      // Again: an object does not keep the order of names that are numbers.
      .sort()
      .map((name) => `${name}=${percentEncode(query[name] ?? '')}`)
      .join('&'),
    ...Object.entries(headers).map(([name, value]) => `${name}:${value.trim()}`),
    '',
    signedHeaders,
    emptyBodyHash,
  ].join('\n');
  const signature = createHmac('sha256', accessKeySecret)
    .update(`${algorithm}\n${sha256(canonical)}`)
    .digest('hex');
  return `${algorithm} Credential=${accessKeyId},SignedHeaders=${signedHeaders},Signature=${signature}`;
}

/** With its keys in the order they are signed in. */
function sorted(record: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** RFC 3986: all but letters, digits and `-_.~`. */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
