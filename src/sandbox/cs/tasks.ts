import { accountOf } from '../account.ts';
import type { SandboxTask } from '../store.ts';
import { ApiFault, type Operation, type OperationContext } from '../types.ts';
import { settle, tasksOf } from './model.ts';
import { allClustersResource, clusterResource, existingCluster, pageByNumber, resourceOf } from './requests.ts';
import { toTaskInfo, toTaskItem } from './views.ts';

/** Tasks of ACK clusters. */
export const taskOperations: readonly Operation[] = [
  {
    product: 'CS',
    action: 'DescribeTaskInfo',
    method: 'GET',
    path: '/tasks/{task_id}',
    ramAction: 'cs:DescribeTaskInfo',
    resource: taskResource,
    handler: describeTaskInfo,
  },
  {
    product: 'CS',
    action: 'DescribeClusterTasks',
    method: 'GET',
    path: '/clusters/{ClusterId}/tasks',
    ramAction: 'cs:DescribeClusterTasks',
    resource: clusterResource,
    handler: describeClusterTasks,
  },
];

function describeTaskInfo(ctx: OperationContext) {
  settle(ctx.store, ctx.now);
  const task = findTask(ctx);
  if (task === undefined) throw new ApiFault(404, 'TaskNotFound', `task ${ctx.params.task_id ?? ''} not found`);
  return toTaskInfo(task);
}

function describeClusterTasks(ctx: OperationContext) {
  settle(ctx.store, ctx.now);
  const cluster = existingCluster(ctx);
  const { items, pageInfo } = pageByNumber(ctx, tasksOf(accountOf(ctx), cluster.id));
  return { requestId: ctx.requestId, page_info: pageInfo, tasks: items.map(toTaskItem) };
}

function findTask(ctx: OperationContext): SandboxTask | undefined {
  return accountOf(ctx).tasks.find(({ id }) => id === ctx.params.task_id);
}

/** A task is as readable as its cluster. */
function taskResource(ctx: OperationContext): string {
  const task = findTask(ctx);
  return task === undefined ? allClustersResource(ctx) : resourceOf(ctx, task.clusterId);
}
