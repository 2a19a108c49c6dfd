import { usageError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { checkClusterId } from '../../policy/name.ts';
import { checkNamespace, checkServiceAccount } from '../../policy/subject.ts';
import { requestToken } from '../../sandbox/client.ts';
import { wholeSeconds } from '../options.ts';
import type { CommandInput } from '../spec.ts';

export async function run({ flags }: CommandInput, io: Io): Promise<number> {
  const url = io.env.ACK_RAM_TOOL_SANDBOX_URL;
  if (url === undefined || url === '') {
    throw usageError(
      'no sandbox is known here: ACK_RAM_TOOL_SANDBOX_URL is not set',
      'run this inside `ack-ram-tool sandbox run -- bash`, or set the env that `ack-ram-tool sandbox start` printed',
    );
  }
  const token = await requestToken(url, {
    clusterId: checkClusterId(flags.required('cluster-id')),
    namespace: checkNamespace(flags.required('namespace')),
    serviceAccount: checkServiceAccount(flags.required('service-account')),
    audience: flags.required('audience'),
    expiresInSeconds: wholeSeconds(flags, 'expires-in') ?? 3600,
  });
  // A file or a pipe gets what the kubelet would write: SDKs send a line break at the end to STS as part of the token.
  io.stdout.write(io.stdout.isTTY ? `${token}\n` : token);
  return 0;
}
