import { ToolError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { startSandbox } from '../../sandbox/server.ts';
import type { CommandInput } from '../spec.ts';
import { serverOptions } from './server-options.ts';

export async function run({ flags }: CommandInput, io: Io): Promise<number> {
  const sandbox = await startSandbox(serverOptions(flags, io));
  const { endpoint, caFile, env } = sandbox;
  io.stdout.write(`${JSON.stringify({ endpoint, caFile: caFile ?? null, env })}\n`);
  if (!io.signal.aborted)
    await new Promise<void>((stop) => io.signal.addEventListener('abort', () => stop(), { once: true }));
  await sandbox.close();
  return io.signal.reason instanceof ToolError ? io.signal.reason.exitCode : 1;
}
