/**
 * What the tool needs of the cloud, in domain types. Adapters live beside this file; use cases take the ports as
 * arguments and never see an SDK type. Every method may throw `CloudApiError` (refused), `ToolError` with `NETWORK`
 * (no answer), `BAD_ANSWER` (not what the API sends) or `INTERRUPTED`.
 */

/** RRSA of a cluster. Source: `rrsa_config` of DescribeClusterDetail, else `RRSAConfig` within `meta_data`. */
export interface ClusterRrsa {
  enabled: boolean;
  /** In the order of the API; the first is the `iss` of new tokens. Empty while RRSA is off. */
  issuers: string[];
  /** The API server's audiences, not the audience of RRSA tokens. */
  audience?: string | undefined;
  /** `ack-rrsa-<cluster id>`. Absent while RRSA is off. */
  providerName?: string | undefined;
  /** `acs:ram::<account>:oidc-provider/ack-rrsa-<cluster id>`. Absent while RRSA is off. */
  providerArn?: string | undefined;
}

export interface Cluster {
  id: string;
  name: string;
  regionId: string;
  /** `ManagedKubernetes`, `Kubernetes` (dedicated), `ExternalKubernetes` (registered), or one not known yet. */
  type: string;
  /** `Default`, `Serverless`, `Edge`, …; empty when the API does not say. */
  profile: string;
  /** `running`, `updating`, … as the API spells it. */
  state: string;
  /** Such as `1.32.1-aliyun.1`; empty while the cluster has none yet. */
  version: string;
  rrsa: ClusterRrsa;
}

export interface ClusterSummary {
  id: string;
  name: string;
  regionId: string;
  type: string;
  state: string;
}

export interface Task {
  id: string;
  /** Such as `cluster_modify`; empty when the API does not say. */
  type: string;
  /** `fail`, `failed`, `timeout` and `canceled` of the API are all `failed`. */
  state: 'running' | 'succeeded' | 'failed';
  /** The API's own word for the state. */
  rawState: string;
  error?: { code: string; message: string } | undefined;
  createdAt?: Date | undefined;
}

export interface ClusterLogEntry {
  id: number;
  text: string;
  createdAt?: Date | undefined;
}

export interface AddonInstance {
  name: string;
  /** Empty while the addon has none. */
  version: string;
  /** `active`, `updating`, `upgrading`, `deleting`, … */
  state: string;
}

export interface UserKubeconfig {
  /** YAML, as the API gave it. It holds a client certificate and its private key. */
  config: string;
  /** When that certificate ends. Absent when the API does not say. */
  expiration?: Date | undefined;
}

/** What the audit log of a cluster's API server says of a user, or a role, within the last 7 days. */
export interface UserActivity {
  active: boolean;
  /** Absent when there was none, or the API does not say. */
  lastActivity?: Date | undefined;
  /** Where its log is: a project and a store of the log service, and the id of the last entry. Empty when not said. */
  logProject: string;
  logStore: string;
  lastAuditId: string;
}

/** Container Service (ACK and ACS clusters). */
export interface AckPort {
  /** `undefined` when there is no such cluster. */
  getCluster(clusterId: string): Promise<Cluster | undefined>;
  /** All clusters that the caller may see, every page. */
  listClusters(): Promise<ClusterSummary[]>;
  /** Starts the change and returns the id of its task (absent when the API names none). */
  setRrsa(clusterId: string, enabled: boolean): Promise<{ taskId?: string | undefined }>;
  /** `undefined` when there is no such task (any more). */
  getTask(taskId: string): Promise<Task | undefined>;
  /** Newest first. */
  listClusterTasks(clusterId: string): Promise<Task[]>;
  /** The cluster's event log, newest first. */
  listClusterLogs(clusterId: string): Promise<ClusterLogEntry[]>;
  /** `undefined` when it is not installed. */
  getAddon(clusterId: string, name: string): Promise<AddonInstance | undefined>;
  /** Starts the installation. `alreadyInstalled` when the API says so instead. */
  installAddon(clusterId: string, name: string): Promise<{ taskId?: string | undefined; alreadyInstalled: boolean }>;
  /**
   * The caller's own kubeconfig, with a client certificate that is issued for `temporaryDurationMinutes` (15 to 4320);
   * absent: the caller's long-lived one, of three years. `undefined` when there is no such cluster.
   */
  getUserKubeconfig(
    clusterId: string,
    options: { privateAddress: boolean; temporaryDurationMinutes?: number | undefined },
  ): Promise<UserKubeconfig | undefined>;
  /**
   * Whether a user or role was active in a cluster. Throws for a cluster without an audit log, with a code that is not
   * published. Source of the operation, which is in no public description: the Go tool.
   */
  getUserActivity(clusterId: string, uid: string): Promise<UserActivity>;
  /**
   * Takes the kubeconfig of a user or role and its RBAC bindings away. Without `force` the API refuses when the user was
   * active in the last 7 days, or that is not known. It never does so for the caller and the account itself.
   */
  cleanUserPermissions(clusterId: string, uid: string, force: boolean): Promise<void>;
}

export type PolicyType = 'System' | 'Custom';

export interface Role {
  id: string;
  name: string;
  arn: string;
  description: string;
  /** The trust policy verbatim, as the API holds it. */
  trustPolicy: string;
  maxSessionDurationSeconds: number;
}

export interface AttachedPolicy {
  name: string;
  type: PolicyType;
}

/** A user or role of RAM, as lists name it. */
export interface Principal {
  /** Digits, more than a number of JavaScript holds. */
  id: string;
  name: string;
}

export interface RamPort {
  /** `undefined` when there is no such role. */
  getRole(name: string): Promise<Role | undefined>;
  /** `undefined` when a role of that name exists already. */
  createRole(role: {
    name: string;
    trustPolicy: string;
    description?: string | undefined;
    maxSessionDurationSeconds?: number | undefined;
  }): Promise<Role | undefined>;
  /** Last writer wins at the API, so this is sent once and never again: without an answer, read and plan anew. */
  updateTrustPolicy(roleName: string, document: string): Promise<Role>;
  deleteRole(name: string): Promise<void>;
  listRoleNames(): Promise<string[]>;
  /** All roles. An id is empty where the API names none. */
  listRoles(): Promise<Principal[]>;
  /** All RAM users. */
  listUsers(): Promise<Principal[]>;
  listPoliciesForRole(roleName: string): Promise<AttachedPolicy[]>;
  /** The default version's document; `undefined` when there is no such policy. */
  getPolicyDocument(policy: AttachedPolicy): Promise<string | undefined>;
  /** False when a policy of that name exists already. */
  createPolicy(policy: { name: string; document: string; description?: string | undefined }): Promise<boolean>;
  /** False when it was attached already. Throws `POLICY_NOT_FOUND` when there is no such policy. */
  attachPolicyToRole(roleName: string, policy: AttachedPolicy): Promise<boolean>;
  /** False when it was not attached. */
  detachPolicyFromRole(roleName: string, policy: AttachedPolicy): Promise<boolean>;
  /** The policies that a RAM user has himself, not those of his groups. */
  listPoliciesForUser(userName: string): Promise<AttachedPolicy[]>;
  /** As `attachPolicyToRole`. */
  attachPolicyToUser(userName: string, policy: AttachedPolicy): Promise<boolean>;
}

/** An OIDC identity provider of the account. */
export interface OidcProvider {
  name: string;
  /** `acs:ram::<account>:oidc-provider/<name>` */
  arn: string;
  /** The `iss` that tokens must have. It cannot be changed. */
  issuerUrl: string;
  /** The audiences that tokens may have. */
  clientIds: string[];
  /** SHA-1 thumbprints, in hex, of the issuer's certificate authorities. */
  fingerprints: string[];
  /** Tokens issued longer ago are refused. Absent when the API does not say. */
  issuanceLimitHours?: number | undefined;
}

export interface ImsPort {
  /** `undefined` when there is no such provider. */
  getOidcProvider(name: string): Promise<OidcProvider | undefined>;
}

export interface TemporaryCredentials {
  accessKeyId: string;
  accessKeySecret: string;
  securityToken: string;
  expiration: Date;
}

export interface AssumeRoleRequest {
  roleArn: string;
  /** 2–64 of `[A-Za-z0-9.@_-]`. */
  sessionName: string;
  /** Absent: the API's default, 3600. */
  durationSeconds?: number | undefined;
  /** Session policy, at most 2048 characters. */
  policy?: string | undefined;
}

export interface CallerIdentity {
  accountId: string;
  identityType: 'Account' | 'RAMUser' | 'AssumedRoleUser' | (string & {});
  arn: string;
  principalId: string;
  userId?: string | undefined;
  roleId?: string | undefined;
}

export interface StsPort {
  assumeRole(request: AssumeRoleRequest & { externalId?: string | undefined }): Promise<TemporaryCredentials>;
  getCallerIdentity(): Promise<CallerIdentity>;
}

/** Which STS is asked; all of them issue credentials for everywhere. Absent: the one of this run. */
export interface StsPlace {
  regionId?: string | undefined;
}

/** Anonymous and unsigned, so it needs no credentials. */
export type AssumeRoleWithOidc = (
  request: AssumeRoleRequest & { providerArn: string; oidcToken: string },
  where?: StsPlace,
) => Promise<TemporaryCredentials>;
