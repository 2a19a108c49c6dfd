import { describe, expect, it } from 'vitest';
import { CloudApiError, ToolError } from '../../src/errors.ts';
import { type CleanupInput, cleanupUserPermissions } from '../../src/kubernetes/rbac-cleanup.ts';
import {
  account,
  active,
  binding,
  caller,
  colleague,
  type FakeOptions,
  fakeCluster,
  fakeRbac,
  inactive,
  leaver,
} from './rbac-harness.ts';

const clusters = () => [
  fakeCluster('c1', {
    clusterRoleBindings: [binding('cluster-wide', [leaver]), binding('others', [colleague])],
    roleBindings: [binding('in-app', [`${leaver}-1616000000`], 'app')],
  }),
  fakeCluster('c2'),
  fakeCluster('c3', { clusterRoleBindings: [binding('third', [leaver])] }),
];

const ports = (more: Partial<FakeOptions> = {}) => fakeRbac({ clusters: clusters(), ...more });
const asked = (more: Partial<CleanupInput> = {}): CleanupInput => ({
  clusterId: 'c1',
  uid: leaver,
  force: false,
  assumeYes: true,
  dryRun: false,
  ...more,
});
const failsAt = (wanted: string, error: Error) => (event: string) => {
  if (event.startsWith(wanted)) throw error;
};
const refused = new CloudApiError('CS CleanClusterUserPermissions for user was refused: UserIsActive', {
  service: 'CS',
  action: 'CleanClusterUserPermissions',
  apiCode: 'UserIsActive',
  apiMessage: 'words',
  httpStatus: 400,
});
const effects = (events: readonly string[]) => events.filter((event) => /^(save|clean) /.test(event));

describe('cleaning up after a user', () => {
  it('shows, asks, keeps the bindings, cleans; in that order', async () => {
    const fake = ports();
    const { identity, clusters: done } = await cleanupUserPermissions(asked(), fake);
    expect(fake.events).toEqual([
      'open c1',
      expect.stringMatching(
        /^show: clean up after RAM user leaver .* in cluster c1 .*ClusterRoleBinding\/-\/cluster-wide .*RoleBinding\/app\/in-app .*no activity/,
      ),
      expect.stringMatching(/^ask /),
      'open c1',
      'save c1 cluster-wide,in-app',
      `clean c1 ${leaver} false`,
    ]);
    expect(identity).toMatchObject({ name: 'leaver', deleted: false });
    expect(done).toMatchObject([{ clusterId: 'c1', cleaned: true, backup: '/backups/c1', error: null }]);
  });

  it.each(['0', '00', '', 'all', '-1'])('is refused for the id %j before anything is asked of anybody', async (uid) => {
    const fake = ports();
    await expect(cleanupUserPermissions(asked({ uid, clusterId: 'all', force: true }), fake)).rejects.toMatchObject({
      code: 'USAGE',
      exitCode: 2,
    });
    expect(fake.events).toEqual([]);
  });

  it.each([
    ['the caller', caller],
    ['the account itself', account],
    ['the caller written with zeros', `00${caller}`],
  ])('is refused for %s', async (_, uid) => {
    const fake = ports();
    await expect(cleanupUserPermissions(asked({ uid, force: true }), fake)).rejects.toMatchObject({ code: 'USAGE' });
    expect(fake.events).toEqual([]);
  });

  it('changes nothing when the answer is no, or with --dry-run', async () => {
    const declined = ports({ before: failsAt('ask', new ToolError('DECLINED', 'declined')) });
    await expect(cleanupUserPermissions(asked(), declined)).rejects.toMatchObject({ code: 'DECLINED' });
    expect(effects(declined.events)).toEqual([]);

    const dry = ports();
    const result = await cleanupUserPermissions(asked({ dryRun: true }), dry);
    expect(dry.events.map((event) => event.slice(0, 4))).toEqual(['open', 'show']);
    expect(result.clusters[0]).toMatchObject({ cleaned: false, backup: null, error: null });
    expect(result.clusters[0]?.bindings).toHaveLength(2);
  });

  it('revokes the kubeconfig where there are no bindings', async () => {
    const fake = ports();
    await cleanupUserPermissions(asked({ clusterId: 'c2' }), fake);
    expect(effects(fake.events)).toEqual([`clean c2 ${leaver} false`]);
  });

  it('keeps what is there at the last moment, and says what was not shown', async () => {
    const world = clusters();
    const fake = fakeRbac({
      clusters: world,
      before: (event) => {
        if (event.startsWith('ask')) world[0]?.roleBindings.push(binding('late', [leaver], 'app'));
      },
    });
    await cleanupUserPermissions(asked(), fake);
    expect(effects(fake.events)[0]).toBe('save c1 cluster-wide,in-app,late');
    expect(fake.events.join('\n')).toMatch(/warn: RoleBinding\/app\/late .* new/);
  });
});

describe('somebody who was active lately', () => {
  it.each([
    ['shown and agreed to at the prompt: force', { assumeYes: false }, active, true],
    ['not known, shown and agreed to at the prompt: force', { assumeYes: false }, new Error('no log'), true],
    ['agreed to by nobody: no force', { assumeYes: true }, active, false],
    ['not known, and agreed to by nobody: no force', { assumeYes: true }, new Error('no log'), false],
    ['--force', { assumeYes: true, force: true }, active, true],
    ['not active: no force', { assumeYes: false }, inactive, false],
  ])('%s', async (_, input, activity, force) => {
    const fake = ports({ activity: { c1: activity } });
    await cleanupUserPermissions(asked(input), fake);
    expect(fake.events.at(-1)).toBe(`clean c1 ${leaver} ${force}`);
  });

  it('is shown as such, and named in the question', async () => {
    const fake = ports({ activity: { c1: active } });
    await cleanupUserPermissions(asked({ clusterId: 'all' }), fake);
    expect(fake.events.join('\n')).toMatch(
      /ACTIVE in the last 7 days, the last time at 2026-01-02T00:00:00.000Z.*audit-c1/,
    );
    expect(fake.events.find((event) => event.startsWith('ask'))).toMatch(/in 3 clusters.*active lately in 1 of them/);
  });

  it('is told about --force when the API refuses', async () => {
    const fake = ports({ activity: { c1: active }, before: failsAt('clean', refused) });
    await expect(cleanupUserPermissions(asked(), fake)).rejects.toBe(refused);
    expect(fake.events.join('\n')).toContain('warn: without --force');
  });
});

describe('cleaning up in all clusters', () => {
  it('goes on after a cluster that cannot be read, one whose bindings cannot be kept, and one that refuses', async () => {
    for (const [event, error, cleaned] of [
      ['open c1', new ToolError('NETWORK', 'no answer'), ['c2', 'c3']],
      ['save c1', new ToolError('FILE_UNREADABLE', 'the disk is full'), ['c2', 'c3']],
      ['clean c2', refused, ['c1', 'c3']],
    ] as const) {
      const fake = ports({ before: failsAt(event, error) });
      const result = await cleanupUserPermissions(asked({ clusterId: 'all' }), fake);
      const did = fake.events.filter((each) => each.startsWith('clean ')).map((each) => each.split(' ')[1]);
      expect(did).toEqual(cleaned);
      expect(result.clusters.filter(({ error: problem }) => problem !== null)).toMatchObject([
        { clusterId: event.split(' ')[1], cleaned: false, error: error.message },
      ]);
    }
  });

  it('asks nothing when no cluster can be read', async () => {
    const fake = ports({ before: failsAt('open', new ToolError('NETWORK', 'no answer')) });
    const result = await cleanupUserPermissions(asked({ clusterId: 'all' }), fake);
    expect(result.clusters.every(({ error }) => error === 'no answer')).toBe(true);
    expect(fake.events.some((event) => event.startsWith('ask'))).toBe(false);
  });

  it('stops at once when it is interrupted, and says what was done', async () => {
    const reason = new ToolError('INTERRUPTED', 'interrupted by SIGINT');
    const fake = ports({
      before: (event) => {
        if (event !== `clean c2 ${leaver} false`) return;
        fake.interrupt(reason);
        throw new Error('the connection broke');
      },
    });
    await expect(cleanupUserPermissions(asked({ clusterId: 'all' }), fake)).rejects.toBe(reason);
    expect(effects(fake.events)).toEqual(['save c1 cluster-wide,in-app', `clean c1 ${leaver} false`]);
    expect(fake.events.at(-1)).toBe(
      'warn: stopped; cleaned up: c1; not known whether cluster c2 was; bindings are kept in /backups/c1',
    );
  });

  it('cleans nothing when it is interrupted while the bindings are kept', async () => {
    const reason = new ToolError('INTERRUPTED', 'interrupted by SIGINT');
    const fake = ports({
      before: (event) => {
        if (event.startsWith('save c1')) fake.interrupt(reason);
      },
    });
    await expect(cleanupUserPermissions(asked({ clusterId: 'all' }), fake)).rejects.toBe(reason);
    expect(fake.events.some((event) => event.startsWith('clean '))).toBe(false);
    expect(fake.events.at(-1)).toMatch(/stopped before any cluster was cleaned up.*\/backups\/c1/);
  });
});
