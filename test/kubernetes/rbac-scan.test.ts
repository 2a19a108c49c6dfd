import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ToolError } from '../../src/errors.ts';
import { uidOf, usersOf } from '../../src/kubernetes/rbac-bindings.ts';
import { checkUid, identifyBy } from '../../src/kubernetes/rbac-identities.ts';
import { scanUserPermissions } from '../../src/kubernetes/rbac-scan.ts';
import { account, binding, caller, colleague, directory, fakeCluster, fakeRbac, gone, leaver } from './rbac-harness.ts';

interface SubjectCase {
  name: string;
  subject: unknown;
  uid: string | null;
}

const subjects: SubjectCase[] = JSON.parse(
  readFileSync(new URL('../cases/kubernetes/rbac-subjects.json', import.meta.url), 'utf8'),
);

describe('the subject of a binding', () => {
  it.each(subjects)('$name', ({ subject, uid }) => {
    expect(uidOf(subject) ?? null).toBe(uid);
  });

  it('is never taken for a user by what is no user, whatever it is', () => {
    fc.assert(
      fc.property(fc.anything(), fc.string(), (subject, kind) => {
        const uid = uidOf(subject);
        if (uid !== undefined) expect(uid).toMatch(/^[1-9]\d*$/);
        if (kind !== 'User') expect(uidOf({ kind, name: '12345' })).toBeUndefined();
      }),
    );
  });

  it('counts once where a binding names the same user twice', () => {
    const users = usersOf('RoleBinding', binding('b', [leaver, `${leaver}-1616000000`, colleague], 'app'));
    expect(users.map(({ uid, namespace }) => [uid, namespace])).toEqual([
      [leaver, 'app'],
      [colleague, 'app'],
    ]);
  });

  it.each([{}, { metadata: null }, { metadata: { name: 'b' } }, { metadata: { name: 'b' }, subjects: 'x' }])(
    'is nobody in %j',
    (object) => {
      expect(usersOf('ClusterRoleBinding', object)).toEqual([]);
    },
  );
});

describe('an id', () => {
  const identify = identifyBy(directory);

  it('is of the user or role that the account has', () => {
    expect(identify(leaver)).toEqual({ uid: leaver, type: 'RamUser', name: 'leaver', deleted: false });
    expect(identify('300000000000000007')).toMatchObject({ type: 'RamRole', name: 'operator', deleted: false });
    expect(identify(account)).toEqual({ uid: account, type: 'Root', name: null, deleted: false });
  });

  it.each([
    ['243200000000000000', 'RamUser'],
    ['300123456789012347', 'RamRole'],
    ['1999999999999999', 'Root'],
    ['5999999999999999', 'Root'],
    ['4999999999999999', 'Unknown'],
    ['9', 'Unknown'],
  ])('%s is deleted when nobody has it, whatever its first digit', (uid, type) => {
    expect(identify(uid)).toEqual({ uid, type, name: null, deleted: true });
  });

  it('of a user is not the one of another that differs after 15 digits', () => {
    expect(identifyBy({ ...directory, users: [{ id: '300123456789012346', name: 'a' }] })(gone).deleted).toBe(true);
  });

  it.each(['0', '00', '', '-1', '1e3', '0x10', ' 1', '１', '1'.repeat(33)])('is refused as %j', (text) => {
    expect(() => checkUid(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});

const scanned = [
  binding('colleague', [colleague]),
  binding('leaver', [leaver, gone]),
  binding('system', ['system:kube-scheduler']),
];
const c1 = fakeCluster('c1', {
  clusterRoleBindings: scanned,
  roleBindings: [binding('in-app', [`${gone}-1616000000`], 'app')],
});

describe('a scan', () => {
  const rowsOf = async (input: { uid?: string; allUsers: boolean }) => {
    const { clusters } = await scanUserPermissions({ clusterId: 'c1', ...input }, fakeRbac({ clusters: [c1] }));
    return clusters[0]?.bindings.map(({ identity, binding: { kind, name } }) => [identity.uid, kind, name]);
  };

  it('lists who is deleted', async () => {
    expect(await rowsOf({ allUsers: false })).toEqual([
      [gone, 'ClusterRoleBinding', 'leaver'],
      [gone, 'RoleBinding', 'in-app'],
    ]);
  });

  it('lists everybody when asked to, the deleted first', async () => {
    expect((await rowsOf({ allUsers: true }))?.map(([uid]) => uid)).toEqual([gone, gone, leaver, colleague]);
  });

  it('lists one user, deleted or not', async () => {
    expect(await rowsOf({ uid: leaver, allUsers: false })).toEqual([[leaver, 'ClusterRoleBinding', 'leaver']]);
    expect(await rowsOf({ uid: caller, allUsers: true })).toEqual([]);
  });

  it('of all clusters goes on when one cannot be scanned, and says why', async () => {
    const clusters = [c1, fakeCluster('c2'), fakeCluster('c3', { state: 'initial' })];
    const ports = fakeRbac({
      clusters,
      before: (event) => {
        if (event === 'open c2') throw new ToolError('NETWORK', 'no answer from the API server');
      },
    });
    const result = await scanUserPermissions({ clusterId: 'all', allUsers: true }, ports);
    expect(result.clusters.map(({ clusterId, error, bindings }) => [clusterId, error, bindings.length])).toEqual([
      ['c1', null, 4],
      ['c2', 'no answer from the API server', 0],
      ['c3', expect.stringContaining("'initial'"), 0],
    ]);
    expect(ports.events).not.toContain('open c3');
  });

  it('of all clusters asks several at once', async () => {
    let opened = 0;
    let release = (): void => {};
    const all = new Promise<void>((resolve) => {
      release = resolve;
    });
    const ports = fakeRbac({ clusters: [c1, { ...c1, id: 'c2' }, { ...c1, id: 'c3' }] });
    const { openCluster } = ports;
    ports.openCluster = async (id) => {
      opened += 1;
      if (opened === 3) release();
      await all;
      return openCluster(id);
    };
    expect((await scanUserPermissions({ clusterId: 'all', allUsers: true }, ports)).clusters).toHaveLength(3);
  });

  it('of one cluster fails with what the cluster failed with', async () => {
    const ports = fakeRbac({
      clusters: [c1],
      before: () => {
        throw new ToolError('NETWORK', 'no answer');
      },
    });
    await expect(scanUserPermissions({ clusterId: 'c1', allUsers: true }, ports)).rejects.toMatchObject({
      code: 'NETWORK',
    });
    await expect(scanUserPermissions({ clusterId: 'c9', allUsers: true }, ports)).rejects.toMatchObject({
      code: 'CLUSTER_NOT_FOUND',
    });
  });

  it('stops when it is interrupted, also among many clusters', async () => {
    const reason = new ToolError('INTERRUPTED', 'interrupted by SIGINT');
    const ports = fakeRbac({
      clusters: [c1, fakeCluster('c2')],
      before: () => {
        ports.interrupt(reason);
        throw new Error('the connection broke');
      },
    });
    await expect(scanUserPermissions({ clusterId: 'all', allUsers: true }, ports)).rejects.toBe(reason);
  });
});
