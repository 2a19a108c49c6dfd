import type { CallerIdentity } from '../cloud/ports.ts';
import { ToolError, usageError } from '../errors.ts';
import { parseRoleArn } from '../policy/arn.ts';
import { quoted } from '../policy/name.ts';
import type { Credentials, Provider } from './provider.ts';

/** Who the credentials of `base` belong to. Handed in by whoever knows the cloud. */
export type GetCallerIdentity = (base: Provider) => Promise<Pick<CallerIdentity, 'accountId' | 'arn'>>;

/**
 * What `provider` gives, once it is known to belong to account `accountId`. Asked once for the same credentials, however
 * many callers there are, and again for those that a renewal brings: a helper program or a URI may give those of another
 * account by then. A question that failed is asked again by the next.
 * Throws `USAGE` from here for what is no account id; from the provider `WRONG_ACCOUNT`, what `provider` throws, and
 * what the question for the identity does.
 */
export function expectAccount(provider: Provider, accountId: string, getCallerIdentity: GetCallerIdentity): Provider {
  checkAccountId(accountId);
  let last: { credentials: Credentials; checked: Promise<void> } | undefined;
  const check = async (credentials: Credentials): Promise<void> => {
    try {
      const identity = await getCallerIdentity(async () => credentials);
      if (identity.accountId !== accountId) throw wrongAccount(accountId, identity);
    } catch (error) {
      const isVerdict = error instanceof ToolError && error.code === 'WRONG_ACCOUNT';
      if (!isVerdict && last?.credentials === credentials) last = undefined;
      throw error;
    }
  };
  return async (ask) => {
    // First, so that credentials that cannot be had are not mistaken for a failing question.
    const credentials = await provider(ask);
    if (last === undefined || !isSame(last.credentials, credentials)) {
      last = { credentials, checked: check(credentials) };
    }
    await last.checked;
    return credentials;
  };
}

/**
 * For credentials that are issued for a role, whose account its ARN names: throws `WRONG_ACCOUNT` when it is not
 * `accountId`, `USAGE` for what is no account id.
 */
export function expectAccountOfRole(roleArn: string, accountId: string): void {
  checkAccountId(accountId);
  const found = parseRoleArn(roleArn)?.accountId ?? '';
  if (found !== accountId) throw wrongAccount(accountId, { accountId: found, arn: roleArn });
}

function checkAccountId(accountId: string): void {
  if (/^\d{1,32}$/.test(accountId)) return;
  throw usageError(`--expect-account ${quoted(accountId)} is no account id`, 'it is a number such as 1000000000000001');
}

function isSame(one: Credentials, other: Credentials): boolean {
  return (
    one.accessKeyId === other.accessKeyId &&
    one.accessKeySecret === other.accessKeySecret &&
    one.securityToken === other.securityToken
  );
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
