import { X509Certificate } from 'node:crypto';
import { stringify } from 'yaml';
import { accountOf } from '../account.ts';
import { attachedNames, findRole, findUser, type Identity } from '../ram/model.ts';
import type { SandboxApiServer, SandboxCluster } from '../store.ts';
import { utcTime } from '../time-format.ts';
import type { Operation, OperationContext } from '../types.ts';
import { apiServerUrl } from './api-server.ts';
import { type CertificateSubject, clientCaOf, issueClientCertificate } from './client-certificate.ts';
import { settle } from './model.ts';
import { clusterResource, existingCluster, invalidRequest } from './requests.ts';

/** Minutes that a temporary certificate may live. Source: DescribeClusterUserKubeconfig of the API's reference. */
const leastMinutes = 15;
const mostMinutes = 4320;
/** The life of one that is not temporary: three years. */
const longLifeMs = 3 * 365 * 24 * 3_600_000;
/** Part of every user's name in the cluster. One for all, so that a role binding outlives the sandbox. */
const nameTimestamp = 1_600_000_000;

/** Kubeconfigs of the users of ACK clusters. */
export const kubeconfigOperations: readonly Operation[] = [
  {
    product: 'CS',
    action: 'DescribeClusterUserKubeconfig',
    method: 'GET',
    path: '/k8s/{ClusterId}/user_config',
    ramAction: 'cs:DescribeClusterUserKubeconfig',
    resource: clusterResource,
    handler: describeClusterUserKubeconfig,
  },
];

async function describeClusterUserKubeconfig(ctx: OperationContext) {
  settle(ctx.store, ctx.now);
  const cluster = existingCluster(ctx);
  const minutes = minutesParam(ctx);
  checkBoolean('PrivateIpAddress', ctx.params.PrivateIpAddress);
  const caller = callerInCluster(ctx);
  const { settings, user, expiresAt } =
    cluster.apiServer !== undefined && cluster.clientCa === undefined
      ? ownUserOf(cluster.apiServer)
      : await issuedUser(cluster, {
          subject: caller.subject,
          now: ctx.now,
          // Certificates know whole seconds.
          expiresAt: Math.floor((ctx.now + (minutes === undefined ? longLifeMs : minutes * 60_000)) / 1000) * 1000,
        });
  return {
    config: formatKubeconfig(cluster, { settings, user, uid: caller.uid }),
    ...(expiresAt === undefined ? {} : { expiration: utcTime(expiresAt) }),
  };
}

interface ClusterUser {
  /** Of the kubeconfig's cluster, and of its user. */
  settings: Record<string, unknown>;
  user: Record<string, unknown>;
  /** Milliseconds since the epoch. Absent for a user without a certificate. */
  expiresAt?: number | undefined;
}

/** Without the key of its CA nobody but the user of the seed's kubeconfig can be let in, for as long as that may. */
function ownUserOf({ cluster, user }: SandboxApiServer): ClusterUser {
  const data = user['client-certificate-data'];
  if (typeof data !== 'string') return { settings: cluster, user };
  return { settings: cluster, user, expiresAt: Date.parse(new X509Certificate(Buffer.from(data, 'base64')).validTo) };
}

async function issuedUser(
  cluster: SandboxCluster,
  request: { subject: CertificateSubject; now: number; expiresAt: number },
): Promise<ClusterUser> {
  const ca = await clientCaOf(cluster, request.now);
  const { certificatePem, keyPem } = await issueClientCertificate(ca, request);
  return {
    settings: cluster.apiServer?.cluster ?? {
      server: apiServerUrl(cluster),
      'certificate-authority-data': base64(ca.certificatePem),
    },
    user: { 'client-certificate-data': base64(certificatePem), 'client-key-data': base64(keyPem) },
    expiresAt: request.expiresAt,
  };
}

/** With the names that ACK gives: every cluster is `kubernetes`, a user is its id, a context both ids. */
function formatKubeconfig({ id }: SandboxCluster, { settings, user, uid }: ClusterUser & { uid: string }): string {
  const contextName = `${uid}-${id}`;
  const config = {
    apiVersion: 'v1',
    clusters: [{ cluster: settings, name: 'kubernetes' }],
    contexts: [{ context: { cluster: 'kubernetes', user: uid }, name: contextName }],
    'current-context': contextName,
    kind: 'Config',
    preferences: {},
    users: [{ name: uid, user }],
  };
  return stringify(config, { lineWidth: 0 });
}

/**
 * The caller as a user of Kubernetes: `<id>-<timestamp>` in the group `system:users`. ACK lets the account itself and
 * who made the cluster administrate it by bindings within the cluster; the sandbox writes nothing into one, so for them
 * (root, and whoever has AdministratorAccess) the certificate says it, by the group `system:masters`.
 */
function callerInCluster(ctx: OperationContext): { uid: string; subject: CertificateSubject } {
  const { principal } = ctx;
  if (principal === undefined) throw new Error('a signed operation was reached without a caller');
  const account = accountOf(ctx);
  const identity: Identity | undefined =
    principal.kind === 'user'
      ? findUser(account, principal.userName)
      : principal.kind === 'session'
        ? findRole(account, principal.roleName)
        : undefined;
  const uid = identity?.id ?? account.id;
  const isAdministrator =
    principal.kind === 'root' ||
    (identity !== undefined && attachedNames(identity, 'System').includes('AdministratorAccess'));
  const organizations = ['system:users', ...(isAdministrator ? ['system:masters'] : [])];
  return { uid, subject: { commonName: `${uid}-${nameTimestamp}`, organizations } };
}

function minutesParam({ params }: OperationContext): number | undefined {
  const text = params.TemporaryDurationMinutes;
  if (text === undefined || text === '') return undefined;
  const minutes = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (minutes >= leastMinutes && minutes <= mostMinutes) return minutes;
  throw invalidRequest(`TemporaryDurationMinutes must be from ${leastMinutes} to ${mostMinutes}`);
}

function checkBoolean(name: string, text: string | undefined): void {
  if (text !== undefined && !/^(?:true|false|)$/i.test(text)) throw invalidRequest(`${name} must be true or false`);
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
