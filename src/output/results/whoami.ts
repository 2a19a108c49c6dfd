import { stripControl } from '../plain.ts';
import type { Presenter } from './presenter.ts';

/** Who the credentials in use belong to. What an identity of that type does not have is absent. */
export interface Whoami {
  accountId: string;
  /** `Account`, `RAMUser`, `AssumedRoleUser`, or one not known yet. */
  identityType: string;
  arn: string;
  principalId: string;
  userId?: string | undefined;
  userName?: string | undefined;
  roleId?: string | undefined;
  roleName?: string | undefined;
}

/** `auth whoami`: the Go tool's labelled lines. Without a role the lines of the user, if there is one. */
export const whoamiPresenter: Presenter<Whoami> = {
  text({ accountId, identityType, arn, principalId, userId, userName, roleId, roleName }) {
    const role = [line('RoleId', roleId), line('RoleName', roleName)];
    const user = [line('UserId', userId), line('UserName', userName)];
    return [
      line('AccountId', accountId),
      line('IdentityType', identityType),
      ...(roleId || roleName ? role : user),
      line('Arn', arn),
      line('PrincipalId', principalId),
    ].join('');
  },
  json: ({ accountId, identityType, arn, principalId, userId, userName, roleId, roleName }) => ({
    accountId,
    identityType,
    arn,
    principalId,
    userId,
    userName,
    roleId,
    roleName,
  }),
};

const width = 'IdentityType'.length + 2;

function line(label: string, value: string | undefined): string {
  return value ? `${label.padEnd(width)}${stripControl(value)}\n` : '';
}
