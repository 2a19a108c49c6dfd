import { ToolError } from '../errors.ts';
import { findCatalogAddon } from './cs/addon-catalog.ts';
import { builtInIssuer, ensureRrsaProvider, ownIssuer, rrsaProviderArn } from './cs/model.ts';
import { takeDigitId } from './ids.ts';
import { randomText } from './random-text.ts';
import type { SandboxAccount, SandboxCluster, SandboxPolicy, SandboxRole, SandboxUser, Store } from './store.ts';

/** What a sandbox starts with. Everything that may be left out has the default that the comment names. */
export interface SandboxSeed {
  accounts: readonly SeedAccount[];
  limits?: {
    /** Characters. Default 2048; RAM publishes no number. */
    trustPolicyLength?: number | undefined;
  };
}

export interface SeedAccount {
  id: string;
  /** Keys of the account itself, which no policy limits. Default: it has none. */
  accessKeyId?: string | undefined;
  accessKeySecret?: string | undefined;
  users?: readonly SeedUser[];
  roles?: readonly SeedRole[];
  policies?: readonly SeedPolicy[];
  clusters?: readonly SeedCluster[];
}

export interface SeedUser {
  name: string;
  /** Default: no keys. */
  accessKeyId?: string | undefined;
  accessKeySecret?: string | undefined;
  systemPolicies?: readonly string[];
  customPolicies?: readonly string[];
}

export interface SeedRole {
  name: string;
  /** JSON text, kept verbatim. `${issuer:ID}` and `${providerArn:ID}` stand for those of a cluster. */
  trustPolicy: string;
  /** Default 3600. */
  maxSessionDurationSeconds?: number | undefined;
  systemPolicies?: readonly string[];
  customPolicies?: readonly string[];
}

export interface SeedPolicy {
  name: string;
  /** As `trustPolicy`. */
  document: string;
}

export interface SeedCluster {
  id: string;
  /** Default: the id. */
  name?: string | undefined;
  /** Default `cn-hangzhou`. */
  region?: string | undefined;
  /** Default `1.32.1-aliyun.1`. */
  version?: string | undefined;
  /** Default `ManagedKubernetes`. */
  type?: string | undefined;
  /** Default `Default`. */
  profile?: string | undefined;
  /** Default `running`. */
  state?: string | undefined;
  /** Default false. */
  rrsa?: boolean | undefined;
  /** Names. */
  addons?: readonly string[];
  /** Names of users or roles, or ids of any, that used the cluster just before the sandbox started. */
  activeUsers?: readonly string[];
  /** Default: the sandbox's own, once RRSA is on. */
  issuer?: string | undefined;
  /** Public keys of `issuer`. Without them the sandbox signs its tokens. */
  jwks?: SandboxCluster['jwks'];
  /** Default: there is none. Issuer and keys, where they are not given, are read from it when the sandbox starts. */
  apiServer?: SandboxCluster['apiServer'];
  /** Default: everybody gets the user of `apiServer`; without one, a CA of the sandbox's own. */
  clientCa?: SandboxCluster['clientCa'];
}

export interface StoreOptions {
  endpoint: string;
  /** Milliseconds since the epoch: when everything was made. */
  now: number;
  updateTimeMs: number;
  sessionTtlMs: number | undefined;
}

const defaultTrustPolicyLength = 2048;

/** An account with an administrator, whose keys are new each time, and three clusters with RRSA off. */
export function defaultSeed(): SandboxSeed {
  return {
    accounts: [
      {
        id: '1000000000000001',
        users: [
          {
            name: 'admin',
            accessKeyId: `LTAI5t${randomText(18)}`,
            accessKeySecret: randomText(30),
            systemPolicies: ['AdministratorAccess'],
          },
        ],
        clusters: [
          { id: 'cf3d61bb04a2c4f7d8e5a6b9c1d2e3f40', name: 'foo' },
          { id: 'c8e2a5f7b913d4c6ea0f81b2c3d4e5f60', name: 'bar' },
          { id: 'c4b7d9e1f2a35c8604e7f9a1b2c3d4e50', name: 'foob' },
        ],
      },
    ],
  };
}

/** Makes the store that a seed describes. Throws `FILE_INVALID` for a document that refers to an unknown cluster. */
export function buildStore(seed: SandboxSeed, options: StoreOptions): Store {
  const store: Store = {
    accounts: [],
    sessions: [],
    updateTimeMs: options.updateTimeMs,
    sessionTtlMs: options.sessionTtlMs,
    trustPolicyMaxLength: seed.limits?.trustPolicyLength ?? defaultTrustPolicyLength,
    nextId: 1,
  };
  const fill = (document: string): string => substitute(document, seed, options.endpoint);
  for (const account of seed.accounts) {
    const made: SandboxAccount = {
      id: account.id,
      rootAccessKeys: accessKeysOf(account),
      users: (account.users ?? []).map((user) => buildUser(store, user, options.now)),
      roles: (account.roles ?? []).map((role) => buildRole(store, role, options.now, fill)),
      policies: (account.policies ?? []).map((policy) => buildPolicy(policy, options.now, fill)),
      providers: [],
      clusters: (account.clusters ?? []).map((cluster) => buildCluster(cluster, options)),
      tasks: [],
    };
    for (const cluster of made.clusters) {
      if (cluster.rrsaEnabled) ensureRrsaProvider(made, cluster, options.now);
    }
    for (const { id, activeUsers = [] } of account.clusters ?? []) {
      const cluster = made.clusters.find((each) => each.id === id);
      if (cluster === undefined || activeUsers.length === 0) continue;
      cluster.activity = Object.fromEntries(activeUsers.map((user) => [uidOf(made, user), options.now]));
    }
    store.accounts.push(made);
  }
  return store;
}

function uidOf({ users, roles }: SandboxAccount, text: string): string {
  const uid = [...users, ...roles].find(({ name }) => name === text)?.id ?? text;
  if (/^\d+$/.test(uid)) return uid;
  throw new ToolError('FILE_INVALID', `activeUsers of the seed names ${text}, which is no user, role or id`);
}

/** What `${issuer:ID}` and `${providerArn:ID}` of a document name. */
export function referencesOf(document: string): { kind: 'issuer' | 'providerArn'; clusterId: string }[] {
  return [...document.matchAll(references)].map(([, kind, clusterId = '']) => ({
    kind: kind === 'issuer' ? 'issuer' : 'providerArn',
    clusterId,
  }));
}

const references = /\$\{(issuer|providerArn):([^}]*)\}/g;

function substitute(document: string, seed: SandboxSeed, endpoint: string): string {
  return document.replace(references, (_whole, kind: string, clusterId: string) => {
    for (const account of seed.accounts) {
      const cluster = account.clusters?.find(({ id }) => id === clusterId);
      if (cluster === undefined) continue;
      return kind === 'issuer'
        ? (cluster.issuer ?? ownIssuer(endpoint, clusterId))
        : rrsaProviderArn(account.id, clusterId);
    }
    throw new ToolError('FILE_INVALID', `a document of the seed refers to cluster ${clusterId}, which is not in it`);
  });
}

function buildUser(store: Store, user: SeedUser, now: number): SandboxUser {
  return {
    id: takeDigitId(store),
    name: user.name,
    displayName: user.name,
    createdAt: now,
    accessKeys: accessKeysOf(user),
    systemPolicies: [...(user.systemPolicies ?? [])],
    customPolicies: [...(user.customPolicies ?? [])],
  };
}

function accessKeysOf({ accessKeyId, accessKeySecret }: Pick<SeedUser, 'accessKeyId' | 'accessKeySecret'>) {
  if (accessKeyId === undefined || accessKeySecret === undefined) return [];
  return [{ id: accessKeyId, secret: accessKeySecret, active: true }];
}

function buildRole(store: Store, role: SeedRole, now: number, fill: (document: string) => string): SandboxRole {
  return {
    id: takeDigitId(store),
    name: role.name,
    description: '',
    trustPolicy: fill(role.trustPolicy),
    maxSessionDurationSeconds: role.maxSessionDurationSeconds ?? 3600,
    createdAt: now,
    updatedAt: now,
    systemPolicies: [...(role.systemPolicies ?? [])],
    customPolicies: [...(role.customPolicies ?? [])],
  };
}

function buildPolicy(policy: SeedPolicy, now: number, fill: (document: string) => string): SandboxPolicy {
  return {
    name: policy.name,
    description: '',
    createdAt: now,
    updatedAt: now,
    versions: [{ id: 'v1', document: fill(policy.document), isDefault: true, createdAt: now }],
  };
}

function buildCluster(cluster: SeedCluster, { endpoint, now }: StoreOptions): SandboxCluster {
  const rrsaEnabled = cluster.rrsa ?? false;
  const own = rrsaEnabled ? [ownIssuer(endpoint, cluster.id)] : [];
  return {
    id: cluster.id,
    name: cluster.name ?? cluster.id,
    regionId: cluster.region ?? 'cn-hangzhou',
    version: cluster.version ?? '1.32.1-aliyun.1',
    type: cluster.type ?? 'ManagedKubernetes',
    profile: cluster.profile ?? 'Default',
    state: cluster.state ?? 'running',
    rrsaEnabled,
    issuers: [...new Set([...(cluster.issuer === undefined ? own : [cluster.issuer]), builtInIssuer])],
    createdAt: now,
    addons: (cluster.addons ?? []).map((name) => ({
      name,
      version: findCatalogAddon(name)?.version ?? '1.0.0',
      state: 'active',
    })),
    logs: [],
    jwks: cluster.jwks,
    apiServer: cluster.apiServer,
    clientCa: cluster.clientCa,
  };
}
