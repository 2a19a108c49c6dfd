/** The sandbox's state: plain data, so that `reset` and `state` of the admin path are a copy and a print. */

export interface SandboxUser {
  id: string;
  name: string;
  displayName: string;
  createdAt: number;
  accessKeys: { id: string; secret: string; active: boolean }[];
  systemPolicies: string[];
  customPolicies: string[];
  /** When a policy was attached, by `System/<name>` or `Custom/<name>`. Absent: with the identity itself. */
  attachedAt?: Record<string, number> | undefined;
}

export interface SandboxRole {
  id: string;
  name: string;
  description: string;
  /** Verbatim text. */
  trustPolicy: string;
  maxSessionDurationSeconds: number;
  createdAt: number;
  updatedAt: number;
  systemPolicies: string[];
  customPolicies: string[];
  /** When a policy was attached, by `System/<name>` or `Custom/<name>`. Absent: with the identity itself. */
  attachedAt?: Record<string, number> | undefined;
}

export interface SandboxPolicyVersion {
  id: string;
  document: string;
  isDefault: boolean;
  createdAt: number;
}

export interface SandboxPolicy {
  name: string;
  description: string;
  createdAt: number;
  updatedAt: number;
  versions: SandboxPolicyVersion[];
}

export interface SandboxOidcProvider {
  name: string;
  issuerUrl: string;
  clientIds: string[];
  fingerprints: string[];
  description: string;
  issuanceLimitHours: number;
  createdAt: number;
  updatedAt: number;
}

export interface SandboxTask {
  id: string;
  clusterId: string;
  type: string;
  createdAt: number;
  /** When it ends, milliseconds since the epoch. */
  endsAt: number;
  /** Its effect, applied by whoever looks first after `endsAt`. */
  effect:
    | {
        kind: 'rrsa';
        enabled: boolean;
        /** Put before the cluster's other issuers. Absent: they stay as they are. */
        issuer?: string | undefined;
      }
    | { kind: 'installAddons'; names: string[] }
    | { kind: 'uninstallAddons'; names: string[] };
  state: 'running' | 'success' | 'fail';
  error?: { code: string; message: string } | undefined;
}

/** A real API server, as a kubeconfig describes it: no setting names a file. */
export interface SandboxApiServer {
  /** Settings of the kubeconfig's cluster. `server` is an http or https URL. */
  cluster: Record<string, unknown>;
  /** Settings of the kubeconfig's user. */
  user: Record<string, unknown>;
}

export interface SandboxCluster {
  id: string;
  name: string;
  regionId: string;
  version: string;
  type: string;
  profile: string;
  state: string;
  rrsaEnabled: boolean;
  /** Issuers, first one counts. The sandbox's own (`<endpoint>/oidc/<cluster id>`) unless the seed names another. */
  issuers: string[];
  createdAt: number;
  /** One being installed is there already, in state `updating`. `config`: JSON text, empty when absent. */
  addons: { name: string; version: string; state: string; config?: string | undefined }[];
  /** Oldest first. */
  logs: { id: number; text: string; createdAt: number }[];
  /** The next task of this cluster to end fails with this, and `log` (or a text of the sandbox) is logged. Then it is gone. */
  failNextTask?: { code: string; message: string; log?: string | undefined } | undefined;
  /** RSA key pair of the issuer as PKCS#8 PEM, and its key id. Made when first needed. Absent with a seed's own `jwks`. */
  signingKey?: { privateKeyPem: string; kid: string } | undefined;
  /** Public keys of a foreign issuer, from the seed's `jwksFile`. */
  jwks?: { keys: Record<string, unknown>[] } | undefined;
  /** From the seed's `kubeconfig`. Absent: its address never answers. */
  apiServer?: SandboxApiServer | undefined;
  /**
   * What its client certificates are signed with, PEM and PKCS#8 PEM: the seed's `caKey`, or without an API server one
   * made when first needed.
   */
  clientCa?: { certificatePem: string; keyPem: string } | undefined;
  /** When a user or role was last seen by the API server, by its id, in milliseconds since the epoch. */
  activity?: Record<string, number> | undefined;
  /** Ids whose permissions were cleaned up, in order. Absent: none. */
  cleanedUsers?: string[] | undefined;
}

export interface SandboxSession {
  accessKeyId: string;
  accessKeySecret: string;
  securityToken: string;
  accountId: string;
  roleName: string;
  roleId: string;
  sessionName: string;
  sessionPolicy?: string | undefined;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

export interface SandboxAccount {
  id: string;
  /** Keys of the account itself, which no policy limits. Absent: none. */
  rootAccessKeys?: { id: string; secret: string; active: boolean }[] | undefined;
  users: SandboxUser[];
  roles: SandboxRole[];
  policies: SandboxPolicy[];
  providers: SandboxOidcProvider[];
  clusters: SandboxCluster[];
  tasks: SandboxTask[];
}

export interface Store {
  accounts: SandboxAccount[];
  sessions: SandboxSession[];
  /** How long a cluster change takes, in milliseconds. */
  updateTimeMs: number;
  /** Shortens every session to this, in milliseconds; `undefined`: as asked. */
  sessionTtlMs: number | undefined;
  /** Trust policies longer than this are refused. RAM publishes no number. */
  trustPolicyMaxLength: number;
  /** Counter behind ids, so that they are deterministic. */
  nextId: number;
}
