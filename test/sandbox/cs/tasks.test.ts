import { expect, test } from 'vitest';
import { csOperations } from '../../../src/sandbox/cs/handler.ts';
import { type Answer, callerOf, cluster, refusal, requestId, start, storeWith } from '../services.ts';

const one = { ClusterId: 'c1' };
const enable = { body: { enable_rrsa: true } };

test('DescribeTaskInfo follows a task from running to success', () => {
  const call = callerOf(csOperations, storeWith(cluster('c1')));
  const { task_id } = call('ModifyCluster', one, enable);
  const before = call('DescribeTaskInfo', { task_id });
  expect(before).toMatchObject({
    task_id,
    cluster_id: 'c1',
    task_type: 'cluster_modify',
    state: 'running',
    created: '2026-01-02T11:04:05+08:00',
    target: { id: 'c1', type: 'cluster' },
    stages: [{ state: 'running' }],
    task_result: [],
  });
  expect(before).not.toHaveProperty('error');
  const after = call('DescribeTaskInfo', { task_id }, { now: start + 2000 });
  expect(after).toMatchObject({
    state: 'success',
    updated: '2026-01-02T11:04:07+08:00',
    task_result: [{ data: 'c1', status: 'success' }],
  });
});

test('DescribeTaskInfo says why a task failed', () => {
  const failNextTask = { code: 'Boom', message: 'no way' };
  const call = callerOf(csOperations, storeWith(cluster('c1', { failNextTask })));
  const { task_id } = call('ModifyCluster', one, enable);
  const after = call('DescribeTaskInfo', { task_id }, { now: start + 2000 });
  expect(after).toMatchObject({ state: 'fail', error: { code: 'Boom', message: 'no way' } });
});

test('DescribeTaskInfo refuses an unknown task, and one of another account', () => {
  const store = storeWith(cluster('c1'));
  const call = callerOf(csOperations, store);
  expect(refusal(() => call('DescribeTaskInfo', { task_id: 'T-0' }))).toBe('404 TaskNotFound');
  const { task_id } = call('ModifyCluster', one, enable);
  const [mine] = store.accounts;
  store.accounts.push({ ...mine!, id: '2', tasks: mine!.tasks });
  mine!.tasks = [];
  expect(refusal(() => call('DescribeTaskInfo', { task_id }))).toBe('404 TaskNotFound');
});

test('DescribeClusterTasks lists the tasks of the cluster, newest first, in pages', () => {
  const call = callerOf(csOperations, storeWith(cluster('c1'), cluster('c2')));
  const first = call('ModifyCluster', one, enable);
  call('ModifyCluster', { ClusterId: 'c2' }, enable);
  const second = call('ModifyCluster', one, { ...enable, now: start + 2000 });
  const answer = call('DescribeClusterTasks', one, { now: start + 2000 });
  expect(answer.tasks.map(({ task_id, state }: Answer) => [task_id, state])).toEqual([
    [second.task_id, 'running'],
    [first.task_id, 'success'],
  ]);
  expect(answer).toMatchObject({ requestId, page_info: { page_number: 1, page_size: 10, total_count: 2 } });
  const page = call('DescribeClusterTasks', { ...one, page_size: '1', page_number: '2' });
  expect(page.tasks).toEqual([expect.objectContaining({ task_id: first.task_id })]);
});

test('DescribeClusterTasks refuses an unknown cluster', () => {
  const call = callerOf(csOperations, storeWith());
  expect(refusal(() => call('DescribeClusterTasks', one))).toBe('404 ErrorClusterNotFound');
});
