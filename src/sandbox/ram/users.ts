import { accountOf } from '../account.ts';
import { pageByMarker } from '../rpc-params.ts';
import type { SandboxUser } from '../store.ts';
import { utcTime } from '../time-format.ts';
import { ApiFault, type Operation, type OperationContext } from '../types.ts';
import { findUser } from './model.ts';
import { userNameParam, userResource } from './names.ts';

/** RAM users; the sandbox's come from its seed. */
export const userOperations: readonly Operation[] = [
  { product: 'RAM', action: 'GetUser', ramAction: 'ram:GetUser', resource: userResource, handler: getUser },
  {
    product: 'RAM',
    action: 'ListUsers',
    ramAction: 'ram:ListUsers',
    resource: ({ accountId }) => `acs:ram:*:${accountId}:user/*`,
    handler: listUsers,
  },
];

function getUser(ctx: OperationContext) {
  return { User: toUser(existingUser(ctx)) };
}

function listUsers(ctx: OperationContext) {
  const page = pageByMarker(ctx, accountOf(ctx).users, ({ name }) => name, { defaultSize: 100, maxSize: 1000 });
  return { ...page.tail, Users: { User: page.items.map(toUser) } };
}

/** The user that `UserName` names. Throws 404 `EntityNotExist.User`. */
export function existingUser(ctx: OperationContext): SandboxUser {
  const user = findUser(accountOf(ctx), userNameParam(ctx));
  if (user === undefined) throw new ApiFault(404, 'EntityNotExist.User', 'The user does not exist.');
  return user;
}

function toUser(user: SandboxUser) {
  return {
    UserId: user.id,
    UserName: user.name,
    DisplayName: user.displayName,
    Comments: '',
    Email: '',
    MobilePhone: '',
    CreateDate: utcTime(user.createdAt),
    UpdateDate: utcTime(user.createdAt),
  };
}
