import { expectAccountOfRole } from '../../credentials/expect-account.ts';
import { fromOidc, oidcSessionFault } from '../../credentials/oidc.ts';
import { readOidcToken } from '../../credentials/token-file.ts';
import { usageError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { assumeRolePresenter } from '../../output/results/assume-role.ts';
import { sessionOptions } from '../caller.ts';
import { createContext } from '../context.ts';
import type { CommandInput } from '../spec.ts';

export async function run(input: CommandInput, io: Io): Promise<number> {
  const { flags } = input;
  const session = {
    roleArn: flags.required('role-arn'),
    providerArn: flags.required('oidc-provider-arn'),
    ...sessionOptions(flags),
  };
  const fault = oidcSessionFault(session);
  if (fault !== undefined) throw usageError(fault);
  const expected = flags.string('expect-account');
  if (expected) expectAccountOfRole(session.roleArn, expected);
  const tokenFile = flags.required('oidc-token-file');
  const { assumeRoleWithOidc, print } = await createContext(input, io);
  const readToken = (): Promise<string> => readOidcToken(tokenFile, { home: io.home, stdin: io.stdin });
  const issue = fromOidc({ session, readToken, assumeRoleWithOidc });
  print(await issue(), assumeRolePresenter);
  return 0;
}
