import { describe, expect, it } from 'vitest';
import { type CreateEciRoleInput, type CreateEciRolePorts, createEciRole } from '../../src/eci/create-role.ts';
import {
  ACCOUNT,
  apiError,
  errorOf,
  fakeRam,
  mustNotAsk,
  noLock,
  recordingReport,
  sharedController,
} from '../rrsa/fakes.ts';
import { fakeClock } from '../support/fake-clock.ts';

const name = 'ECIRamRoleTest';
const trusting = { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: ['ecs.aliyuncs.com'] } };
const foreign = { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { RAM: ['acs:ram::1:root'] }, Sid: 'mine' };
const documentOf = (...statements: unknown[]): string => JSON.stringify({ Statement: statements, Version: '1' });

function world(trustPolicy?: string) {
  const clock = fakeClock();
  const ram = fakeRam();
  const report = recordingReport();
  const questions: string[] = [];
  const asked: string[] = [];
  ram.policies.set('System/AliyunOSSReadOnlyAccess', '{}');
  if (trustPolicy !== undefined) ram.addRole(name, trustPolicy);
  const ports: CreateEciRolePorts = {
    ram,
    sts: {
      getCallerIdentity: async () => {
        asked.push('getCallerIdentity');
        return { accountId: ACCOUNT, identityType: 'RAMUser', arn: '', principalId: '' };
      },
    },
    withLock: noLock,
    saveBackup: async () => '/state/backups/1.json',
    report,
    confirm: async (question) => void questions.push(question),
    clock,
    signal: sharedController().signal,
  };
  const input: CreateEciRoleInput = { roleName: name, systemPolicies: [], customPolicies: [], dryRun: false };
  const writes = (): string[] => ram.calls.filter((call) => !/^(get|list)/.test(call));
  const run = (changes: Partial<CreateEciRoleInput> = {}, other: Partial<CreateEciRolePorts> = {}) =>
    clock.run(createEciRole({ ...input, ...changes }, { ...ports, ...other }));
  return { ram, report, questions, asked, writes, run };
}

describe('eci create-role', () => {
  it('creates the role with its trust, its policies and its settings after one question', async () => {
    const { run, ram, questions } = world();
    const policyDocuments = [{ name: 'reports-read', document: '{"Version":"1","Statement":[]}' }];
    const result = await run({
      systemPolicies: ['AliyunOSSReadOnlyAccess'],
      policyDocuments,
      description: 'reads',
      maxSessionDurationSeconds: 7200,
    });
    expect(questions).toEqual([`Create role ${name}?`]);
    expect(result).toEqual({
      roleName: name,
      roleArn: `acs:ram::${ACCOUNT}:role/${name}`,
      created: true,
      changed: true,
      backup: null,
      before: null,
      after: documentOf(trusting),
      policies: [
        { name: 'AliyunOSSReadOnlyAccess', type: 'System', change: 'attach' },
        { name: 'reports-read', type: 'Custom', change: 'createAndAttach' },
      ],
    });
    expect(ram.roles.get(name)).toMatchObject({
      trustPolicy: documentOf(trusting),
      description: 'reads',
      maxSessionDurationSeconds: 7200,
    });
    expect(ram.attached.get(name)).toEqual(new Set(['System/AliyunOSSReadOnlyAccess', 'Custom/reports-read']));
  });

  it('changes nothing and asks nothing the second time', async () => {
    const { run, report, writes, asked } = world(documentOf(foreign, trusting));
    expect(await run({}, { confirm: mustNotAsk })).toMatchObject({ created: false, changed: false });
    expect(writes()).toEqual([]);
    expect(asked).toEqual([]);
    expect(report.text()).toBe(`info: role ${name} trusts service ecs.aliyuncs.com already`);
  });

  it('adds the trust to a role that has none, keeps the rest and says where the old document is', async () => {
    const { run, ram, report, questions } = world(documentOf(foreign));
    const result = await run();
    expect(questions).toEqual([`Change role ${name}?`]);
    expect(report.changes[0]).toMatchObject({ summary: `let service ecs.aliyuncs.com assume role ${name}` });
    expect(result).toMatchObject({ created: false, changed: true, backup: '/state/backups/1.json' });
    expect(ram.roles.get(name)?.trustPolicy).toBe(documentOf(foreign, trusting));
  });

  it('only shows with a dry run, with the ARN that the role would have', async () => {
    const { run, report, writes } = world();
    const planned = await run({ dryRun: true }, { confirm: mustNotAsk });
    expect(planned).toMatchObject({ created: true, changed: true, roleArn: `acs:ram::${ACCOUNT}:role/${name}` });
    expect(report.changes).toHaveLength(1);
    expect(writes()).toEqual([]);
  });

  it('overwrites no policy that is there', async () => {
    const { run, ram, report } = world();
    ram.policies.set('Custom/mine', '{"Version":"1","Statement":[1]}');
    await run({ policyDocuments: [{ name: 'mine', document: '{}' }] });
    expect(ram.policies.get('Custom/mine')).toBe('{"Version":"1","Statement":[1]}');
    expect(report.text()).toContain('warn: custom policy mine exists already with another document');
  });

  it.each(['', 'not json', '{}'])('leaves a role alone whose trust policy cannot be read (%j)', async (trustPolicy) => {
    const { run, writes } = world(trustPolicy);
    expect(await errorOf(run({}, { confirm: mustNotAsk }))).toMatchObject({ code: 'TRUST_POLICY_UNREADABLE' });
    expect(writes()).toEqual([]);
  });

  it.each<[string, Partial<CreateEciRoleInput>]>([
    ['a role name', { roleName: '../x' }],
    ['a policy name', { customPolicies: ['a b'] }],
    ['a session duration', { maxSessionDurationSeconds: 60 }],
    ['a description', { description: 'x'.repeat(1025) }],
  ])('refuses %s that RAM does not take, before it asks RAM anything', async (_what, wrong) => {
    const { run, ram } = world();
    expect(await errorOf(run(wrong))).toMatchObject({ code: 'USAGE' });
    expect(ram.calls).toEqual([]);
  });

  it('passes the refusal of RAM on, and says what was done until then', async () => {
    const { run, ram, report } = world();
    ram.intercept = (call, proceed) => {
      if (call === 'attachPolicyToRole') throw apiError('NoPermission', 403);
      return proceed();
    };
    expect(await errorOf(run({ systemPolicies: ['AliyunOSSReadOnlyAccess'] }))).toMatchObject({ code: 'CLOUD_API' });
    expect(report.text()).toContain(`warn: done before it stopped: created role ${name}`);
  });
});
