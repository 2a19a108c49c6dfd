import type { Io } from '../../io.ts';
import { ackToken, extraQuery, maxTokenBytes } from '../../kubernetes/ack-token.ts';
import { formatExecCredential } from '../../kubernetes/exec-credential.ts';
import { checkClusterId } from '../../policy/name.ts';
import { createCaller } from '../caller.ts';
import type { CommandInput } from '../spec.ts';
import { apiVersion } from './options.ts';

export async function run(input: CommandInput, io: Io): Promise<number> {
  const { flags } = input;
  const clusterId = checkClusterId(flags.required('cluster-id'));
  const { credentials, log } = createCaller(input, io);
  const extra = extraQuery(io.env, io.env.ACK_RAM_TOOL_TOKEN_EXTRA_KEY_PREFIX);
  const { token, expiresAt } = ackToken(await credentials(), { clusterId, now: io.now(), extra });
  if (token.length > maxTokenBytes) {
    log.warn(
      `the token is ${token.length} bytes long and ack-ram-authenticator takes ${maxTokenBytes} at most: the security token of these credentials is too long for it`,
    );
  }
  io.stdout.write(formatExecCredential(apiVersion(flags), { token, expiresAt }));
  return 0;
}
