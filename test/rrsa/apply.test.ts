import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AddonInstance, Cluster } from '../../src/cloud/ports.ts';
import { ToolError } from '../../src/errors.ts';
import { type ApplyPorts, applyFile, planFile } from '../../src/rrsa/apply.ts';
import { createLimiter } from '../../src/rrsa/limiter.ts';
import { readAssociations, type WantedAssociations, type WantedRole } from '../../src/rrsa/read-associations.ts';
import { fakeClock } from '../support/fake-clock.ts';
import {
  agree,
  apiError,
  cluster,
  errorOf,
  fakeRam,
  mustNotAsk,
  networkError,
  noLock,
  PROVIDER_ARN,
  recordingReport,
  sharedController,
  withoutRrsa,
} from './fakes.ts';

const service =
  '{"Statement":[{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":"ecs.aliyuncs.com"}}],"Version":"1"}';

function role(name: string, accounts: string[], changes: Partial<WantedRole> = {}): WantedRole {
  const serviceAccounts = accounts.map((account) => ({
    namespace: account.split('/')[0] ?? '',
    name: account.split('/')[1] ?? '',
  }));
  const none = { systemPolicies: [], customPolicies: [], policyDocuments: [] };
  return { name, create: false, serviceAccounts, ...none, ...changes };
}

const fileOf = (...roles: WantedRole[]): WantedAssociations => ({ clusterId: 'c123', helperAddon: false, roles });
const quiet = { prune: false, compact: false, dryRun: false };

function world(options: { roles?: string[]; cluster?: Partial<Cluster>; addon?: AddonInstance } = {}) {
  const clock = fakeClock();
  const ram = fakeRam(clock);
  const report = recordingReport();
  const controller = sharedController();
  const questions: string[] = [];
  const clusterCalls: string[] = [];
  let addon = options.addon;
  ram.policies.set('System/AliyunOSSReadOnlyAccess', '{}');
  for (const name of options.roles ?? []) ram.addRole(name, service);
  const limiter = createLimiter({ clock, signal: controller.signal, report });
  const ports: ApplyPorts = {
    ack: {
      async getCluster(id) {
        clusterCalls.push('getCluster');
        return id === 'c123' ? cluster(options.cluster) : undefined;
      },
      getAddon: async () => addon,
      async installAddon(_id, name) {
        clusterCalls.push('installAddon');
        addon = { name, version: '1.0', state: 'active' };
        return { taskId: undefined, alreadyInstalled: false };
      },
      getTask: async () => undefined,
      listClusterLogs: async () => [],
    },
    ram,
    limiter,
    withLock: noLock,
    saveBackup: async ({ roleName }) => `/backups/${roleName}.json`,
    confirm: async (question) => void questions.push(question),
    report,
    clock,
    signal: controller.signal,
  };
  const writes = (): string[] => ram.calls.filter((call) => !/^(get|list)/.test(call));
  const count = (name: string): number => ram.calls.filter((call) => call === name).length;
  const apply = (file: WantedAssociations, how: Partial<typeof quiet> = {}, other: Partial<ApplyPorts> = {}) =>
    clock.run(applyFile(file, { ...quiet, ...how }, { ...ports, ...other }));
  return { clock, ram, report, controller, questions, clusterCalls, ports, writes, count, apply };
}

describe('apply', () => {
  it('reads the cluster once, each role once more than a write needs, and settles once', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `r${index}`);
    const { apply, ram, clock, clusterCalls, count, questions, report } = world({ roles: names });
    const accounts = Array.from({ length: 10 }, (_, index) => `ns/sa${index}`);
    const result = await apply(fileOf(...names.map((name) => role(name, accounts))));
    expect(result.changed).toBe(true);
    expect(result.changes.map(({ error }) => error)).toEqual(names.map(() => null));
    expect(clusterCalls).toEqual(['getCluster']);
    expect(ram.calls).toHaveLength(5 * 20);
    expect(count('updateTrustPolicy')).toBe(20);
    expect(clock.sleeps.filter((ms) => ms >= 2000)).toHaveLength(1);
    expect(questions).toEqual(['Change 20 roles for cluster c123?']);
    expect(report.changes).toHaveLength(20);
    expect(report.openProgress()).toBe(0);
    const statements = JSON.parse(ram.roles.get('r7')?.trustPolicy ?? '').Statement;
    expect(statements).toHaveLength(2);
    expect(statements[1].Condition.StringEquals['oidc:sub']).toHaveLength(10);
  });

  it('writes nothing and asks nothing the second time', async () => {
    const { apply, writes, ram } = world({ roles: ['a'] });
    const wanted = {
      create: true,
      systemPolicies: ['AliyunOSSReadOnlyAccess'],
      policyDocuments: [{ name: 'p', document: '{}' }],
    };
    const file = fileOf(role('a', ['n/x', 'n/y']), role('b', ['n/x'], wanted), role('c', ['n/*'], wanted));
    await apply(file);
    expect(writes().sort()).toEqual(
      ['attachPolicyToRole', 'attachPolicyToRole', 'attachPolicyToRole', 'attachPolicyToRole'].concat([
        'createPolicy',
        'createRole',
        'createRole',
        'updateTrustPolicy',
      ]),
    );
    ram.calls.length = 0;
    const again = await apply(file, { prune: true, compact: true }, { confirm: mustNotAsk });
    expect(writes()).toEqual([]);
    expect(again).toMatchObject({ changed: false });
  });

  it('shows what it leaves as it is, also when there is nothing to do', async () => {
    const { apply, report } = world({ roles: ['a'] });
    await apply(fileOf(role('a', ['n/x', 'n/y'])));
    await apply(fileOf(role('a', ['n/x', 'n/y'], { description: 'other' })), {}, { confirm: mustNotAsk });
    expect(report.text()).toMatch(/info: role a: its description is .*it stays as it is/);
    expect(report.text()).toContain('info: nothing to do for cluster c123');
  });

  it('does not say that there is nothing to do where something could not be planned', async () => {
    const { apply, report } = world();
    const { changed } = await apply(fileOf(role('missing', ['n/x'])), {}, { confirm: mustNotAsk });
    expect(changed).toBe(false);
    expect(report.text()).toContain('warn: role missing is left out');
    expect(report.text()).not.toContain('nothing to do');
  });

  it('does the others when one fails, says which, and does the rest when it is run again', async () => {
    const { apply, ram, writes } = world({ roles: ['a', 'broken', 'c', 'refused'] });
    ram.roles.set('broken', { ...ram.addRole('broken', 'no json') });
    const file = fileOf(...['a', 'missing', 'broken', 'c', 'refused'].map((name) => role(name, ['n/x'])));
    const { updateTrustPolicy } = ram;
    ram.updateTrustPolicy = async (name, document) => {
      if (name === 'refused') throw apiError('NoPermission', 403);
      return updateTrustPolicy(name, document);
    };
    const result = await apply(file);
    expect(result.changes.map(({ roleName, error, done }) => [roleName, error?.code ?? null, done.length])).toEqual([
      ['a', null, 1],
      ['missing', 'ROLE_NOT_FOUND', 0],
      ['broken', 'TRUST_POLICY_UNREADABLE', 0],
      ['c', null, 1],
      ['refused', 'CLOUD_API', 0],
    ]);
    ram.addRole('missing', service);
    ram.addRole('broken', service);
    ram.updateTrustPolicy = updateTrustPolicy;
    ram.calls.length = 0;
    const again = await apply(file);
    expect(again.changes.every(({ error }) => error === null)).toBe(true);
    expect(writes()).toEqual(['updateTrustPolicy', 'updateTrustPolicy', 'updateTrustPolicy']);
  });

  it('does not attach policies to a role whose trust policy could not be written', async () => {
    const { apply, ram, writes } = world({ roles: ['a'] });
    ram.intercept = (call, proceed) => {
      if (call === 'updateTrustPolicy') throw apiError('NoPermission', 403);
      return proceed();
    };
    await apply(fileOf(role('a', ['n/x'], { systemPolicies: ['AliyunOSSReadOnlyAccess'] })));
    expect(writes()).toEqual(['updateTrustPolicy']);
  });

  it('extends a role that somebody else creates meanwhile', async () => {
    const { apply, ram } = world();
    ram.intercept = (call, proceed) => {
      if (call === 'createRole') ram.addRole('a', service);
      return proceed();
    };
    const result = await apply(fileOf(role('a', ['n/x'], { create: true })));
    expect(result.changes[0]).toMatchObject({ error: null, backup: '/backups/a.json' });
    expect(JSON.parse(ram.roles.get('a')?.trustPolicy ?? '').Statement).toHaveLength(2);
  });

  it('prunes only what it has shown, not what somebody adds after that', async () => {
    const { apply, ram } = world({ roles: ['a'] });
    await apply(fileOf(role('a', ['n/x', 'n/stale'])));
    const shown = ram.roles.get('a')?.trustPolicy ?? '';
    const confirm = async (): Promise<void> => {
      const newer = shown.replace(
        '"system:serviceaccount:n:stale"',
        '"system:serviceaccount:n:stale","system:serviceaccount:n:newer"',
      );
      ram.addRole('a', newer);
    };
    await apply(fileOf(role('a', ['n/x'])), { prune: true }, { confirm });
    expect(JSON.parse(ram.roles.get('a')?.trustPolicy ?? '').Statement[1].Condition.StringEquals['oidc:sub']).toEqual([
      'system:serviceaccount:n:x',
      'system:serviceaccount:n:newer',
    ]);
  });

  it('explains why the last statement cannot go', async () => {
    const { apply, ram } = world({ roles: ['a'] });
    await apply(fileOf(role('a', ['n/x'])));
    const only = JSON.parse(ram.roles.get('a')?.trustPolicy ?? '');
    ram.addRole('a', JSON.stringify({ ...only, Statement: only.Statement.slice(1) }));
    ram.intercept = (call, proceed) => {
      if (call === 'updateTrustPolicy') throw apiError('MalformedPolicyDocument', 400);
      return proceed();
    };
    const result = await apply(fileOf(), { prune: true });
    expect(result.changes[0]?.error?.message).toMatch(/role a would trust nobody any more/);
    expect(result.changes[0]?.error?.hint).toContain(
      'ack-ram-tool rrsa dissociate-role -c c123 -r a -n n -s x --delete-role-if-unused',
    );
  });

  it('names the statements that could be merged when RAM finds the document too long', async () => {
    const { apply, ram } = world({ roles: ['a'] });
    const statement = (name: string) => ({
      Sid: 'same',
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'oidc:sub': name } },
      Effect: 'Allow',
      Principal: { Federated: PROVIDER_ARN },
    });
    ram.addRole('a', JSON.stringify({ Statement: [statement('x'), statement('y')], Version: '1' }));
    ram.intercept = (call, proceed) => {
      if (call === 'updateTrustPolicy') throw apiError('InvalidParameter.NewAssumeRolePolicyDocument.Length', 400);
      return proceed();
    };
    const result = await apply(fileOf(role('a', ['n/x'])));
    expect(result.changes[0]?.error).toMatchObject({ code: 'TRUST_POLICY_TOO_LONG' });
    expect(result.changes[0]?.error?.hint).toMatch(/Statement\[0] and Statement\[1].*--compact/);
  });

  it('gets through throttling', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `r${index}`);
    const { apply, ram } = world({ roles: names });
    let calls = 0;
    ram.intercept = (_call, proceed) => {
      calls += 1;
      if (calls % 7 === 0) throw apiError('Throttling.User', 400);
      return proceed();
    };
    const result = await apply(fileOf(...names.map((name) => role(name, ['n/x']))));
    expect(result.changes.flatMap(({ error }) => error ?? [])).toEqual([]);
  });

  it('shows the plan and changes nothing on a dry run, and when nobody agrees', async () => {
    const { apply, report, writes } = world({ roles: ['a'] });
    const file = fileOf(role('a', ['n/x']), role('b', ['n/x'], { create: true }));
    expect(await apply(file, { dryRun: true }, { confirm: mustNotAsk })).toMatchObject({ changed: true });
    expect(report.changes.map(({ summary }) => summary)).toEqual(['update role a', 'create role b']);
    const declined = new ToolError('DECLINED', 'no');
    const refuse = async (): Promise<void> => Promise.reject(declined);
    expect(await errorOf(apply(file, {}, { confirm: refuse }))).toBe(declined);
    expect(writes()).toEqual([]);
  });

  it.each([500, 1000, 1500])('says what was done when it is interrupted after %d ms', async (after) => {
    const { apply, clock, controller, report, ram } = world({ roles: ['a', 'b'] });
    const reason = new ToolError('INTERRUPTED', 'interrupted');
    clock.at(clock.now() + after, () => controller.abort(reason));
    const file = fileOf(role('a', ['n/x']), role('new', ['n/x'], { create: true }), role('b', ['n/x']));
    expect(await errorOf(apply(file, {}, { confirm: agree }))).toBe(reason);
    expect(report.text()).toMatch(
      /warn: done before it stopped: .*wrote the trust policy of role a \(the one before is kept in \/backups\/a\.json\); created role new; wrote the trust policy of role b/,
    );
    expect(ram.roles.has('new')).toBe(true);
    expect(report.openProgress()).toBe(0);
  });

  it('installs the helper addon last, without asking again or reading the cluster again', async () => {
    const { apply, clusterCalls, questions } = world({ roles: ['a'] });
    const file = { ...fileOf(role('a', ['n/x'])), helperAddon: true };
    const result = await apply(file);
    expect(result.addon).toEqual({ name: 'ack-pod-identity-webhook', change: 'install', error: null });
    expect(clusterCalls).toEqual(['getCluster', 'installAddon']);
    expect(questions).toEqual(['Change 1 role and install ack-pod-identity-webhook for cluster c123?']);
    expect(await apply(file, {}, { confirm: mustNotAsk })).toMatchObject({ changed: false });
  });

  it('does the roles when the addon cannot be installed', async () => {
    const { apply, writes } = world({ roles: ['a'], cluster: { state: 'updating' } });
    const result = await apply({ ...fileOf(role('a', ['n/x'])), helperAddon: true });
    expect(writes()).toEqual(['updateTrustPolicy']);
    expect(result.addon?.error?.code).toBe('CLUSTER_NOT_READY');
  });
});

describe('plan', () => {
  it.each<[string, Parameters<typeof world>[0], string, string]>([
    ['there is no cluster', {}, 'c999', 'CLUSTER_NOT_FOUND'],
    ['RRSA is off', { cluster: { rrsa: withoutRrsa } }, 'c123', 'RRSA_DISABLED'],
    [
      'the cluster is of a kind that cannot have RRSA',
      { cluster: { type: 'Kubernetes' } },
      'c123',
      'CLUSTER_UNSUPPORTED',
    ],
  ])('fails when %s', async (_why, options, clusterId, code) => {
    const { ports, clock } = world({ ...options, roles: ['a'] });
    const file = { ...fileOf(role('a', ['n/x']), role('gone', ['n/x'])), clusterId };
    expect(await errorOf(clock.run(planFile(file, quiet, ports)))).toMatchObject({ code });
  });

  it('reads each policy once, however many roles want it, and says what is missing role by role', async () => {
    const { ports, clock, count, writes } = world({ roles: ['a', 'b', 'c'] });
    const policies = { systemPolicies: ['AliyunOSSReadOnlyAccess'] };
    const file = fileOf(
      role('a', ['n/x'], policies),
      role('b', ['n/x'], policies),
      role('c', ['n/x'], { customPolicies: ['nowhere'] }),
    );
    const { changes } = await clock.run(planFile(file, quiet, ports));
    expect(count('getPolicyDocument')).toBe(2);
    expect(changes.map(({ error }) => error?.code)).toEqual([undefined, undefined, 'POLICY_NOT_FOUND']);
    expect(changes[2]?.error?.hint).toContain('policyDocuments of the file');
    expect(writes()).toEqual([]);
  });

  it('reads every role once when it prunes, in a bounded number at a time, and counts', async () => {
    const names = Array.from({ length: 1000 }, (_, index) => `r${index}`);
    const { ports, clock, count, report } = world({ roles: names });
    await clock.run(planFile(fileOf(role('r5', ['n/x'])), { ...quiet, prune: true }, ports));
    expect(count('getRole')).toBe(1000);
    expect(count('listRoleNames')).toBe(1);
    expect(report.progressTexts.at(-1)).toBe('roles: 1000 of 1000 read');
    expect(report.progressCounts.at(-1)).toEqual({ done: 1000, total: 1000 });
    expect(report.progressCounts).toHaveLength(report.progressTexts.length);
  });

  it('says of a role that cannot be read when it prunes why not, plans the others, and stops at credentials', async () => {
    const { ports, clock, ram } = world({ roles: ['a', 'b', 'c'] });
    const { getRole } = ram;
    ram.getRole = async (name) => {
      if (name === 'c') return undefined;
      return name === 'b' ? Promise.reject(networkError()) : getRole(name);
    };
    const { changes } = await clock.run(planFile(fileOf(role('a', ['n/x'])), { ...quiet, prune: true }, ports));
    expect(changes.map(({ roleName, kind, error }) => [roleName, kind, error?.code])).toEqual([
      ['a', 'update', undefined],
      ['b', 'none', 'NETWORK'],
    ]);
    const refused = new ToolError('CREDENTIALS_REFUSED', 'no');
    ram.getRole = async () => Promise.reject(refused);
    expect(await errorOf(clock.run(planFile(fileOf(role('a', ['n/x'])), quiet, ports)))).toBe(refused);
  });
});

describe('the files that a plan is made on', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'associations-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const head = 'apiVersion: ack-ram-tool/v1\nkind: RrsaAssociations\nclusterId: c123\nroles:\n';
  const read = async (roles: string) => {
    await writeFile(join(folder, 'a.yaml'), head + roles);
    return readAssociations('a.yaml', folder);
  };
  const withDocument = (name: string, path: string) =>
    `  - { name: ${name}, serviceAccounts: [], policyDocuments: { p: ${path} } }\n`;

  it('are read relative to the folder of the file, without white space', async () => {
    await writeFile(join(folder, 'p.json'), '{ "Version": "1",\n "Statement": [] }\n');
    const { roles } = await read(withDocument('r', './p.json'));
    expect(roles[0]?.policyDocuments).toEqual([{ name: 'p', document: '{"Version":"1","Statement":[]}' }]);
  });

  it('are named with line and column when they cannot be used', async () => {
    await writeFile(join(folder, 'other.json'), '{"Version":"1","Statement":{}}');
    await writeFile(join(folder, 'bad.json'), '{"Version"');
    await writeFile(join(folder, 'long.json'), JSON.stringify({ Statement: [], x: 'y'.repeat(7000) }));
    await writeFile(join(folder, 'huge.json'), ' '.repeat(200_000));
    const codeAndStart = async (roles: string) => {
      const { code, message } = await errorOf(read(roles));
      expect(message).toMatch(/^a\.yaml:\d:\d+: /);
      return code;
    };
    expect(await codeAndStart(withDocument('r', 'absent.json'))).toBe('FILE_UNREADABLE');
    expect(await codeAndStart(withDocument('r', 'huge.json'))).toBe('FILE_UNREADABLE');
    expect(await codeAndStart(withDocument('r', 'bad.json'))).toBe('FILE_INVALID');
    expect(await codeAndStart(withDocument('r', 'long.json'))).toBe('FILE_INVALID');
    expect(await codeAndStart(withDocument('r', 'p.json') + withDocument('s', 'other.json'))).toBe('FILE_INVALID');
  });

  it('cannot be missing, a folder or without an end', async () => {
    for (const [path, why] of [
      ['missing.yaml', 'there is no such file'],
      ['.', 'it is a folder'],
      ['/dev/zero', 'it is larger than 1024 KiB'],
    ] as const) {
      const message = `cannot read the file ${path}: ${why}`;
      expect(await errorOf(readAssociations(path, folder))).toMatchObject({ code: 'FILE_UNREADABLE', message });
    }
  });
});
