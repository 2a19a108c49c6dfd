import type { AssumeRoleWithOidc } from '../cloud/ports.ts';
import { parseOidcProviderArn } from '../policy/arn.ts';
import { quoted } from '../policy/name.ts';
import { asRefusal, type RoleSession, roleRequest, roleSessionFault } from './assume-role.ts';
import type { Provider } from './provider.ts';

/** A role to assume with an OIDC token. */
export interface OidcSession extends RoleSession {
  /** `acs:ram::<account id>:oidc-provider/<name>`. */
  providerArn: string;
}

/** What is wrong with `session`, as a sentence fragment to put behind the name of its source; `undefined` if nothing. */
export function oidcSessionFault(session: OidcSession): string | undefined {
  if (parseOidcProviderArn(session.providerArn) === undefined) {
    return `the OIDC provider ARN ${quoted(session.providerArn)} is not of the form acs:ram::<account id>:oidc-provider/<name>`;
  }
  return roleSessionFault(session);
}

/**
 * A role assumed with an OIDC token, anew at every call; put `memoize` around it. `readToken` is called each time,
 * because the kubelet replaces the token in its file long before the old one has expired.
 * Throws `CREDENTIALS_REFUSED` when STS refuses, and what `readToken` throws.
 */
export function fromOidc(options: {
  session: OidcSession;
  readToken: () => Promise<string>;
  assumeRoleWithOidc: AssumeRoleWithOidc;
}): Provider {
  const { session, readToken, assumeRoleWithOidc } = options;
  const request = { ...roleRequest(session), providerArn: session.providerArn };
  return async () => {
    const oidcToken = await readToken();
    try {
      return await assumeRoleWithOidc({ ...request, oidcToken }, { regionId: session.regionId });
    } catch (error) {
      const message = `STS refused to issue credentials for role ${session.roleArn} to this OIDC token`;
      throw asRefusal(error, message, { providerArn: session.providerArn });
    }
  };
}
