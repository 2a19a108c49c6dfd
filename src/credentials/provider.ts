/** Credentials as the rest of the tool sees them, and the shape of everything that supplies them. */

export interface Credentials {
  accessKeyId: string;
  accessKeySecret: string;
  /** Absent for long-lived keys. */
  securityToken?: string | undefined;
  /** True expiry as the issuer said. Absent when the credentials do not expire, or a static token hides its expiry. */
  expiration?: Date | undefined;
}

/** Each call gives credentials that are valid now, renewing them where it can. */
export type Provider = () => Promise<Credentials>;

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
}
