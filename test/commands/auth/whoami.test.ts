import { describe, expect, it } from 'vitest';
import { toWhoami } from '../../../src/commands/auth/whoami.ts';

const identityOf = (resource: string) =>
  toWhoami({ accountId: '18', identityType: 'x', arn: `acs:ram::18:${resource}`, principalId: '1' });

describe('toWhoami', () => {
  it.each([
    ['user/alice', { userName: 'alice' }],
    ['user/alice@example.com', { userName: 'alice@example.com' }],
    ['assumed-role/reader/session', { roleName: 'reader' }],
    ['role/reader/session', { roleName: 'reader' }],
    ['root', {}],
    ['user/', {}],
    ['federated-user/bob', {}],
  ])('finds the names in %s', (resource, names) => {
    const { userName, roleName } = identityOf(resource);
    expect(JSON.parse(JSON.stringify({ userName, roleName }))).toEqual(names);
  });

  it('takes an ARN that is none', () => {
    const identity = { accountId: '18', identityType: 'x', arn: 'what?', principalId: '1', roleId: '2' };
    expect(toWhoami(identity)).toEqual(identity);
  });
});
