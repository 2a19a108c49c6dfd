/** Credentials as the rest of the tool sees them, and the shape of everything that supplies them. */

export interface Credentials {
  accessKeyId: string;
  accessKeySecret: string;
  /** Absent for long-lived keys. */
  securityToken?: string | undefined;
  /** True expiry as the issuer said. Absent when the credentials do not expire, or a static token hides its expiry. */
  expiration?: Date | undefined;
}

/** Whether it can be an AccessKey id, a secret or a token: those go into headers. */
export function isKeyText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 16_384 && /^[\x21-\x7e]+$/.test(value);
}

/**
 * Each call gives credentials that are valid now, renewing them where it can.
 * `renew`: whatever remembers credentials on the way is to ask again, though they are not due, and to throw when that
 * fails instead of giving those it has. A provider that remembers nothing has no use for it.
 */
export type Provider = (ask?: { renew?: boolean }) => Promise<Credentials>;

/**
 * A place where credentials may be configured.
 * `resolve` gives a provider, or `undefined` for "not configured here", which moves on to the next source.
 * Configured and broken throws `CREDENTIALS_SOURCE_BROKEN`, which stops the search.
 */
export interface Source {
  /** Shown to the user: `environment (AccessKey)`. */
  readonly name: string;
  /** What was looked at and found missing, for the message when nothing is configured. */
  readonly lookedAt: string;
  resolve(): Promise<Provider | undefined>;
  /** It assumes one role, and minds the session that a user asks for. Default false. */
  readonly takesSession?: boolean;
  /**
   * What decides which credentials `resolve` gives, secrets as hashes, for the key of the cache: kind of source first.
   * Calls no service. Absent, or `undefined`: not to be cached (keys that are at hand anyway).
   */
  identity?(): Promise<readonly string[] | undefined>;
}

/** One small http(s) exchange, handed in by whoever knows the network. Redirects are not followed. */
export type Exchange = (request: {
  method: 'GET' | 'POST' | 'PUT';
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** Never through a proxy: for addresses that only this machine can mean. */
  direct?: boolean;
}) => Promise<{ status: number; headers: Readonly<Record<string, string | string[] | undefined>>; body: string }>;

/** The text at a path below `/latest/` of the metadata service of this ECS instance; `undefined` when there is none. */
export type ReadMetadata = (path: string) => Promise<string | undefined>;
