/** Which address a cloud service is called at. Pure. Source of the tables: the endpoint maps of the official SDKs. */
import { type CloudService, usageError } from '../errors.ts';
import type { Env } from '../io.ts';

export interface Endpoint {
  protocol: 'http' | 'https';
  /** `host` or `host:port`, an IPv6 host in brackets. */
  host: string;
}

export interface EndpointOptions {
  /** Value of `--<service>-endpoint`, or of `ACK_RAM_TOOL_<SERVICE>_ENDPOINT`. */
  explicit?: string | undefined;
  /** Absent: the service's central endpoint. */
  regionId?: string | undefined;
  /** Endpoints that are reached from within a VPC. Has no effect on a regional service when the region is not known. */
  useVpc: boolean;
  /** Without it, http is for loopback only. */
  allowInsecureHttp: boolean;
  env: Env;
}

interface Named {
  value: string;
  /** How the user knows it: a flag or a variable. */
  name: string;
}

/** Regions without an endpoint of their own, from the endpoint maps of the CS and STS SDKs. */
const centralRegions = new Set(
  `ap-northeast-2-pop cn-beijing-finance-pop cn-beijing-gov-1 cn-beijing-nu16-b01 cn-edge-1 cn-fujian
  cn-haidian-cm12-c01 cn-hangzhou-bj-b01 cn-hangzhou-internal-prod-1 cn-hangzhou-internal-test-1
  cn-hangzhou-internal-test-2 cn-hangzhou-internal-test-3 cn-hangzhou-test-306 cn-hongkong-finance-pop
  cn-shanghai-et15-b01 cn-shanghai-et2-b01 cn-shanghai-inner cn-shanghai-internal-test-1 cn-shenzhen-inner
  cn-shenzhen-st4-d01 cn-shenzhen-su18-b01 cn-wuhan cn-yushanfang cn-zhangbei cn-zhangbei-na61-b01
  cn-zhangjiakou-na62-a01 cn-zhengzhou-nebula-1 eu-west-1-oxs rus-west-1-pop`.split(/\s+/),
);
const centralRegionsOfSts = new Set(['ap-southeast-2', 'ap-south-1', 'cn-huhehaote-nebula-1', 'cn-shenzhen-finance-1']);

/**
 * The endpoint of a service: the flag, then the variables that other tools know (`CS_ENDPOINT`,
 * `ALIBABA_CLOUD_STS_ENDPOINT`, `ALIBABA_CLOUD_ENDPOINT_RAM`, …), then the region's, then the central one.
 * Throws `USAGE`, naming the flag or the variable, for a value that is no endpoint, and for http beyond loopback.
 */
export function resolveEndpoint(service: CloudService, options: EndpointOptions): Endpoint {
  const endpoint = chooseEndpoint(service, options);
  requireLoopbackInSandbox(new URL(`${endpoint.protocol}://${endpoint.host}`), options.env);
  return endpoint;
}

/** What decided the endpoint, as the user knows it: a flag or a variable. `undefined` when nothing did. */
export function endpointSource(service: CloudService, options: EndpointOptions): string | undefined {
  const configured = findConfigured(service, options);
  if (configured !== undefined) return configured.name;
  if (service === 'RAM' || service === 'IMS') return undefined;
  if (service === 'STS' && options.env.ALIBABA_CLOUD_STS_REGION?.trim()) return 'ALIBABA_CLOUD_STS_REGION';
  return options.regionId?.trim() ? '--region-id (or ACK_RAM_TOOL_REGION_ID)' : undefined;
}

/**
 * Within `sandbox run` nothing of ours leaves this machine, whatever flags and variables say.
 * Throws `USAGE` when ACK_RAM_TOOL_SANDBOX_URL is set and `url` is beyond loopback.
 */
export function requireLoopbackInSandbox(url: URL, env: Env): void {
  if (!env.ACK_RAM_TOOL_SANDBOX_URL || isLoopbackHost(url.hostname)) return;
  throw usageError(
    `this is a sandbox (ACK_RAM_TOOL_SANDBOX_URL is set), and ${url.host} is not on this machine`,
    'leave the endpoint and region flags away, or unset ACK_RAM_TOOL_SANDBOX_URL',
  );
}

function chooseEndpoint(service: CloudService, options: EndpointOptions): Endpoint {
  const scheme = service === 'STS' ? stsScheme(options.env) : undefined;
  const configured = findConfigured(service, options);
  if (configured !== undefined) return parseEndpoint(configured, scheme?.value, options.allowInsecureHttp);
  return checkHttp(
    { protocol: scheme?.value ?? 'https', host: hostInRegion(service, options) },
    scheme?.name ?? service,
    options.allowInsecureHttp,
  );
}

/** True for 127.0.0.0/8, `::1` and `localhost`. Takes the host of a URL, without its port. */
export function isLoopbackHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function findConfigured(service: CloudService, { explicit, env }: EndpointOptions): Named | undefined {
  if (explicit !== undefined && explicit.trim() !== '') {
    return { value: explicit, name: `--${service.toLowerCase()}-endpoint (or ACK_RAM_TOOL_${service}_ENDPOINT)` };
  }
  const names = [`${service}_ENDPOINT`, `ALIBABA_CLOUD_ENDPOINT_${service}`];
  if (service === 'STS') names.unshift('ALIBABA_CLOUD_STS_ENDPOINT');
  for (const name of names) {
    const value = env[name];
    if (value !== undefined && value.trim() !== '') return { value, name };
  }
  return undefined;
}

function stsScheme(env: Env): { value: 'http' | 'https'; name: string } | undefined {
  const name = 'ALIBABA_CLOUD_STS_HTTP_SCHEME';
  const value = env[name]?.trim().toLowerCase() ?? '';
  if (value === '') return undefined;
  if (value === 'http' || value === 'https') return { value, name };
  throw usageError(`${name} is neither http nor https`);
}

function parseEndpoint(
  { value, name }: Named,
  scheme: 'http' | 'https' | undefined,
  allowInsecureHttp: boolean,
): Endpoint {
  const text = value.trim();
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  const url = parseUrl(hasScheme ? text : `${scheme ?? 'https'}://${text}`);
  if (url === undefined || url.hostname === '') {
    throw usageError(`${name} is no endpoint`, 'give a host, host:port or a URL such as https://sts.aliyuncs.com');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw usageError(`${name} must be an http or https URL`);
  if (url.username !== '' || url.password !== '') throw usageError(`${name} must not contain a user or a password`);
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || /[?#]/.test(text)) {
    throw usageError(`${name} must not contain a path, a query or a fragment`);
  }
  const endpoint: Endpoint = { protocol: url.protocol === 'http:' ? 'http' : 'https', host: url.host };
  return checkHttp(endpoint, name, allowInsecureHttp);
}

function parseUrl(text: string): URL | undefined {
  // The URL parser would quietly drop tabs and line ends, and take a backslash for a slash.
  if (/[\s\\\u0000-\u001f]/.test(text)) return undefined;
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function checkHttp(endpoint: Endpoint, name: string, allowInsecureHttp: boolean): Endpoint {
  if (endpoint.protocol === 'https' || allowInsecureHttp) return endpoint;
  if (isLoopbackHost(new URL(`http://${endpoint.host}`).hostname)) return endpoint;
  throw usageError(
    `${name} asks for http to ${endpoint.host}, which is for loopback only`,
    'use https, or pass --allow-insecure-http if nobody can listen on the way',
  );
}

/**
 * Without a region the central host, as the Go tool has it (`cs.aliyuncs.com` serves every region, too).
 * A VPC host exists per region only, except for RAM and IMS, which have no regions.
 */
function hostInRegion(service: CloudService, { regionId, useVpc, env }: EndpointOptions): string {
  const product = service.toLowerCase();
  if (service === 'RAM' || service === 'IMS') return `${product}${useVpc ? '.vpc-proxy' : ''}.aliyuncs.com`;
  const fromVariable = service === 'STS' ? env.ALIBABA_CLOUD_STS_REGION?.trim() : undefined;
  const region = fromVariable || regionId?.trim();
  if (region === undefined || region === '') return `${product}.aliyuncs.com`;
  if (!/^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$/.test(region)) {
    throw usageError(`${fromVariable ? 'ALIBABA_CLOUD_STS_REGION' : '--region-id'} is no region id`);
  }
  if (centralRegions.has(region)) return `${product}.aliyuncs.com`;
  if (service === 'CS') return `${useVpc ? 'cs-anony-vpc' : 'cs'}.${region}.aliyuncs.com`;
  if (useVpc) return `sts-vpc.${stsRegion(region)}.aliyuncs.com`;
  return centralRegionsOfSts.has(region) ? 'sts.aliyuncs.com' : `sts.${stsRegion(region)}.aliyuncs.com`;
}

/** The Go tool's mapping: this finance region uses the STS of the region beside it. */
function stsRegion(region: string): string {
  return region === 'cn-hangzhou-finance' ? 'cn-hangzhou' : region;
}
