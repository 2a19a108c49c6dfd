import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

export interface BackgroundProgram {
  child: ChildProcess;
  /** What it said on stdout and stderr. */
  logFile: string;
}

/** Lets a program live no longer than this process, however that ends: its pipe closes, and the shell beside kills it. */
const leash = 'exec 3<&0; (cat <&3 >/dev/null; kill -9 $$) 2>/dev/null & exec "$0" "$@" 3<&- </dev/null';

/** Starts a program in `folder`, which also takes its log. */
export function startProgram(folder: string, program: string, argv: readonly string[]): BackgroundProgram {
  const logFile = join(folder, `${basename(program)}.log`);
  const log = openSync(logFile, 'a');
  const options = { env: { HOME: folder, PATH: process.env.PATH }, cwd: folder };
  const child = spawn('sh', ['-c', leash, program, ...argv], { ...options, stdio: ['pipe', log, log] });
  closeSync(log);
  return { child, logFile };
}

export function hasEnded({ child }: BackgroundProgram): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Resolves when it is gone. */
export function killProgram(program: BackgroundProgram): Promise<void> {
  return new Promise((resolve) => {
    if (hasEnded(program)) return resolve();
    program.child.on('close', () => resolve());
    program.child.kill('SIGKILL');
  });
}

/** The last lines of its log. */
export function logTail({ logFile }: BackgroundProgram): string {
  return readFileSync(logFile, 'utf8').split('\n').slice(-30).join('\n');
}
