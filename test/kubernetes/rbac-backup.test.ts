import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, normalize, relative, sep } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { ToolError } from '../../src/errors.ts';
import { bindingBackups, segmentsOf } from '../../src/kubernetes/rbac-backup.ts';
import { type BindingKind, type UserBinding, usersOf } from '../../src/kubernetes/rbac-bindings.ts';
import { binding, leaver } from './rbac-harness.ts';

const root = mkdtempSync(join(tmpdir(), 'ack-ram-tool-test-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const now = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const never = new AbortController().signal;

function of(kind: BindingKind, name: string, namespace?: string): UserBinding {
  const [found] = usersOf(kind, binding(name, [leaver], namespace));
  if (found === undefined) throw new Error('no binding');
  return found;
}
const both = [of('ClusterRoleBinding', 'admin'), of('RoleBinding', 'admin', 'app')];

describe('a backup of bindings', () => {
  it('is a file each, which only its owner can read, in a folder of the cluster and the time', async () => {
    const folder = join(root, 'state', 'rbac');
    const place = await bindingBackups(folder, { now: () => now, signal: never })('c1', both);
    expect(relative(folder, place)).toBe(join('c1', '20260102T030405.678Z'));
    expect(readdirSync(place, { recursive: true }).sort()).toEqual(
      ['ClusterRoleBinding', 'ClusterRoleBinding/-', 'ClusterRoleBinding/-/admin.json', 'RoleBinding']
        .concat('RoleBinding/app', 'RoleBinding/app/admin.json')
        .map((path) => path.replaceAll('/', sep)),
    );
    for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const stat = statSync(join(folder, path));
      expect(stat.mode & 0o777, path).toBe(stat.isDirectory() ? 0o700 : 0o600);
    }
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('is what kubectl create takes: all but what the API server gave it', async () => {
    const place = await bindingBackups(join(root, 'create'), { now: () => now, signal: never })('c1', both);
    expect(JSON.parse(readFileSync(join(place, 'RoleBinding', 'app', 'admin.json'), 'utf8'))).toEqual({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: {
        name: 'admin',
        namespace: 'app',
        labels: { 'ack.aliyun.com': 'true' },
        creationTimestamp: '2026-01-02T03:04:05Z',
      },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cs:admin' },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: leaver }],
    });
  });

  it('never takes the place of another, made in the same moment', async () => {
    const save = bindingBackups(join(root, 'twice'), { now: () => now, signal: never });
    const places = await Promise.all(Array.from({ length: 8 }, () => save('c1', both)));
    expect(new Set(places).size).toBe(8);
    for (const place of places) expect(existsSync(join(place, 'RoleBinding', 'app', 'admin.json'))).toBe(true);
  });

  it('that cannot be written fails', async () => {
    const file = join(root, 'a-file');
    writeFileSync(file, '');
    await expect(bindingBackups(file, { now: () => now, signal: never })('c1', both)).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      hint: expect.stringContaining('--backup-dir'),
    });
    expect(readFileSync(file, 'utf8')).toBe('');
  });

  it('stops when it is interrupted', async () => {
    const reason = new ToolError('INTERRUPTED', 'interrupted');
    const save = bindingBackups(join(root, 'stopped'), { now: () => now, signal: AbortSignal.abort(reason) });
    await expect(save('c1', both)).rejects.toBe(reason);
  });
});

describe('the file of a binding', () => {
  const name = fc.oneof(
    fc.string({ minLength: 1 }),
    fc.string({ minLength: 1, unit: 'binary' }),
    fc.constantFrom('..', '.', 'a/b', '../../x', 'C:\\x', 'con', 'NUL.txt', 'a'.repeat(300), '-', 'system:x', 'a.'),
  );

  it('is never outside of its folder, and has a name that every system takes', () => {
    fc.assert(
      fc.property(name, name, (namespace, own) => {
        const segments = segmentsOf({ kind: 'RoleBinding', namespace, name: own });
        expect(segments).toHaveLength(3);
        expect(normalize(segments.join('/'))).toBe(segments.join(sep));
        for (const segment of segments.slice(1)) {
          expect(segment).toMatch(/^[a-z0-9][a-z0-9._-]{0,140}$/);
          expect(segment).not.toMatch(/^(con|nul|aux|prn)(\.|$)/);
        }
      }),
    );
  });

  it('is another for another name, also where upper and lower case are the same', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        fc.pre(a !== b);
        const path = (own: string) => segmentsOf({ kind: 'ClusterRoleBinding', namespace: null, name: own }).join('/');
        expect(path(a).toLowerCase()).not.toBe(path(b).toLowerCase());
      }),
    );
    const path = (own: string) => segmentsOf({ kind: 'ClusterRoleBinding', namespace: null, name: own }).join('/');
    expect(path('Admin').toLowerCase()).not.toBe(path('admin'));
  });
});
