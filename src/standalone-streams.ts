/** Standard streams of the standalone executable that are opened when they are needed: that takes bun 8 ms. */
import { fstatSync, writeSync } from 'node:fs';
import type { InputStream, OutputStream, StandardStreams } from './io.ts';

export function standaloneStreams(): StandardStreams {
  return {
    stdin: lazily<InputStream>(() => process.stdin, { isTTY: isTerminal(0) }),
    stdout: lazyOutput(1, () => process.stdout),
    stderr: lazyOutput(2, () => process.stderr),
  };
}

/** Without the module that knows, unless the descriptor may be a terminal. */
function isTerminal(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice() && process.getBuiltinModule('node:tty').isatty(fd);
  } catch {
    return false;
  }
}

/** A stream of which `known` is answered without opening it. */
function lazily<S extends object>(open: () => S, known: Partial<S>): S {
  return new Proxy({} as S, {
    get(_, name) {
      if (Object.hasOwn(known, name)) return known[name as keyof S];
      const stream = open();
      const value: unknown = stream[name as keyof S];
      return typeof value === 'function' ? value.bind(stream) : value;
    },
    set: (_, name, value) => Reflect.set(open(), name, value),
    has: (_, name) => name in open(),
    getPrototypeOf: () => Object.getPrototypeOf(open()),
  });
}

type Done = (error?: Error | null) => void;
type ErrorListener = (error: Error) => void;

/** Writes at once, as Node does to files, pipes and terminals, until somebody wants more of the stream than that. */
function lazyOutput(fd: number, openReal: () => OutputStream): OutputStream {
  const onError: ErrorListener[] = [];
  let real: OutputStream | undefined;
  let failure: Error | undefined;
  const open = (): OutputStream => {
    if (real === undefined) {
      real = openReal();
      for (const listener of onError) real.on('error', listener);
    }
    return real;
  };
  const fail = (error: Error): void => {
    failure = error;
    process.nextTick(() => {
      for (const listener of onError) listener(error);
    });
  };

  function write(chunk: string | Uint8Array, encoding?: BufferEncoding | Done, done?: Done): boolean {
    const whenDone = typeof encoding === 'function' ? encoding : done;
    const charset = typeof encoding === 'string' ? encoding : 'utf8';
    let bytes = typeof chunk === 'string' ? Buffer.from(chunk, charset) : chunk;
    while (real === undefined && failure === undefined && bytes.length > 0) {
      try {
        bytes = bytes.subarray(writeSync(fd, bytes));
      } catch (error) {
        // Somebody else has made a pipe of ours one that does not wait: the real stream can.
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') open();
        else fail(error as Error);
      }
    }
    if (real !== undefined) return real.write(bytes, whenDone);
    if (whenDone !== undefined) process.nextTick(whenDone, failure);
    return failure === undefined;
  }

  function on(event: string, listener: ErrorListener): OutputStream {
    if (real !== undefined || event !== 'error') open().on(event, listener);
    else onError.push(listener);
    return stream;
  }

  const stream = lazily<OutputStream>(open, { isTTY: isTerminal(fd), write, on } as Partial<OutputStream>);
  return stream;
}
