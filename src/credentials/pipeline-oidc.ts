import type { AssumeRoleWithOidc } from '../cloud/ports.ts';
import { messageOf, ToolError, usageError } from '../errors.ts';
import type { Env } from '../io.ts';
import { quoted } from '../policy/name.ts';
import type { RoleSession } from './assume-role.ts';
import { sha256, tokenIdentity } from './cache-key.ts';
import { type GithubRequest, githubRequest, requestGithubToken } from './github-oidc.ts';
import { fromOidc, type OidcSession, oidcSessionFault } from './oidc.ts';
import type { Exchange, Provider, Source } from './provider.ts';
import { parseOidcToken, readOidcToken } from './token-file.ts';
import { createTokenReader } from './token-reader.ts';

/** What RAM's OIDC providers expect as `aud` unless told otherwise. */
const defaultAudience = 'sts.aliyuncs.com';
const forms = 'github-actions, env:NAME or file:PATH';

export interface PipelineOidcOptions {
  env: Env;
  /** For a leading `~` of `file:PATH`. */
  home: string | undefined;
  /** `--oidc-token-source`: `github-actions`, `env:NAME` or `file:PATH`. Absent or empty: not configured. */
  source: string | undefined;
  /** `--oidc-provider-arn`. */
  providerArn?: string | undefined;
  /** `--oidc-role-arn`. */
  roleArn?: string | undefined;
  /** `--oidc-audience`, asked for of github-actions only; other tokens have theirs. Default `sts.aliyuncs.com`. */
  audience?: string | undefined;
  /** How the role is assumed. Session name by default: `ALIBABA_CLOUD_ROLE_SESSION_NAME`, else `ack-ram-tool`. */
  session?: Omit<RoleSession, 'roleArn'> | undefined;
  exchange: Exchange;
  assumeRoleWithOidc: AssumeRoleWithOidc;
}

type TokenSource = { kind: 'github-actions' } | { kind: 'env'; name: string } | { kind: 'file'; path: string };

/** A token source, its session checked, with everything that is needed to fetch a token. */
type Fetch = { read(): Promise<string>; identity(): Promise<readonly string[]> };

/**
 * Credentials of a pipeline by its own OIDC token, so that it needs no secret. The token is fetched afresh for every
 * exchange. Configured by `--oidc-token-source`; a provider or a role without it is `USAGE`, so that nobody goes on
 * with other credentials than those that were meant.
 *
 * `resolve` throws `USAGE` for flags that are missing or malformed, `CREDENTIALS_SOURCE_BROKEN` where the pipeline does
 * not give what its kind should; the provider throws that, too, and `CREDENTIALS_REFUSED` when STS refuses.
 */
export function pipelineOidcSource(options: PipelineOidcOptions): Source {
  let known: Fetch | undefined;
  const fetch = (): Fetch => {
    known ??= fetchFor(options);
    return known;
  };
  return {
    name: 'OIDC token of the pipeline',
    lookedAt: 'no --oidc-token-source is given',
    takesSession: true,
    async resolve(): Promise<Provider | undefined> {
      if (!isConfigured(options)) return undefined;
      const session = sessionOf(options);
      const { read } = fetch();
      return fromOidc({ session, readToken: read, assumeRoleWithOidc: options.assumeRoleWithOidc });
    },
    async identity() {
      if (!isConfigured(options)) return undefined;
      const { providerArn, roleArn, sessionName = '' } = sessionOf(options);
      return ['pipeline-oidc', providerArn, roleArn, sessionName, ...(await fetch().identity())];
    },
  };
}

/** The variable that holds the token, which a child must not get. `undefined` when it comes from elsewhere. */
export function pipelineTokenVariable(source: string | undefined): string | undefined {
  const parsed = source ? parseTokenSource(source) : undefined;
  return parsed?.kind === 'env' ? parsed.name : undefined;
}

function parseTokenSource(text: string): TokenSource | undefined {
  if (/^github-actions$/i.test(text)) return { kind: 'github-actions' };
  const name = /^env:([A-Za-z_]\w*)$/i.exec(text)?.[1];
  if (name !== undefined) return { kind: 'env', name };
  const path = /^file:(.+)$/is.exec(text)?.[1];
  return path === undefined ? undefined : { kind: 'file', path };
}

function isConfigured({ source, providerArn, roleArn }: PipelineOidcOptions): boolean {
  if (source) return true;
  if (!providerArn && !roleArn) return false;
  const given = providerArn ? '--oidc-provider-arn' : '--oidc-role-arn';
  throw usageError(`${given} is given and --oidc-token-source is not`, `pass --oidc-token-source with ${forms}`);
}

function sessionOf({ env, providerArn, roleArn, session: asked }: PipelineOidcOptions): OidcSession {
  if (!providerArn) throw missing('--oidc-provider-arn', 'acs:ram::ACCOUNT:oidc-provider/NAME');
  if (!roleArn) throw missing('--oidc-role-arn', 'acs:ram::ACCOUNT:role/NAME');
  const sessionName = asked?.sessionName || env.ALIBABA_CLOUD_ROLE_SESSION_NAME || undefined;
  const session = { ...asked, providerArn, roleArn, sessionName };
  const fault = oidcSessionFault(session);
  if (fault !== undefined) throw usageError(`with --oidc-token-source ${fault}`);
  return session;
}

function missing(flag: string, form: string): ToolError {
  return usageError(`--oidc-token-source is given and ${flag} is not`, `pass ${flag} ${form}`);
}

function fetchFor({ env, home, source = '', audience, exchange }: PipelineOidcOptions): Fetch {
  const parsed = parseTokenSource(source);
  if (parsed === undefined) throw usageError(`${quoted(source)} is no --oidc-token-source`, `use ${forms}`);
  switch (parsed.kind) {
    case 'github-actions': {
      const request = githubRequest(env, audience || defaultAudience);
      return { read: () => requestGithubToken(request, exchange), identity: async () => jobIdentity(request) };
    }
    case 'env':
      return tokenAt(async () => readVariable(env, parsed.name));
    case 'file':
      return tokenAt(async () => {
        try {
          return await readOidcToken(parsed.path, { home });
        } catch (error) {
          throw broken(messageOf(error), undefined, error);
        }
      });
  }
}

function tokenAt(read: () => Promise<string>): Fetch {
  const { take, peek } = createTokenReader(read);
  return { read: take, identity: async () => tokenIdentity(await peek()) };
}

/** The address and the bearer are those of one job, and no token need be fetched to know them. */
function jobIdentity({ url, bearer }: GithubRequest): string[] {
  return ['github-actions', sha256(url), sha256(bearer)];
}

function readVariable(env: Env, name: string): string {
  const token = env[name];
  if (!token) {
    throw broken(
      `the variable ${name} is not set`,
      `let the pipeline put its OIDC token into ${name} (GitLab: id_tokens)`,
    );
  }
  try {
    return parseOidcToken(Buffer.from(token), `the OIDC token in ${name}`);
  } catch (error) {
    throw broken(messageOf(error), undefined, error);
  }
}

function broken(fault: string, hint?: string, cause?: unknown): ToolError {
  return new ToolError('CREDENTIALS_SOURCE_BROKEN', `the OIDC token of the pipeline is unusable: ${fault}`, {
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  });
}
