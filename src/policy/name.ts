/**
 * Names of things in the cloud, checked before anything is called: each function returns the name, or throws `USAGE`
 * naming the flag and the value.
 */
import { usageError } from '../errors.ts';

/** 1–64 of `[A-Za-z0-9.-]`; older roles may have an `@` too. A name of punctuation only (`..`) is never one. */
const roleName = /^(?=.*[A-Za-z0-9])[A-Za-z0-9.@-]{1,64}$/;

export function isRoleName(value: string): boolean {
  return roleName.test(value);
}

export function checkRoleName(value: string, flag = '--role-name'): string {
  return check(value, flag, roleName, 'a RAM role name (1 to 64 letters, digits, "." and "-")');
}

export function checkPolicyName(value: string, flag = 'policy name'): string {
  return check(value, flag, /^[A-Za-z0-9-]{1,128}$/, 'a RAM policy name (1 to 128 letters, digits and "-")');
}

export function checkClusterId(value: string, flag = '--cluster-id'): string {
  return check(value, flag, /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/, 'a cluster id (1 to 64 letters, digits and "-")');
}

/** Source: RoleSessionName of STS AssumeRole and AssumeRoleWithOIDC. */
export function checkSessionName(value: string, flag = '--session-name'): string {
  return check(
    value,
    flag,
    /^[A-Za-z0-9.@_-]{2,64}$/,
    'a session name (2 to 64 letters, digits, ".", "@", "_" and "-")',
  );
}

function check(value: string, flag: string, grammar: RegExp, kind: string): string {
  if (grammar.test(value)) return value;
  throw usageError(`${flag} ${quoted(value)} is not ${kind}`);
}

/** A user's text for a message: escaped, and cut where it is long. */
export function quoted(value: string): string {
  return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
}
