import { describe, expect, it } from 'vitest';
import type { UserBinding } from '../../../src/kubernetes/rbac-bindings.ts';
import type { CleanedCluster, CleanupResult } from '../../../src/kubernetes/rbac-cleanup.ts';
import type { Identity } from '../../../src/kubernetes/rbac-identities.ts';
import type { ScannedCluster } from '../../../src/kubernetes/rbac-scan.ts';
import { formatJson } from '../../../src/output/json.ts';
import { rbacCleanupPresenter } from '../../../src/output/results/rbac-cleanup.ts';
import { rbacScanPresenter } from '../../../src/output/results/rbac-scan.ts';

const user: Identity = { uid: '243212345678901234', type: 'RamUser', name: 'leaver', deleted: false };
const role: Identity = { uid: '300123456789012347', type: 'RamRole', name: null, deleted: true };
const bindingOf = (name: string, namespace: string | null = null): UserBinding => ({
  uid: user.uid,
  kind: namespace === null ? 'ClusterRoleBinding' : 'RoleBinding',
  namespace,
  name,
  object: { metadata: { name } },
});
const scanned = (more: Partial<ScannedCluster> = {}): ScannedCluster => ({
  clusterId: 'c1',
  name: 'foo',
  error: null,
  bindings: [
    { identity: role, binding: bindingOf('gone', 'app') },
    { identity: user, binding: bindingOf('leaver') },
  ],
  ...more,
});

describe('a scan of one cluster', () => {
  it('is the table of the Go tool', () => {
    expect(rbacScanPresenter.text({ clusters: [scanned()] })).toBe(
      [
        'UID                           UserType  UserName  Binding',
        '300123456789012347 (deleted)  RamRole   -         RoleBinding/app/gone',
        '243212345678901234            RamUser   leaver    ClusterRoleBinding/-/leaver',
        '',
      ].join('\n'),
    );
  });

  it('lets no name write to the terminal', () => {
    const hostile = 'a\u001b]0;x\u0007\nb';
    const text = rbacScanPresenter.text({
      clusters: [
        scanned({ bindings: [{ identity: { ...user, name: hostile }, binding: bindingOf(hostile, hostile) }] }),
      ],
    });
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(text.split('\n')).toHaveLength(3);
  });
});

describe('a scan of several clusters', () => {
  const clusters = [scanned(), scanned({ clusterId: 'c2', name: '', error: 'no answer', bindings: [] })];

  it('has a heading for each, and says which was not scanned', () => {
    const text = rbacScanPresenter.text({ clusters: [...clusters, scanned({ clusterId: 'c3', bindings: [] })] });
    expect(text).toContain('ClusterId: c1  foo\nUID ');
    expect(text).toContain('\nClusterId: c2\nnot scanned: no answer\n');
    expect(text).toContain('\nClusterId: c3  foo\nno bindings were found\n');
  });

  it('has the documented keys as JSON', () => {
    expect(JSON.parse(formatJson(rbacScanPresenter.json({ clusters })))).toEqual({
      schemaVersion: 1,
      clusters: [
        {
          clusterId: 'c1',
          name: 'foo',
          error: null,
          bindings: [
            { ...role, kind: 'RoleBinding', namespace: 'app', binding: 'gone' },
            { ...user, kind: 'ClusterRoleBinding', namespace: null, binding: 'leaver' },
          ],
        },
        { clusterId: 'c2', name: '', error: 'no answer', bindings: [] },
      ],
    });
    expect(rbacScanPresenter.json({ clusters: [] })).toEqual({ clusters: [] });
  });
});

describe('a cleanup', () => {
  const cluster = (more: Partial<CleanedCluster> = {}): CleanedCluster => ({
    clusterId: 'c1',
    name: 'foo',
    bindings: [bindingOf('leaver')],
    activity: { active: true, lastActivity: new Date(0), logProject: 'p', logStore: 's', lastAuditId: 'a' },
    backup: '/state/rbac/c1/20260102T030405.678Z',
    cleaned: true,
    error: null,
    ...more,
  });
  const result = (...clusters: CleanedCluster[]): CleanupResult => ({ identity: user, clusters });

  it('says what was done, where the bindings are, and what was not done', () => {
    const failed = cluster({ clusterId: 'c2', cleaned: false, backup: null, error: 'no answer' });
    expect(rbacCleanupPresenter.text(result(cluster(), failed))).toBe(
      [
        'cleaned up after RamUser leaver 243212345678901234 in cluster c1',
        '  1 binding is kept in /state/rbac/c1/20260102T030405.678Z',
        'cluster c2 was not cleaned up: no answer',
        '',
      ].join('\n'),
    );
  });

  it('says what would be done', () => {
    const planned = cluster({ cleaned: false, backup: null });
    expect(rbacCleanupPresenter.text(result(planned), { dryRun: true })).toBe(
      'would clean up after RamUser leaver 243212345678901234 in cluster c1\n  ClusterRoleBinding/-/leaver\n',
    );
  });

  it('has its keys as JSON, with null for what is not known', () => {
    const unknown = cluster({
      clusterId: 'c2',
      activity: null,
      backup: null,
      cleaned: false,
      error: 'no',
      bindings: [],
    });
    expect(JSON.parse(formatJson(rbacCleanupPresenter.json(result(cluster(), unknown))))).toEqual({
      schemaVersion: 1,
      ...user,
      changed: true,
      clusters: [
        {
          clusterId: 'c1',
          name: 'foo',
          error: null,
          cleaned: true,
          backup: '/state/rbac/c1/20260102T030405.678Z',
          active: true,
          lastActivity: '1970-01-01T00:00:00Z',
          bindings: [{ kind: 'ClusterRoleBinding', namespace: null, binding: 'leaver' }],
        },
        {
          clusterId: 'c2',
          name: 'foo',
          error: 'no',
          cleaned: false,
          backup: null,
          active: null,
          lastActivity: null,
          bindings: [],
        },
      ],
    });
  });
});
