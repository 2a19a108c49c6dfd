import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeWithKubeApiserver, startedKubeApiserver } from '../support/kube-apiserver.ts';
import { clusterId, startedSandboxOf } from '../support/kube-sandbox.ts';
import { runTool, scratchFolder } from '../support/tool.ts';

const api = '/apis/rbac.authorization.k8s.io/v1';
const clusterRoleBindings = `${api}/clusterrolebindings`;
const roleBindings = (namespace: string): string => `${api}/namespaces/${namespace}/rolebindings`;

/** As ACK binds users; `subjects` are names of users. */
function binding(name: string, subjects: readonly string[]): unknown {
  const apiGroup = 'rbac.authorization.k8s.io';
  return {
    metadata: { name, labels: { 'example.com/team': 'a' }, annotations: { note: 'über\nzwei Zeilen' } },
    roleRef: { apiGroup, kind: 'ClusterRole', name: 'cs:admin' },
    subjects: subjects.map((user) => ({ apiGroup, kind: 'User', name: user })),
  };
}

describeWithKubeApiserver('RBAC of RAM users on a real API server', async () => {
  const home = scratchFolder();
  const server = await startedKubeApiserver();
  const sandbox = await startedSandboxOf(server, { users: [{ name: 'leaver' }, { name: 'colleague' }] });
  const users = (await sandbox.state()).accounts[0]?.users ?? [];
  const [leaver = '', colleague = ''] = ['leaver', 'colleague'].map(
    (wanted) => users.find(({ name }) => name === wanted)?.id,
  );
  const deleted = '299999999999999999';
  const env = { ...sandbox.env, HOME: home };
  const rbac = (...argv: string[]) => runTool(['rbac', ...argv, '-c', clusterId, '-o', 'json'], { env });
  const namesIn = async (path: string): Promise<string[]> =>
    (await server.request('GET', path)).body.items.map((item: { metadata: { name: string } }) => item.metadata.name);

  await server.createServiceAccount('team-a', 'app');
  await server.createServiceAccount('team-b', 'app');
  const present = (await namesIn(`${api}/rolebindings`)).length;
  const ofLeaver: (readonly [string, unknown])[] = [
    [clusterRoleBindings, binding(`${leaver}-clusteruser`, [leaver])],
    [clusterRoleBindings, binding('System:Odd Name', [`${leaver}-1616000000`])],
    [roleBindings('team-a'), binding(`${leaver}-team-a`, [leaver])],
    [roleBindings('team-b'), binding(`${leaver}-team-b`, [`${leaver}-1616000000`])],
  ];
  await server.createAll([
    ...ofLeaver,
    [clusterRoleBindings, binding(`${colleague}-clusteruser`, [colleague])],
    [roleBindings('team-b'), binding('gone', [deleted])],
    ...Array.from({ length: 2_000 - present - 3 }, (_, index) => {
      const name = `bulk-${index}`;
      return [roleBindings('team-a'), binding(name, [index % 100 === 0 ? colleague : `someone-${index}`])] as const;
    }),
  ]);

  it('scans 2,000 role bindings in four pages', async () => {
    const before = server.requests().length;
    const { exitCode, stdout, stderr } = await rbac('scan-user-permissions', '--all-users');
    expect(exitCode, stderr).toBe(0);
    const [cluster] = JSON.parse(stdout).clusters;
    expect(cluster).toMatchObject({ clusterId, name: 'real', error: null });
    const of = (uid: string) => cluster.bindings.filter((found: { uid: string }) => found.uid === uid);
    expect(of(leaver)).toEqual(
      [
        ['ClusterRoleBinding', null, `${leaver}-clusteruser`],
        ['ClusterRoleBinding', null, 'System:Odd Name'],
        ['RoleBinding', 'team-a', `${leaver}-team-a`],
        ['RoleBinding', 'team-b', `${leaver}-team-b`],
      ]
        .map(([kind, namespace, name]) => ({ kind, namespace, binding: name }))
        .map((where) => expect.objectContaining({ ...where, type: 'RamUser', name: 'leaver', deleted: false })),
    );
    expect(of(colleague)).toHaveLength(1 + 20);
    expect(of(deleted)).toMatchObject([{ deleted: true, name: null, namespace: 'team-b', binding: 'gone' }]);
    expect(cluster.bindings).toHaveLength(4 + 21 + 1);

    const lists = server.requests().slice(before);
    expect(lists.filter(({ uri }) => uri.startsWith(`${api}/rolebindings?`))).toHaveLength(4);
    expect(lists.filter(({ uri }) => uri.startsWith(`${clusterRoleBindings}?`))).toHaveLength(1);
  });

  it('marks who is deleted, and lists nobody else unless asked to', async () => {
    const { exitCode, stdout } = await rbac('scan-user-permissions');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).clusters[0].bindings).toMatchObject([{ uid: deleted, deleted: true }]);
  });

  it('reaches the cluster by a kubeconfig of its own, without one of ACK', async () => {
    const { exitCode, stdout } = await rbac('scan-user-permissions', '--kubeconfig', server.kubeconfig);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout).clusters[0].bindings).toMatchObject([{ uid: deleted }]);
  });

  it('cleans nothing where the bindings cannot be kept', async () => {
    const file = join(home, 'a-file');
    writeFileSync(file, '');
    const { exitCode, stderr } = await rbac('cleanup-user-permissions', '-u', leaver, '-y', '--backup-dir', file);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('nothing of it is cleaned up');
    expect(await namesIn(clusterRoleBindings)).toContain(`${leaver}-clusteruser`);
    expect((await sandbox.accessLog()).map((entry) => entry.api)).not.toContain('CleanClusterUserPermissions');
  });

  it('keeps the bindings of a user, takes them away, and kubectl creates them again', async () => {
    const pathsOfLeaver = ofLeaver.map(([list, object]) => {
      const { name } = (object as { metadata: { name: string } }).metadata;
      return `${list}/${encodeURIComponent(name)}`;
    });
    const read = () => Promise.all(pathsOfLeaver.map((path) => server.request('GET', path)));
    const before = await read();
    expect(before.map(({ status }) => status)).toEqual([200, 200, 200, 200]);

    const { exitCode, stdout, stderr } = await rbac('cleanup-user-permissions', '-u', leaver, '-y');
    expect(exitCode, stderr).toBe(0);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ uid: leaver, name: 'leaver', changed: true });
    const { backup, cleaned, bindings } = result.clusters[0];
    expect(cleaned).toBe(true);
    expect(bindings).toHaveLength(4);
    expect((await read()).map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect(await namesIn(`${api}/rolebindings`)).toHaveLength(2_000 - 2);
    expect(await namesIn(clusterRoleBindings)).toContain(`${colleague}-clusteruser`);

    const files = readdirSync(backup, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.json'));
    expect(files).toHaveLength(4);
    for (const file of files) expect(statSync(join(backup, file)).mode & 0o777).toBe(0o600);
    const created = await server.kubectl(['create', '-R', '-f', backup]);
    expect(created.exitCode, created.stderr).toBe(0);
    expect((await read()).map(({ body }) => withoutTraces(body))).toEqual(
      before.map(({ body }) => withoutTraces(body)),
    );
  });

  it('leaves the others of a binding in it', async () => {
    await server.createAll([[clusterRoleBindings, binding('shared', ['someone', colleague])]]);
    const { exitCode, stderr } = await rbac('cleanup-user-permissions', '-u', colleague, '-y');
    expect(exitCode, stderr).toBe(0);
    const shared = await server.request('GET', `${clusterRoleBindings}/shared`);
    expect(shared.body.subjects.map(({ name }: { name: string }) => name)).toEqual(['someone']);
    expect(await namesIn(clusterRoleBindings)).not.toContain(`${colleague}-clusteruser`);
  });
});

/** The object without what the server adds to each that is created. */
function withoutTraces(object: Record<string, unknown>): unknown {
  const { uid, resourceVersion, creationTimestamp, managedFields, ...metadata } = object.metadata as Record<
    string,
    unknown
  >;
  return { ...object, metadata };
}
