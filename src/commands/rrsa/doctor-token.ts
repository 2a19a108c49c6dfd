/** What the checks of a token see: the variables of this pod, a token file, and the way to STS. */
import { type Endpoint, type EndpointOptions, endpointSource, resolveEndpoint } from '../../cloud/endpoints.ts';
import type { HttpAnswer, HttpRequest } from '../../cloud/network.ts';
import type { AssumeRoleWithOidc } from '../../cloud/ports.ts';
import { proxyFor, proxyVariableFor } from '../../cloud/proxy.ts';
import { defaultSessionName } from '../../credentials/assume-role.ts';
import { readFamilies } from '../../credentials/key-variables.ts';
import { readTokenFile } from '../../credentials/token-file.ts';
import { usageError } from '../../errors.ts';
import type { Env, Io } from '../../io.ts';
import { isInCluster } from '../../kubernetes/in-cluster.ts';
import { once } from '../../rrsa/doctor/patient.ts';
import type { Named, PodVariables, StsProbe, TokenFacts, TokenSts } from '../../rrsa/doctor/token-patient.ts';
import type { Flags } from '../options.ts';

const roleArnVariable = 'ALIBABA_CLOUD_ROLE_ARN';
const providerArnVariable = 'ALIBABA_CLOUD_OIDC_PROVIDER_ARN';
const tokenFileVariable = 'ALIBABA_CLOUD_OIDC_TOKEN_FILE';
const podVariables = [roleArnVariable, providerArnVariable, tokenFileVariable];

/** For a single request that decides nothing but whether there is a way. */
const probeTimeouts = { connectMs: 5000, readMs: 5000 };
const longestProbeBytes = 64 * 1024;

/** True within a pod, and wherever a variable that RRSA puts into pods is set. */
export function isInPod(env: Env): boolean {
  return isInCluster(env) || podVariables.some((name) => env[name]);
}

export interface TokenPorts {
  assumeRoleWithOidc: AssumeRoleWithOidc;
  /** Default: the tool's own client. */
  request?: ((request: HttpRequest) => Promise<HttpAnswer>) | undefined;
}

/**
 * The token of `--oidc-token-file`, which is sent nowhere without `--assume`; without that flag, and without a cluster,
 * that of this pod, which STS is asked with. `undefined` when a cluster is looked at and no token.
 * Throws `USAGE` for `--assume` without a role and an OIDC provider. Nothing is read or called yet.
 */
export function tokenFacts(flags: Flags, io: Io, ports: TokenPorts): TokenFacts | undefined {
  const { env } = io;
  const path = flags.string('oidc-token-file') || undefined;
  const hasCluster = Boolean(flags.string('cluster-id'));
  if (path === undefined) return hasCluster || !isInPod(env) ? undefined : podFacts(flags, io, ports);
  const roleArn = fromFlag(flags, 'oidc-role-arn');
  const providerArn = fromFlag(flags, 'oidc-provider-arn');
  const isAsked = flags.boolean('assume');
  if (isAsked && !hasCluster && (roleArn === undefined || providerArn === undefined)) {
    throw usageError(
      '--assume needs the role and the OIDC provider',
      'pass --oidc-role-arn acs:ram::ACCOUNT:role/NAME and --oidc-provider-arn acs:ram::ACCOUNT:oidc-provider/NAME',
    );
  }
  return {
    file: { value: path, from: '--oidc-token-file' },
    read: reader(path, io, true),
    roleArn,
    providerArn,
    sts: isAsked ? tokenSts(flags, io, ports) : undefined,
  };
}

function podFacts(flags: Flags, io: Io, ports: TokenPorts): TokenFacts {
  const { env } = io;
  const file = fromVariable(env, tokenFileVariable);
  const pod: PodVariables = {
    set: podVariables.filter((name) => env[name]),
    missing: podVariables.filter((name) => !env[name]),
    accessKeyVariable: readFamilies.map(({ id }) => id).find((name) => env[name]),
  };
  return {
    pod,
    file,
    read: reader(file?.value ?? '', io, false),
    roleArn: fromVariable(env, roleArnVariable),
    providerArn: fromVariable(env, providerArnVariable),
    sts: tokenSts(flags, io, ports),
  };
}

function reader(path: string, io: Io, takesStdin: boolean): TokenFacts['read'] {
  return once(() => readTokenFile(path, { home: io.home, ...(takesStdin ? { stdin: io.stdin } : {}) }));
}

function tokenSts(flags: Flags, io: Io, ports: TokenPorts): TokenSts {
  const options: EndpointOptions = {
    explicit: flags.string('sts-endpoint'),
    regionId: flags.string('region-id'),
    useVpc: flags.boolean('use-vpc-endpoint'),
    allowInsecureHttp: flags.boolean('allow-insecure-http'),
    env: io.env,
  };
  const endpoint = (): Endpoint => resolveEndpoint('STS', options);
  const url = (): URL => new URL(`${endpoint().protocol}://${endpoint().host}/`);
  const send = ports.request ?? (async (request) => (await import('../../cloud/network.ts')).request(request));
  let probed: Promise<StsProbe> | undefined;
  return {
    endpoint() {
      const { host } = endpoint();
      return { host, from: endpointSource('STS', options), isVpc: /^sts-vpc\./.test(host) };
    },
    proxy() {
      const from = proxyVariableFor(url(), io.env);
      const proxy = proxyFor(url(), io.env);
      return from === undefined || proxy === undefined ? undefined : { value: proxy.host, from };
    },
    probe(signal) {
      probed ??= probe(url(), signal);
      return probed;
    },
    async assume(request) {
      const { expiration } = await ports.assumeRoleWithOidc({ ...request, sessionName: defaultSessionName });
      return { expiration };
    },
  };

  async function probe(target: URL, signal: AbortSignal): Promise<StsProbe> {
    const { status, headers } = await send({
      method: 'GET',
      url: target.href,
      timeouts: probeTimeouts,
      maxBytes: longestProbeBytes,
      signal,
      env: io.env,
    });
    const there = Date.parse(headers.date ?? '');
    return {
      status,
      contentType: (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '',
      clocks: Number.isNaN(there) ? undefined : { there, here: io.now() },
    };
  }
}

function fromVariable(env: Env, name: string): Named | undefined {
  const value = env[name];
  return value ? { value, from: name } : undefined;
}

function fromFlag(flags: Flags, name: string): Named | undefined {
  const value = flags.string(name);
  return value ? { value, from: `--${name}` } : undefined;
}
