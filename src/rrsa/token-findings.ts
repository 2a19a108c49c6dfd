import type { Finding } from '../policy/lint.ts';
import { quoted } from '../policy/name.ts';
import { parseSubject } from '../policy/subject.ts';
import { RRSA_AUDIENCE } from '../policy/trust.ts';
import type { TokenClaims } from './token-claims.ts';

/**
 * What STS checks of a token before it looks at any trust policy. Pure. An `error` means that it would be refused.
 * @param issuers of the cluster; the first is the one of its OIDC provider and of new tokens
 * @param now milliseconds since the epoch
 */
export function tokenFindings(
  token: TokenClaims,
  issuers: readonly string[],
  clusterId: string,
  now: number,
): Finding[] {
  const found = [
    expiryFinding(token, now),
    startFinding(token, now),
    issuerFinding(token, issuers, clusterId),
    audienceFinding(token),
    subjectFinding(token),
  ];
  return found.filter((finding) => finding !== undefined);
}

export function expiryFinding({ expiresAt }: TokenClaims, now: number): Finding | undefined {
  if (expiresAt > now) return undefined;
  return { id: 'token-expired', severity: 'error', message: `the token expired at ${timeOf(expiresAt)}` };
}

export function startFinding({ notBefore }: TokenClaims, now: number): Finding | undefined {
  if (notBefore === undefined || notBefore <= now) return undefined;
  const message = `the token is not valid before ${timeOf(notBefore)}: is the clock right?`;
  return { id: 'token-not-yet-valid', severity: 'error', message };
}

/** @param issuers of the cluster, as for `tokenFindings` */
export function issuerFinding(
  { issuer }: TokenClaims,
  issuers: readonly string[],
  clusterId: string,
): Finding | undefined {
  const [current = ''] = issuers;
  if (issuer === current) return undefined;
  if (issuers.includes(issuer)) {
    const message = `the token is of ${quoted(issuer)}, an earlier issuer of cluster ${clusterId}; new tokens are of ${quoted(current)}`;
    return { id: 'token-issuer-old', severity: 'warning', message };
  }
  const slash = `${issuer}/` === current || issuer === `${current}/` ? ' (they differ in the last "/")' : '';
  const message = `the token is of issuer ${quoted(issuer)}, and cluster ${clusterId} is ${quoted(current)}${slash}`;
  return { id: 'token-issuer', severity: 'error', message };
}

export function audienceFinding({ audiences }: TokenClaims): Finding | undefined {
  if (audiences.includes(RRSA_AUDIENCE)) return undefined;
  const message = `the token is for ${audienceList(audiences)}, and the OIDC provider takes tokens for "${RRSA_AUDIENCE}"`;
  return { id: 'token-audience', severity: 'error', message };
}

export function subjectFinding({ subject }: TokenClaims): Finding | undefined {
  if (parseSubject(subject) !== undefined) return undefined;
  const message = `the token is of ${quoted(subject)}, which is no service account`;
  return { id: 'token-subject', severity: 'warning', message };
}

/** For a message. */
export function audienceList(audiences: readonly string[]): string {
  return audiences.length === 0 ? 'nobody' : audiences.slice(0, 5).map(quoted).join(', ');
}

/** UTC, in whole seconds, for a message. */
export function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
