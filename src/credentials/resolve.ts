import type { CallerIdentity } from '../cloud/ports.ts';
import { usageError } from '../errors.ts';
import { fromAssumedRole, type RoleSession, roleSessionFault, sessionFault } from './assume-role.ts';
import type { CacheOptions } from './cache.ts';
import type { KeyParts } from './cache-key.ts';
import { chain } from './chain.ts';
import { type EnvironmentOptions, environmentSources } from './environment.ts';
import { memoize } from './memoize.ts';
import type { Exchange, Provider, ReadMetadata, Source } from './provider.ts';

/** What `--oidc-token-source` and the flags beside it ask for: credentials from a pipeline's own OIDC token. */
export interface PipelineOidcRequest {
  /** `github-actions`, `env:NAME` or `file:PATH`. Absent or empty: not asked for, and the rest must be absent, too. */
  tokenSource: string | undefined;
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
  /** `--allow-insecure-http`. Default false. */
  allowInsecureHttp?: boolean | undefined;
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
  /** With a token source: credentials from there and nowhere else. */
  pipeline?: PipelineOidcRequest | undefined;
  /** `--role-arn` and what belongs to it: assumed on top of whatever is found. */
  role?: RoleSession | undefined;
  /** `--expect-account`: credentials of any other account are refused. */
  expectAccount?: string | undefined;
  /** Given (`--cache`): temporary credentials are kept between runs. Absent: they are not. */
  cache?: CacheOptions | undefined;
  /** What the calls of STS go to, as the user would name it; only to tell cached credentials apart. */
  stsEndpointName(): Promise<string>;
}

/**
 * Every place where credentials may be configured, in the order they are asked. What reads a place is not even loaded
 * before it is its turn.
 *
 * `--oidc-token-source` and `--credential-type imds` mean that one place and no other. The environment (keys, OIDC
 * token, credentials URI, role of the ECS instance) is left out by `--ignore-env-credentials` and, as in the Go tool, by
 * `--profile-file`; variables that only name a file or a profile count all the same.
 */
export async function* credentialSources(options: CredentialOptions): AsyncGenerator<Source> {
  const { env, pipeline, credentialType = 'auto', clock } = options;
  const now = (): number => clock.now();
  if (pipeline !== undefined) {
    const { pipelineOidcSource } = await import('./pipeline-oidc.ts');
    yield pipelineOidcSource({ ...options, ...pipeline, source: pipeline.tokenSource });
    if (pipeline.tokenSource) return;
  }
  if (credentialType !== 'auto') {
    const { ecsMetadataSource } = await import('./ecs-metadata.ts');
    yield ecsMetadataSource({ env, credentialType, readMetadata: options.readMetadata, now });
    return;
  }
  if (!options.ignoreEnvironment && options.profileFile === undefined) {
    yield* environmentSources(options);
    const [{ credentialsUriSource }, { ecsMetadataSource }] = await Promise.all([
      import('./credentials-uri.ts'),
      import('./ecs-metadata.ts'),
    ]);
    yield credentialsUriSource({ env, exchange: options.exchange, allowHttp: options.allowInsecureHttp, now });
    yield ecsMetadataSource({ env, credentialType, readMetadata: options.readMetadata, now });
  }
  const { profileSources } = await import('./profiles.ts');
  yield* profileSources(options);
}

export interface KnownCredentials {
  provider: Provider;
  /** Where they were found, as a user knows it: `environment (AccessKey)`. */
  sourceName: string;
  /**
   * 64 hexadecimal digits that tell these credentials from all others, `cacheKey` of what decides them. Issues none,
   * but for a source that cannot say what decides its keys: then those keys are asked for.
   */
  key(): Promise<string>;
}

/** The credentials of `resolveKnownCredentials`, for whoever need not tell them apart. */
export async function resolveCredentials(options: CredentialOptions): Promise<Provider> {
  return (await resolveKnownCredentials(options)).provider;
}

/**
 * The credentials of this run: the first configured source, the role of `options.role` on top, of the account that is
 * expected, kept between runs if asked for, remembered until they are to be renewed. Calls no service before the
 * provider is called.
 * Throws `USAGE` for a malformed `role` or account, `CREDENTIALS_NOT_FOUND`, `CREDENTIALS_SOURCE_BROKEN`; the provider
 * `CREDENTIALS_SOURCE_BROKEN`, `CREDENTIALS_REFUSED`, `WRONG_ACCOUNT` and what the network has to say.
 */
export async function resolveKnownCredentials(options: CredentialOptions): Promise<KnownCredentials> {
  const { role, assumeRole, clock, cache } = options;
  const fault = role ? roleSessionFault(role) : sessionFault(options.session);
  if (fault !== undefined) throw usageError(fault);
  const { source, provider } = await chain(credentialSources(options));
  if (options.session !== undefined && role === undefined && source.takesSession !== true) {
    throw usageError(
      `--duration, --session-name and --policy are for a role that is assumed, and the credentials of ${source.name} are used as they are`,
      'pass --role-arn as well',
    );
  }
  const base = memoize(provider, clock);
  const issued = role === undefined ? base : memoize(fromAssumedRole({ base, assumeRole, session: role }), clock);
  const checked = await ofExpectedAccount(issued, options);
  const key = async (): Promise<string> => {
    const { cacheKey } = await import('./cache-key.ts');
    return cacheKey(await keyParts(await source.identity?.(), base, options));
  };
  if (cache === undefined) return { provider: checked, sourceName: source.name, key };
  const { withCache } = await import('./cache.ts');
  const ports = { clock, signal: options.signal, debug: options.report.debug };
  const cached = withCache(checked, { key: () => cachedKeyParts(source, base, options), cache, ports });
  return { provider: memoize(cached, clock), sourceName: source.name, key };
}

async function ofExpectedAccount(provider: Provider, options: CredentialOptions): Promise<Provider> {
  if (options.expectAccount === undefined) return provider;
  const { expectAccount } = await import('./expect-account.ts');
  return expectAccount(provider, options.expectAccount, options.getCallerIdentity);
}

/** `undefined` for keys that are at hand anyway, with no role on top of them. */
async function cachedKeyParts(
  source: Source,
  base: Provider,
  options: CredentialOptions,
): Promise<KeyParts | undefined> {
  const named = await source.identity?.();
  if (named === undefined && options.role === undefined) return undefined;
  return keyParts(named, base, options);
}

/** `named`: what the source says decides its credentials. */
async function keyParts(
  named: readonly string[] | undefined,
  base: Provider,
  { role, session, expectAccount, stsEndpointName }: CredentialOptions,
): Promise<KeyParts> {
  const identity = named ?? (await identityOf(base));
  return { identity, role, session, expectAccount, stsEndpointName: await stsEndpointName() };
}

async function identityOf(base: Provider): Promise<string[]> {
  const { staticIdentity } = await import('./cache-key.ts');
  return staticIdentity(await base());
}
