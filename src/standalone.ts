/** The start of the standalone executable. `--version` loads nothing of the tool. */
import { writeSync } from 'node:fs';
import { version } from './version.ts';

/** `false` when the command line asks for something else, or standard output does not take the answer. */
function printsVersion(): boolean {
  const [, , word, ...more] = process.argv;
  if ((word !== '--version' && word !== '-V') || more.length > 0) return false;
  try {
    writeSync(1, `ack-ram-tool ${version}\n`);
    return true;
  } catch {
    return false;
  }
}

/** What nobody catches would be shown with the lines of the program around it. */
async function fail(error: unknown): Promise<never> {
  const { formatError } = await import('./output/error-block.ts');
  process.stderr.write(formatError(error));
  return process.exit(1);
}

if (!printsVersion()) {
  // The official SDKs call what Node has deprecated.
  process.noDeprecation = true;
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  const [{ standaloneIo }, { start }] = await Promise.all([import('./standalone-io.ts'), import('./main.ts')]);
  start(standaloneIo);
}
