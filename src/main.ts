import { main } from './cli.ts';
import { nodeIo } from './io.ts';

/** Runs the command line of this process and ends it with the command's exit code. */
export function start(): void {
  const io = nodeIo();
  main(io.argv, io).then(io.exit, io.exit);
}
