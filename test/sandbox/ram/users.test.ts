import { expect, test } from 'vitest';
import { ramOperations } from '../../../src/sandbox/ram/handler.ts';
import { callerOf, refusal, storeWith } from '../services.ts';

const admin = {
  UserId: '200000000000000001',
  UserName: 'admin',
  DisplayName: 'Admin',
  Comments: '',
  Email: '',
  MobilePhone: '',
  CreateDate: '2026-01-02T03:04:05Z',
  UpdateDate: '2026-01-02T03:04:05Z',
};

test('GetUser answers a user without access keys', () => {
  expect(callerOf(ramOperations, storeWith())('GetUser', { UserName: 'admin' })).toEqual({ User: admin });
});

test.each([
  ['nobody', '404 EntityNotExist.User'],
  ['', '400 MissingUserName'],
  ['a b', '400 InvalidParameter.UserName.InvalidChars'],
  ['a'.repeat(65), '400 InvalidParameter.UserName.Length'],
])('GetUser refuses %j', (name, expected) => {
  expect(refusal(() => callerOf(ramOperations, storeWith())('GetUser', { UserName: name }))).toBe(expected);
});

test('ListUsers pages through the users', () => {
  const store = storeWith();
  const users = store.accounts[0]!.users;
  users.push({ ...users[0]!, name: 'zoe' });
  const call = callerOf(ramOperations, store);
  const first = call('ListUsers', { MaxItems: '1' });
  expect(first).toEqual({ IsTruncated: true, Marker: expect.any(String), Users: { User: [admin] } });
  const second = call('ListUsers', { Marker: first.Marker });
  expect(second).toMatchObject({ IsTruncated: false, Users: { User: [{ UserName: 'zoe' }] } });
});

test('ListUsers refuses a page size out of bounds', () => {
  const call = callerOf(ramOperations, storeWith());
  expect(refusal(() => call('ListUsers', { MaxItems: '1001' }))).toBe('400 InvalidParameter.MaxItems');
});
