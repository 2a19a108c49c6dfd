/** The ports of the cloud for one command. Nothing is loaded, resolved or called before a method is. */
import type { Provider } from '../credentials/provider.ts';
import type { CloudService } from '../errors.ts';
import type { Env } from '../io.ts';
import { ackPort } from './ack.ts';
import { type Endpoint, resolveEndpoint } from './endpoints.ts';
import { imsPort } from './ims.ts';
import { assumeRoleWithOidc } from './oidc.ts';
import type { AckPort, AssumeRoleWithOidc, ImsPort, RamPort, StsPort } from './ports.ts';
import { ramPort } from './ram.ts';
import { stsPort } from './sts.ts';

export interface AnonymousOptions {
  /** Decides which endpoints are used; absent: the central ones. */
  regionId?: string | undefined;
  /** Values of `--<service>-endpoint` or `ACK_RAM_TOOL_<SERVICE>_ENDPOINT`. */
  endpoints: Readonly<Partial<Record<CloudService, string | undefined>>>;
  useVpc: boolean;
  allowInsecureHttp: boolean;
  /** Read for proxies and for the endpoint variables of other tools. */
  env: Env;
  connectTimeoutMs: number;
  /** From the connection to the end of the answer. */
  readTimeoutMs: number;
  /** How often a request is sent again at most. UpdateRole never is. */
  maxRetries: number;
  signal: AbortSignal;
  clock: { now(): number; sleep(ms: number, signal?: AbortSignal): Promise<void>; random(): number };
  debug(message: string): void;
  warn(message: string): void;
}

export interface CloudOptions extends AnonymousOptions {
  /** Asked before every call, so that renewed credentials are used at once. */
  credentials: Provider;
}

export interface Cloud {
  ack: AckPort;
  ram: RamPort;
  sts: StsPort;
  ims: ImsPort;
  assumeRoleWithOidc: AssumeRoleWithOidc;
}

/** A bad endpoint or proxy throws `USAGE` from the first call that needs it, not from here. */
export function connect(options: CloudOptions): Cloud {
  const deps = { ...toDeps(options), credentials: options.credentials };
  return {
    ack: ackPort(deps),
    ram: ramPort(deps),
    sts: stsPort(deps),
    ims: imsPort(deps),
    assumeRoleWithOidc: assumeRoleWithOidc(deps),
  };
}

/** The one call that needs no credentials. */
export function connectAnonymous(options: AnonymousOptions): AssumeRoleWithOidc {
  return assumeRoleWithOidc(toDeps(options));
}

function toDeps(options: AnonymousOptions) {
  const { env, maxRetries, signal, clock, debug, warn, connectTimeoutMs, readTimeoutMs } = options;
  const endpointOf = (service: CloudService): Endpoint =>
    resolveEndpoint(service, { ...options, explicit: options.endpoints[service] });
  const timeouts = { connectMs: connectTimeoutMs, readMs: readTimeoutMs };
  return { endpointOf, env, timeouts, maxRetries, signal, clock, debug, warn };
}
