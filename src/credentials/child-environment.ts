import type { Env } from '../io.ts';
import { exportedVariables, profileSwitch, regionOf } from './exported-variables.ts';
import { exportedFamilies } from './key-variables.ts';
import type { Credentials } from './provider.ts';

const prefixes = ['ALIBABA_CLOUD_', 'ALIBABACLOUD_', 'ALICLOUD_'];

/** With any of the three prefixes: what makes some SDK or tool take other credentials, or assume a role once more. */
const selectorSuffixes = [
  'ACCESS_KEY',
  'ACCESS_KEY_ID',
  'ACCESS_KEY_SECRET',
  'ACCESS_KEY_STS_TOKEN',
  'SECRET_KEY',
  'SECURITY_TOKEN',
  'BEARER_TOKEN',
  'PRIVATE_KEY',
  'PUBLIC_KEY_ID',
  'SESSION_EXPIRATION',
  'ROLE_ARN',
  'ROLE_NAME',
  'ROLE_SESSION_NAME',
  'ROLE_SESSION_EXPIRATION',
  'ASSUME_ROLE_ARN',
  'ASSUME_ROLE_SESSION_NAME',
  'ASSUME_ROLE_SESSION_EXPIRATION',
  'ASSUME_ROLE_EXTERNAL_ID',
  'ASSUME_ROLE_POLICY',
  'EXTERNAL_ID',
  'OIDC_PROVIDER_ARN',
  'OIDC_TOKEN',
  'OIDC_TOKEN_FILE',
  'CREDENTIALS_URI',
  'CREDENTIALS_FILE',
  'CREDENTIALS_EXPIRATION',
  'SHARED_CREDENTIALS_FILE',
  'CONFIG_FILE',
  'PROFILE',
  'PROFILE_PATH',
  'PROFILE_MODE',
  'IGNORE_PROFILE',
  'CLI_PROFILE_DISABLED',
  'ECS_METADATA',
  'ECS_METADATA_DISABLED',
  'ECS_ROLE_NAME',
];

const otherSelectors = [
  'OSS_ROLE_ARN',
  'OSS_ROLE_SESSION_NAME',
  'OSSUTIL_CONFIG_FILE',
  'OSSUTIL_PROFILE',
  'ACK_RAM_TOOL_PROFILE_FILE',
  'ACK_RAM_TOOL_PROFILE_NAME',
  'ACK_RAM_TOOL_PROFIL_ENAME',
  'ACK_RAM_TOOL_CREDENTIAL_TYPE',
  'ACK_RAM_TOOL_IGNORE_ENV_CREDENTIALS',
  'ACK_RAM_TOOL_ROLE_ARN',
  'ACK_RAM_TOOL_OIDC_AUDIENCE',
  'ACK_RAM_TOOL_OIDC_PROVIDER_ARN',
  'ACK_RAM_TOOL_OIDC_ROLE_ARN',
  'ACK_RAM_TOOL_OIDC_TOKEN',
  'ACK_RAM_TOOL_OIDC_TOKEN_FILE',
  'ACK_RAM_TOOL_OIDC_TOKEN_SOURCE',
];

/**
 * Every variable that decides which credentials a program takes. Endpoints, regions and switches that only forbid
 * (`ALIBABA_CLOUD_IMDSV1_DISABLED`, `ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS`) are not among them.
 */
export const credentialSelectors: ReadonlySet<string> = new Set([
  ...exportedFamilies.flatMap((family) => [family.id, family.secret, ...family.tokens]),
  ...prefixes.flatMap((prefix) => selectorSuffixes.map((suffix) => prefix + suffix)),
  ...otherSelectors,
]);

/** Shuts what comes after the keys in the SDKs' default chains, so that nothing but these credentials can be found. */
const closedDoors = {
  ALIBABA_CLOUD_IGNORE_PROFILE: 'TRUE',
  ALIBABA_CLOUD_CLI_PROFILE_DISABLED: 'true',
  ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true',
};

/** `env` without every variable of `credentialSelectors`, those of `alsoRemove`, and those that are not set. */
export function withoutCredentials(env: Env, alsoRemove: readonly string[] = []): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !credentialSelectors.has(entry[0]) && !alsoRemove.includes(entry[0]),
  );
  return Object.fromEntries(kept);
}

interface ChildOptions {
  /** Handed over when known. */
  regionId?: string | undefined;
  /** Further variables that the child is not to have. */
  alsoRemove?: readonly string[] | undefined;
}

/**
 * The environment of a child that is to use `credentials` and no others: `withoutCredentials(env)`, then the variables
 * of every known consumer, the true expiry (`ALIBABA_CLOUD_CREDENTIALS_EXPIRATION`; absent when they do not expire)
 * and the region when it is known. `OSS_REGION` is set only where it is not: OSS may well live elsewhere.
 */
export function childEnvironment(
  env: Env,
  options: ChildOptions & { credentials: Credentials },
): Record<string, string> {
  const { credentials, regionId, alsoRemove } = options;
  const child: Record<string, string> = { ...withoutCredentials(env, alsoRemove), ...closedDoors };
  for (const { variables } of exportedVariables(credentials, regionId)) {
    Object.assign(child, Object.fromEntries(variables));
  }
  return withOssRegion(child, regionId);
}

/**
 * The environment of a child that is to ask `uri` for its credentials each time it needs them. The SDKs look at a
 * credentials URI last of all, so everything before it is shut: no keys and no OIDC token in the environment, no
 * profile of the aliyun CLI, no ECS metadata. Their `~/.alibabacloud/credentials` cannot be switched off, only replaced,
 * so it is by a file that holds nothing (`nullDevice`, `/dev/null`). A proxy is told to stay out of it: the URI is a secret.
 */
export function refreshEnvironment(
  env: Env,
  options: ChildOptions & { uri: string; nullDevice: string },
): Record<string, string> {
  const { uri, nullDevice, regionId, alsoRemove } = options;
  const child = {
    ...withoutProxyFor(new URL(uri).hostname, withoutCredentials(env, alsoRemove)),
    ...closedDoors,
    ...Object.fromEntries([...profileSwitch, ...regionOf(regionId)]),
    ALIBABA_CLOUD_CREDENTIALS_FILE: nullDevice,
    ALIBABA_CLOUD_CREDENTIALS_URI: uri,
    ALICLOUD_CREDENTIALS_URI: uri,
  };
  return withOssRegion(child, regionId);
}

function withOssRegion(child: Record<string, string>, regionId: string | undefined): Record<string, string> {
  const ossRegion = child.OSS_REGION || regionId;
  return ossRegion ? { ...child, OSS_REGION: ossRegion } : child;
}

const proxyVariables = ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'];
/** Some programs read only one of them, and some the first that is set. */
const noProxyVariables = ['no_proxy', 'NO_PROXY'];

/** Some programs (Python's requests) send even what goes to loopback through a proxy unless they are told not to. */
function withoutProxyFor(host: string, env: Record<string, string>): Record<string, string> {
  if (!proxyVariables.some((name) => env[name])) return env;
  const present = noProxyVariables.map((name) => env[name]).find((value) => value);
  const lists = noProxyVariables.map((name) => {
    const list = (env[name] || present || '').split(',').filter((entry) => entry.trim() !== '');
    return [name, list.some((entry) => ['*', host].includes(entry.trim())) ? list : [...list, host]] as const;
  });
  return { ...env, ...Object.fromEntries(lists.map(([name, list]) => [name, list.join(',')])) };
}
