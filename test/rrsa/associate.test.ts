import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../src/cloud/ports.ts';
import { ToolError } from '../../src/errors.ts';
import { type AssociateRoleInput, type AssociateRolePorts, associateRole } from '../../src/rrsa/associate.ts';
import { fakeClock } from '../support/fake-clock.ts';
import {
  ACCOUNT,
  apiError,
  cluster,
  errorOf,
  fakeRam,
  ISSUER,
  mustNotAsk,
  networkError,
  noLock,
  PROVIDER_ARN,
  recordingReport,
  sharedController,
  withoutRrsa,
} from './fakes.ts';

const foreign = {
  Action: 'sts:AssumeRole',
  Effect: 'Allow',
  Principal: { Service: ['ecs.aliyuncs.com'] },
};
const trusting = (namespace: string, serviceAccount: string, operator = 'StringEquals') => ({
  Action: 'sts:AssumeRole',
  Condition: {
    StringEquals: { 'oidc:aud': 'sts.aliyuncs.com', 'oidc:iss': ISSUER },
    [operator]: {
      ...(operator === 'StringEquals' ? { 'oidc:aud': 'sts.aliyuncs.com', 'oidc:iss': ISSUER } : {}),
      'oidc:sub': `system:serviceaccount:${namespace}:${serviceAccount}`,
    },
  },
  Effect: 'Allow',
  Principal: { Federated: [PROVIDER_ARN] },
});
const documentOf = (...statements: unknown[]): string => JSON.stringify({ Statement: statements, Version: '1' });

const input: AssociateRoleInput = {
  clusterId: 'c123',
  roleName: 'oss-reader',
  namespace: 'app',
  serviceAccount: 'reader',
  createRole: false,
  systemPolicies: [],
  customPolicies: [],
  dryRun: false,
};

function world(options: { trustPolicy?: string; cluster?: Partial<Cluster> } = {}) {
  const clock = fakeClock();
  const ram = fakeRam();
  const report = recordingReport();
  const controller = sharedController();
  const questions: string[] = [];
  ram.policies.set('System/AliyunCSReadOnlyAccess', '{}');
  ram.policies.set('Custom/mine', '{"Version":"1","Statement":[]}');
  if (options.trustPolicy !== undefined) ram.addRole('oss-reader', options.trustPolicy);
  const ports: AssociateRolePorts = {
    ack: { getCluster: async (id) => (id === 'c123' ? cluster(options.cluster) : undefined) },
    ram,
    withLock: noLock,
    saveBackup: async () => '/state/backups/1.json',
    report,
    confirm: async (question) => void questions.push(question),
    clock,
    signal: controller.signal,
  };
  const writes = (): string[] => ram.calls.filter((call) => !/^(get|list)/.test(call));
  const statements = (): unknown[] => JSON.parse(ram.roles.get('oss-reader')?.trustPolicy ?? '{}').Statement;
  const run = (changes: Partial<AssociateRoleInput> = {}, other: Partial<AssociateRolePorts> = {}) =>
    clock.run(associateRole({ ...input, ...changes }, { ...ports, ...other }));
  return { clock, ram, report, controller, questions, ports, writes, statements, run };
}

describe('associate-role with a role that exists', () => {
  it('adds one statement and leaves the others, after one diff and one question', async () => {
    const { run, statements, report, questions, ram } = world({ trustPolicy: documentOf(foreign) });
    const result = await run();
    expect(statements()).toEqual([foreign, trusting('app', 'reader')]);
    expect(questions).toEqual(['Change role oss-reader?']);
    expect(report.changes).toHaveLength(1);
    expect(report.changes[0]?.document?.before).toContain('ecs.aliyuncs.com');
    expect(report.changes[0]?.document?.after).toContain('system:serviceaccount:app:reader');
    expect(result).toEqual({
      roleName: 'oss-reader',
      roleArn: `acs:ram::${ACCOUNT}:role/oss-reader`,
      created: false,
      changed: true,
      backup: '/state/backups/1.json',
      before: documentOf(foreign),
      after: ram.roles.get('oss-reader')?.trustPolicy,
      policies: [],
    });
    // What became of it is the presenter's to tell, once.
    expect(report.text()).toBe('');
  });

  it('changes nothing and asks nothing when it is trusted already', async () => {
    const trustPolicy = documentOf(foreign, trusting('app', 'reader'));
    const { run, writes, report } = world({ trustPolicy });
    const result = await run({}, { confirm: mustNotAsk });
    expect(result).toMatchObject({
      changed: false,
      created: false,
      backup: null,
      before: trustPolicy,
      after: trustPolicy,
    });
    expect(writes()).toEqual([]);
    expect(report.text()).toMatch(/trusts service account app\/reader of cluster c123 already$/m);
  });

  it('says so when a broader statement trusts it already', async () => {
    const { run, writes, report } = world({ trustPolicy: documentOf(foreign, trusting('*', '*', 'StringLike')) });
    expect(await run({}, { confirm: mustNotAsk })).toMatchObject({ changed: false });
    expect(writes()).toEqual([]);
    expect(report.text()).toContain('trusts more than that (Statement[1])');
  });

  it('warns when a statement denies it all the same', async () => {
    const deny = { ...trusting('*', '*', 'StringLike'), Effect: 'Deny' };
    const { run, report } = world({ trustPolicy: documentOf(deny) });
    await run();
    expect(report.text()).toMatch(/warn: .*Statement\[0\] of its trust policy denies it/);
  });

  it('writes a wildcard under StringLike', async () => {
    const { run, statements } = world({ trustPolicy: documentOf() });
    await run({ namespace: 'team-*', serviceAccount: 'sa?' });
    expect(statements()).toHaveLength(1);
    expect(JSON.stringify(statements())).toContain('"StringLike":{"oidc:sub":"system:serviceaccount:team-*:sa?"}');
  });

  it.each(['', 'not json', '[]', '{"Statement":"x"}', '{"Statement":[1]}', '{}'])(
    'stops at a trust policy that is no policy (%s), and changes nothing',
    async (trustPolicy) => {
      const { run, writes } = world({ trustPolicy });
      const error = await errorOf(run({ systemPolicies: ['AliyunCSReadOnlyAccess'] }, { confirm: mustNotAsk }));
      expect(error.code).toBe('TRUST_POLICY_UNREADABLE');
      expect(error.message).toContain('oss-reader');
      expect(writes()).toEqual([]);
    },
  );

  it('changes nothing with a dry run, and says what it would do', async () => {
    const { run, writes, report } = world({ trustPolicy: documentOf(foreign) });
    const result = await run({ dryRun: true, systemPolicies: ['AliyunCSReadOnlyAccess'] }, { confirm: mustNotAsk });
    expect(result).toMatchObject({ changed: true, before: documentOf(foreign), backup: null });
    expect(JSON.parse(result.after ?? '').Statement).toHaveLength(2);
    expect(result.policies).toEqual([{ name: 'AliyunCSReadOnlyAccess', type: 'System', change: 'attach' }]);
    expect(writes()).toEqual([]);
    expect(report.changes).toHaveLength(1);
  });

  it('changes nothing when the answer is no', async () => {
    const { run, writes, report } = world({ trustPolicy: documentOf(foreign) });
    const declined = new ToolError('DECLINED', 'no');
    const confirm = async (): Promise<void> => {
      throw declined;
    };
    expect(await errorOf(run({}, { confirm }))).toBe(declined);
    expect(writes()).toEqual([]);
    expect(report.text()).not.toContain('done before');
  });

  it('stops when the document turns unreadable between question and write', async () => {
    const { run, ram, writes } = world({ trustPolicy: documentOf(foreign) });
    const confirm = async (): Promise<void> => void ram.addRole('oss-reader', 'broken');
    expect(await errorOf(run({}, { confirm }))).toMatchObject({ code: 'TRUST_POLICY_UNREADABLE' });
    expect(writes()).toEqual([]);
  });

  it('keeps what somebody else added while the question stood', async () => {
    const { run, ram, statements } = world({ trustPolicy: documentOf(foreign) });
    const confirm = async (): Promise<void> => void ram.addRole('oss-reader', documentOf(foreign, trusting('x', 'y')));
    await run({}, { confirm });
    expect(JSON.stringify(statements())).toContain('system:serviceaccount:x:y');
    expect(JSON.stringify(statements())).toContain('system:serviceaccount:app:reader');
  });

  it('lets nobody lose anything when twenty associate at the same time', async () => {
    const { clock, ports, ram, statements } = world({ trustPolicy: documentOf(foreign) });
    const names = Array.from({ length: 20 }, (_, index) => `sa-${index}`);
    const slow = fakeRam(clock, () => 20 + 20 * clock.random());
    slow.roles.set('oss-reader', ram.addRole('oss-reader', documentOf(foreign)));
    let state = 1;
    clock.random = () => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    await clock.run(
      Promise.all(names.map((serviceAccount) => associateRole({ ...input, serviceAccount }, { ...ports, ram: slow }))),
    );
    ram.roles.set('oss-reader', slow.roles.get('oss-reader') ?? ram.addRole('oss-reader', ''));
    const text = JSON.stringify(statements());
    for (const name of names) expect(text).toContain(`"system:serviceaccount:app:${name}"`);
    expect(text).toContain('ecs.aliyuncs.com');
  });

  it('leaves every statement that was there in its place (property)', async () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
    const statement = fc.record({
      Sid: fc.string(),
      Effect: fc.constantFrom('Allow', 'Deny'),
      Action: fc.constantFrom('sts:AssumeRole', ['sts:AssumeRole']),
      Principal: fc.constantFrom({ Service: 'ecs.aliyuncs.com' }, { RAM: ['acs:ram::1:root'] }),
      unknown: fc.jsonValue(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(statement, { maxLength: 4 }), name, name, async (before, namespace, serviceAccount) => {
        const given = JSON.parse(documentOf(...before)).Statement as unknown[];
        const { run, statements } = world({ trustPolicy: documentOf(...before) });
        await run({ namespace, serviceAccount });
        expect(statements()).toEqual([...given, trusting(namespace, serviceAccount)]);
        expect(await run({ namespace, serviceAccount }, { confirm: mustNotAsk })).toMatchObject({ changed: false });
      }),
      { numRuns: 40 },
    );
  });
});

describe('associate-role with a role that is missing', () => {
  it('says how to create it', async () => {
    const { run, writes } = world();
    const error = await errorOf(run({}, { confirm: mustNotAsk }));
    expect(error).toMatchObject({ code: 'ROLE_NOT_FOUND', message: 'there is no role oss-reader' });
    expect(error.hint).toContain('--create-role-if-not-exist');
    expect(writes()).toEqual([]);
  });

  it('creates it with that one statement, description and session duration, then attaches', async () => {
    const { run, ram, statements, questions, report, clock } = world();
    const result = await run({
      createRole: true,
      systemPolicies: ['AliyunCSReadOnlyAccess'],
      description: 'reads',
      maxSessionDurationSeconds: 7200,
    });
    expect(ram.roles.get('oss-reader')).toMatchObject({ description: 'reads', maxSessionDurationSeconds: 7200 });
    expect(statements()).toEqual([trusting('app', 'reader')]);
    expect([...(ram.attached.get('oss-reader') ?? [])]).toEqual(['System/AliyunCSReadOnlyAccess']);
    expect(questions).toEqual(['Create role oss-reader?']);
    expect(report.changes[0]).toMatchObject({ notes: ['attach system policy AliyunCSReadOnlyAccess'] });
    expect(report.changes[0]?.document).not.toHaveProperty('before');
    expect(result).toMatchObject({ created: true, changed: true, before: null, backup: null });
    expect(clock.sleeps).toEqual([]);
  });

  it('knows its ARN beforehand', async () => {
    const { run, ram } = world();
    const result = await run({ createRole: true, dryRun: true }, { confirm: mustNotAsk });
    expect(result).toMatchObject({ created: true, roleArn: `acs:ram::${ACCOUNT}:role/oss-reader`, before: null });
    expect(ram.roles.size).toBe(0);
  });

  it('adds its statement when somebody else creates it meanwhile', async () => {
    const { run, ram, statements } = world();
    const confirm = async (): Promise<void> => void ram.addRole('oss-reader', documentOf(foreign));
    const result = await run({ createRole: true, systemPolicies: ['AliyunCSReadOnlyAccess'] }, { confirm });
    expect(statements()).toEqual([foreign, trusting('app', 'reader')]);
    expect(result).toMatchObject({ created: false, changed: true, before: documentOf(foreign) });
    expect(ram.attached.get('oss-reader')?.size).toBe(1);
  });

  it('waits until a role that somebody else created can be read', async () => {
    const { run, ram, statements } = world();
    let hidden = 3;
    ram.intercept = (call, proceed) => (call === 'getRole' && hidden-- > 0 ? undefined : proceed());
    const confirm = async (): Promise<void> => void ram.addRole('oss-reader', documentOf(foreign));
    await run({ createRole: true }, { confirm });
    expect(statements()).toHaveLength(2);
  });

  it('does not create it twice when the answer got lost', async () => {
    const { run, ram, statements } = world();
    ram.intercept = (call, proceed) => {
      const answer = proceed();
      if (call === 'createRole') throw networkError();
      return answer;
    };
    expect(await run({ createRole: true })).toMatchObject({ created: true, changed: true });
    expect(ram.calls.filter((call) => call === 'createRole')).toHaveLength(1);
    expect(statements()).toHaveLength(1);
  });

  it('says that the role may exist when there is no answer at all', async () => {
    const { run, ram, report } = world();
    ram.intercept = (call, proceed) => {
      if (call === 'createRole') throw networkError();
      return proceed();
    };
    expect(await errorOf(run({ createRole: true }))).toMatchObject({ code: 'NETWORK' });
    expect(report.text()).toMatch(/warn: done before it stopped: .*it may exist/);
  });

  it('tries again for some seconds when RAM does not know the new role everywhere', async () => {
    const { run, ram, clock } = world();
    let refusals = 3;
    ram.intercept = (call, proceed) => {
      if (call === 'attachPolicyToRole' && refusals-- > 0) throw apiError('EntityNotExist.Role', 404);
      return proceed();
    };
    const result = await run({ createRole: true, systemPolicies: ['AliyunCSReadOnlyAccess'] });
    expect(result.policies).toEqual([{ name: 'AliyunCSReadOnlyAccess', type: 'System', change: 'attach' }]);
    expect(clock.sleeps).toHaveLength(3);
  });

  it('does not try again with a role that was there before', async () => {
    const { run, ram } = world({ trustPolicy: documentOf(trusting('app', 'reader')) });
    ram.intercept = (call, proceed) => {
      if (call === 'attachPolicyToRole') throw apiError('EntityNotExist.Role', 404);
      return proceed();
    };
    await errorOf(run({ systemPolicies: ['AliyunCSReadOnlyAccess'] }));
    expect(ram.calls.filter((call) => call === 'attachPolicyToRole')).toHaveLength(1);
  });
});

describe('associate-role and policies', () => {
  const trusted = documentOf(trusting('app', 'reader'));

  it('attaches any number of both kinds, each once, and leaves those that are attached', async () => {
    const { run, ram, questions } = world({ trustPolicy: trusted });
    ram.attached.set('oss-reader', new Set(['System/AliyunCSReadOnlyAccess']));
    ram.policies.set('Custom/AliyunCSReadOnlyAccess', '{}');
    const result = await run({
      systemPolicies: ['AliyunCSReadOnlyAccess', 'AliyunCSReadOnlyAccess'],
      customPolicies: ['mine', 'AliyunCSReadOnlyAccess', 'mine'],
    });
    expect(result.policies).toEqual([
      { name: 'AliyunCSReadOnlyAccess', type: 'System', change: 'none' },
      { name: 'mine', type: 'Custom', change: 'attach' },
      { name: 'AliyunCSReadOnlyAccess', type: 'Custom', change: 'attach' },
    ]);
    expect(ram.calls.filter((call) => call === 'attachPolicyToRole')).toHaveLength(2);
    expect(ram.calls).not.toContain('updateTrustPolicy');
    expect(questions).toHaveLength(1);
  });

  it('asks nothing when all are attached', async () => {
    const { run, ram } = world({ trustPolicy: trusted });
    ram.attached.set('oss-reader', new Set(['System/AliyunCSReadOnlyAccess']));
    const result = await run({ systemPolicies: ['AliyunCSReadOnlyAccess'] }, { confirm: mustNotAsk });
    expect(result.changed).toBe(false);
  });

  it.each([{ systemPolicies: ['Nonsense'] }, { customPolicies: ['Nonsense'] }])(
    'changes nothing when a policy does not exist: %j',
    async (policies) => {
      const { run, writes } = world({ trustPolicy: documentOf(foreign) });
      const error = await errorOf(run(policies, { confirm: mustNotAsk }));
      expect(error.code).toBe('POLICY_NOT_FOUND');
      expect(error.message).toContain('Nonsense');
      expect(writes()).toEqual([]);
    },
  );

  it('creates a custom policy from its document when there is none, and attaches it', async () => {
    const { run, ram, report } = world({ trustPolicy: trusted });
    const result = await run({ policyDocuments: [{ name: 'fresh', document: '{"Version":"1"}' }] });
    expect(ram.policies.get('Custom/fresh')).toBe('{"Version":"1"}');
    expect(result.policies).toEqual([{ name: 'fresh', type: 'Custom', change: 'createAndAttach' }]);
    expect(report.changes[0]?.notes).toEqual(['create custom policy fresh', 'attach custom policy fresh']);
  });

  it('never overwrites a policy that exists, and warns when it says something else', async () => {
    const { run, ram, report } = world({ trustPolicy: trusted });
    await run({ customPolicies: ['mine'], policyDocuments: [{ name: 'mine', document: '{"Version":"2"}' }] });
    expect(ram.policies.get('Custom/mine')).toBe('{"Version":"1","Statement":[]}');
    expect(ram.calls).not.toContain('createPolicy');
    expect(report.text()).toContain('warn: custom policy mine exists already with another document');
  });

  it('is silent about a policy that exists with the same document in another layout', async () => {
    const { run, report } = world({ trustPolicy: trusted });
    await run({ policyDocuments: [{ name: 'mine', document: '{ "Version": "1",\n "Statement": [] }' }] });
    expect(report.text()).not.toContain('warn');
  });

  it('tries again when RAM does not know the new policy everywhere', async () => {
    const { run, ram } = world({ trustPolicy: trusted });
    let refusals = 2;
    ram.intercept = (call, proceed) => {
      if (call === 'attachPolicyToRole' && refusals-- > 0) throw new ToolError('POLICY_NOT_FOUND', 'no such policy');
      return proceed();
    };
    await run({ policyDocuments: [{ name: 'fresh', document: '{}' }] });
    expect(ram.attached.get('oss-reader')?.has('Custom/fresh')).toBe(true);
  });

  it('says what was done when an attachment fails halfway', async () => {
    const { run, ram, report } = world({ trustPolicy: documentOf(foreign) });
    let attachments = 0;
    ram.intercept = (call, proceed) => {
      if (call === 'attachPolicyToRole' && ++attachments === 2) throw apiError('LimitExceeded.Role.Policy', 409);
      return proceed();
    };
    const error = await errorOf(run({ systemPolicies: ['AliyunCSReadOnlyAccess'], customPolicies: ['mine'] }));
    expect(error).toMatchObject({ code: 'CLOUD_API' });
    expect(report.lines.at(-1)).toBe(
      'warn: done before it stopped: wrote the trust policy of role oss-reader (the one before is kept in /state/backups/1.json); attached system policy AliyunCSReadOnlyAccess to role oss-reader',
    );
  });

  it('does not doubt a write any more that got no answer and was found done', async () => {
    const { run, ram, report } = world({ trustPolicy: documentOf(foreign) });
    ram.intercept = (call, proceed) => {
      if (call === 'attachPolicyToRole') throw apiError('NoPermission', 403);
      const answer = proceed();
      if (call === 'updateTrustPolicy') throw networkError();
      return answer;
    };
    await errorOf(run({ systemPolicies: ['AliyunCSReadOnlyAccess'] }));
    expect(report.lines.at(-1)).toMatch(
      /^warn: done before it stopped: wrote the trust policy of role oss-reader \(.*\)$/,
    );
  });

  it('says what was done when it is interrupted while it settles', async () => {
    const { run, clock, controller, report, ram } = world({ trustPolicy: documentOf(foreign) });
    const reason = new ToolError('INTERRUPTED', 'interrupted');
    clock.at(clock.now() + 1000, () => controller.abort(reason));
    expect(await errorOf(run({ systemPolicies: ['AliyunCSReadOnlyAccess'] }))).toBe(reason);
    expect(report.lines.at(-1)).toContain('wrote the trust policy of role oss-reader');
    expect(ram.calls).not.toContain('attachPolicyToRole');
  });
});

describe('associate-role and what it is given', () => {
  it.each([
    [{ cluster: { rrsa: withoutRrsa } }, 'RRSA_DISABLED'],
    [{ cluster: { type: 'Kubernetes' } }, 'CLUSTER_UNSUPPORTED'],
    [{ cluster: { version: '1.18.8-aliyun.1' } }, 'CLUSTER_UNSUPPORTED'],
  ])('refuses %j with %s', async (options, code) => {
    const { run, writes } = world({ trustPolicy: documentOf(foreign), ...options });
    expect(await errorOf(run({}, { confirm: mustNotAsk }))).toMatchObject({ code });
    expect(writes()).toEqual([]);
  });

  it('needs no running cluster', async () => {
    const { run } = world({ trustPolicy: documentOf(foreign), cluster: { state: 'updating' } });
    await expect(run()).resolves.toMatchObject({ changed: true });
  });

  it('names the missing cluster rather than the missing role', async () => {
    const { run } = world();
    expect(await errorOf(run({ clusterId: 'c404' }))).toMatchObject({ code: 'CLUSTER_NOT_FOUND' });
  });

  it.each([
    { clusterId: '../c' },
    { roleName: 'a/b' },
    { roleName: '' },
    { namespace: 'App' },
    { namespace: 'a:b' },
    { serviceAccount: 'reader\n' },
    { serviceAccount: '' },
    { systemPolicies: ['a b'] },
    { customPolicies: [''] },
    { policyDocuments: [{ name: '../x', document: '{}' }] },
    { maxSessionDurationSeconds: 60 },
    { maxSessionDurationSeconds: Number.NaN },
    { description: 'x'.repeat(1025) },
  ])('refuses %j before anything is called', async (changes) => {
    const { run, ram } = world({ trustPolicy: documentOf(foreign) });
    expect(await errorOf(run(changes))).toMatchObject({ code: 'USAGE', exitCode: 2 });
    expect(ram.calls).toEqual([]);
  });
});
