import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { ToolError } from '../errors.ts';
import type { Io, SignalName } from '../io.ts';

export interface ChildRequest {
  command: string;
  args: readonly string[];
  /** The whole environment of the child, `PATH` included: the command is looked up there. */
  env: Readonly<Record<string, string>>;
  io: Io;
}

export interface ChildResult {
  /** The child's own code; 128+n when signal n ended it. */
  exitCode: number;
  /** Absent when the child exited by itself. */
  signal?: NodeJS.Signals | undefined;
}

const alwaysForwarded: readonly SignalName[] = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'];
/** At a terminal the kernel sends these to the whole foreground group: the child has them already. */
const terminalSignals: readonly SignalName[] = ['SIGINT', 'SIGQUIT', 'SIGWINCH'];

/**
 * Runs a command without a shell, its stdin, stdout and stderr ours, and waits for its end. Signals sent to us are the
 * child's meanwhile. A SIGKILL to us cannot be passed on: the child then lives on. On Windows there are no such
 * signals, and a `.cmd` or `.bat` needs `cmd /c` before it.
 * Throws `CHILD_FAILED` with exit code 127 (not found) or 126 (found, and cannot be started); the reason of
 * `io.signal` when that was aborted before the start.
 */
export async function runChild({ command, args, env, io }: ChildRequest): Promise<ChildResult> {
  let child: ChildProcess | undefined;
  // Before the start, or a signal that comes in between would end us and leave the child behind.
  const stopForwarding = forwardSignals(io, (name) => child?.kill(name));
  try {
    io.signal.throwIfAborted();
    return await new Promise<ChildResult>((resolve, reject) => {
      const started = spawn(command, [...args], { env, stdio: 'inherit', shell: false });
      child = started;
      started.on('error', (error) => {
        // A running child reports here that it may not be signalled (sudo); it goes on, and so do we.
        if (started.pid === undefined) reject(error);
      });
      started.once('exit', (code, signal) => resolve(resultOf(code, signal)));
    });
  } catch (error) {
    throw error instanceof ToolError ? error : startFailure(command, error);
  } finally {
    stopForwarding();
  }
}

function forwardSignals(io: Io, send: (name: SignalName) => void): () => void {
  const atTerminal = io.stdinIsTerminal;
  const forward = (name: SignalName): (() => void) => io.onSignal(name, () => send(name));
  // Heard and dropped, so that we outlive a Ctrl-C that the child handles in its own way.
  const drop = (name: SignalName): (() => void) => io.onSignal(name, () => {});
  const stops = [...alwaysForwarded.map(forward), ...terminalSignals.map(atTerminal ? drop : forward)];
  return () => {
    for (const stop of stops) stop();
  };
}

function resultOf(code: number | null, signal: NodeJS.Signals | null): ChildResult {
  if (signal === null) return { exitCode: code ?? 1 };
  return { exitCode: 128 + constants.signals[signal], signal };
}

const startFaults: Record<string, string> = {
  EACCES: 'is not executable',
  EPERM: 'is not executable',
  EISDIR: 'is not executable',
  ENOEXEC: 'is of no format that can be executed',
  E2BIG: 'has more arguments and environment than the system takes',
};

/** Without a cause: Node quotes the environment, secrets included, when it refuses one. */
function startFailure(command: string, error: unknown): ToolError {
  const code = (error as { code?: unknown } | undefined)?.code;
  const name = JSON.stringify(command);
  if (code === 'ENOENT' || code === 'ENOTDIR' || command === '') {
    return new ToolError('CHILD_FAILED', `command ${name} was not found`, { exitCode: 127 });
  }
  const fault = (typeof code === 'string' && startFaults[code]) || `cannot be started (${String(code)})`;
  return new ToolError('CHILD_FAILED', `command ${name} ${fault}`, { exitCode: 126 });
}
