import { CloudApiError, messageOf, usageError } from '../errors.ts';
import type { Confirm } from '../rrsa/report.ts';
import type { SaveBindings } from './rbac-backup.ts';
import { bindingTitle, readUserBindings, type UserBinding } from './rbac-bindings.ts';
import {
  allClusters,
  clustersOf,
  compare,
  forEachCluster,
  type RbacCluster,
  type RbacPorts,
  requireAnswering,
} from './rbac-clusters.ts';
import { checkUid, type Directory, type Identity, identifyBy, identityTitle } from './rbac-identities.ts';

export interface CleanupInput {
  /** A cluster, or `all`. */
  clusterId: string;
  uid: string;
  /** Also where the user was active lately, or that is not known. */
  force: boolean;
  /** `confirm` agrees without asking: then nobody has seen what was shown. */
  assumeYes: boolean;
  dryRun: boolean;
}

/** What the audit log of a cluster says of the last 7 days. */
export interface Activity {
  active: boolean;
  lastActivity?: Date | undefined;
  logProject: string;
  logStore: string;
  lastAuditId: string;
}

export interface CleanupPorts extends RbacPorts {
  readActivity(clusterId: string, uid: string): Promise<Activity>;
  /** Takes the kubeconfig and the bindings away. */
  clean(clusterId: string, uid: string, force: boolean): Promise<void>;
  saveBindings: SaveBindings;
  confirm: Confirm;
}

export interface CleanedCluster {
  clusterId: string;
  name: string;
  /** In the order of kind, namespace and name. */
  bindings: UserBinding[];
  /** `null` when it is not known. */
  activity: Activity | null;
  /** The folder that the bindings were kept in; `null` when nothing was. */
  backup: string | null;
  cleaned: boolean;
  /** Why it was not cleaned; `null` when it was, or was not to be. */
  error: string | null;
}

export interface CleanupResult {
  identity: Identity;
  clusters: CleanedCluster[];
}

/**
 * Takes the kubeconfig and the RBAC bindings of a user or role away, in a cluster or in all of them: looks, shows, asks
 * once; then, cluster by cluster, keeps every binding as a file before anything is cleaned. A cluster of several that fails
 * does not stop the others. An interrupt does at once, and what was done is told.
 *
 * Throws `USAGE` for the caller and for the account itself, what `confirm` throws, and what a single cluster failed with.
 */
export async function cleanupUserPermissions(input: CleanupInput, ports: CleanupPorts): Promise<CleanupResult> {
  const uid = checkUid(input.uid);
  const progress = ports.report.progress('looking for the bindings of the user', { done: 0 });
  let found: CleanupResult;
  try {
    const [directory, clusters] = await Promise.all([ports.readDirectory(), clustersOf(input.clusterId, ports)]);
    refuseCallerAndRoot(uid, directory);
    const total = clusters.length;
    let done = 0;
    const looked = await forEachCluster(clusters, input, ports, async (cluster) => {
      const seen = await look(cluster, uid, ports);
      done += 1;
      progress.update(`${done} of ${total} clusters looked at`, { done, total });
      return seen;
    });
    found = {
      identity: identifyBy(directory)(uid),
      clusters: looked.map((each) => ('error' in each ? failed(each.cluster, each.error) : each.value)),
    };
  } finally {
    progress.stop();
  }
  const ready = found.clusters.filter(({ error }) => error === null);
  for (const { clusterId, error } of found.clusters) {
    if (error !== null) ports.report.warn(`cluster ${clusterId} is left as it is: ${error}`);
  }
  for (const cluster of ready) show(found.identity, cluster, ports);
  if (input.dryRun || ready.length === 0) return found;
  await ports.confirm(questionOf(found.identity, ready));
  await cleanAll(ready, { ...input, uid }, ports);
  return found;
}

function refuseCallerAndRoot(uid: string, { accountId, callerUid }: Directory): void {
  if (uid === accountId) throw usageError(`${uid} is the account itself, whose permissions cannot be cleaned up`);
  if (uid === callerUid) throw usageError(`${uid} is the caller, who cannot clean up after itself`);
}

function failed({ id, name }: RbacCluster, error: string): CleanedCluster {
  return { clusterId: id, name, bindings: [], activity: null, backup: null, cleaned: false, error };
}

async function look(cluster: RbacCluster, uid: string, ports: CleanupPorts): Promise<CleanedCluster> {
  requireAnswering(cluster);
  const [bindings, activity] = await Promise.all([
    readBindingsOf(cluster.id, uid, ports),
    ports.readActivity(cluster.id, uid).catch((error: unknown) => {
      ports.signal.throwIfAborted();
      ports.report.warn(`cluster ${cluster.id}: it is not known when ${uid} was active last: ${messageOf(error)}`);
      return null;
    }),
  ]);
  return { clusterId: cluster.id, name: cluster.name, bindings, activity, backup: null, cleaned: false, error: null };
}

async function readBindingsOf(clusterId: string, uid: string, ports: CleanupPorts): Promise<UserBinding[]> {
  const bindings = await readUserBindings(await ports.openCluster(clusterId));
  return bindings.filter((binding) => binding.uid === uid).sort((a, b) => compare(bindingTitle(a), bindingTitle(b)));
}

function show(identity: Identity, cluster: CleanedCluster, { report }: CleanupPorts): void {
  const { clusterId, name, bindings, activity } = cluster;
  report.show({
    summary: `clean up after ${identityTitle(identity)} in cluster ${clusterId}${name === '' ? '' : ` (${name})`}`,
    notes: [
      'revoke its kubeconfig',
      ...(bindings.length === 0 ? ['it has no bindings'] : bindings.map((each) => `delete ${bindingTitle(each)}`)),
      activityLine(activity),
    ],
  });
}

function activityLine(activity: Activity | null): string {
  if (activity === null) return 'its last activity is not known';
  if (!activity.active) return 'no activity in the last 7 days';
  const { lastActivity, logProject, logStore, lastAuditId } = activity;
  const log = logProject === '' ? '' : `; log project ${logProject}, log store ${logStore}, audit id ${lastAuditId}`;
  const time = lastActivity === undefined ? '' : `, the last time at ${lastActivity.toISOString()}`;
  return `ACTIVE in the last 7 days${time}${log}`;
}

/** Active, or perhaps: what the API refuses without force. */
function isRisky({ activity }: CleanedCluster): boolean {
  return activity?.active ?? true;
}

function questionOf(identity: Identity, clusters: readonly CleanedCluster[]): string {
  const risky = clusters.filter(isRisky).length;
  const where = clusters.length === 1 ? `cluster ${clusters[0]?.clusterId}` : `${clusters.length} clusters`;
  const warning =
    risky === 0
      ? ''
      : `, though it was active lately${clusters.length === 1 ? '' : ` in ${risky} of them`}, or that is not known`;
  return `Clean up after ${identityTitle(identity)} in ${where}${warning}?`;
}

/** One after the other, so that at any moment at most one is half done. */
async function cleanAll(clusters: CleanedCluster[], input: CleanupInput, ports: CleanupPorts): Promise<void> {
  let sentTo: string | undefined;
  const progress = ports.report.progress('cleaning up', { done: 0 });
  try {
    for (const [index, cluster] of clusters.entries()) {
      ports.signal.throwIfAborted();
      const total = clusters.length;
      progress.update(`cleaning up cluster ${cluster.clusterId} (${index + 1} of ${total})`, { done: index, total });
      const force = input.force || (!input.assumeYes && isRisky(cluster));
      try {
        await keepBindings(cluster, input.uid, ports);
        ports.signal.throwIfAborted();
        sentTo = cluster.clusterId;
        await ports.limit(() => ports.clean(cluster.clusterId, input.uid, force));
        cluster.cleaned = true;
      } catch (error) {
        ports.signal.throwIfAborted();
        if (error instanceof CloudApiError && !force && isRisky(cluster)) {
          ports.report.warn('without --force the API does not clean up after whoever was active in the last 7 days');
        }
        if (input.clusterId !== allClusters) throw error;
        cluster.error = messageOf(error);
        ports.report.warn(`cluster ${cluster.clusterId} was not cleaned up: ${cluster.error}`);
      }
      sentTo = undefined;
    }
  } catch (error) {
    progress.stop();
    ports.report.warn(doneLine(clusters, sentTo));
    throw error;
  } finally {
    progress.stop();
  }
}

/** Reads them again: what was shown may be some minutes old. */
async function keepBindings(cluster: CleanedCluster, uid: string, ports: CleanupPorts): Promise<void> {
  const shown = new Set(cluster.bindings.map(bindingTitle));
  cluster.bindings = await ports.limit(() => readBindingsOf(cluster.clusterId, uid, ports));
  for (const title of cluster.bindings.map(bindingTitle)) {
    if (!shown.has(title))
      ports.report.warn(`${title} of cluster ${cluster.clusterId} is new since then, and is backed up as well`);
  }
  if (cluster.bindings.length > 0) cluster.backup = await ports.saveBindings(cluster.clusterId, cluster.bindings);
}

function doneLine(clusters: readonly CleanedCluster[], sentTo: string | undefined): string {
  const cleaned = clusters.filter((cluster) => cluster.cleaned).map(({ clusterId }) => clusterId);
  const kept = clusters.filter(({ backup }) => backup !== null).map(({ backup }) => backup);
  return [
    cleaned.length === 0 ? 'stopped before any cluster was cleaned up' : `stopped; cleaned up: ${cleaned.join(', ')}`,
    ...(sentTo === undefined ? [] : [`not known whether cluster ${sentTo} was`]),
    ...(kept.length === 0 ? [] : [`bindings are kept in ${kept.join(', ')}`]),
  ].join('; ');
}
