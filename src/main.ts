import { argvIs, nodeIo, type ProcessIo, writeLineNow } from './io.ts';
import { version } from './version.ts';

/** Runs the command line of this process and ends it with the command's exit code. */
export function start(open: () => ProcessIo = nodeIo): void {
  // Asked at every step of many pipelines, and answered with nothing else loaded.
  if ((argvIs('--version') || argvIs('-V')) && writeLineNow(`ack-ram-tool ${version}`)) return;
  const io = open();
  import('./cli.ts').then(({ main }) => main(io.argv, io)).then(io.exit, io.exit);
}
