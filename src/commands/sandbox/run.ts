import { runChild } from '../../credentials/child.ts';
import { withoutCredentials } from '../../credentials/child-environment.ts';
import { usageError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { startSandbox } from '../../sandbox/server.ts';
import type { CommandInput } from '../spec.ts';
import { serverOptions } from './server-options.ts';

export async function run({ flags, args }: CommandInput, io: Io): Promise<number> {
  const [command, ...rest] = args;
  if (command === undefined) {
    throw usageError('there is no command to run', 'for example `ack-ram-tool sandbox run -- bash`');
  }
  const sandbox = await startSandbox(serverOptions(flags, io));
  try {
    const env = { ...withoutCredentials(io.env), ...sandbox.env };
    return (await runChild({ command, args: rest, env, io })).exitCode;
  } finally {
    await sandbox.close();
  }
}
