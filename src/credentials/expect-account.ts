import type { CallerIdentity } from '../cloud/ports.ts';
import { ToolError, usageError } from '../errors.ts';
import { quoted } from '../policy/name.ts';
import type { Provider } from './provider.ts';

/** Who the credentials of `base` belong to. Handed in by whoever knows the cloud. */
export type GetCallerIdentity = (base: Provider) => Promise<Pick<CallerIdentity, 'accountId' | 'arn'>>;

/**
 * What `provider` gives, once it is known to belong to account `accountId`. Asked once, however many callers there
 * are; a question that failed is asked again by the next.
 * Throws `USAGE` from here for what is no account id; from the provider `WRONG_ACCOUNT`, what `provider` throws, and
 * what the question for the identity does.
 */
export function expectAccount(provider: Provider, accountId: string, getCallerIdentity: GetCallerIdentity): Provider {
  if (!/^\d{1,32}$/.test(accountId)) {
    throw usageError(
      `--expect-account ${quoted(accountId)} is no account id`,
      'it is a number such as 1000000000000001',
    );
  }
  let checked: Promise<void> | undefined;
  const check = async (): Promise<void> => {
    try {
      const identity = await getCallerIdentity(provider);
      if (identity.accountId !== accountId) throw wrongAccount(accountId, identity);
    } catch (error) {
      if (!(error instanceof ToolError && error.code === 'WRONG_ACCOUNT')) checked = undefined;
      throw error;
    }
  };
  return async (ask) => {
    // First, so that credentials that cannot be had are not mistaken for a failing question.
    const credentials = await provider(ask);
    checked ??= check();
    await checked;
    return credentials;
  };
}

function wrongAccount(expected: string, { accountId, arn }: Pick<CallerIdentity, 'accountId' | 'arn'>): ToolError {
  return new ToolError(
    'WRONG_ACCOUNT',
    `these credentials are of account ${accountId} (${arn}), and account ${expected} is expected`,
    {
      hint: 'choose other credentials, or pass the account that is meant: see `ack-ram-tool auth whoami`',
      details: { accountId, expectedAccountId: expected, arn },
    },
  );
}
