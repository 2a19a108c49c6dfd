import { usageError } from '../errors.ts';
import { fromAssumedRole, type RoleSession, roleSessionFault } from './assume-role.ts';
import { chain } from './chain.ts';
import { type EnvironmentOptions, environmentSources } from './environment.ts';
import { memoize } from './memoize.ts';
import type { Provider, Source } from './provider.ts';

export interface CredentialOptions extends EnvironmentOptions {
  clock: { now(): number };
  /** `--ignore-env-credentials`. Default false. */
  ignoreEnvironment?: boolean | undefined;
  /** `--role-arn` and what belongs to it: assumed on top of whatever is found. */
  role?: RoleSession | undefined;
}

/** Every place where credentials may be configured, in the order they are asked. */
export function credentialSources(options: CredentialOptions): Source[] {
  return options.ignoreEnvironment ? [] : environmentSources(options);
}

/**
 * The credentials of this run: the first configured source, the role of `options.role` on top, remembered until they
 * are to be renewed. Calls no service before the provider is called.
 * Throws `USAGE` for a malformed `role`, `CREDENTIALS_NOT_FOUND`, `CREDENTIALS_SOURCE_BROKEN`; the provider
 * `CREDENTIALS_SOURCE_BROKEN`, `CREDENTIALS_REFUSED` and what the network has to say.
 */
export async function resolveCredentials(options: CredentialOptions): Promise<Provider> {
  const { role, assumeRole, clock } = options;
  const fault = role && roleSessionFault(role);
  if (fault !== undefined) throw usageError(fault);
  const base = memoize(await chain(credentialSources(options)), clock);
  return role === undefined ? base : memoize(fromAssumedRole({ base, assumeRole, session: role }), clock);
}
