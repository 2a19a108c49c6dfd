import type { AssumeRoleRequest, StsPlace, StsPort, TemporaryCredentials } from '../cloud/ports.ts';
import { CloudApiError } from '../errors.ts';
import { parseRoleArn } from '../policy/arn.ts';
import { quoted } from '../policy/name.ts';
import type { Provider } from './provider.ts';

/** What is seen in ActionTrail when nothing else is asked for. */
export const defaultSessionName = 'ack-ram-tool';

const maximumPolicyLength = 2048;
const shortestSessionSeconds = 900;
/** The most that a role's MaxSessionDuration can be. */
const longestSessionSeconds = 43_200;

/**
 * STS AssumeRole, signed with the credentials of `base`. Handed in by whoever knows the cloud. With `regionId` the STS
 * of that region is asked, unless an endpoint was named outright.
 */
export type AssumeRole = (
  base: Provider,
  request: Parameters<StsPort['assumeRole']>[0],
  where?: StsPlace,
) => Promise<TemporaryCredentials>;

/** A role to assume, as a user asks for it. */
export interface RoleSession {
  roleArn: string;
  /** 2–64 of `[A-Za-z0-9.@_-]`. Default `ack-ram-tool`. */
  sessionName?: string | undefined;
  /** 900–43200. Absent: the API's default, 3600. */
  durationSeconds?: number | undefined;
  /** Session policy, JSON of at most 2048 characters. */
  policy?: string | undefined;
  /** What the trust policy asks for as `sts:ExternalId`. AssumeRoleWithOIDC has none. */
  externalId?: string | undefined;
  /** Whose STS is asked. Absent: the one of this run. */
  regionId?: string | undefined;
}

/** What is wrong with `session`, as a sentence fragment to put behind the name of its source; `undefined` if nothing. */
export function roleSessionFault(session: RoleSession): string | undefined {
  const { roleArn, sessionName, durationSeconds, policy } = session;
  if (parseRoleArn(roleArn) === undefined) {
    return `the role ARN ${quoted(roleArn)} is not of the form acs:ram::<account id>:role/<role name>`;
  }
  if (sessionName !== undefined && !/^[A-Za-z0-9.@_-]{2,64}$/.test(sessionName)) {
    return `the role session name ${quoted(sessionName)} is not 2 to 64 letters, digits, ".", "@", "_" and "-"`;
  }
  if (durationSeconds !== undefined && !isSessionLength(durationSeconds)) {
    return `the session duration of ${durationSeconds} s is not a whole number of seconds from 15m to 12h`;
  }
  if (policy !== undefined && policy.length > maximumPolicyLength) {
    return `the session policy has ${policy.length} characters, and ${maximumPolicyLength} are allowed`;
  }
  if (policy !== undefined && !isJsonObject(policy)) return 'the session policy is not a JSON object';
  return undefined;
}

/** What is wrong with a session that is asked for without naming its role; `undefined` if nothing. */
export function sessionFault(session: Omit<RoleSession, 'roleArn'> | undefined): string | undefined {
  return session && roleSessionFault({ ...session, roleArn: 'acs:ram::1:role/any' });
}

/** The request for `session`, its defaults filled in. */
export function roleRequest(session: RoleSession): AssumeRoleRequest {
  const { roleArn, sessionName = defaultSessionName, durationSeconds, policy } = session;
  return { roleArn, sessionName, durationSeconds, policy };
}

/**
 * A role assumed with the credentials of `base`, anew at every call; put `memoize` around it.
 * Throws `CREDENTIALS_REFUSED` when STS refuses, and what `base` throws.
 */
export function fromAssumedRole(options: { base: Provider; assumeRole: AssumeRole; session: RoleSession }): Provider {
  const { externalId, regionId } = options.session;
  const request = roleRequest(options.session);
  return async () => {
    // First, so that a failing base is not mistaken for a refused role.
    await options.base();
    try {
      return await options.assumeRole(options.base, { ...request, externalId }, { regionId });
    } catch (error) {
      throw asRefusal(error, `STS refused to issue credentials for role ${request.roleArn}`);
    }
  };
}

/**
 * `error` as `CREDENTIALS_REFUSED`, its API facts kept, when STS said no; any other error (no answer, 5xx) as it is.
 * `details` say what it was about.
 */
export function asRefusal(error: unknown, message: string, details: Record<string, string> = {}): unknown {
  if (!(error instanceof CloudApiError) || error.api.service !== 'STS' || error.api.httpStatus >= 500) return error;
  return new CloudApiError(message, error.api, {
    code: 'CREDENTIALS_REFUSED',
    cause: error,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    details: { ...error.details, ...details },
  });
}

function isSessionLength(seconds: number): boolean {
  return Number.isInteger(seconds) && seconds >= shortestSessionSeconds && seconds <= longestSessionSeconds;
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
