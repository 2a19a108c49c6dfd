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
}

/** Reads the claims of a JWT. Throws `FILE_INVALID`; no message holds any of the token. */
export async function readTokenClaims(token: string): Promise<TokenClaims> {
  const invalid = (fault: string): ToolError => new ToolError('FILE_INVALID', `the OIDC token ${fault}`);
  const { decodeJwt } = await import('jose');
  const payload = ((): Record<string, unknown> => {
    try {
      return decodeJwt(token);
    } catch {
      throw invalid('is no JSON web token');
    }
  })();
  const { iss, sub, aud = [], exp, nbf } = payload;
  const audiences: unknown[] = Array.isArray(aud) ? aud : [aud];
  if (typeof iss !== 'string' || iss === '') throw invalid('names no issuer (iss)');
  if (typeof sub !== 'string' || sub === '') throw invalid('names no subject (sub)');
  if (!isStrings(audiences)) throw invalid('has an audience (aud) that is neither a string nor a list of strings');
  if (!isSeconds(exp)) throw invalid('does not say when it expires (exp)');
  if (nbf !== undefined && !isSeconds(nbf)) throw invalid('has a start of validity (nbf) that is no time');
  return {
    issuer: iss,
    subject: sub,
    audiences,
    expiresAt: exp * 1000,
    notBefore: nbf === undefined ? undefined : nbf * 1000,
  };
}

function isStrings(values: readonly unknown[]): values is string[] {
  return values.every((value) => typeof value === 'string');
}

/** Seconds that a Date can hold. */
function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 8.64e12;
}
