import { compactVerify, createLocalJWKSet, errors } from 'jose';
import type { SandboxOidcProvider, Store } from '../store.ts';
import { ApiFault } from '../types.ts';
import { clusterByIssuer, jwksOf } from './model.ts';

const minTokenLength = 4;
const maxTokenLength = 20_000;

/** What a token that passed every check says. */
export interface OidcClaims {
  issuer: string;
  subject: string;
  audiences: string[];
  /** Milliseconds since the epoch. */
  issuedAt: number;
  expiresAt: number;
}

type Json = Record<string, unknown>;

/**
 * Verifies a token as STS does, with the keys that the issuer has in the store; nothing is ever fetched. Throws 401
 * `AuthenticationFail.OIDCToken.*` with the messages of the service's error table.
 * Source: https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-errorcodes
 */
export async function verifyOidcToken(
  store: Store,
  provider: SandboxOidcProvider,
  token: string,
  now: number,
): Promise<OidcClaims> {
  const { header, payload } = decode(token);
  if (header.alg !== 'RS256') {
    const alg = typeof header.alg === 'string' && /^[\w-]{1,20}$/.test(header.alg) ? header.alg : 'null';
    throw invalid(`The algorithm ${alg} that be specified in Jwt header is unknown.`);
  }
  const claims = readClaims(payload);
  await checkSignature(store, token, claims.issuer, provider.name);
  if (claims.issuer !== provider.issuerUrl) {
    const message = "The issuer in the OIDC Token doesn't match the OIDC Provider registered.";
    throw refuse('IssuerNotMatch', message);
  }
  checkTimes(claims, payload, provider, now);
  if (!claims.audiences.some((audience) => provider.clientIds.includes(audience))) {
    throw refuse('AudienceNotMatch', 'Invalid audience.');
  }
  return claims;
}

function decode(token: string): { header: Json; payload: Json } {
  if (token === '') throw invalid('The OIDCToken can not empty.');
  if (token.length < minTokenLength || token.length > maxTokenLength) throw unrecognized();
  const [header, payload, signature, ...rest] = token.split('.');
  if (!header || !payload || signature === undefined || rest.length > 0) {
    throw invalid("The number of Jwt field should be divided into 3 parts with '.' .");
  }
  if (![header, payload, signature].every((part) => /^[A-Za-z0-9_-]*$/.test(part))) {
    throw invalid('Cannot decode base64 encoded response(format invalided).');
  }
  return { header: parseObject(header), payload: parseObject(payload) };
}

function parseObject(part: string): Json {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  } catch {
    // Said below, as for JSON that is no object.
  }
  throw unrecognized();
}

function readClaims(payload: Json): OidcClaims {
  const { iss, sub, aud, iat, exp } = payload;
  const audiences = typeof aud === 'string' ? [aud] : aud;
  if (typeof iss !== 'string' || typeof sub !== 'string' || !isStrings(audiences)) throw unrecognized();
  if (!isTime(iat) || !isTime(exp)) throw unrecognized();
  return { issuer: iss, subject: sub, audiences, issuedAt: iat * 1000, expiresAt: exp * 1000 };
}

async function checkSignature(store: Store, token: string, issuer: string, providerName: string): Promise<void> {
  const cluster = clusterByIssuer(store, issuer, providerName);
  if (cluster === undefined) {
    const message = `Get public keys from OIDC Provider failed, the issuer is ${issuer}.`;
    throw refuse('IssuerConfigurationBroken', message);
  }
  try {
    await compactVerify(token, createLocalJWKSet(await jwksOf(cluster)), { algorithms: ['RS256'] });
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error;
    throw refuse('InvalidSignature', 'OIDC token validate failed: invalid signature.');
  }
}

function checkTimes(claims: OidcClaims, { nbf }: Json, provider: SandboxOidcProvider, now: number): void {
  if (claims.expiresAt <= now) throw expired();
  if (claims.issuedAt + provider.issuanceLimitHours * 3_600_000 < now) throw expired();
  const notBefore = isTime(nbf) ? nbf * 1000 : claims.issuedAt;
  if (Math.max(claims.issuedAt, notBefore) > now) throw unrecognized();
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** Seconds that a Date can hold. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < 8.64e12;
}

function expired(): ApiFault {
  return refuse('Expired', 'This JsonWebToken is expired.');
}

function unrecognized(): ApiFault {
  return invalid('The Jwt content is invalid that cannot be recognized.');
}

function invalid(message: string): ApiFault {
  return refuse('Invalid', message);
}

function refuse(code: string, message: string): ApiFault {
  return new ApiFault(401, `AuthenticationFail.OIDCToken.${code}`, message);
}
