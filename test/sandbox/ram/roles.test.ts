import { beforeEach, describe, expect, test } from 'vitest';
import { ramOperations } from '../../../src/sandbox/ram/handler.ts';
import type { Store } from '../../../src/sandbox/store.ts';
import { type Answer, accountId, callerOf, refusal, start, storeWith, trustPolicy } from '../services.ts';

let store: Store;
let call: ReturnType<typeof callerOf>;

beforeEach(() => {
  store = storeWith();
  call = callerOf(ramOperations, store);
});

function create(name = 'reader', more: Record<string, string> = {}) {
  return call('CreateRole', { RoleName: name, AssumeRolePolicyDocument: trustPolicy, ...more });
}

describe('CreateRole', () => {
  test('answers the role without UpdateDate and keeps the trust policy verbatim', () => {
    const { Role } = create('reader', { Description: 'reads', MaxSessionDuration: '7200' });
    expect(Role).toEqual({
      RoleId: expect.stringMatching(/^\d{18}$/),
      RoleName: 'reader',
      Arn: `acs:ram::${accountId}:role/reader`,
      Description: 'reads',
      AssumeRolePolicyDocument: trustPolicy,
      MaxSessionDuration: 7200,
      CreateDate: '2026-01-02T03:04:05Z',
    });
  });

  test('takes one hour of session when not told otherwise', () => {
    expect(create().Role.MaxSessionDuration).toBe(3600);
  });

  test.each([
    ['a missing name', { RoleName: '' }, '400 MissingRoleName'],
    ['a name with an underscore', { RoleName: 'a_b' }, '400 InvalidParameter.RoleName.InvalidChars'],
    ['a name with a slash', { RoleName: '../x' }, '400 InvalidParameter.RoleName.InvalidChars'],
    ['a name with a line end', { RoleName: 'a\n' }, '400 InvalidParameter.RoleName.InvalidChars'],
    ['a name of 65', { RoleName: 'a'.repeat(65) }, '400 InvalidParameter.RoleName.Length'],
    ['a missing trust policy', { AssumeRolePolicyDocument: '' }, '400 MissingAssumeRolePolicyDocument'],
    ['a trust policy that is no JSON', { AssumeRolePolicyDocument: '{' }, '400 MalformedPolicyDocument'],
    [
      'a trust policy beyond the limit',
      { AssumeRolePolicyDocument: trustPolicy.padEnd(2049) },
      '400 InvalidParameter.AssumeRolePolicyDocument.Length',
    ],
    ['a description beyond 1024', { Description: 'd'.repeat(1025) }, '400 InvalidParameter.Description.Length'],
    ['a session under an hour', { MaxSessionDuration: '3599' }, '400 InvalidParameter.MaxSessionDuration'],
    ['a session over twelve hours', { MaxSessionDuration: '43201' }, '400 InvalidParameter.MaxSessionDuration'],
    ['a session that is no number', { MaxSessionDuration: '1h' }, '400 InvalidParameter.MaxSessionDuration'],
  ])('refuses %s and makes nothing', (_, params: Record<string, string>, expected) => {
    expect(refusal(() => create('reader', params))).toBe(expected);
    expect(store.accounts[0]?.roles).toEqual([]);
  });

  test('takes a trust policy of exactly the limit and a name of 64', () => {
    create('a'.repeat(64), { AssumeRolePolicyDocument: trustPolicy.padEnd(2048) });
    expect(store.accounts[0]?.roles).toHaveLength(1);
  });

  test('refuses a second role of the same name', () => {
    create();
    expect(refusal(() => create())).toBe('409 EntityAlreadyExists.Role');
  });

  test('refuses the role after the thousandth, but not in an account whose seed held more', () => {
    for (let i = 0; i < 1000; i += 1) create(`role-${i}`);
    expect(refusal(() => create())).toBe('409 LimitExceeded.Role');
    const roles = store.accounts[0]!.roles;
    roles.push({ ...roles[0]!, name: 'seeded' });
    expect(create().Role.RoleName).toBe('reader');
  });
});

describe('GetRole', () => {
  test('answers what was created, with UpdateDate', () => {
    const { Role } = create();
    expect(call('GetRole', { RoleName: 'reader' }).Role).toEqual({ ...Role, UpdateDate: '2026-01-02T03:04:05Z' });
  });

  test.each([
    ['no-such-role', '404 EntityNotExist.Role'],
    ['', '400 MissingRoleName'],
    ['__proto__', '400 InvalidParameter.RoleName.InvalidChars'],
  ])('refuses %j', (name, expected) => {
    expect(refusal(() => call('GetRole', { RoleName: name }))).toBe(expected);
  });
});

describe('UpdateRole', () => {
  test('changes what is given, and only that', () => {
    create('reader', { Description: 'reads' });
    const document = trustPolicy.replace('Allow', 'Deny');
    const params = { RoleName: 'reader', NewAssumeRolePolicyDocument: document };
    const { Role } = call('UpdateRole', params, { now: start + 60_000 });
    expect(Role).toMatchObject({
      AssumeRolePolicyDocument: document,
      Description: 'reads',
      MaxSessionDuration: 3600,
      CreateDate: '2026-01-02T03:04:05Z',
      UpdateDate: '2026-01-02T03:05:05Z',
    });
    call('UpdateRole', { RoleName: 'reader', NewDescription: '', NewMaxSessionDuration: '3601' });
    expect(call('GetRole', { RoleName: 'reader' }).Role).toMatchObject({
      AssumeRolePolicyDocument: document,
      Description: '',
      MaxSessionDuration: 3601,
    });
  });

  test('obeys the limit of the store', () => {
    create();
    store.trustPolicyMaxLength = trustPolicy.length;
    const long = { RoleName: 'reader', NewAssumeRolePolicyDocument: `${trustPolicy} ` };
    expect(refusal(() => call('UpdateRole', long))).toBe('400 InvalidParameter.NewAssumeRolePolicyDocument.Length');
    expect(call('GetRole', { RoleName: 'reader' }).Role.AssumeRolePolicyDocument).toBe(trustPolicy);
  });

  test.each([
    ['an unknown role', { RoleName: 'other' }, '404 EntityNotExist.Role'],
    ['a malformed document', { NewAssumeRolePolicyDocument: '[]' }, '400 MalformedPolicyDocument'],
    ['a long description', { NewDescription: 'd'.repeat(1025) }, '400 InvalidParameter.NewDescription.Length'],
    ['a short session', { NewMaxSessionDuration: '0' }, '400 InvalidParameter.NewMaxSessionDuration'],
  ])('refuses %s and changes nothing', (_, params: Record<string, string>, expected) => {
    create();
    const before = structuredClone(store);
    expect(refusal(() => call('UpdateRole', { RoleName: 'reader', NewDescription: 'new', ...params }))).toBe(expected);
    expect(store).toEqual(before);
  });
});

describe('DeleteRole', () => {
  test('removes the role', () => {
    create();
    expect(call('DeleteRole', { RoleName: 'reader' })).toEqual({});
    expect(refusal(() => call('DeleteRole', { RoleName: 'reader' }))).toBe('404 EntityNotExist.Role');
  });

  test('refuses while a policy is attached', () => {
    create();
    call('AttachPolicyToRole', { RoleName: 'reader', PolicyType: 'System', PolicyName: 'AliyunCSReadOnlyAccess' });
    expect(refusal(() => call('DeleteRole', { RoleName: 'reader' }))).toBe('409 DeleteConflict.Role.Policy');
  });
});

describe('ListRoles', () => {
  test('leaves out trust policies, and the marker when nothing follows', () => {
    create();
    const answer = call('ListRoles');
    expect(answer).toEqual({ IsTruncated: false, Roles: { Role: [expect.any(Object)] } });
    expect(answer.Roles.Role[0]).not.toHaveProperty('AssumeRolePolicyDocument');
    expect(answer.Roles.Role[0]).toMatchObject({ RoleName: 'reader', UpdateDate: '2026-01-02T03:04:05Z' });
  });

  test('answers an empty list for an account without roles', () => {
    expect(call('ListRoles')).toEqual({ IsTruncated: false, Roles: { Role: [] } });
  });

  test('hands out every role once over pages, also when one goes in between', () => {
    for (const name of ['c', 'a', 'e', 'b', 'd']) create(name);
    const first = call('ListRoles', { MaxItems: '2' });
    expect(first.IsTruncated).toBe(true);
    call('DeleteRole', { RoleName: 'b' });
    const second = call('ListRoles', { MaxItems: '2', Marker: first.Marker });
    const third = call('ListRoles', { MaxItems: '2', Marker: second.Marker });
    const names = [first, second, third].flatMap(({ Roles }) => Roles.Role.map((role: Answer) => role.RoleName));
    expect(names).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(third).not.toHaveProperty('Marker');
  });

  test.each([
    [{ MaxItems: '0' }, '400 InvalidParameter.MaxItems'],
    [{ MaxItems: '1001' }, '400 InvalidParameter.MaxItems'],
    [{ MaxItems: '-1' }, '400 InvalidParameter.MaxItems'],
    [{ Marker: '!!' }, '400 InvalidParameter.Marker'],
  ])('refuses %j', (params, expected) => {
    expect(refusal(() => call('ListRoles', params as unknown as Record<string, string>))).toBe(expected);
  });
});
