/** Who calls the cloud, made from flags and environment: credentials, endpoints, log. All that a hot command needs. */
import { type Cloud, type CloudOptions, connect, connectAnonymous } from '../cloud/clients.ts';
import type { AssumeRoleWithOidc, StsPlace } from '../cloud/ports.ts';
import type { RoleSession } from '../credentials/assume-role.ts';
import type { Provider } from '../credentials/provider.ts';
import { type CredentialOptions, type KnownCredentials, resolveKnownCredentials } from '../credentials/resolve.ts';
import { parseDuration } from '../duration.ts';
import type { Env, Io } from '../io.ts';
import { type Colour, plain } from '../output/colour.ts';
import { createLog, type Log, type LogLevel } from '../output/log.ts';
import { createRedactor } from '../output/redact.ts';
import type { Clock } from '../rrsa/report.ts';
import { cacheFolder } from '../user-folders.ts';
import { type Flags, wholeSeconds } from './options.ts';
import type { CommandInput } from './spec.ts';
import { sessionFlags } from './table/flags.ts';

export interface Caller {
  log: Log;
  clock: Clock;
  /** Masks everything that looks like a secret, and the secrets of the credentials in use. */
  redact(text: string): string;
  /** The credentials that are configured, `--role-arn` assumed on top. Nothing is looked for before the first call. */
  credentials: Provider;
  /** What tells those credentials from all others, without asking for them: see `KnownCredentials.key`. */
  credentialsKey(): Promise<string>;
  /** Where those credentials are found: see `KnownCredentials.sourceName`. Issues none. */
  credentialsSource(): Promise<string>;
  /** The cloud with those credentials. Nothing is loaded or called before a method is. */
  cloud: Cloud;
  /** The one call that needs no credentials. */
  assumeRoleWithOidc: AssumeRoleWithOidc;
  /** One GET by the tool's own network rules; redirects are not followed. Answers are short: see `createExchange`. */
  readPage(url: string, signal: AbortSignal): Promise<{ status: number; body: string }>;
}

function logLevel(flags: Flags, env: Env): LogLevel {
  if (flags.boolean('verbose') || /(?:^|[\s,:])(?:sdk|tea|ack-ram-tool)(?:$|[\s,:])/.test(env.DEBUG ?? ''))
    return 'debug';
  const level = flags.string('log-level') ?? 'info';
  return level === 'warning' ? 'warn' : (level as LogLevel);
}

function fromDuration(env: Env, name: string, fallbackMs: number, warn: (message: string) => void): number {
  const text = env[name];
  if (text === undefined || text === '') return fallbackMs;
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  warn(`${name} is no duration such as 30s and is ignored`);
  return fallbackMs;
}

function fromCount(env: Env, name: string, fallback: number, warn: (message: string) => void): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  if (/^\d{1,3}$/.test(text)) return Number(text);
  warn(`${name} is no small number and is ignored`);
  return fallback;
}

/** Endpoints, limits and places, as flags and environment say. */
export function cloudOptions(flags: Flags, io: Io, log: Log, clock: Clock): Omit<CloudOptions, 'credentials'> {
  const { env } = io;
  const warn = (message: string): void => log.warn(message);
  const regionId = flags.string('region-id');
  const endpoints = (['STS', 'RAM', 'CS', 'IMS'] as const).flatMap((service) => {
    const text = flags.string(`${service.toLowerCase()}-endpoint`);
    return text === undefined || text === '' ? [] : [[service, text] as const];
  });
  return {
    ...(regionId === undefined || regionId === '' ? {} : { regionId }),
    endpoints: Object.fromEntries(endpoints),
    useVpc: flags.boolean('use-vpc-endpoint'),
    allowInsecureHttp: flags.boolean('allow-insecure-http'),
    env,
    connectTimeoutMs: fromDuration(env, 'ACK_RAM_TOOL_CONNECT_TIMEOUT', 30_000, warn),
    readTimeoutMs: fromDuration(env, 'ACK_RAM_TOOL_READ_TIMEOUT', 30_000, warn),
    maxRetries: fromCount(env, 'ACK_RAM_TOOL_MAX_RETRIES', 3, warn),
    signal: io.signal,
    clock,
    debug: (message) => log.debug(message),
    warn,
  };
}

/**
 * @param defaults beat what flags and environment say of the cloud
 * @param colour of log lines. Default: none
 * @throws ToolError `USAGE` for a malformed session flag; nothing is called yet
 */
export function createCaller(
  { spec, flags, translate, onRedact }: CommandInput,
  io: Io,
  defaults: Partial<CloudOptions> = {},
  colour: Colour = plain,
): Caller {
  const { redact, add } = createRedactor();
  onRedact?.(redact);
  // Asked for when there is something to say: opening the stream takes time.
  const stream = { write: (text: string) => io.stderr.write(text) };
  const log = createLog({ stream, level: logLevel(flags, io.env), now: io.now, redact, translate, colour });
  const clock: Clock = { now: io.now, sleep: (ms, signal = io.signal) => io.sleep(ms, signal), random: io.random };
  const options = { ...cloudOptions(flags, io, log, clock), ...defaults };
  // Elsewhere a flag of such a name is of something else: `--duration` of `rabbitmq ping`.
  const session = sessionFlags.every((flag) => spec.flags.includes(flag)) ? sessionOptions(flags) : {};
  let resolved: Promise<KnownCredentials> | undefined;
  const resolve = (): Promise<KnownCredentials> => {
    resolved ??= resolveKnownCredentials(credentialOptions(flags, session, io, options, clock, log, add));
    return resolved;
  };
  const credentials = telling(add, async (ask) => (await resolve()).provider(ask));
  return {
    log,
    clock,
    redact,
    credentials,
    credentialsKey: async () => (await resolve()).key(),
    credentialsSource: async () => (await resolve()).sourceName,
    cloud: connect({ ...options, credentials }),
    assumeRoleWithOidc: (request) => {
      add(request.oidcToken);
      return connectAnonymous(options)(request);
    },
    async readPage(url, signal) {
      const { createExchange } = await import('../cloud/exchange.ts');
      return createExchange({ ...options, signal })({ method: 'GET', url });
    },
  };
}

/** Where credentials are looked for, as flags and environment say. */
/** `provider`, every secret of which `add` hears. */
function telling(add: (secret: string | undefined) => void, provider: Provider): Provider {
  return async (ask) => {
    const found = await provider(ask);
    add(found.accessKeySecret);
    add(found.securityToken);
    return found;
  };
}

export function credentialOptions(
  flags: Flags,
  session: SessionFlags,
  io: Io,
  options: Omit<CloudOptions, 'credentials'>,
  clock: CloudOptions['clock'],
  report: Log,
  add: (secret: string | undefined) => void = () => {},
): CredentialOptions {
  const { env, home, platform, signal } = io;
  const at = (place: StsPlace | undefined) => (place?.regionId ? { ...options, regionId: place.regionId } : options);
  const sts = (base: Provider, place?: StsPlace): Cloud['sts'] =>
    connect({ ...at(place), credentials: telling(add, base) }).sts;
  return {
    env,
    home,
    platform,
    clock,
    signal,
    report,
    assumeRole: (base, request, place) => sts(base, place).assumeRole(request),
    assumeRoleWithOidc: (request, place) => {
      add(request.oidcToken);
      return connectAnonymous(at(place))(request);
    },
    getCallerIdentity: (base) => sts(base).getCallerIdentity(),
    exchange: async (request) => {
      const { createExchange } = await import('../cloud/exchange.ts');
      return createExchange(options)(request);
    },
    readMetadata: async (path) => {
      const { readMetadata } = await import('../cloud/ecs-metadata.ts');
      return readMetadata(path, { ...clock, env, signal, readTimeoutMs: options.readTimeoutMs });
    },
    readTimeoutMs: options.readTimeoutMs,
    ignoreEnvironment: flags.boolean('ignore-env-credentials'),
    ignoreAliyunCli: flags.boolean('ignore-aliyun-cli-credentials'),
    profileFile: given(flags.path('profile-file')),
    profileName: given(flags.string('profile-name')),
    credentialType: flags.string('credential-type') as CredentialOptions['credentialType'],
    pipeline: pipelineRequest(flags),
    role: roleSession(flags, session, env),
    session: Object.values(session).some((value) => value !== undefined) ? session : undefined,
    expectAccount: given(flags.string('expect-account')),
    cache: flags.boolean('cache') ? { folder: cacheFolder(io), uid: io.uid } : undefined,
    stsEndpointName: () => stsHost(options),
    allowInsecureHttp: options.allowInsecureHttp,
  };
}

/** Given as soon as one of its flags is, so that a half of it is not passed over. */
function pipelineRequest(flags: Flags): CredentialOptions['pipeline'] {
  const tokenSource = given(flags.string('oidc-token-source'));
  const providerArn = given(flags.string('oidc-provider-arn'));
  const roleArn = given(flags.string('oidc-role-arn'));
  if (tokenSource === undefined && providerArn === undefined && roleArn === undefined) return undefined;
  return { tokenSource: tokenSource ?? '', providerArn, roleArn, audience: given(flags.string('oidc-audience')) };
}

/** An empty value is one that was not given. */
const given = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

function roleSession(flags: Flags, session: SessionFlags, env: Env): RoleSession | undefined {
  const roleArn = given(flags.string('role-arn'));
  if (roleArn === undefined) return undefined;
  return { ...session, roleArn, sessionName: session.sessionName ?? given(env.ALIBABA_CLOUD_ROLE_SESSION_NAME) };
}

/** The host that STS is called at; empty for an endpoint that is none, which is said when it is called. */
async function stsHost(options: Omit<CloudOptions, 'credentials'>): Promise<string> {
  const { resolveEndpoint } = await import('../cloud/endpoints.ts');
  try {
    return resolveEndpoint('STS', { ...options, explicit: options.endpoints.STS }).host;
  } catch {
    return '';
  }
}

/** For whatever role the credentials are of. */
type SessionFlags = Omit<RoleSession, 'roleArn'>;

/** Session flags of the command, absent where it has none. */
export function sessionOptions(flags: Flags): SessionFlags {
  return {
    sessionName: flags.string('session-name'),
    durationSeconds: wholeSeconds(flags, 'duration'),
    policy: flags.string('policy'),
  };
}
