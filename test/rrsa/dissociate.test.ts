import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../src/cloud/ports.ts';
import { parsePolicy } from '../../src/policy/document.ts';
import { planTrust } from '../../src/policy/trust.ts';
import { type DissociateRoleInput, type DissociateRolePorts, dissociateRole } from '../../src/rrsa/dissociate.ts';
import { fakeClock } from '../support/fake-clock.ts';
import {
  ACCOUNT,
  apiError,
  CLUSTER_ID,
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

const ecs = { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: ['ecs.aliyuncs.com'] } };
const sub = (name: string): string => `system:serviceaccount:${name}`;
const trusting = (subjects: unknown, operator = 'StringEquals', more: object = {}) => ({
  Action: 'sts:AssumeRole',
  Condition: {
    StringEquals: {
      'oidc:aud': 'sts.aliyuncs.com',
      'oidc:iss': ISSUER,
      ...(operator === 'StringEquals' ? { 'oidc:sub': subjects } : {}),
    },
    ...(operator === 'StringEquals' ? {} : { [operator]: { 'oidc:sub': subjects } }),
    ...more,
  },
  Effect: 'Allow',
  Principal: { Federated: [PROVIDER_ARN] },
});
const documentOf = (...statements: unknown[]): string => JSON.stringify({ Statement: statements, Version: '1' });

const input: DissociateRoleInput = {
  clusterId: CLUSTER_ID,
  roleName: 'r',
  systemPolicies: [],
  customPolicies: [],
  dryRun: false,
};
const reader = { namespace: 'app', serviceAccount: 'reader' };
const policies = { systemPolicies: ['A'], customPolicies: ['B'] };

function world(options: { trustPolicy?: string; cluster?: Partial<Cluster> | null } = {}) {
  const clock = fakeClock();
  const ram = fakeRam();
  const report = recordingReport();
  const questions: string[] = [];
  const before = options.trustPolicy ?? documentOf(ecs);
  ram.addRole('r', before);
  ram.attached.set('r', new Set(['System/A', 'Custom/A', 'Custom/B']));
  const backups: string[] = [];
  const ports: DissociateRolePorts = {
    ack: { getCluster: async () => (options.cluster === null ? undefined : cluster(options.cluster)) },
    ram,
    withLock: noLock,
    saveBackup: async ({ document }) => `/state/backups/${backups.push(document)}.json`,
    report,
    confirm: async (question) => void questions.push(question),
    clock,
    signal: sharedController().signal,
  };
  const run = (changes: Partial<DissociateRoleInput> = {}, other: Partial<DissociateRolePorts> = {}) =>
    clock.run(dissociateRole({ ...input, ...changes }, { ...ports, ...other }));
  const writes = (): string[] => ram.calls.filter((call) => !/^(get|list)/.test(call));
  const statements = (): unknown[] => JSON.parse(ram.roles.get('r')?.trustPolicy ?? '{}').Statement;
  return { ram, report, questions, ports, run, writes, statements, before, backups };
}

describe('dissociate-role with a service account', () => {
  it('takes the subject out of its statement, after one question, and keeps the document before', async () => {
    const before = documentOf(ecs, trusting([sub('app:reader'), sub('app:writer')]));
    const { run, statements, questions, report, backups } = world({ trustPolicy: before });
    const result = await run(reader);
    expect(statements()).toEqual([ecs, trusting([sub('app:writer')])]);
    expect(questions).toEqual(['Change role r?']);
    expect(backups).toEqual([before]);
    expect(report.changes[0]).toMatchObject({
      summary: 'no longer let service account app/reader assume role r',
      document: { name: 'trust policy of role r' },
      notes: [],
    });
    expect(result).toEqual({
      roleName: 'r',
      roleArn: `acs:ram::${ACCOUNT}:role/r`,
      created: false,
      changed: true,
      backup: '/state/backups/1.json',
      before,
      after: documentOf(ecs, trusting([sub('app:writer')])),
      policies: [],
    });
  });

  it('takes the whole statement when it was the last subject', async () => {
    const { run, statements } = world({ trustPolicy: documentOf(trusting(sub('app:reader')), ecs) });
    await run(reader);
    expect(statements()).toEqual([ecs]);
  });

  it('takes away a wildcard that was given as one, wherever it stands', async () => {
    const { run, statements } = world({
      trustPolicy: documentOf(
        ecs,
        trusting(sub('app:*'), 'StringLike'),
        trusting(sub('app:*')),
        trusting(sub('app:x')),
      ),
    });
    await run({ namespace: 'app', serviceAccount: '*' });
    expect(statements()).toEqual([ecs, trusting(sub('app:x'))]);
  });

  it('detaches policies with it, in one question', async () => {
    const { run, ram, questions, writes } = world({ trustPolicy: documentOf(ecs, trusting(sub('app:reader'))) });
    const result = await run({ ...reader, ...policies });
    expect(questions).toHaveLength(1);
    expect(writes()).toEqual(['updateTrustPolicy', 'detachPolicyFromRole', 'detachPolicyFromRole']);
    expect([...(ram.attached.get('r') ?? [])]).toEqual(['Custom/A']);
    expect(result.policies.map(({ change }) => change)).toEqual(['detach', 'detach']);
  });

  it('is done already when the role does not trust it', async () => {
    const { run, writes, report } = world({ trustPolicy: documentOf(trusting(sub('app:writer'))) });
    expect(await run(reader, { confirm: mustNotAsk })).toMatchObject({ changed: false, backup: null });
    expect(report.text()).toContain('role r does not trust service account app/reader of cluster c123');
    expect(writes()).toEqual([]);
  });

  it('changes nothing with a dry run', async () => {
    const { run, writes } = world({ trustPolicy: documentOf(ecs, trusting(sub('app:reader'))) });
    const result = await run({ ...reader, dryRun: true }, { confirm: mustNotAsk });
    expect(result).toMatchObject({ changed: true, after: documentOf(ecs) });
    expect(writes()).toEqual([]);
  });

  it.each<[string, object[], string]>([
    ['a wildcard', [trusting(sub('app:*'), 'StringLike')], "dissociate-role -c c123 -r r -n app -s '*'"],
    ['no subject', [{ ...trusting('x'), Condition: { StringEquals: { 'oidc:iss': ISSUER } } }], 'explain -c c123 -r r'],
    [
      'a further condition',
      [trusting(sub('app:reader'), 'StringEquals', { Bool: { 'acs:MFAPresent': 'true' } })],
      'explain',
    ],
    ['a wildcard beside the name', [trusting(sub('app:reader')), trusting(sub('*'), 'StringLike')], 'Statement[1]'],
    [
      'another provider beside this one',
      [{ ...trusting(sub('app:reader')), Principal: { Federated: [PROVIDER_ARN, `${PROVIDER_ARN}2`] } }],
      'Statement[0]',
    ],
  ])('narrows no statement that trusts more: %s', async (_, statements, hint) => {
    const { run, writes, ports, before, ram } = world({ trustPolicy: documentOf(...statements) });
    const error = await errorOf(run({ ...reader, ...policies }, { ...ports, confirm: mustNotAsk }));
    expect(error).toMatchObject({ code: 'NOT_AS_IT_SHOULD_BE', exitCode: 1 });
    expect(error.message).toContain('nothing was changed');
    expect(`${error.message} ${error.hint}`).toContain(hint);
    expect(writes()).toEqual([]);
    expect(ram.roles.get('r')?.trustPolicy).toBe(before);
  });

  it('works when RRSA is off, and whatever issuer the statement names', async () => {
    const old = JSON.parse(JSON.stringify(trusting(sub('app:reader'))).replaceAll(ISSUER, 'https://old.example'));
    const { run, statements } = world({ trustPolicy: documentOf(ecs, old), cluster: { rrsa: withoutRrsa } });
    expect(await run(reader)).toMatchObject({ changed: true });
    expect(statements()).toEqual([ecs]);
  });

  it('works when the cluster is gone, with a warning', async () => {
    const { run, statements, report } = world({
      trustPolicy: documentOf(ecs, trusting(sub('app:reader'))),
      cluster: null,
    });
    await run(reader);
    expect(statements()).toEqual([ecs]);
    expect(report.text()).toContain('warn: there is no cluster c123');
  });

  it('takes a cluster id that nobody knows, and nobody trusts, for a mistake', async () => {
    const { run } = world({ cluster: null });
    expect(await errorOf(run(reader))).toMatchObject({ code: 'CLUSTER_NOT_FOUND' });
  });

  it('leaves the trust of other clusters alone', async () => {
    const other = { ...trusting(sub('app:reader')), Principal: { Federated: [`${PROVIDER_ARN}4`] } };
    const { run, writes } = world({ trustPolicy: documentOf(other) });
    expect(await run(reader, { confirm: mustNotAsk })).toMatchObject({ changed: false });
    expect(writes()).toEqual([]);
  });

  it('does it again when somebody else overwrites it', async () => {
    const before = documentOf(ecs, trusting(sub('app:reader')));
    const { run, ram, statements } = world({ trustPolicy: before });
    let reads = 0;
    ram.intercept = (call, proceed) => {
      if (call === 'getRole' && ++reads === 4) ram.addRole('r', before);
      return proceed();
    };
    expect(await run(reader)).toMatchObject({ changed: true, before });
    expect(statements()).toEqual([ecs]);
    expect(ram.calls.filter((call) => call === 'updateTrustPolicy')).toHaveLength(2);
  });

  it('says so when somebody trusts it again by a broader statement meanwhile', async () => {
    const { run, ram, report } = world({ trustPolicy: documentOf(ecs, trusting(sub('app:reader'))) });
    let reads = 0;
    ram.intercept = (call, proceed) => {
      if (call === 'getRole' && ++reads === 4) ram.addRole('r', documentOf(trusting(sub('*'), 'StringLike')));
      return proceed();
    };
    await run(reader);
    expect(report.text()).toContain('warn: role r trusts it again: somebody else added Statement[0] meanwhile');
  });

  it('explains what to do when RAM refuses a document without statements', async () => {
    const { run, ram } = world({ trustPolicy: documentOf(trusting(sub('app:reader'))) });
    ram.intercept = (call, proceed) => {
      if (call === 'updateTrustPolicy') throw apiError('MalformedPolicyDocument', 400);
      return proceed();
    };
    const error = await errorOf(run(reader));
    expect(error).toMatchObject({ code: 'CLOUD_API', hint: expect.stringContaining('--delete-role-if-unused') });
    expect(error.message).toContain('nothing was changed');
  });

  it('takes a document without statements where RAM does', async () => {
    const { run, statements } = world({ trustPolicy: documentOf(trusting(sub('app:reader'))) });
    await run(reader);
    expect(statements()).toEqual([]);
  });

  it('undoes associate-role: the meaning is as before', async () => {
    const name = fc.constantFrom('app', 'dev', 'team-a');
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.tuple(name, name), { maxLength: 4, selector: String }),
        name,
        name,
        async (others, ns, sa) => {
          const left = others.filter(([n, s]) => n !== ns || s !== sa);
          const start =
            left.length === 0 ? documentOf(ecs) : documentOf(ecs, trusting(left.map(([n, s]) => sub(`${n}:${s}`))));
          const want = { providerArn: PROVIDER_ARN, issuer: ISSUER, namespace: ns, serviceAccount: sa };
          const { document } = planTrust(parsePolicy(start, 'it'), want);
          const { run, statements } = world({ trustPolicy: JSON.stringify(document) });
          await run({ namespace: ns, serviceAccount: sa });
          expect(statements()).toEqual(JSON.parse(start).Statement);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('dissociate-role --delete-role-if-unused', () => {
  const all = { ...reader, systemPolicies: ['A'], customPolicies: ['A', 'B'], deleteRoleIfUnused: true };
  const last = documentOf(trusting(sub('app:reader')));

  it('deletes a role that nobody is trusted in and that has no policies, in the same question', async () => {
    const { run, ram, questions, report, writes, backups } = world({ trustPolicy: last });
    const result = await run(all);
    expect(questions).toEqual(['Delete role r?']);
    expect(report.changes[0]?.notes.at(-1)).toBe('delete role r');
    expect(writes()).toEqual([...Array(3).fill('detachPolicyFromRole'), 'deleteRole']);
    expect(ram.roles.has('r')).toBe(false);
    expect(backups).toEqual([last]);
    expect(result).toMatchObject({ changed: true, before: last, after: null, backup: '/state/backups/1.json' });
  });

  it('deletes one that trusted nobody before, by itself', async () => {
    const { run, ram } = world({ trustPolicy: documentOf({ ...ecs, Effect: 'Deny' }) });
    ram.attached.set('r', new Set());
    expect(await run({ deleteRoleIfUnused: true })).toMatchObject({ changed: true, after: null });
    expect(ram.roles.has('r')).toBe(false);
  });

  it('keeps one that trusts others, and says why', async () => {
    const { run, ram, report } = world({ trustPolicy: documentOf(ecs, trusting(sub('app:reader'))) });
    expect(await run(all)).toMatchObject({ changed: true, after: documentOf(ecs) });
    expect(report.text()).toContain('role r is not deleted: it trusts others');
    expect(ram.roles.has('r')).toBe(true);
  });

  it('keeps one that has a policy, and says which', async () => {
    const { run, report, ram } = world({
      trustPolicy: documentOf({ ...ecs, Effect: 'Deny' }, trusting(sub('app:reader'))),
    });
    await run({ ...all, customPolicies: ['B'] });
    expect(report.text()).toContain('role r is not deleted: custom policy A is attached to it');
    expect(ram.roles.has('r')).toBe(true);
  });

  it('is done already when the role is gone', async () => {
    const { run, writes } = world();
    expect(await run({ ...all, roleName: 'gone' }, { confirm: mustNotAsk })).toMatchObject({
      roleName: 'gone',
      roleArn: `acs:ram::${ACCOUNT}:role/gone`,
      changed: false,
      before: null,
      after: null,
    });
    expect(writes()).toEqual([]);
  });

  it('does not delete a role that somebody else begins to use meanwhile', async () => {
    const { run, ram, ports, report } = world({ trustPolicy: last });
    const confirm = async (): Promise<void> => void ram.addRole('r', documentOf(ecs, trusting(sub('app:reader'))));
    const error = await errorOf(run(all, { ...ports, confirm }));
    expect(error).toMatchObject({ code: 'CONFLICT' });
    expect(ram.roles.has('r')).toBe(true);
    expect(report.lines.at(-1)).toContain('done before it stopped: detached system policy A');
  });

  it('does not delete a role that somebody attaches a policy to meanwhile', async () => {
    const { run, ram } = world({ trustPolicy: last });
    ram.intercept = (call, proceed) => {
      if (call === 'deleteRole') throw apiError('DeleteConflict.Role.Policy', 409);
      return proceed();
    };
    expect(await errorOf(run(all))).toMatchObject({ code: 'CONFLICT' });
  });

  it('finds out what became of a deletion that was not answered', async () => {
    const { run, ram } = world({ trustPolicy: last });
    ram.intercept = (call, proceed) => {
      if (call !== 'deleteRole') return proceed();
      proceed();
      throw networkError();
    };
    expect(await run(all)).toMatchObject({ changed: true, after: null });
    expect(ram.roles.has('r')).toBe(false);
  });

  it('reports a deletion that was not done', async () => {
    const { run, ram, report } = world({ trustPolicy: last });
    ram.intercept = (call, proceed) => {
      if (call === 'deleteRole') throw networkError();
      return proceed();
    };
    expect(await errorOf(run(all))).toMatchObject({ code: 'NETWORK' });
    expect(report.lines.at(-1)).not.toContain('deleted role r');
  });

  it('changes nothing with a dry run', async () => {
    const { run, writes } = world({ trustPolicy: last });
    expect(await run({ ...all, dryRun: true }, { confirm: mustNotAsk })).toMatchObject({ changed: true, after: null });
    expect(writes()).toEqual([]);
  });
});

describe('dissociate-role with policies only', () => {
  it('detaches exactly what is named, after one question', async () => {
    const { ram, run, questions, report, before } = world();
    const result = await run(policies);
    expect([...(ram.attached.get('r') ?? [])]).toEqual(['Custom/A']);
    expect(questions).toEqual(['Change role r?']);
    expect(report.changes[0]?.notes).toEqual(['detach system policy A', 'detach custom policy B']);
    expect(result).toEqual({
      roleName: 'r',
      roleArn: 'acs:ram::1000000000000001:role/r',
      created: false,
      changed: true,
      backup: null,
      before,
      after: before,
      policies: [
        { name: 'A', type: 'System', change: 'detach' },
        { name: 'B', type: 'Custom', change: 'detach' },
      ],
    });
  });

  it('asks nothing when none of them is attached, and says so', async () => {
    const { run, report } = world();
    const result = await run({ systemPolicies: ['B'] }, { confirm: mustNotAsk });
    expect(result).toMatchObject({ changed: false, policies: [{ name: 'B', type: 'System', change: 'none' }] });
    expect(report.text()).toContain('system policy B is not attached to role r');
  });

  it('changes nothing with a dry run', async () => {
    const { ram, run } = world();
    expect(await run({ ...policies, dryRun: true }, { confirm: mustNotAsk })).toMatchObject({ changed: true });
    expect(ram.attached.get('r')?.size).toBe(3);
  });

  it('says what was done when it fails halfway', async () => {
    const { ram, run, report } = world();
    let calls = 0;
    ram.intercept = (call, proceed) => {
      if (call === 'detachPolicyFromRole' && ++calls === 2) throw apiError('NoPermission', 403);
      return proceed();
    };
    await errorOf(run(policies));
    expect(report.lines.at(-1)).toBe('warn: done before it stopped: detached system policy A from role r');
  });

  it('names the role that is missing', async () => {
    const { run } = world();
    expect(await errorOf(run({ ...policies, roleName: 'gone' }))).toMatchObject({ code: 'ROLE_NOT_FOUND' });
  });

  it.each<Partial<DissociateRoleInput>>([
    {},
    { systemPolicies: ['a/b'] },
    { ...policies, roleName: '../r' },
    { ...policies, clusterId: 'a b' },
    { namespace: 'app' },
    { serviceAccount: 'reader' },
    { namespace: 'App', serviceAccount: 'reader' },
    { namespace: 'app', serviceAccount: '' },
    { namespace: "a'$(id)", serviceAccount: 'b' },
  ])('refuses %j before anything is called', async (changes) => {
    const { ram, run } = world();
    expect(await errorOf(run(changes))).toMatchObject({ code: 'USAGE' });
    expect(ram.calls).toEqual([]);
  });

  it('says that a trust policy cannot be read, and changes nothing', async () => {
    const { run, writes } = world({ trustPolicy: 'oops' });
    expect(await errorOf(run({ ...reader, ...policies }))).toMatchObject({ code: 'TRUST_POLICY_UNREADABLE' });
    expect(writes()).toEqual([]);
  });
});
