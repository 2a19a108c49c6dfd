import type { SandboxAccount, Store } from './store.ts';

/** The account a call acts in. A caller whose account is gone is a fault of the sandbox, not of the request. */
export function accountOf(ctx: { store: Store; accountId: string }): SandboxAccount {
  const account = ctx.store.accounts.find(({ id }) => id === ctx.accountId);
  if (account === undefined) throw new Error(`the sandbox has no account ${ctx.accountId}`);
  return account;
}
