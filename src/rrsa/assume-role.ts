import type { AssumeRoleWithOidc, TemporaryCredentials } from '../cloud/ports.ts';
import { ToolError, usageError } from '../errors.ts';
import { parseOidcProviderArn, parseRoleArn } from '../policy/arn.ts';
import { checkSessionName, quoted } from '../policy/name.ts';

/** Tells in ActionTrail who asked, unless the user names a session. */
export const DEFAULT_SESSION_NAME = 'ack-ram-tool';

export interface AssumeRoleInput {
  roleArn: string;
  providerArn: string;
  /** Seconds, 900 to the role's longest session. Absent: the API's default, 3600. */
  durationSeconds?: number | undefined;
  /** Default `ack-ram-tool`. */
  sessionName?: string | undefined;
  /** Session policy, at most 2048 characters. */
  policy?: string | undefined;
}

export interface AssumeRolePorts {
  /** The service account's token as its file (or stdin) holds it. */
  readToken: () => Promise<string>;
  assumeRoleWithOidc: AssumeRoleWithOidc;
}

/** Source: OIDCToken, DurationSeconds and Policy of AssumeRoleWithOIDC. */
const TOKEN_LENGTH = { min: 4, max: 20_000 };
const DURATION_SECONDS = { min: 900, max: 43_200 };
const POLICY_LENGTH = 2048;

/**
 * Trades a service account's token for temporary credentials of a role. Everything is checked before the token is read or
 * the service called. Throws `USAGE`, `FILE_INVALID` for a token that cannot be one, and the refusal of STS.
 */
export async function assumeRole(input: AssumeRoleInput, ports: AssumeRolePorts): Promise<TemporaryCredentials> {
  const { roleArn, providerArn, durationSeconds, policy } = input;
  if (parseRoleArn(roleArn) === undefined) {
    throw usageError(
      `--role-arn ${quoted(roleArn)} is not the ARN of a role`,
      'it looks like acs:ram::<account id>:role/<name>',
    );
  }
  if (parseOidcProviderArn(providerArn) === undefined) {
    throw usageError(
      `--oidc-provider-arn ${quoted(providerArn)} is not the ARN of an OIDC provider`,
      'it looks like acs:ram::<account id>:oidc-provider/ack-rrsa-<cluster id>',
    );
  }
  const sessionName = checkSessionName(input.sessionName ?? DEFAULT_SESSION_NAME);
  if (
    durationSeconds !== undefined &&
    !(
      Number.isInteger(durationSeconds) &&
      durationSeconds >= DURATION_SECONDS.min &&
      durationSeconds <= DURATION_SECONDS.max
    )
  ) {
    throw usageError(`--duration of ${durationSeconds} s is not within 15m and 12h`);
  }
  if (policy !== undefined && policy.length > POLICY_LENGTH) {
    throw usageError(`--policy is ${policy.length} characters long, and STS takes ${POLICY_LENGTH}`);
  }
  const oidcToken = checkToken(await ports.readToken());
  return ports.assumeRoleWithOidc({ roleArn, providerArn, oidcToken, sessionName, durationSeconds, policy });
}

function checkToken(text: string): string {
  const token = text.trim();
  if (token === '') throw new ToolError('FILE_INVALID', 'the OIDC token is empty');
  if (token.length < TOKEN_LENGTH.min || token.length > TOKEN_LENGTH.max) {
    throw new ToolError(
      'FILE_INVALID',
      `the OIDC token is ${token.length} characters long, and STS takes ${TOKEN_LENGTH.min} to ${TOKEN_LENGTH.max}`,
    );
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new ToolError('FILE_INVALID', 'the OIDC token holds characters that no token has');
  }
  return token;
}
