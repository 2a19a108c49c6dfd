/** The start of the standalone executable. */
import { nodeIo } from './io.ts';
import { start } from './main.ts';
import { standaloneStreams } from './standalone-streams.ts';

// The official SDKs call what Node has deprecated.
process.noDeprecation = true;

/** What nobody catches would be shown with the lines of the program around it. */
async function fail(error: unknown): Promise<never> {
  const { formatError } = await import('./output/error-block.ts');
  process.stderr.write(formatError(error));
  return process.exit(1);
}
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

start(() => nodeIo(standaloneStreams(), [process.execPath]));
