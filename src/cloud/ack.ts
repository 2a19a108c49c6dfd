/** Container Service by its official SDK. */
import { CloudApiError, isApiError } from '../errors.ts';
import { badAnswer } from './api-error.ts';
import { byNewest, toCluster, toClusterSummary, toDate, toLogEntry, toTask } from './cluster.ts';
import { readNumberedPages } from './paging.ts';
import type { AckPort } from './ports.ts';
import { callRoa, csSdk, type SdkDeps } from './sdk.ts';

/** The API documents no upper limit; 50 is taken by all of its list calls. */
const pageSize = 50;

export function ackPort(deps: SdkDeps): AckPort {
  const call = csSdk(deps);

  return {
    async getCluster(clusterId) {
      const operation = { action: 'DescribeClusterDetail', thing: `cluster ${clusterId}` };
      const model = await found(
        call(operation, ({ client }) => client.describeClusterDetail(clusterId)),
        (error) => isApiError(error, 'ErrorClusterNotFound'),
      );
      if (model === undefined) return undefined;
      const cluster = toCluster(model);
      if (cluster === undefined) throw badAnswer({ service: 'CS', ...operation }, 'a cluster that cannot be read');
      return cluster;
    },

    async listClusters() {
      const operation = { action: 'DescribeClustersV1' };
      const bad = (what: string) => badAnswer({ service: 'CS', ...operation }, what);
      return await readNumberedPages(
        async (pageNumber) => {
          const { clusters = [], pageInfo } = await call(operation, ({ client, models }) =>
            client.describeClustersV1(new models.DescribeClustersV1Request({ pageNumber, pageSize })),
          );
          const items = clusters.map((model) => {
            const summary = toClusterSummary(model);
            if (summary === undefined) throw bad('a cluster without an id');
            return summary;
          });
          return { items, total: pageInfo?.totalCount };
        },
        ({ id }) => id,
        () => bad('pages without an end'),
      );
    },

    async setRrsa(clusterId, enabled) {
      const { taskId } = await call({ action: 'ModifyCluster', thing: `cluster ${clusterId}` }, ({ client, models }) =>
        client.modifyCluster(clusterId, new models.ModifyClusterRequest({ enableRrsa: enabled })),
      );
      return { taskId: taskId || undefined };
    },

    async getTask(taskId) {
      const model = await found(
        call({ action: 'DescribeTaskInfo', thing: `task ${taskId}` }, ({ client }) => client.describeTaskInfo(taskId)),
        isUnknownTask,
      );
      return model === undefined ? undefined : toTask(model, taskId);
    },

    async listClusterTasks(clusterId) {
      const operation = { action: 'DescribeClusterTasks', thing: `cluster ${clusterId}` };
      const tasks = await readNumberedPages(
        async (pageNumber) => {
          const page = await call(operation, ({ client, models }) =>
            client.describeClusterTasks(clusterId, new models.DescribeClusterTasksRequest({ pageNumber, pageSize })),
          );
          const items = (page.tasks ?? []).map((model) => toTask(model)).filter((task) => task !== undefined);
          return { items, total: page.pageInfo?.totalCount };
        },
        ({ id }) => id,
        () => badAnswer({ service: 'CS', ...operation }, 'pages without an end'),
      );
      return tasks.sort(byNewest);
    },

    async listClusterLogs(clusterId) {
      const models = await call({ action: 'DescribeClusterLogs', thing: `cluster ${clusterId}` }, ({ client }) =>
        client.describeClusterLogs(clusterId),
      );
      return models.map(toLogEntry).sort((a, b) => byNewest(a, b) || b.id - a.id);
    },

    async getAddon(clusterId, name) {
      const model = await found(
        call({ action: 'GetClusterAddonInstance', thing: `addon ${name} of cluster ${clusterId}` }, ({ client }) =>
          client.getClusterAddonInstance(clusterId, name),
        ),
        (error) => isApiError(error, 'AddonNotFound'),
      );
      if (model === undefined) return undefined;
      return { name: model.name || name, version: model.version ?? '', state: model.state ?? '' };
    },

    async installAddon(clusterId, name) {
      const model = await found(
        call({ action: 'InstallClusterAddons', thing: `addon ${name} of cluster ${clusterId}` }, ({ client, models }) =>
          client.installClusterAddons(
            clusterId,
            new models.InstallClusterAddonsRequest({ body: [new models.InstallClusterAddonsRequestBody({ name })] }),
          ),
        ),
        isAlreadyInstalled,
      );
      return { taskId: model?.taskId || undefined, alreadyInstalled: model === undefined };
    },

    async getUserKubeconfig(clusterId, { privateAddress, temporaryDurationMinutes }) {
      const operation = { action: 'DescribeClusterUserKubeconfig', thing: `the kubeconfig of cluster ${clusterId}` };
      const model = await found(
        call(operation, ({ client, models }) =>
          client.describeClusterUserKubeconfig(
            clusterId,
            new models.DescribeClusterUserKubeconfigRequest({
              privateIpAddress: privateAddress,
              temporaryDurationMinutes,
            }),
          ),
        ),
        (error) => isApiError(error, 'ErrorClusterNotFound'),
      );
      if (model === undefined) return undefined;
      if (!model.config) throw badAnswer({ service: 'CS', ...operation }, 'no kubeconfig');
      return { config: model.config, expiration: toDate(model.expiration) };
    },

    async getUserActivity(clusterId, uid) {
      const operation = { action: 'DescribeUserClusterActivityState', thing: `user ${uid} of cluster ${clusterId}` };
      const path = `/clusters/${encodeURIComponent(clusterId)}/users/${encodeURIComponent(uid)}/activity-state`;
      const body = await call(operation, ({ client }) =>
        callRoa(client, { action: operation.action, version: '2015-12-15', method: 'GET', path }),
      );
      if (typeof body.active !== 'boolean') {
        throw badAnswer({ service: 'CS', ...operation }, 'no word about whether it was active');
      }
      return {
        active: body.active,
        lastActivity: typeof body.last_activity === 'string' ? toDate(body.last_activity) : undefined,
        logProject: textOf(body.log_project_name),
        logStore: textOf(body.log_store_name),
        lastAuditId: textOf(body.last_audit_id),
      };
    },

    async cleanUserPermissions(clusterId, uid, force) {
      const thing = `user ${uid} of cluster ${clusterId}`;
      const operation = { action: 'CleanClusterUserPermissions', thing, answersNothing: true };
      await call(operation, async ({ client, models }) => {
        await client.cleanClusterUserPermissions(
          clusterId,
          uid,
          new models.CleanClusterUserPermissionsRequest({ force }),
        );
        return {};
      });
    },
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The result, or `undefined` for a refusal that means "there is none". */
async function found<T>(result: Promise<T>, isNone: (error: unknown) => boolean): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if (isNone(error)) return undefined;
    throw error;
  }
}

/** The code is not documented, so any 404 but the gateway's own (`InvalidAction.NotFound`, `InvalidAccessKeyId.…`). */
function isUnknownTask(error: unknown): boolean {
  return error instanceof CloudApiError && error.api.httpStatus === 404 && !error.api.apiCode.startsWith('Invalid');
}

/** The Go tool finds this word in the text of the error; in which of its fields it is, is not documented. */
function isAlreadyInstalled(error: unknown): boolean {
  if (!(error instanceof CloudApiError)) return false;
  return `${error.api.apiCode} ${error.api.apiMessage}`.includes('AddonAlreadyInstalled');
}
