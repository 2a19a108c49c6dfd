import type { Io } from '../io.ts';
import { type ChildResult, runChild } from './child.ts';
import { childEnvironment } from './child-environment.ts';
import { findExportFormat } from './formats/format.ts';
import type { Provider } from './provider.ts';

export interface ExportRequest {
  /** Long or short name of a format, in any case. Checked, and otherwise without effect, when there is a command. */
  format: string;
  /** Command and arguments to run with the credentials; empty: print them instead. */
  command: readonly string[];
  /** Handed over with the credentials when known. */
  regionId?: string | undefined;
}

/**
 * Prints the credentials to stdout in a format, or runs a command with them in its environment. When they cannot be
 * had, nothing is printed and no command is started.
 * Throws `USAGE` for an unknown format before asking for credentials, what `provider` throws, and what `runChild` throws.
 */
export async function exportCredentials(
  request: ExportRequest,
  ports: { provider: Provider; io: Io },
): Promise<ChildResult> {
  const format = findExportFormat(request.format);
  const { provider, io } = ports;
  const credentials = await provider();
  const [command, ...args] = request.command;
  if (command === undefined) {
    await write(io, format.format(credentials, { regionId: request.regionId }));
    return { exitCode: 0 };
  }
  const env = childEnvironment(io.env, { credentials, regionId: request.regionId });
  return runChild({ command, args, env, io });
}

/** Returns when the text is out, so that a pipe that is slow to read loses nothing when the process ends. */
function write(io: Io, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    io.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
