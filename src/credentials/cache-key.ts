import { createHash } from 'node:crypto';
import { parseRoleArn } from '../policy/arn.ts';
import type { RoleSession } from './assume-role.ts';
import type { Credentials } from './provider.ts';

/** Everything that decides which credentials a run gets. */
export interface KeyParts {
  /** `Source.identity()`, or `staticIdentity` of the keys that are at hand. */
  identity: readonly string[];
  /** The role assumed on top. */
  role?: RoleSession | undefined;
  /** Without such a role: the session of the role that the source assumes, where the user asks for one. */
  session?: Omit<RoleSession, 'roleArn'> | undefined;
  expectAccount?: string | undefined;
  stsEndpointName: string;
}

/** Part of every key: a change of what goes into a key, or of what an entry holds, makes old entries unfindable. */
const keyVersion = 1;

/**
 * 64 hexadecimal digits that are equal for equal parts and for no others: sha256 over their JSON. An absent value and an
 * empty one are told apart. The account that is expected is a part, so that what is found under a key has been checked.
 */
export function cacheKey({ identity, role, session, expectAccount, stsEndpointName }: KeyParts): string {
  const roleParts = role && [role.roleArn, role.sessionName, role.durationSeconds, role.policy];
  const sessionParts = session && [session.sessionName, session.durationSeconds, session.policy];
  // In arrays JSON writes undefined as null, and nothing else.
  return sha256(JSON.stringify([keyVersion, identity, roleParts, sessionParts, expectAccount, stsEndpointName]));
}

/** The identity of keys that are at hand: the id in the clear, everything secret as a hash. */
export function staticIdentity({ accessKeyId, accessKeySecret, securityToken }: Credentials): string[] {
  return ['keys', accessKeyId, sha256(accessKeySecret), ...(securityToken ? [sha256(securityToken)] : [])];
}

/**
 * Whom an OIDC token speaks for: its `iss` and `sub`, which stay when the token is renewed; of a token in which they
 * cannot be found, a hash. The signature is not looked at: that is for STS, and this is no decision about trust.
 */
export function tokenIdentity(token: string): string[] {
  const [, payload, ...rest] = token.split('.');
  if (payload !== undefined && rest.length === 1) {
    try {
      const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
      const { iss, sub } = (claims ?? {}) as { iss?: unknown; sub?: unknown };
      if (typeof iss === 'string' && typeof sub === 'string') return ['issuer', iss, 'subject', sub];
    } catch {
      // Not JSON: the hash below tells such tokens apart.
    }
  }
  return ['token', sha256(token)];
}

/** The account of the credentials, where the parts name it: that of the last role, unless several accounts are named. */
export function accountOf({ identity, role, expectAccount }: KeyParts): string | undefined {
  if (expectAccount !== undefined) return expectAccount;
  const arns = role === undefined ? identity : [role.roleArn];
  const accounts = new Set(arns.flatMap((text) => parseRoleArn(text)?.accountId ?? []));
  return accounts.size === 1 ? [...accounts][0] : undefined;
}

/** Hexadecimal; what stands for a secret in an identity. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
