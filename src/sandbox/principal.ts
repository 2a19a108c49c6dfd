import type { Nonces } from './nonces.ts';
import type { SignatureClaim } from './signatures/claim.ts';
import type { Store } from './store.ts';
import { ApiFault, type Principal } from './types.ts';
import { isSameText } from './wire.ts';

/** How far a client's clock may be off, either way. */
const clockSkewMs = 15 * 60_000;
const maxNonceLength = 128;

interface KnownKey {
  secret: string;
  active: boolean;
  principal: Principal;
  /** Temporary keys only. */
  session?: { securityToken: string; expiresAt: number };
}

/**
 * Finds out who signed a request. Throws `ApiFault` with the gateway's own codes: `InvalidAccessKeyId.*`,
 * `InvalidTimeStamp.Expired`, `MissingSecurityToken`, `InvalidSecurityToken.*`, `SignatureDoesNotMatch`,
 * `SignatureNonceUsed`. A nonce is used up only by a signature that is right.
 */
export function authenticate(claim: SignatureClaim, store: Store, nonces: Nonces, now: number): Principal {
  const key = findKey(store, claim.accessKeyId);
  if (key === undefined) throw refuse(404, 'InvalidAccessKeyId.NotFound', 'Specified access key is not found.');
  if (!key.active) throw refuse(400, 'InvalidAccessKeyId.Inactive', 'Specified access key is disabled.');
  if (Math.abs(now - claim.signedAt) > clockSkewMs) {
    throw refuse(400, 'InvalidTimeStamp.Expired', 'Specified time stamp or date value is expired.');
  }
  checkSecurityToken(claim.securityToken, key, now);
  if (!claim.isSignedWith(key.secret)) {
    const text = `Specified signature is not matched with our calculation. server string to sign is:${claim.stringToSign}`;
    throw refuse(400, 'SignatureDoesNotMatch', text);
  }
  useNonce(claim, nonces, now);
  return key.principal;
}

function findKey(store: Store, accessKeyId: string): KnownKey | undefined {
  for (const { id: accountId, rootAccessKeys = [], users } of store.accounts) {
    const root = rootAccessKeys.find(({ id }) => id === accessKeyId);
    if (root !== undefined) return { ...root, principal: { kind: 'root', accountId } };
    for (const { name, accessKeys } of users) {
      const key = accessKeys.find(({ id }) => id === accessKeyId);
      if (key !== undefined) return { ...key, principal: { kind: 'user', accountId, userName: name } };
    }
  }
  const session = store.sessions.find((each) => each.accessKeyId === accessKeyId);
  if (session === undefined) return undefined;
  const { accountId, roleName, sessionName, sessionPolicy } = session;
  const principal: Principal = { kind: 'session', accountId, roleName, sessionName, sessionPolicy };
  return { secret: session.accessKeySecret, active: true, principal, session };
}

function checkSecurityToken(token: string | undefined, { session }: KnownKey, now: number): void {
  if (session === undefined) {
    if (token) throw mismatch();
    return;
  }
  if (!token) throw refuse(400, 'MissingSecurityToken', 'SecurityToken is mandatory for this action.');
  if (!/^CAIS[\w+/=-]+$/.test(token)) {
    throw refuse(400, 'InvalidSecurityToken.Malformed', 'Specified SecurityToken is malformed.');
  }
  if (!isSameText(token, session.securityToken)) throw mismatch();
  if (session.expiresAt <= now) {
    throw refuse(400, 'InvalidSecurityToken.Expired', 'Specified SecurityToken is expired.');
  }
}

function mismatch(): ApiFault {
  const text = 'Specified SecurityToken is mismatch with the AccessKey.';
  return refuse(400, 'InvalidSecurityToken.MismatchWithAccessKey', text);
}

function useNonce({ accessKeyId, nonce }: SignatureClaim, nonces: Nonces, now: number): void {
  if (nonce === undefined) return;
  if (nonce === '' || nonce.length > maxNonceLength) {
    throw refuse(400, 'InvalidParameter.SignatureNonce', 'Specified signature nonce is empty or too long.');
  }
  if (!nonces.claim(accessKeyId, nonce, now)) {
    throw refuse(400, 'SignatureNonceUsed', 'Specified signature nonce was used already.');
  }
}

function refuse(status: number, code: string, message: string): ApiFault {
  return new ApiFault(status, code, message);
}

/** As GetCallerIdentity spells it: `…:root`, `…:user/<name>`, `…:assumed-role/<role>/<session>`. */
export function principalArn(principal: Principal): string {
  return `acs:ram::${principal.accountId}:${localName(principal)}`;
}

function localName(principal: Principal): string {
  switch (principal.kind) {
    case 'root':
      return 'root';
    case 'user':
      return `user/${principal.userName}`;
    case 'session':
      return `assumed-role/${principal.roleName}/${principal.sessionName}`;
  }
}
