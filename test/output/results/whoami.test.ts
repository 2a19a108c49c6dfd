import { describe, expect, it } from 'vitest';
import { ecsMetadataPresenter } from '../../../src/output/results/ecs-metadata.ts';
import { whoamiPresenter } from '../../../src/output/results/whoami.ts';

describe('whoamiPresenter', () => {
  const user = {
    accountId: '18',
    identityType: 'RAMUser',
    arn: 'acs:ram::18:user/alice',
    principalId: '20',
    userId: '20',
    userName: 'alice',
  };

  it('prints the labelled lines of the Go tool', () => {
    expect(whoamiPresenter.text(user)).toBe(
      'AccountId     18\n' +
        'IdentityType  RAMUser\n' +
        'UserId        20\n' +
        'UserName      alice\n' +
        'Arn           acs:ram::18:user/alice\n' +
        'PrincipalId   20\n',
    );
  });

  it('prints the role of a session, and no user', () => {
    const arn = 'acs:ram::18:assumed-role/reader/me';
    const session = {
      ...user,
      identityType: 'AssumedRoleUser',
      arn,
      principalId: '30:me',
      roleId: '30',
      roleName: 'reader',
    };
    const text = whoamiPresenter.text(session);
    expect(text).toContain('RoleId        30\nRoleName      reader\n');
    expect(text).not.toContain('User ');
    expect(text).not.toContain('UserName');
  });

  it('has every documented key, absent ones too', () => {
    const root = { accountId: '18', identityType: 'Account', arn: 'acs:ram::18:root', principalId: '18', userId: '18' };
    expect(Object.entries(whoamiPresenter.json(root))).toEqual([
      ['accountId', '18'],
      ['identityType', 'Account'],
      ['arn', 'acs:ram::18:root'],
      ['principalId', '18'],
      ['userId', '18'],
      ['userName', undefined],
      ['roleId', undefined],
      ['roleName', undefined],
    ]);
  });

  it('lets no control character through to a terminal', () => {
    expect(whoamiPresenter.text({ ...user, userName: 'a\u001b[31mb\nc' })).toContain('UserName      ab c\n');
  });
});

describe('ecsMetadataPresenter', () => {
  const round = {
    region: 'cn-hangzhou',
    instanceId: 'i-1',
    roleName: 'worker',
    accessKeyId: 'STS.NUabcdefgh123456',
    expiration: new Date('2026-01-02T03:04:05Z'),
  };

  it('shows the AccessKey id masked, in text and in JSON', () => {
    expect(ecsMetadataPresenter.text(round)).toBe(
      'Region:       cn-hangzhou\n' +
        'InstanceId:   i-1\n' +
        'RoleName:     worker\n' +
        'AccessKeyId:  STS.NUab***\n' +
        'Expiration:   2026-01-02T03:04:05Z\n',
    );
    expect(ecsMetadataPresenter.json(round)).toEqual({ ...round, accessKeyId: 'STS.NUab***' });
  });

  it('leaves out what the service does not tell', () => {
    const text = ecsMetadataPresenter.text({ ...round, region: undefined, instanceId: '' });
    expect(text).toMatch(/^RoleName: /);
  });
});
