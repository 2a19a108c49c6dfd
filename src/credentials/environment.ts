import type { AssumeRoleWithOidc } from '../cloud/ports.ts';
import { messageOf, ToolError } from '../errors.ts';
import type { Env } from '../io.ts';
import { type AssumeRole, fromAssumedRole, type RoleSession, roleRequest, roleSessionFault } from './assume-role.ts';
import { type KeyFamily, readFamilies } from './key-variables.ts';
import { fromOidc, oidcSessionFault } from './oidc.ts';
import { type Credentials, isKeyText, type Provider, type Source } from './provider.ts';
import { createTokenReader } from './token-reader.ts';

const roleArnVariable = 'ALIBABA_CLOUD_ROLE_ARN';
const providerArnVariable = 'ALIBABA_CLOUD_OIDC_PROVIDER_ARN';
const tokenFileVariable = 'ALIBABA_CLOUD_OIDC_TOKEN_FILE';
const sessionNameVariables = ['ALIBABA_CLOUD_ROLE_SESSION_NAME', 'ALICLOUD_ROLE_SESSION_NAME'];

export interface EnvironmentOptions {
  env: Env;
  /** For a leading `~` of the token file. */
  home: string | undefined;
  assumeRole: AssumeRole;
  assumeRoleWithOidc: AssumeRoleWithOidc;
  /** How the role that the environment names is assumed; what is absent is the environment's, then the default. */
  session?: Omit<RoleSession, 'roleArn'> | undefined;
}

/**
 * The environment as sources, in the order they are asked: STS triple, OIDC triple, AccessKey.
 *
 * Of the AccessKey families the first counts of which an id or a secret is set, whole: an id never meets the secret or
 * the token of another family. With a token it is the STS triple (no role is assumed on top), without one the
 * AccessKey, on top of which `ALIBABA_CLOUD_ROLE_ARN` is assumed when set. A token alone is nothing.
 *
 * OIDC is configured when its provider ARN or its token file is set; then all three variables must be. The role ARN
 * alone is not OIDC. An empty variable is one that is not set.
 */
export function environmentSources(options: EnvironmentOptions): Source[] {
  const family = chosenFamily(options.env);
  const token = family && firstSet(options.env, family.tokens);
  let resolvedOidc: OidcEnvironment | undefined;
  const oidc = (): OidcEnvironment | undefined => (resolvedOidc ??= resolveOidc(options));
  return [
    {
      name: 'environment (STS token)',
      lookedAt: `no security token beside an AccessKey (${namesOf('tokens')})`,
      resolve: async () =>
        family && token
          ? fromStatic({ ...readKeys(options.env, family), securityToken: readToken(options.env, family) })
          : undefined,
    },
    {
      name: 'environment (OIDC token)',
      lookedAt: `neither ${providerArnVariable} nor ${tokenFileVariable} is set`,
      takesSession: true,
      resolve: async () => oidc()?.provider,
      identity: async () => oidc()?.identity(),
    },
    {
      name: 'environment (AccessKey)',
      lookedAt: `no AccessKey id (${namesOf('id')})`,
      takesSession: Boolean(options.env[roleArnVariable]),
      resolve: async () => (family && !token ? resolveAccessKey(options, family) : undefined),
      identity: async () => (family && !token ? accessKeyIdentity(options, family) : undefined),
    },
  ];
}

/** Credentials that are what they are. */
function fromStatic(credentials: Credentials): Provider {
  return async () => credentials;
}

function resolveAccessKey(options: EnvironmentOptions, family: KeyFamily): Provider {
  const base = fromStatic(readKeys(options.env, family));
  const session = environmentRole(options);
  if (session === undefined) return base;
  const fault = roleSessionFault(session);
  if (fault !== undefined) throw broken(fault);
  return fromAssumedRole({ base, assumeRole: options.assumeRole, session });
}

/** `undefined` without a role: then there is nothing but the keys. */
async function accessKeyIdentity(options: EnvironmentOptions, family: KeyFamily): Promise<string[] | undefined> {
  const session = environmentRole(options);
  if (session === undefined) return undefined;
  const { staticIdentity } = await import('./cache-key.ts');
  const { roleArn, sessionName } = roleRequest(session);
  return ['environment-role', ...staticIdentity(readKeys(options.env, family)), roleArn, sessionName];
}

function environmentRole({ env, session }: EnvironmentOptions): RoleSession | undefined {
  const roleArn = env[roleArnVariable];
  if (!roleArn) return undefined;
  return { ...session, roleArn, sessionName: session?.sessionName ?? firstSet(env, sessionNameVariables) };
}

interface OidcEnvironment {
  provider: Provider;
  identity(): Promise<string[]>;
}

function resolveOidc(options: EnvironmentOptions): OidcEnvironment | undefined {
  const { env, home, assumeRoleWithOidc } = options;
  const role = environmentRole(options);
  const providerArn = env[providerArnVariable];
  const tokenFile = env[tokenFileVariable];
  if (!providerArn && !tokenFile) return undefined;
  if (!role) throw incomplete(providerArn ? providerArnVariable : tokenFileVariable, roleArnVariable);
  if (!providerArn) throw incomplete(tokenFileVariable, providerArnVariable);
  if (!tokenFile) throw incomplete(providerArnVariable, tokenFileVariable);
  const session = { ...role, providerArn };
  const fault = oidcSessionFault(session);
  if (fault !== undefined) throw broken(fault);
  const token = createTokenReader(async () => {
    const { readOidcToken } = await import('./token-file.ts');
    try {
      return await readOidcToken(tokenFile, { home });
    } catch (error) {
      throw broken(messageOf(error), `check ${tokenFileVariable}`, error);
    }
  });
  return {
    provider: fromOidc({ session, readToken: token.take, assumeRoleWithOidc }),
    async identity() {
      const { tokenIdentity } = await import('./cache-key.ts');
      const { roleArn, sessionName } = roleRequest(session);
      return ['environment-oidc', roleArn, providerArn, sessionName, ...tokenIdentity(await token.peek())];
    },
  };
}

function chosenFamily(env: Env): KeyFamily | undefined {
  return readFamilies.find((family) => env[family.id] || env[family.secret]);
}

function readKeys(env: Env, family: KeyFamily): Credentials {
  const accessKeyId = env[family.id];
  const accessKeySecret = env[family.secret];
  if (!accessKeyId) throw incomplete(family.secret, family.id);
  if (!accessKeySecret) throw incomplete(family.id, family.secret);
  for (const name of [family.id, family.secret]) requireKeyText(env, name);
  return { accessKeyId, accessKeySecret };
}

/** The first security token of the family. */
function readToken(env: Env, { tokens }: KeyFamily): string | undefined {
  const name = tokens.find((each) => env[each]);
  if (name !== undefined) requireKeyText(env, name);
  return name && env[name];
}

function requireKeyText(env: Env, name: string): void {
  if (isKeyText(env[name])) return;
  throw broken(`${name} holds what no key or token can hold`, 'look for a space or a line end in it');
}

function firstSet(env: Env, names: readonly string[]): string | undefined {
  return names.map((name) => env[name]).find((value) => value);
}

function namesOf(part: 'id' | 'tokens'): string {
  return [...new Set(readFamilies.flatMap((family) => family[part]))].join(', ');
}

function incomplete(present: string, missing: string): ToolError {
  return broken(`${present} is set and ${missing} is not`, `set ${missing}, or unset ${present}`);
}

function broken(fault: string, hint?: string, cause?: unknown): ToolError {
  return new ToolError('CREDENTIALS_SOURCE_BROKEN', `the credentials in the environment are unusable: ${fault}`, {
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  });
}
