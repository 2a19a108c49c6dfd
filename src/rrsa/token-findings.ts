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
  const findings: Finding[] = [];
  const say = (id: string, severity: Finding['severity'], message: string): void =>
    void findings.push({ id, severity, message });
  const { issuer, subject, audiences, expiresAt, notBefore } = token;
  if (expiresAt <= now) say('token-expired', 'error', `the token expired at ${timeOf(expiresAt)}`);
  if (notBefore !== undefined && notBefore > now) {
    say('token-not-yet-valid', 'error', `the token is not valid before ${timeOf(notBefore)}: is the clock right?`);
  }
  const [current = ''] = issuers;
  if (!issuers.includes(issuer)) {
    const slash = `${issuer}/` === current || issuer === `${current}/` ? ' (they differ in the last "/")' : '';
    const message = `the token is of issuer ${quoted(issuer)}, and cluster ${clusterId} is ${quoted(current)}${slash}`;
    say('token-issuer', 'error', message);
  } else if (issuer !== current) {
    const message = `the token is of ${quoted(issuer)}, an earlier issuer of cluster ${clusterId}; new tokens are of ${quoted(current)}`;
    say('token-issuer-old', 'warning', message);
  }
  if (!audiences.includes(RRSA_AUDIENCE)) {
    const found = audiences.length === 0 ? 'nobody' : audiences.map(quoted).join(', ');
    say(
      'token-audience',
      'error',
      `the token is for ${found}, and the OIDC provider takes tokens for "${RRSA_AUDIENCE}"`,
    );
  }
  if (parseSubject(subject) === undefined) {
    say('token-subject', 'warning', `the token is of ${quoted(subject)}, which is no service account`);
  }
  return findings;
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
