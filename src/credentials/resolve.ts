import type { CallerIdentity } from '../cloud/ports.ts';
import { usageError } from '../errors.ts';
import { fromAssumedRole, type RoleSession, roleSessionFault } from './assume-role.ts';
import { chain } from './chain.ts';
import { type EnvironmentOptions, environmentSources } from './environment.ts';
import { memoize } from './memoize.ts';
import type { Exchange, Provider, ReadMetadata, Source } from './provider.ts';

/** What `--oidc-token-source` and the flags beside it ask for: credentials from a pipeline's own OIDC token. */
export interface PipelineOidcRequest {
  /** `github-actions`, `env:NAME` or `file:PATH`. */
  tokenSource: string;
  providerArn?: string | undefined;
  roleArn?: string | undefined;
  /** Default `sts.aliyuncs.com`. */
  audience?: string | undefined;
}

/** Where credentials may come from, and what is made of them. */
export interface CredentialOptions extends EnvironmentOptions {
  platform: NodeJS.Platform;
  clock: { now(): number; sleep(ms: number, signal?: AbortSignal): Promise<void>; random(): number };
  /** Ends helper programs and waiting. */
  signal: AbortSignal;
  exchange: Exchange;
  readMetadata: ReadMetadata;
  /** Who `base` is. Asked only for `expectAccount`. */
  getCallerIdentity(base: Provider): Promise<CallerIdentity>;
  /** The longest that a helper program may take, in milliseconds. */
  readTimeoutMs: number;
  report: { debug(message: string): void; info(message: string): void; warn(message: string): void };
  /** `--ignore-env-credentials`. Default false. */
  ignoreEnvironment?: boolean | undefined;
  /** `--ignore-aliyun-cli-credentials`. Default false. */
  ignoreAliyunCli?: boolean | undefined;
  /** `--profile-file`, absolute. Switches the environment off as well. */
  profileFile?: string | undefined;
  /** `--profile-name`. Absent: the file's current one. */
  profileName?: string | undefined;
  /** `--credential-type`, in lower case. Default `auto`; the other two mean the metadata service and nothing else. */
  credentialType?: 'auto' | 'imds' | 'ecs-role' | undefined;
  /** Given: credentials from this token and nothing else. */
  pipeline?: PipelineOidcRequest | undefined;
  /** `--role-arn` and what belongs to it: assumed on top of whatever is found. */
  role?: RoleSession | undefined;
  /** `--expect-account`: credentials of any other account are refused. */
  expectAccount?: string | undefined;
  /** Given (`--cache`): temporary credentials are kept between runs. Absent: they are not. */
  cache?: CacheOptions | undefined;
  /** What the calls of STS go to, as the user would name it; only to tell cached credentials apart. */
  stsEndpointName: string;
}

export interface CacheOptions {
  /** `cacheFolder(io)`; `undefined` where there is no home folder: then nothing is kept, and a debug line says so. */
  folder: string | undefined;
  /** The user id of this process. Absent on Windows. */
  uid: number | undefined;
}

/**
 * Every place where credentials may be configured, in the order they are asked. What reads a place is not even loaded
 * before it is its turn.
 */
export async function* credentialSources(options: CredentialOptions): AsyncGenerator<Source> {
  if (!options.ignoreEnvironment) yield* environmentSources(options);
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
  const { provider } = await chain(credentialSources(options));
  const base = memoize(provider, clock);
  return role === undefined ? base : memoize(fromAssumedRole({ base, assumeRole, session: role }), clock);
}
