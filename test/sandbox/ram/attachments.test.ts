import { beforeEach, describe, expect, test } from 'vitest';
import { ramOperations } from '../../../src/sandbox/ram/handler.ts';
import type { Store } from '../../../src/sandbox/store.ts';
import { systemPolicyNames } from '../../../src/sandbox/system-policies.ts';
import { callerOf, permissionPolicy, refusal, start, storeWith, trustPolicy } from '../services.ts';

let store: Store;
let call: ReturnType<typeof callerOf>;

beforeEach(() => {
  store = storeWith();
  call = callerOf(ramOperations, store);
  call('CreateRole', { RoleName: 'reader', AssumeRolePolicyDocument: trustPolicy });
  call('CreatePolicy', { PolicyName: 'oss-get', PolicyDocument: permissionPolicy, Description: 'gets' });
});

const system = { PolicyType: 'System', PolicyName: 'AliyunCSReadOnlyAccess' };
const custom = { PolicyType: 'Custom', PolicyName: 'oss-get' };

describe.each([
  ['Role', { RoleName: 'reader' }, { RoleName: 'nobody' }],
  ['User', { UserName: 'admin' }, { UserName: 'nobody' }],
])('policies of a %s', (noun, known, unknown) => {
  const identity = known as unknown as Record<string, string>;
  const stranger = unknown as unknown as Record<string, string>;

  test('are attached, listed and detached', () => {
    expect(call(`AttachPolicyTo${noun}`, { ...identity, ...custom }, { now: start + 60_000 })).toEqual({});
    call(`AttachPolicyTo${noun}`, { ...identity, ...system });
    expect(call(`ListPoliciesFor${noun}`, identity)).toEqual({
      Policies: {
        Policy: [
          {
            PolicyName: 'AliyunCSReadOnlyAccess',
            PolicyType: 'System',
            Description: '',
            DefaultVersion: 'v1',
            AttachDate: '2026-01-02T03:04:05Z',
          },
          {
            PolicyName: 'oss-get',
            PolicyType: 'Custom',
            Description: 'gets',
            DefaultVersion: 'v1',
            AttachDate: '2026-01-02T03:05:05Z',
          },
        ],
      },
    });
    expect(call(`DetachPolicyFrom${noun}`, { ...identity, ...system })).toEqual({});
    call(`DetachPolicyFrom${noun}`, { ...identity, ...custom });
    expect(call(`ListPoliciesFor${noun}`, identity)).toEqual({ Policies: { Policy: [] } });
  });

  test('are attached and detached once', () => {
    call(`AttachPolicyTo${noun}`, { ...identity, ...system });
    const again = refusal(() => call(`AttachPolicyTo${noun}`, { ...identity, ...system }));
    expect(again).toBe(`409 EntityAlreadyExists.${noun}.Policy`);
    const never = refusal(() => call(`DetachPolicyFrom${noun}`, { ...identity, ...custom }));
    expect(never).toBe(`404 EntityNotExist.${noun}.Policy`);
  });

  test('must exist, as the identity must', () => {
    const missing = { PolicyType: 'System', PolicyName: 'NoSuchAccess' };
    expect(refusal(() => call(`AttachPolicyTo${noun}`, { ...identity, ...missing }))).toBe('404 EntityNotExist.Policy');
    for (const action of [`AttachPolicyTo${noun}`, `DetachPolicyFrom${noun}`, `ListPoliciesFor${noun}`]) {
      expect(refusal(() => call(action, { ...stranger, ...system }))).toBe(`404 EntityNotExist.${noun}`);
      expect(refusal(() => call(action, system))).toBe(`400 Missing${noun}Name`);
    }
    for (const action of [`AttachPolicyTo${noun}`, `DetachPolicyFrom${noun}`]) {
      expect(refusal(() => call(action, { ...identity, PolicyName: 'x' }))).toBe('400 MissingPolicyType');
    }
  });

  test('are ten custom ones at most', () => {
    for (let i = 0; i < 11; i += 1) call('CreatePolicy', { PolicyName: `p-${i}`, PolicyDocument: permissionPolicy });
    const attach = (i: number) =>
      call(`AttachPolicyTo${noun}`, { ...identity, PolicyType: 'Custom', PolicyName: `p-${i}` });
    for (let i = 0; i < 10; i += 1) attach(i);
    expect(refusal(() => attach(10))).toBe(`409 LimitExceeded.${noun}.Policy`);
  });

  test('are twenty system ones at most', () => {
    const [one, other] = systemPolicyNames();
    const list = noun === 'Role' ? store.accounts[0]!.roles[0]! : store.accounts[0]!.users[0]!;
    list.systemPolicies = Array.from({ length: 20 }, () => String(one));
    const more = { ...identity, PolicyType: 'System', PolicyName: String(other) };
    expect(refusal(() => call(`AttachPolicyTo${noun}`, more))).toBe(`409 LimitExceeded.${noun}.Policy`);
  });
});
