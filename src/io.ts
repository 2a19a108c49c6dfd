/**
 * The outside as values. Only this file and `bin/` touch `process`; everything else takes an `Io`, so that a test can
 * hand in memory streams, a fake clock and an environment of its own.
 */
import { setMaxListeners } from 'node:events';
import { writeSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { ToolError } from './errors.ts';

export type Env = Readonly<Record<string, string | undefined>>;
export type SignalName = 'SIGHUP' | 'SIGINT' | 'SIGQUIT' | 'SIGTERM' | 'SIGUSR1' | 'SIGUSR2' | 'SIGWINCH';

export interface OutputStream extends Writable {
  isTTY?: boolean | undefined;
  columns?: number | undefined;
}

export interface InputStream extends Readable {
  isTTY?: boolean | undefined;
  setRawMode?: ((isRaw: boolean) => unknown) | undefined;
}

export interface Io {
  readonly stdin: InputStream;
  /** As `stdin.isTTY` says, without opening the stream. */
  readonly stdinIsTerminal: boolean;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Env;
  readonly platform: NodeJS.Platform;
  /** Absolute path of the current folder. */
  readonly cwd: string;
  /** Absent when the user has none. */
  readonly home: string | undefined;
  readonly hostname: string;
  readonly pid: number;
  /** The user id of this process. Absent on Windows. */
  readonly uid: number | undefined;
  /** How this program was started: the runtime and its arguments up to the script. To start it again. */
  readonly self: readonly string[];
  /** Milliseconds since the epoch. */
  now(): number;
  /** Rejects with the signal's reason as soon as `signal` is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** In [0, 1). */
  random(): number;
  /** Aborted by SIGINT, SIGTERM and SIGHUP (`INTERRUPTED`) and when stdout takes nothing more (`OutputFailure`). */
  readonly signal: AbortSignal;
  /** Hears a signal until the returned function is called. While somebody does, `signal` is not aborted by it. */
  onSignal(name: SignalName, listener: () => void): () => void;
  /** Ends this process by a signal, as a child that died by it would (128+n where the platform cannot). */
  dieBySignal(name: NodeJS.Signals): void;
  /** Resolves when stdout has taken what was written to it. Throws `OutputFailure` when it did not. */
  outputWritten(): Promise<void>;
}

/** A timer of node that is set for longer fires at once. */
const longestTimerMs = 2 ** 31 - 1;

/** A `sleep` on real timers. */
export function sleepFor(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    let timer: NodeJS.Timeout;
    const wait = (left: number): void => {
      timer = setTimeout(
        () => {
          if (left > longestTimerMs) return wait(left - longestTimerMs);
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
        Math.min(left, longestTimerMs),
      );
    };
    wait(ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** Ends a process at once and, with `group`, everything that still belongs to the group it leads. */
export function killProcess(pid: number, group: boolean): void {
  try {
    process.kill(group ? -pid : pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

/** The home folder: `HOME` (`USERPROFILE` on Windows) when set, else the user database's. */
function findHome(env: Env, platform: NodeJS.Platform): string | undefined {
  const named = platform === 'win32' ? env.USERPROFILE : env.HOME;
  if (named !== undefined) return named === '' ? undefined : named;
  try {
    return homedir() || undefined;
  } catch {
    return undefined;
  }
}

/** The exit codes of what these signals end. */
const endings = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };
type EndingSignal = keyof typeof endings;

function interrupted(name: EndingSignal): ToolError {
  return new ToolError('INTERRUPTED', `interrupted by ${name}`, { exitCode: endings[name] });
}

/** Why the work stops when stdout takes nothing more. That its reader went away (`| head`) is no failure: exit code 0. */
export class OutputFailure extends ToolError {
  constructor(error: NodeJS.ErrnoException) {
    if (error.code === 'EPIPE') super('INTERRUPTED', 'nobody reads standard output', { exitCode: 0 });
    else super('FILE_UNREADABLE', `cannot write to standard output: ${error.message}`);
  }
}

/** An `Io` that is a process of its own: it also has a command line and an end. */
export interface ProcessIo extends Io {
  /** Without the runtime and the script. */
  readonly argv: readonly string[];
  /** Ends the process once everything written has left it; 1 for anything that is no number. */
  exit(code: unknown): void;
}

/** Whether the command line of this process is `words` and nothing else. */
export function argvIs(...words: readonly string[]): boolean {
  return process.argv.length === words.length + 2 && words.every((word, index) => process.argv[index + 2] === word);
}

/**
 * Writes a short line to stdout without the stream, which alone costs a tenth of Node's own start. False when stdout
 * did not take it, as a full or slow pipe does.
 */
export function writeLineNow(text: string): boolean {
  try {
    const line = `${text}\n`;
    return writeSync(1, line) === line.length;
  } catch {
    return false;
  }
}

/** Resolves when `stream` has taken what was written to it, whether it could or not. */
export function drained(stream: OutputStream): Promise<void> {
  return new Promise((written) => stream.write('', () => setImmediate(written)));
}

export type StandardStreams = Pick<Io, 'stdin' | 'stdout' | 'stderr'>;

/**
 * The real outside. What costs time is only made when it is asked for: the streams above all.
 * @param self what starts this program again. Default: the runtime and the script.
 */
export function nodeIo(
  streams: StandardStreams = process,
  self: readonly string[] = [process.execPath, ...process.execArgv, process.argv[1] ?? ''],
): ProcessIo {
  const env = { ...process.env };
  // Libraries that watch this variable print whole URLs and headers, passwords of proxies among them. A child gets it.
  delete process.env.DEBUG;
  const controller = new AbortController();
  // Any number of calls may be under way at once, and each listens.
  setMaxListeners(0, controller.signal);
  const dieBySignal = (name: NodeJS.Signals): void => {
    process.removeAllListeners(name);
    process.kill(process.pid, name);
  };
  const stdinIsTerminal = (): boolean => process.getBuiltinModule('node:tty').isatty(0);
  let readsTerminal = false;
  let isHungUp = false;
  const end = (status: number): void => {
    // Node ends with SIGABRT when it would give its old mode back to a terminal that is gone.
    if (isHungUp || (readsTerminal && !stdinIsTerminal())) dieBySignal('SIGHUP');
    process.exit(status);
  };
  const interrupt = (name: EndingSignal): void => {
    isHungUp ||= name === 'SIGHUP';
    if (controller.signal.aborted) end(endings[name]);
    else controller.abort(interrupted(name));
  };
  const listeners = new Map<SignalName, Set<() => void>>();
  const hear = (name: SignalName): void => {
    if (listeners.has(name)) return;
    listeners.set(name, new Set());
    process.on(name, () => {
      const heard = listeners.get(name);
      if (heard !== undefined && heard.size > 0) for (const listener of [...heard]) listener();
      else if (name === 'SIGHUP' || name === 'SIGINT' || name === 'SIGTERM') interrupt(name);
    });
  };
  hear('SIGHUP');
  hear('SIGINT');
  hear('SIGTERM');
  // Unheard, it would open Node's inspector, through which anybody on this machine can read every secret.
  hear('SIGUSR1');
  let stdout: OutputStream | undefined;
  let stderr: OutputStream | undefined;
  const openStdout = (): OutputStream =>
    streams.stdout.on('error', (error: NodeJS.ErrnoException) => controller.abort(new OutputFailure(error)));
  const openStderr = (): OutputStream => streams.stderr.on('error', () => {});
  return {
    argv: process.argv.slice(2),
    exit(code) {
      const status = typeof code === 'number' ? code : 1;
      process.exitCode = status;
      const endNow = (): void => end(status);
      const endStderr = (): void => void (stderr === undefined ? endNow() : stderr.write('', endNow));
      if (stdout === undefined) endStderr();
      else stdout.write('', endStderr);
    },
    get stdin() {
      readsTerminal ||= stdinIsTerminal();
      return streams.stdin;
    },
    get stdinIsTerminal() {
      return stdinIsTerminal();
    },
    get stdout() {
      stdout ??= openStdout();
      return stdout;
    },
    get stderr() {
      stderr ??= openStderr();
      return stderr;
    },
    async outputWritten() {
      if (stdout !== undefined) await drained(stdout);
      if (controller.signal.reason instanceof OutputFailure) throw controller.signal.reason;
    },
    env,
    platform: process.platform,
    cwd: process.cwd(),
    home: findHome(env, process.platform),
    get hostname() {
      return hostname();
    },
    pid: process.pid,
    uid: process.getuid?.(),
    self,
    now: () => Date.now(),
    sleep: sleepFor,
    random: () => Math.random(),
    signal: controller.signal,
    onSignal(name, listener) {
      hear(name);
      listeners.get(name)?.add(listener);
      return () => listeners.get(name)?.delete(listener);
    },
    dieBySignal,
  };
}
