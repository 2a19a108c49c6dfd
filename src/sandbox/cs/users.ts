import { accountOf } from '../account.ts';
import type { SandboxAccount, SandboxApiServer, SandboxCluster } from '../store.ts';
import { utcTime } from '../time-format.ts';
import { ApiFault, type Operation, type OperationContext, type Principal } from '../types.ts';
import { clusterResource, existingCluster, invalidRequest } from './requests.ts';

/** What users and roles have in a cluster. The codes of refusals are not published; these are the sandbox's own. */
export const userOperations: readonly Operation[] = [
  {
    product: 'CS',
    action: 'DescribeUserClusterActivityState',
    method: 'GET',
    path: '/clusters/{ClusterId}/users/{Uid}/activity-state',
    ramAction: 'cs:DescribeUserClusterActivityState',
    resource: clusterResource,
    handler: describeUserClusterActivityState,
  },
  {
    product: 'CS',
    action: 'CleanClusterUserPermissions',
    method: 'DELETE',
    path: '/cluster/{ClusterId}/user/{Uid}/permissions',
    ramAction: 'cs:CleanClusterUserPermissions',
    resource: clusterResource,
    handler: cleanClusterUserPermissions,
  },
];

const weekMs = 7 * 24 * 3_600_000;

function describeUserClusterActivityState(ctx: OperationContext) {
  const cluster = existingCluster(ctx);
  const uid = uidParam(ctx);
  const at = lastActivity(ctx, cluster, uid);
  return {
    log_project_name: `k8s-log-${cluster.id}`,
    log_store_name: `audit-${cluster.id}`,
    log_query_exp: `user.username: ${uid}`,
    active: at !== undefined,
    ...(at === undefined ? {} : { last_activity: utcTime(at), last_audit_id: ctx.requestId.toLowerCase() }),
  };
}

/**
 * Revoking a certificate has no effect in the sandbox, which keeps no list of those it issued. Bindings go where the
 * cluster has an API server that holds some.
 */
function cleanClusterUserPermissions(ctx: OperationContext) {
  const cluster = existingCluster(ctx);
  const uid = uidParam(ctx);
  const account = accountOf(ctx);
  if (uid === account.id) throw invalidRequest('permissions of the account itself can not be cleaned up');
  if (uid === callerUid(account, ctx.principal))
    throw invalidRequest('permissions of the caller can not be cleaned up');
  const force = ctx.params.Force === 'true';
  if (!force && lastActivity(ctx, cluster, uid) !== undefined) {
    throw new ApiFault(400, 'UserIsActive', `user ${uid} was active in cluster ${cluster.id} in the last 7 days`);
  }
  cluster.cleanedUsers = [...(cluster.cleanedUsers ?? []), uid];
  return cluster.apiServer === undefined ? {} : cleanBindings(cluster.apiServer, uid);
}

async function cleanBindings(server: SandboxApiServer, uid: string) {
  const { deleteBindingsOf } = await import('./api-server-bindings.ts');
  await deleteBindingsOf(server, uid);
  return {};
}

function uidParam({ params }: OperationContext): string {
  const uid = params.Uid ?? '';
  if (!/^[1-9]\d{0,31}$/.test(uid)) throw invalidRequest('Uid must be the id of a user or role');
  return uid;
}

/** When a user was active last, within 7 days. */
function lastActivity({ now }: OperationContext, { activity = {} }: SandboxCluster, uid: string): number | undefined {
  const at = Object.hasOwn(activity, uid) ? activity[uid] : undefined;
  return at !== undefined && now - at < weekMs ? at : undefined;
}

function callerUid(account: SandboxAccount, principal: Principal | undefined): string | undefined {
  if (principal?.kind === 'user') return account.users.find(({ name }) => name === principal.userName)?.id;
  if (principal?.kind === 'session') return account.roles.find(({ name }) => name === principal.roleName)?.id;
  return account.id;
}
