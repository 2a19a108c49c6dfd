/** The outside of the standalone executable: its standard streams are opened when they are needed, for that takes bun 8 ms. */
import { fstatSync, writeSync } from 'node:fs';
import { type InputStream, nodeIo, type OutputStream, type ProcessIo, type StandardStreams } from './io.ts';

export function standaloneIo(): ProcessIo {
  const streams: StandardStreams = {
    stdin: lazily<InputStream>(() => process.stdin, {
      get isTTY() {
        return isTerminal(0);
      },
    }),
    stdout: lazyOutput(1, () => process.stdout),
    stderr: lazyOutput(2, () => process.stderr),
  };
  return nodeIo(streams, [process.execPath]);
}

/** Without the module that knows, unless the descriptor may be a terminal. */
function isTerminal(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice() && process.getBuiltinModule('node:tty').isatty(fd);
  } catch {
    return false;
  }
}

/** A stream of which `known` is answered until it is opened. */
function lazily<S extends object>(open: () => S, known: Partial<S>): S {
  let stream: S | undefined;
  const opened = (): S => {
    stream ??= open();
    return stream;
  };
  return new Proxy({} as S, {
    get(_, name) {
      if (stream === undefined && Object.hasOwn(known, name)) return known[name as keyof S];
      const value: unknown = opened()[name as keyof S];
      return typeof value === 'function' ? value.bind(opened()) : value;
    },
    set: (_, name, value) => Reflect.set(opened(), name, value),
    has: (_, name) => name in opened(),
    getPrototypeOf: () => Object.getPrototypeOf(opened()),
  });
}

type Done = (error?: Error | null) => void;
type ErrorListener = (error: Error) => void;

/** Writes at once, as Node does to files, pipes and terminals, until somebody wants more of the stream than that. */
function lazyOutput(fd: number, openReal: () => OutputStream): OutputStream {
  const onError: ErrorListener[] = [];
  /** As it was before anybody, such as a spinner, put a `write` of its own in its place. */
  let writeToReal: OutputStream['write'] | undefined;
  let failure: Error | undefined;

  const open = (): OutputStream => {
    const real = openReal();
    writeToReal = real.write.bind(real);
    for (const listener of onError) real.on('error', listener);
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
    while (writeToReal === undefined && failure === undefined && bytes.length > 0) {
      try {
        bytes = bytes.subarray(writeSync(fd, bytes));
      } catch (error) {
        // Somebody else has made our pipe one that does not wait: the real stream can.
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') void stream.writable;
        else fail(error as Error);
      }
    }
    if (writeToReal !== undefined) return writeToReal(bytes, whenDone);
    if (whenDone !== undefined) process.nextTick(whenDone, failure);
    return failure === undefined;
  }

  function on(event: string, listener: ErrorListener): OutputStream {
    if (event === 'error') onError.push(listener);
    else stream.addListener(event, listener);
    return stream;
  }

  const known = {
    write,
    on,
    get isTTY() {
      return isTerminal(fd);
    },
    get columns() {
      return isTerminal(fd) ? openReal().columns : undefined;
    },
  };
  const stream = lazily<OutputStream>(open, known as Partial<OutputStream>);
  return stream;
}
