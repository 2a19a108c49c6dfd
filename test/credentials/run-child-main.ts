/** A program of one call, for tests that need a process of their own: runs its arguments as a child. */
import { runChild } from '../../src/credentials/child.ts';
import { withoutCredentials } from '../../src/credentials/child-environment.ts';
import { ToolError } from '../../src/errors.ts';
import { nodeIo } from '../../src/io.ts';

const io = nodeIo();
const [command = '', ...args] = process.argv.slice(2);
try {
  const { exitCode } = await runChild({ command, args, env: withoutCredentials(io.env), io });
  process.exitCode = exitCode;
} catch (error) {
  if (!(error instanceof ToolError)) throw error;
  io.stderr.write(`${error.code}: ${error.message}\n`);
  process.exitCode = error.exitCode;
}
