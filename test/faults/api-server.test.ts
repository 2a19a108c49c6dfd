import { beforeAll, describe, it } from 'vitest';
import { readApiServer } from '../../src/sandbox/cs/api-server.ts';
import { healthyObjects } from '../support/injected-pod.ts';
import { sendJson, startedListServer } from '../support/kubernetes-lists.ts';
import { startedObjectServer } from '../support/kubernetes-objects.ts';
import { apiServerLines, doctorLines } from './command-lines.ts';
import { judged } from './judged.ts';
import { clusters, formerUser, type Place, providerArn, roleArn } from './seed.ts';

const api = '/apis/rbac.authorization.k8s.io/v1';
const apiGroup = 'rbac.authorization.k8s.io';
const bound = (name: string, user: string, namespace?: string) => ({
  metadata: { name, ...(namespace === undefined ? {} : { namespace }), uid: 'u', resourceVersion: '7' },
  roleRef: { apiGroup, kind: 'ClusterRole', name: 'cs:admin' },
  subjects: [{ kind: 'User', apiGroup, name: user }],
});

describe('with a fault at any call, and an API server', () => {
  let lists: Place = {};
  let objects: Place = {};

  beforeAll(async () => {
    const server = await startedListServer((path, response) => {
      if (path.includes('bindings/')) sendJson(response, 200, { kind: 'Status', status: 'Success' });
      return path.includes('bindings/');
    });
    server.lists.set(`${api}/clusterrolebindings`, [bound('cluster', formerUser), bound('other', 'somebody')]);
    server.lists.set(`${api}/rolebindings`, [bound('app', formerUser, 'app')]);
    lists = { apiServer: await readApiServer('/kubeconfig', async () => server.kubeconfig) };
    const pod = { roleArn: roleArn('oss-reader'), providerArn: providerArn(clusters.full) };
    objects = { kubeconfig: (await startedObjectServer(healthyObjects(pod))).kubeconfig };
  });

  for (const line of apiServerLines) {
    it(
      `${line.name} ends well, or with one clear error`,
      judged(line, () => lists),
      120_000,
    );
  }
  for (const line of doctorLines) {
    it(
      `${line.name} ends well, or with one clear error`,
      judged(line, () => objects),
      120_000,
    );
  }
});
