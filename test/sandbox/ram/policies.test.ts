import { beforeEach, describe, expect, test } from 'vitest';
import { ramOperations } from '../../../src/sandbox/ram/handler.ts';
import type { Store } from '../../../src/sandbox/store.ts';
import { type Answer, callerOf, permissionPolicy, refusal, storeWith, trustPolicy } from '../services.ts';

let store: Store;
let call: ReturnType<typeof callerOf>;

beforeEach(() => {
  store = storeWith();
  call = callerOf(ramOperations, store);
});

function create(name = 'oss-get', more: Record<string, string> = {}) {
  return call('CreatePolicy', { PolicyName: name, PolicyDocument: permissionPolicy, ...more });
}

function addVersion(more: Record<string, string> = {}) {
  return call('CreatePolicyVersion', { PolicyName: 'oss-get', PolicyDocument: permissionPolicy, ...more });
}

function attach() {
  call('CreateRole', { RoleName: 'reader', AssumeRolePolicyDocument: trustPolicy });
  call('AttachPolicyToRole', { RoleName: 'reader', PolicyType: 'Custom', PolicyName: 'oss-get' });
}

describe('GetPolicy', () => {
  test('puts the document into the default version and N/A beside it', () => {
    create('oss-get', { Description: 'gets' });
    const { Policy, DefaultPolicyVersion } = call('GetPolicy', { PolicyType: 'Custom', PolicyName: 'oss-get' });
    expect(Policy).toEqual({
      PolicyName: 'oss-get',
      PolicyType: 'Custom',
      Description: 'gets',
      DefaultVersion: 'v1',
      CreateDate: '2026-01-02T03:04:05Z',
      UpdateDate: '2026-01-02T03:04:05Z',
      AttachmentCount: 0,
      PolicyDocument: 'N/A',
    });
    expect(DefaultPolicyVersion).toEqual({
      VersionId: 'v1',
      IsDefaultVersion: true,
      PolicyDocument: permissionPolicy,
      CreateDate: '2026-01-02T03:04:05Z',
    });
  });

  test('knows system policies, which are not custom ones', () => {
    const name = 'AliyunCSReadOnlyAccess';
    const { Policy, DefaultPolicyVersion } = call('GetPolicy', { PolicyType: 'System', PolicyName: name });
    expect(Policy).toMatchObject({ PolicyName: name, PolicyType: 'System', PolicyDocument: 'N/A' });
    expect(JSON.parse(DefaultPolicyVersion.PolicyDocument).Version).toBe('1');
    const custom = { PolicyType: 'Custom', PolicyName: name };
    expect(refusal(() => call('GetPolicy', custom))).toBe('404 EntityNotExist.Policy');
  });

  test('counts attachments', () => {
    create();
    attach();
    expect(call('GetPolicy', { PolicyType: 'Custom', PolicyName: 'oss-get' }).Policy.AttachmentCount).toBe(1);
  });

  test.each([
    [{ PolicyName: 'x' }, '400 MissingPolicyType'],
    [{ PolicyType: 'custom', PolicyName: 'x' }, '400 InvalidParameter.PolicyType'],
    [{ PolicyType: 'Custom' }, '400 MissingPolicyName'],
    [{ PolicyType: 'Custom', PolicyName: 'a_b' }, '400 InvalidParameter.PolicyName.InvalidChars'],
    [{ PolicyType: 'Custom', PolicyName: 'a'.repeat(129) }, '400 InvalidParameter.PolicyName.Length'],
    [{ PolicyType: 'System', PolicyName: 'NoSuchAccess' }, '404 EntityNotExist.Policy'],
  ])('refuses %j', (params, expected) => {
    expect(refusal(() => call('GetPolicy', params as unknown as Record<string, string>))).toBe(expected);
  });
});

describe('CreatePolicy', () => {
  test('answers the policy', () => {
    expect(create()).toEqual({
      Policy: {
        PolicyName: 'oss-get',
        PolicyType: 'Custom',
        Description: '',
        DefaultVersion: 'v1',
        CreateDate: '2026-01-02T03:04:05Z',
      },
    });
  });

  test.each([
    ['a missing document', { PolicyDocument: '' }, '400 MissingPolicyDocument'],
    ['a trust policy', { PolicyDocument: trustPolicy }, '400 MalformedPolicyDocument'],
    ['a document over 6144', { PolicyDocument: 'x'.repeat(6145) }, '400 InvalidParameter.PolicyDocument.Length'],
    ['a long description', { Description: 'd'.repeat(1025) }, '400 InvalidParameter.Description.Length'],
  ])('refuses %s', (_, params: Record<string, string>, expected) => {
    expect(refusal(() => create('oss-get', params))).toBe(expected);
    expect(store.accounts[0]?.policies).toEqual([]);
  });

  test('refuses a name that is taken', () => {
    create();
    expect(refusal(() => create())).toBe('409 EntityAlreadyExists.Policy');
  });

  test('refuses the policy after number 1500', () => {
    create();
    const account = store.accounts[0]!;
    const first = account.policies[0]!;
    account.policies = Array.from({ length: 1500 }, (_, i) => ({ ...first, name: `p-${i}` }));
    expect(refusal(() => create())).toBe('409 LimitExceeded.Policy');
  });
});

describe('CreatePolicyVersion', () => {
  test('numbers versions on and makes the new one the default when told', () => {
    create();
    expect(addVersion()).toMatchObject({ PolicyVersion: { VersionId: 'v2', IsDefaultVersion: false } });
    expect(addVersion({ SetAsDefault: 'true' })).toMatchObject({
      PolicyVersion: { VersionId: 'v3', IsDefaultVersion: true },
    });
    const { Policy, DefaultPolicyVersion } = call('GetPolicy', { PolicyType: 'Custom', PolicyName: 'oss-get' });
    expect(Policy.DefaultVersion).toBe('v3');
    expect(DefaultPolicyVersion.VersionId).toBe('v3');
  });

  test('refuses a sixth version, unless the oldest one that is not the default may go', () => {
    create();
    for (let i = 0; i < 4; i += 1) addVersion();
    expect(refusal(() => addVersion())).toBe('409 LimitExceeded.Policy.Version');
    addVersion({ RotateStrategy: 'DeleteOldestNonDefaultVersionWhenLimitExceeded' });
    expect(store.accounts[0]?.policies[0]?.versions.map(({ id }) => id)).toEqual(['v1', 'v3', 'v4', 'v5', 'v6']);
  });

  test.each([
    ['an unknown policy', { PolicyName: 'other' }, '404 EntityNotExist.Policy'],
    ['a malformed document', { PolicyDocument: '{}' }, '400 MalformedPolicyDocument'],
    ['an unknown strategy', { RotateStrategy: 'Any' }, '400 InvalidParameter.RotateStrategy'],
    ['a default that is no boolean', { SetAsDefault: 'yes' }, '400 InvalidParameter.SetAsDefault'],
  ])('refuses %s', (_, params: Record<string, string>, expected) => {
    create();
    expect(refusal(() => addVersion(params))).toBe(expected);
  });
});

describe('DeletePolicy', () => {
  test('removes the policy', () => {
    create();
    expect(call('DeletePolicy', { PolicyName: 'oss-get' })).toEqual({});
    expect(refusal(() => call('DeletePolicy', { PolicyName: 'oss-get' }))).toBe('404 EntityNotExist.Policy');
  });

  test('refuses one that is attached or has several versions', () => {
    create();
    addVersion();
    expect(refusal(() => call('DeletePolicy', { PolicyName: 'oss-get' }))).toBe('409 DeleteConflict.Policy.Version');
    attach();
    expect(refusal(() => call('DeletePolicy', { PolicyName: 'oss-get' }))).toBe('409 DeleteConflict.Policy.Role');
  });

  test('detaches and removes all versions when told to cascade', () => {
    create();
    addVersion();
    attach();
    call('DeletePolicy', { PolicyName: 'oss-get', CascadingDelete: 'true' });
    expect(call('ListPoliciesForRole', { RoleName: 'reader' })).toEqual({ Policies: { Policy: [] } });
  });
});

describe('ListPolicies', () => {
  test('lists both types, or the one asked for', () => {
    create();
    const all = call('ListPolicies', { MaxItems: '1000' }).Policies.Policy;
    expect(all.map((policy: Answer) => policy.PolicyName)).toEqual(
      expect.arrayContaining(['oss-get', 'AdministratorAccess']),
    );
    const custom = call('ListPolicies', { PolicyType: 'Custom' }).Policies.Policy;
    expect(custom).toEqual([expect.objectContaining({ PolicyName: 'oss-get', AttachmentCount: 0 })]);
    expect(custom[0]).not.toHaveProperty('PolicyDocument');
    const system = call('ListPolicies', { PolicyType: 'System', MaxItems: '1' });
    expect(system).toMatchObject({ IsTruncated: true, Marker: expect.any(String) });
  });

  test('refuses an unknown type', () => {
    expect(refusal(() => call('ListPolicies', { PolicyType: 'Mine' }))).toBe('400 InvalidParameter.PolicyType');
  });
});
