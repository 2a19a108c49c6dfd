import { usageError } from '../errors.ts';
import type { Io } from '../io.ts';
import { type ChildResult, runChild } from './child.ts';
import { childEnvironment } from './child-environment.ts';
import type { Provider } from './provider.ts';
import type { RefreshLog } from './refresher.ts';
import type { ServeRequest } from './serve.ts';

export interface ExportRequest {
  /** Long or short name of a format, in any case. Without effect when there is a command. */
  format: string;
  /** Command and arguments to run with the credentials; empty: print them instead. */
  command: readonly string[];
  /** Handed over with the credentials when known. */
  regionId?: string | undefined;
  /** Keeps the credentials of the command fresh as long as it lives. Default false. */
  refresh?: boolean | undefined;
  /** Serves them in the foreground instead. */
  serve?: Omit<ServeRequest, 'regionId'> | undefined;
  /** Variables that the command is not to have, beside all that decide about credentials. */
  alsoRemove?: readonly string[] | undefined;
}

export interface ExportPorts {
  provider: Provider;
  io: Io;
  log: RefreshLog;
}

/**
 * Prints the credentials to stdout in a format, runs a command with them in its environment, or serves them until
 * interrupted. When they cannot be had, nothing is printed and no command is started.
 * Throws `USAGE` for an unknown format, or options that do not go together, before asking for credentials; then what
 * `provider`, `writeExport`, `runChild` and `startCredentialServer` throw.
 */
export async function exportCredentials(request: ExportRequest, ports: ExportPorts): Promise<ChildResult> {
  const { regionId, alsoRemove, refresh = false, serve } = request;
  const { provider, io } = ports;
  const [command, ...args] = request.command;
  if (serve !== undefined) {
    if (command !== undefined || refresh)
      throw usageError('--serve serves in the foreground and runs no command', runHint);
    const { serveCredentials } = await import('./serve.ts');
    return { exitCode: await serveCredentials({ ...serve, regionId }, ports) };
  }
  if (command === undefined) {
    if (refresh) throw usageError('--refresh needs a command, whose credentials it keeps fresh', runHint);
    const [{ findExportFormat }, { writeExport }] = await Promise.all([
      import('./formats/format.ts'),
      import('./formats/write-export.ts'),
    ]);
    const format = findExportFormat(request.format);
    await writeExport(format, await provider(), { regionId }, io);
    return { exitCode: 0 };
  }
  if (refresh) {
    const { runRefreshed } = await import('./run-refreshed.ts');
    return runRefreshed({ command: [command, ...args], regionId, alsoRemove }, ports);
  }
  const env = childEnvironment(io.env, { credentials: await provider(), regionId, alsoRemove });
  return runChild({ command, args, env, io });
}

const runHint = 'for example `ack-ram-tool export-credentials --refresh -- terraform apply`';
