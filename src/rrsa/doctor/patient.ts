import type {
  AckPort,
  AddonInstance,
  AttachedPolicy,
  CallerIdentity,
  Cluster,
  ImsPort,
  OidcProvider,
  RamPort,
  Role,
  StsPort,
} from '../../cloud/ports.ts';
import { parseOidcProviderArn, parseRoleArn } from '../../policy/arn.ts';
import { requireCluster } from '../cluster.ts';
import { HELPER_ADDON } from '../install-helper-addon.ts';
import type { Clock } from '../report.ts';

/** Whom a diagnosis is about, checked by the command. */
export interface Asked {
  /** Absent: nothing of the cloud is looked at. */
  clusterId?: string | undefined;
  /** A name, or an ARN where it may be in another account. Absent: the one that the service account is annotated with. */
  role?: string | undefined;
  namespace?: string | undefined;
  serviceAccount?: string | undefined;
}

/** What the checks of the cloud look at. Every read is made once, when a check first asks, and shared. */
export interface CloudPatient {
  asked: Asked;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Where the credentials were found, such as `environment (AccessKey)`. */
  credentialsSource(): Promise<string>;
  caller(): Promise<CallerIdentity>;
  /** Throws `CLUSTER_NOT_FOUND`. */
  cluster(): Promise<Cluster>;
  /** ack-pod-identity-webhook; `undefined` when it is not installed. */
  addon(): Promise<AddonInstance | undefined>;
  /** The OIDC provider that the cluster names; `undefined` when IMS has none of that name, or the cluster names none. */
  provider(): Promise<OidcProvider | undefined>;
  /** The role that is asked about: as named, else of the annotation; `undefined` when neither says. */
  roleAsked(): Promise<RoleAsked | undefined>;
  /** That role in the account of the credentials; `undefined` when there is none of its name. */
  role(): Promise<Role | undefined>;
  /** Of that role. */
  policies(): Promise<AttachedPolicy[]>;
  /** One GET, for documents that an issuer publishes. Redirects are not followed. */
  read: ReadPage;
  mend: CloudMenders;
}

/** Changes that mend what the checks of the cloud find. They ask nothing; each throws what its use case throws. */
export interface CloudMenders {
  installAddon(clusterId: string): Promise<void>;
  associate(association: Association): Promise<void>;
}

export interface Association {
  clusterId: string;
  roleName: string;
  namespace: string;
  serviceAccount: string;
}

export interface RoleAsked {
  name: string;
  /** Present when an ARN said so. */
  accountId?: string | undefined;
  /** How it is known. */
  from: 'flag' | 'annotation';
}

/**
 * Reads a page of at most 256 KiB, whatever its status. Throws `NETWORK`, `BAD_ANSWER`, and `USAGE` for what is beyond
 * this machine while this is a sandbox.
 */
export type ReadPage = (url: string, signal: AbortSignal) => Promise<{ status: number; body: string }>;

export interface CloudPatientPorts {
  ack: Pick<AckPort, 'getCluster' | 'getAddon'>;
  ram: Pick<RamPort, 'getRole' | 'listPoliciesForRole'>;
  ims: ImsPort;
  sts: Pick<StsPort, 'getCallerIdentity'>;
  credentialsSource(): Promise<string>;
  clock: Pick<Clock, 'now'>;
  read: ReadPage;
  mend: CloudMenders;
  /** The role that the service account is annotated with; absent where Kubernetes is not looked at. */
  annotatedRole?: (() => Promise<string | undefined>) | undefined;
}

export function cloudPatient(asked: Asked, ports: CloudPatientPorts): CloudPatient {
  const { ack, ram, ims, sts, clock } = ports;
  const id = asked.clusterId ?? '';
  const cluster = once(() => requireCluster(ack, id));
  const roleAsked = once(async (): Promise<RoleAsked | undefined> => {
    if (asked.role !== undefined) return readRole(asked.role, 'flag');
    const annotated = await ports.annotatedRole?.();
    return annotated === undefined || annotated === '' ? undefined : readRole(annotated, 'annotation');
  });
  const ofRole = <T>(read: (name: string) => Promise<T>, none: T) =>
    once(async () => {
      const role = await roleAsked();
      return role === undefined ? none : read(role.name);
    });
  const pages = new Map<string, ReturnType<ReadPage>>();
  return {
    asked,
    now: () => clock.now(),
    credentialsSource: once(ports.credentialsSource),
    caller: once(() => sts.getCallerIdentity()),
    cluster,
    addon: once(() => ack.getAddon(id, HELPER_ADDON)),
    provider: once(async () => {
      const { providerName, providerArn = '' } = (await cluster()).rrsa;
      const name = providerName ?? parseOidcProviderArn(providerArn)?.name;
      return name === undefined ? undefined : ims.getOidcProvider(name);
    }),
    roleAsked,
    role: ofRole((name) => ram.getRole(name), undefined),
    policies: ofRole((name) => ram.listPoliciesForRole(name), []),
    read(url, signal) {
      const page = pages.get(url) ?? ports.read(url, signal);
      pages.set(url, page);
      return page;
    },
    mend: ports.mend,
  };
}

function readRole(text: string, from: RoleAsked['from']): RoleAsked {
  const arn = parseRoleArn(text);
  return arn === undefined ? { name: text, from } : { name: arn.roleName, accountId: arn.accountId, from };
}

/** A read that is made when first asked for, and once: what it gave, or threw, is given to everybody. */
export function once<T>(read: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => {
    asked ??= read();
    return asked;
  };
}
