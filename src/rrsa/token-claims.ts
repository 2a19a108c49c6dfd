import { ToolError } from '../errors.ts';

/** What a token says of itself. Nothing of it is verified here: only the issuer's keys could, and STS does. */
export interface TokenClaims {
  issuer: string;
  subject: string;
  /** Empty when the token is for nobody in particular. */
  audiences: string[];
  /** Milliseconds since the epoch. */
  expiresAt: number;
  /** Milliseconds since the epoch; absent when the token does not say. */
  notBefore?: number | undefined;
  /** Milliseconds since the epoch; absent when the token does not say. */
  issuedAt?: number | undefined;
}

type Json = Record<string, unknown>;

/** A JWT that was taken apart. */
export interface DecodedToken {
  header: Json;
  payload: Json;
}

/** Reads the claims of a JWT. Throws `FILE_INVALID`; no message holds any of the token. */
export async function readTokenClaims(token: string): Promise<TokenClaims> {
  return claimsIn(decodeToken(token).payload);
}

/** Takes a JWT apart. Throws `FILE_INVALID`, saying what keeps it from being one; no message holds any of it. */
export function decodeToken(token: string): DecodedToken {
  const parts = token.split('.');
  const [header = '', payload = ''] = parts;
  if (parts.length !== 3) {
    throw invalid(`is no JSON web token: it has ${parts.length} parts, and three are to be divided by "."`);
  }
  if (!parts.every((part) => /^[A-Za-z0-9_-]+$/.test(part))) {
    throw invalid('is no JSON web token: one of its parts is empty, or not in base64url');
  }
  return { header: parseObject(header), payload: parseObject(payload) };
}

/** The claims that STS reads. Throws `FILE_INVALID` for one that is missing, or of another type. */
export function claimsIn({ iss, sub, aud = [], exp, nbf, iat }: Json): TokenClaims {
  const audiences: unknown[] = Array.isArray(aud) ? aud : [aud];
  if (typeof iss !== 'string' || iss === '') throw invalid('names no issuer (iss)');
  if (typeof sub !== 'string' || sub === '') throw invalid('names no subject (sub)');
  if (!isStrings(audiences)) throw invalid('has an audience (aud) that is neither a string nor a list of strings');
  if (!isSeconds(exp)) throw invalid('does not say when it expires (exp)');
  if (nbf !== undefined && !isSeconds(nbf)) throw invalid('has a start of validity (nbf) that is no time');
  if (iat !== undefined && !isSeconds(iat)) throw invalid('has a time of issue (iat) that is no time');
  return {
    issuer: iss,
    subject: sub,
    audiences,
    expiresAt: exp * 1000,
    notBefore: nbf === undefined ? undefined : nbf * 1000,
    issuedAt: iat === undefined ? undefined : iat * 1000,
  };
}

function parseObject(part: string): Json {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  } catch {
    // Said below, as for JSON that is no object. The error of JSON.parse would quote the token.
  }
  throw invalid('is no JSON web token: one of its parts holds no JSON object');
}

function invalid(fault: string): ToolError {
  return new ToolError('FILE_INVALID', `the OIDC token ${fault}`);
}

function isStrings(values: readonly unknown[]): values is string[] {
  return values.every((value) => typeof value === 'string');
}

/** Seconds that a Date can hold. */
function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 8.64e12;
}
