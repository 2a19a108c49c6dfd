import { describe, expect, it } from 'vitest';
import {
  ensurePassRolePolicy,
  type PassRoleInput,
  type PassRolePorts,
  passRoleDocument,
} from '../../src/eci/pass-role-policy.ts';
import { ToolError } from '../../src/errors.ts';
import { passRoleDocumentPresenter, passRolePolicyPresenter } from '../../src/output/results/pass-role-policy.ts';
import { parsePolicy } from '../../src/policy/document.ts';
import { evaluatePermissions } from '../../src/policy/evaluate.ts';
import { apiError, errorOf, fakeRam, mustNotAsk, recordingReport, sharedController } from '../rrsa/fakes.ts';
import { fakeClock } from '../support/fake-clock.ts';

const roleName = 'ECIRamRoleTest';
const policyName = `pass-role-${roleName}`;
const text = JSON.stringify(passRoleDocument(roleName));

/** "Assign a RAM role to a pod" of the ECI documentation, word for word. */
const documented = `{
       "Statement": [
        {
          "Effect": "Allow",
          "Action": "ram:PassRole",
          "Resource": "acs:ram:*:*:role/ECIRamRoleTest" 
        }
      ],
      "Version": "1"
    }`;

function world() {
  const clock = fakeClock();
  const ram = fakeRam();
  const report = recordingReport();
  const questions: string[] = [];
  const controller = sharedController();
  ram.attachedToUsers.set('deployer', new Set());
  const ports: PassRolePorts = {
    ram,
    report,
    confirm: async (question) => void questions.push(question),
    clock,
    signal: controller.signal,
  };
  const writes = (): string[] => ram.calls.filter((call) => !/^(get|list)/.test(call));
  const run = (input: Partial<PassRoleInput> = {}, other: Partial<PassRolePorts> = {}) =>
    clock.run(
      ensurePassRolePolicy({ roleName, userName: 'deployer', dryRun: false, ...input }, { ...ports, ...other }),
    );
  return { clock, ram, report, questions, controller, writes, run };
}

describe('the ram:PassRole document', () => {
  it('is the one of the documentation, its keys in that order', () => {
    expect(text).toBe(JSON.stringify(JSON.parse(documented)));
    expect(passRoleDocumentPresenter.text({ roleName, document: passRoleDocument(roleName) })).toBe(
      `${JSON.stringify(JSON.parse(documented), null, 2)}\n`,
    );
  });

  it('allows this role to be passed, and no other', () => {
    const policy = parsePolicy(text, 'it');
    for (const [name, decision] of [
      [roleName, 'allowed'],
      ['another', 'denied'],
    ] as const) {
      const resource = `acs:ram::1000000000000001:role/${name}`;
      expect(evaluatePermissions([policy], { action: 'ram:PassRole', resource, context: {} }).decision).toBe(decision);
    }
  });

  it.each(['', '*', 'a/b', '..', 'x'.repeat(65), 'a"b'])('is not made for %j, which is no role name', (name) => {
    expect(() => passRoleDocument(name)).toThrow(ToolError);
  });
});

describe('eci pass-role-policy --create', () => {
  it('creates and attaches the policy after one question', async () => {
    const { run, ram, questions, report } = world();
    const result = await run();
    expect(questions).toEqual([`Create policy ${policyName} and attach it?`]);
    expect(report.changes).toHaveLength(1);
    expect(report.changes[0]?.notes).toEqual([
      `create custom policy ${policyName}`,
      `attach custom policy ${policyName} to user deployer`,
    ]);
    expect(result).toMatchObject({ policyName, userName: 'deployer', created: true, attached: true, changed: true });
    expect(ram.policies.get(`Custom/${policyName}`)).toBe(text);
    expect([...(ram.attachedToUsers.get('deployer') ?? [])]).toEqual([`Custom/${policyName}`]);
  });

  it('does nothing and asks nothing the second time', async () => {
    const { run, writes } = world();
    await run();
    const before = writes().length;
    expect(await run({}, { confirm: mustNotAsk })).toMatchObject({ created: false, attached: false, changed: false });
    expect(writes()).toHaveLength(before);
  });

  it('attaches a policy that says the same in another spelling', async () => {
    const { run, ram, questions } = world();
    ram.policies.set(
      `Custom/${policyName}`,
      '{"Version":"1", "Statement":[{"Action":"ram:PassRole","Resource":"acs:ram:*:*:role/ECIRamRoleTest","Effect":"Allow"}]}',
    );
    expect(await run()).toMatchObject({ created: false, attached: true });
    expect(questions).toEqual([`Attach policy ${policyName}?`]);
  });

  it('only creates where nobody is named', async () => {
    const { run, writes } = world();
    expect(await run({ userName: undefined })).toMatchObject({ userName: null, created: true, attached: false });
    expect(writes()).toEqual(['createPolicy']);
  });

  it('never takes a policy of that name that says something else', async () => {
    for (const document of [
      '{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
      'not json',
    ]) {
      const { run, ram, writes } = world();
      ram.policies.set(`Custom/${policyName}`, document);
      const error = await errorOf(run({}, { confirm: mustNotAsk }));
      expect(error).toMatchObject({ code: 'CONFLICT' });
      expect(error.hint).toContain('--policy-name');
      expect(writes()).toEqual([]);
      expect(await run({ policyName: 'mine' })).toMatchObject({ policyName: 'mine', created: true, attached: true });
    }
  });

  it('does not attach what somebody else created meanwhile with another document', async () => {
    const { run, ram } = world();
    ram.intercept = (call, proceed) => {
      if (call === 'createPolicy') ram.policies.set(`Custom/${policyName}`, '{}');
      return proceed();
    };
    expect(await errorOf(run())).toMatchObject({ code: 'CONFLICT' });
    expect(ram.attachedToUsers.get('deployer')?.size).toBe(0);
  });

  it('only shows with a dry run', async () => {
    const { run, report, writes } = world();
    expect(await run({ dryRun: true }, { confirm: mustNotAsk })).toMatchObject({ created: true, attached: true });
    expect(report.changes[0]?.document?.after).toContain('ram:PassRole');
    expect(writes()).toEqual([]);
  });

  it('names a user that is not there before it changes anything', async () => {
    const { run, writes } = world();
    const error = await errorOf(run({ userName: 'nobody' }, { confirm: mustNotAsk }));
    expect(error).toMatchObject({ code: 'CLOUD_API', message: 'there is no RAM user nobody' });
    expect(writes()).toEqual([]);
  });

  it('waits for a new policy to be known', async () => {
    const { run, ram, clock } = world();
    let refusals = 0;
    ram.intercept = (call, proceed) => {
      if (call !== 'attachPolicyToUser' || refusals++ > 1) return proceed();
      throw new ToolError('POLICY_NOT_FOUND', 'not yet');
    };
    expect(await run()).toMatchObject({ attached: true });
    expect(clock.sleeps).toHaveLength(2);
  });

  it('says what was done when it fails half way', async () => {
    const { run, ram, report } = world();
    ram.intercept = (call, proceed) => {
      if (call === 'attachPolicyToUser') throw apiError('NoPermission', 403);
      return proceed();
    };
    await errorOf(run());
    expect(report.text()).toContain(`warn: done before it stopped: created custom policy ${policyName}`);
  });

  it.each<[string, Partial<PassRoleInput>]>([
    ['a role', { roleName: 'a b' }],
    ['a policy', { policyName: 'a.b' }],
    ['a user', { userName: 'a/b' }],
    ['nobody', { userName: '' }],
  ])('refuses what is no name of %s, before it asks RAM anything', async (_what, wrong) => {
    const { run, ram } = world();
    expect(await errorOf(run(wrong))).toMatchObject({ code: 'USAGE' });
    expect(ram.calls).toEqual([]);
  });

  it('makes a policy name of any role name', async () => {
    const { run } = world();
    expect(await run({ roleName: 'a.b@c' })).toMatchObject({ policyName: 'pass-role-a-b-c' });
  });
});

describe('passRolePolicyPresenter', () => {
  const document = passRoleDocument(roleName);
  const result = { roleName, policyName, userName: 'deployer', created: true, attached: true, changed: true, document };

  it('prints a line for each change, or that there is none', () => {
    expect(passRolePolicyPresenter.text(result)).toBe(
      `custom policy ${policyName} created\ncustom policy ${policyName} attached to RAM user deployer\n`,
    );
    expect(passRolePolicyPresenter.text({ ...result, created: false }, { dryRun: true })).toBe(
      `custom policy ${policyName} would be attached to RAM user deployer\n`,
    );
    expect(passRolePolicyPresenter.text({ ...result, changed: false })).toBe(
      `nothing to change for custom policy ${policyName}\n`,
    );
  });

  it('has the same keys whether it is created or printed', () => {
    expect(Object.keys(passRolePolicyPresenter.json(result))).toEqual(
      Object.keys(passRoleDocumentPresenter.json({ roleName, document })),
    );
  });
});
