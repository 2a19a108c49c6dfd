/** The ports of the cloud for one command. Nothing is loaded, resolved or called before a method is. */
import type { Provider } from '../credentials/provider.ts';
import type { CloudService } from '../errors.ts';
import type { Env } from '../io.ts';
import type { Endpoint } from './endpoints.ts';
import type { AckPort, AssumeRoleWithOidc, ImsPort, RamPort, StsPort } from './ports.ts';

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
  /** Hears which service throttles, though the request is sent again. */
  onThrottled?: ((service: CloudService) => void) | undefined;
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
  const deps = async () => ({ ...(await toDeps(options)), credentials: options.credentials });
  return {
    ack: lazily(async () => (await import('./ack.ts')).ackPort(await deps())),
    ram: lazily(async () => (await import('./ram.ts')).ramPort(await deps())),
    sts: lazily(async () => (await import('./sts.ts')).stsPort(await deps())),
    ims: lazily(async () => (await import('./ims.ts')).imsPort(await deps())),
    assumeRoleWithOidc: connectAnonymous(options),
  };
}

/** The one call that needs no credentials. */
export function connectAnonymous(options: AnonymousOptions): AssumeRoleWithOidc {
  return async (request, where) => {
    const [{ assumeRoleWithOidc }, deps] = await Promise.all([import('./oidc.ts'), toDeps(options)]);
    return assumeRoleWithOidc(deps)(request, where);
  };
}

/** A port, all of whose members are asynchronous methods, that is loaded when one of them is called. */
function lazily<Port extends object>(load: () => Promise<Port>): Port {
  type Method = (...args: unknown[]) => Promise<unknown>;
  let port: Promise<Port> | undefined;
  const methods = new Map<PropertyKey, Method>();
  const methodOf =
    (name: PropertyKey): Method =>
    async (...args) => {
      port ??= load();
      const method = Reflect.get(await port, name) as Method;
      return method(...args);
    };
  return new Proxy({} as Port, {
    get(_, name) {
      // Whoever awaits a port asks it whether it is a promise.
      if (name === 'then') return undefined;
      const method = methods.get(name) ?? methodOf(name);
      methods.set(name, method);
      return method;
    },
  });
}

async function toDeps(options: AnonymousOptions) {
  const { resolveEndpoint } = await import('./endpoints.ts');
  const { env, maxRetries, onThrottled, signal, clock, debug, warn, connectTimeoutMs, readTimeoutMs } = options;
  const endpointOf = (service: CloudService): Endpoint =>
    resolveEndpoint(service, { ...options, explicit: options.endpoints[service] });
  const timeouts = { connectMs: connectTimeoutMs, readMs: readTimeoutMs };
  return { endpointOf, env, timeouts, maxRetries, onThrottled, signal, clock, debug, warn };
}
