/** The kinds of credentials that a profile can stand for, whichever file it is in and whatever its keys are called. */
import type { AssumeRoleWithOidc } from '../cloud/ports.ts';
import { messageOf, ToolError } from '../errors.ts';
import type { Env } from '../io.ts';
import { type AssumeRole, fromAssumedRole, type RoleSession, roleSessionFault } from './assume-role.ts';
import type { Clock } from './cache.ts';
import { sha256, staticIdentity, tokenIdentity } from './cache-key.ts';
import { fromCredentialsUri } from './credentials-uri.ts';
import { fromEcsMetadata } from './ecs-metadata.ts';
import { memoize } from './memoize.ts';
import { fromOidc, oidcSessionFault } from './oidc.ts';
import type { Section } from './profile-section.ts';
import { type Credentials, type Exchange, isKeyText, type Provider, type ReadMetadata } from './provider.ts';
import { readOidcToken } from './token-file.ts';
import { createTokenReader } from './token-reader.ts';

/** What profiles need of the outside. */
export interface ProfilePorts {
  env: Env;
  /** For a leading `~`. */
  home: string | undefined;
  /** How a command line is split. */
  platform: NodeJS.Platform;
  clock: Clock;
  signal: AbortSignal;
  assumeRole: AssumeRole;
  assumeRoleWithOidc: AssumeRoleWithOidc;
  exchange: Exchange;
  /** `--allow-insecure-http`, for a credentials URI. */
  allowHttp: boolean;
  readMetadata: ReadMetadata;
  /** How long a helper program may take. */
  readTimeoutMs: number;
  report: { debug(message: string): void; warn(message: string): void };
}

/** A profile that was read and understood. */
export interface Configured {
  provider: Provider;
  /** The keys themselves are in the profile. */
  isStatic: boolean;
  /** What decides which credentials come out, secrets as hashes; `undefined` when nobody can say. Calls no service. */
  identity(): Promise<readonly string[] | undefined>;
}

export interface RoleKeys {
  roleArn: string;
  sessionName: string;
  seconds: string;
  policy?: string;
  externalId?: string;
  stsRegion?: string;
}

/** Keys that are in the profile. With `token` keys the first that is there is taken, and one must be. */
export function staticKeys(
  section: Section,
  keys: { id: string; secret: string; token?: readonly string[] },
): Configured {
  const credentials = readKeys(section, keys);
  return {
    provider: async () => credentials,
    isStatic: true,
    identity: async () => staticIdentity(credentials),
  };
}

export function readKeys(
  section: Section,
  keys: { id: string; secret: string; token?: readonly string[] | undefined },
): Credentials {
  const accessKeyId = requiredKey(section, keys.id);
  const accessKeySecret = requiredKey(section, keys.secret);
  if (keys.token === undefined) return { accessKeyId, accessKeySecret };
  const present = keys.token.find((key) => section.text(key) !== undefined);
  if (present === undefined) throw section.broken(`${keys.token.join(' or ')} is missing`);
  return { accessKeyId, accessKeySecret, securityToken: requiredKey(section, present) };
}

/** A key or token of a profile; what cannot be one is a slip of the hand. Throws `CREDENTIALS_SOURCE_BROKEN`. */
export function requiredKey(section: Section, key: string): string {
  const value = section.required(key);
  if (!isKeyText(value)) throw section.broken(`${key} holds what no key or token can hold`);
  return value;
}

/** A role assumed with the credentials of `base`. */
export function assumedRole(section: Section, base: Configured, keys: RoleKeys, ports: ProfilePorts): Configured {
  const session = readSession(section, keys, { roleArn: section.required(keys.roleArn), sessionName: undefined });
  const remembered = memoize(base.provider, ports.clock);
  return {
    provider: fromAssumedRole({ base: remembered, assumeRole: ports.assumeRole, session }),
    isStatic: false,
    async identity() {
      const below = await base.identity();
      return below && ['role', ...below, ...sessionIdentity(session)];
    },
  };
}

/** The RAM role of this ECS instance. Its name may be missing. */
export function ecsRole(section: Section, key: string, ports: ProfilePorts): Configured {
  const roleName = section.text(key);
  if (roleName !== undefined && !/^[\w.@-]{1,128}$/.test(roleName)) throw section.broken(`${key} is no name of a role`);
  const { readMetadata, clock } = ports;
  return {
    provider: within(section, fromEcsMetadata({ roleName, readMetadata, now: () => clock.now() })),
    isStatic: false,
    // The same file may be read on another instance, of another account.
    identity: async () => undefined,
  };
}

/** A URI that answers with credentials. */
export function credentialsUri(section: Section, key: string, ports: ProfilePorts): Configured {
  const uri = section.required(key);
  refuseWhenDisabled(section, ports.env);
  const { exchange, allowHttp, clock } = ports;
  let provider: Provider;
  try {
    provider = fromCredentialsUri(uri, { exchange, allowHttp, now: () => clock.now() });
  } catch (error) {
    throw placed(section, error, key);
  }
  return {
    provider: within(section, provider),
    isStatic: false,
    identity: async () => ['credentials-uri', sha256(uri)],
  };
}

export interface OidcKeys extends RoleKeys {
  providerArn: string;
  /** The first that is there. */
  tokenFile: readonly string[];
}

const oidcVariables = {
  roleArn: ['ALIBABA_CLOUD_ROLE_ARN', 'ALIBABACLOUD_ROLE_ARN'],
  providerArn: ['ALIBABA_CLOUD_OIDC_PROVIDER_ARN', 'ALIBABACLOUD_OIDC_PROVIDER_ARN'],
  tokenFile: ['ALIBABA_CLOUD_OIDC_TOKEN_FILE', 'ALIBABACLOUD_OIDC_TOKEN_FILE'],
  sessionName: ['ALIBABA_CLOUD_ROLE_SESSION_NAME', 'ALICLOUD_ROLE_SESSION_NAME'],
} as const;

/** A role assumed with an OIDC token. What the profile leaves out is taken from the variables that RRSA injects. */
export function oidcRole(section: Section, keys: OidcKeys, ports: ProfilePorts): Configured {
  const { env, home, assumeRoleWithOidc } = ports;
  const find = (own: readonly string[], variables: readonly string[]): string | undefined =>
    own.map((key) => section.text(key)).find((value) => value) ??
    variables.map((name) => env[name]).find((value) => value);
  const need = (own: readonly string[], variables: readonly string[]): string => {
    const value = find(own, variables);
    if (value === undefined) throw section.broken(`${own[0]} is missing, and ${variables[0]} is not set`);
    return value;
  };
  const roleArn = need([keys.roleArn], oidcVariables.roleArn);
  const providerArn = need([keys.providerArn], oidcVariables.providerArn);
  const tokenFile = need(keys.tokenFile, oidcVariables.tokenFile);
  const sessionName = find([keys.sessionName], oidcVariables.sessionName);
  const session = { ...readSession(section, keys, { roleArn, sessionName }), providerArn };
  if (oidcSessionFault(session) !== undefined) {
    throw section.broken(`${keys.providerArn} is not of the form acs:ram::<account id>:oidc-provider/<name>`);
  }
  const token = createTokenReader(async () => {
    try {
      return await readOidcToken(tokenFile, { home });
    } catch (error) {
      throw section.broken(messageOf(error), { hint: `check ${keys.tokenFile[0]}`, cause: error });
    }
  });
  return {
    provider: fromOidc({ session, readToken: token.take, assumeRoleWithOidc }),
    isStatic: false,
    identity: async () => ['oidc', ...tokenIdentity(await token.peek()), providerArn, ...sessionIdentity(session)],
  };
}

/** The kinds that the cloud's APIs for clusters and roles do not take. */
export function notUsableHere(section: Section, kind: string): ToolError {
  return section.broken(
    `${kind} credentials are not usable here, because they do not sign requests to ACK, RAM and STS`,
    {
      hint: 'choose a profile with an AccessKey, an STS token, a role or OIDC: --profile-name NAME',
    },
  );
}

/** `ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS` forbids helper programs and credentials URIs alike, as in the aliyun CLI. */
export function refuseWhenDisabled(section: Section, env: Env): void {
  const variable = 'ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS';
  if (!/^(?:1|t|true)$/i.test(env[variable] ?? '')) return;
  throw section.broken(`${variable} forbids helper programs and credentials URIs`, { hint: `unset ${variable}` });
}

/** `provider`, its failures naming the profile. */
export function within(section: Section, provider: Provider): Provider {
  return async (ask) => {
    try {
      return await provider(ask);
    } catch (error) {
      throw placed(section, error);
    }
  };
}

const placedCodes: ReadonlySet<string> = new Set(['CREDENTIALS_SOURCE_BROKEN', 'NETWORK', 'BAD_ANSWER']);

function placed(section: Section, error: unknown, key?: string): unknown {
  if (!(error instanceof ToolError) || !placedCodes.has(error.code)) return error;
  return section.broken(key === undefined ? error.message : `${key}: ${error.message}`, {
    hint: error.hint,
    cause: error,
  });
}

function readSession(
  section: Section,
  keys: RoleKeys,
  given: { roleArn: string; sessionName: string | undefined },
): RoleSession {
  const { roleArn } = given;
  const check = (key: string, session: Partial<RoleSession>, fault: string): void => {
    if (roleSessionFault({ roleArn, ...session }) !== undefined) throw section.broken(`${key} ${fault}`);
  };
  check(keys.roleArn, {}, 'is not of the form acs:ram::<account id>:role/<role name>');
  const sessionName = given.sessionName ?? section.text(keys.sessionName);
  check(keys.sessionName, { sessionName }, 'is not 2 to 64 letters, digits, ".", "@", "_" and "-"');
  const durationSeconds = section.number(keys.seconds);
  check(keys.seconds, { durationSeconds }, 'is not 900 to 43200 seconds');
  const policy = keys.policy && section.text(keys.policy);
  if (keys.policy && policy) check(keys.policy, { policy }, 'is not a JSON object of at most 2048 characters');
  const externalId = keys.externalId && section.text(keys.externalId);
  const regionId = keys.stsRegion && section.text(keys.stsRegion);
  // It becomes part of a host name.
  if (regionId && !/^[a-z0-9][a-z0-9-]{0,62}$/.test(regionId)) throw section.broken(`${keys.stsRegion} is no region`);
  return {
    roleArn,
    sessionName,
    durationSeconds,
    policy: policy || undefined,
    externalId: externalId || undefined,
    regionId: regionId || undefined,
  };
}

function sessionIdentity({
  roleArn,
  sessionName,
  durationSeconds,
  policy,
  externalId,
  regionId,
}: RoleSession): string[] {
  const optional = [sessionName, durationSeconds?.toString(), policy, externalId && sha256(externalId), regionId];
  return [roleArn, ...optional.map((value) => value ?? '')];
}
