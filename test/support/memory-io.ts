import { PassThrough, Writable } from 'node:stream';
import { drained, type Env, type Io, OutputFailure, type OutputStream, sleepFor } from '../../src/io.ts';

export interface MemoryIo extends Io {
  out(): string;
  err(): string;
  /** Aborts `signal` as SIGINT would. */
  interrupt(reason: unknown): void;
}

export interface MemoryIoOptions {
  env?: Env;
  stdin?: string;
  /** All three streams are terminals. */
  tty?: boolean;
  home?: string | undefined;
  cwd?: string;
  now?: () => number;
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  platform?: NodeJS.Platform;
}

function sink(tty: boolean): { stream: OutputStream; text(): string } {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  }) as OutputStream;
  stream.isTTY = tty;
  return { stream, text: () => chunks.join('') };
}

/** An `Io` of memory streams. Without `home` there is no home folder. */
export function memoryIo(options: MemoryIoOptions = {}): MemoryIo {
  const tty = options.tty ?? false;
  const out = sink(tty);
  const err = sink(tty);
  const stdin = Object.assign(new PassThrough(), { isTTY: tty });
  if (!tty) stdin.end(options.stdin ?? '');
  const controller = new AbortController();
  return {
    stdin,
    stdinIsTerminal: tty,
    stdout: out.stream,
    stderr: err.stream,
    env: options.env ?? {},
    platform: options.platform ?? 'linux',
    cwd: options.cwd ?? '/',
    home: options.home,
    hostname: 'test-host',
    pid: 4242,
    uid: process.getuid?.(),
    self: ['/usr/bin/node', '/opt/ack-ram-tool/bin/ack-ram-tool.js'],
    now: options.now ?? (() => Date.now()),
    sleep: options.sleep ?? sleepFor,
    random: () => 0.5,
    signal: controller.signal,
    onSignal: () => () => {},
    dieBySignal: () => {},
    async outputWritten() {
      await drained(out.stream);
      if (controller.signal.reason instanceof OutputFailure) throw controller.signal.reason;
    },
    out: out.text,
    err: err.text,
    interrupt: (reason) => controller.abort(reason),
  };
}
