import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ToolError } from '../errors.ts';
import { errnoOf, readFault } from '../read-fault.ts';

export { readFault };

const pipePollMs = 20;
const pipePatienceMs = 10_000;

export interface BoundedFile {
  /** One byte more than the limit when there is more. */
  bytes: Buffer;
  /** False for a pipe, which cannot be read a second time. */
  isFile: boolean;
  /** When it was last written, in milliseconds since the epoch. */
  modifiedAt: number;
}

/**
 * The bytes of a file, at most `limitBytes` and one more. A pipe is read to its end, and waited for no longer than 10 s
 * while nothing is written to it; folders and devices are refused.
 * Throws `FILE_UNREADABLE`, with `{ missing }` in its details: true when there is no such file. `name` says in the
 * message what kind of file it is.
 */
export async function readBoundedFile(path: string, name: string, limitBytes: number): Promise<BoundedFile> {
  const unreadable = (fault: string, missing = false): ToolError =>
    new ToolError('FILE_UNREADABLE', `cannot read ${name} ${path}: ${fault}`, { details: { missing } });
  let handle: FileHandle | undefined;
  try {
    // Without O_NONBLOCK the open of a pipe that nobody writes to would never return.
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stat = await handle.stat();
    if (stat.isDirectory()) throw unreadable('it is a folder');
    if (!stat.isFile() && !stat.isFIFO()) throw unreadable('it is neither a file nor a pipe');
    const bytes = await readHandle(handle, limitBytes + 1);
    if (bytes === undefined) throw unreadable(`nothing was written to the pipe for ${pipePatienceMs / 1000} s`);
    return { bytes, isFile: stat.isFile(), modifiedAt: stat.mtimeMs };
  } catch (error) {
    if (error instanceof ToolError) throw error;
    const code = errnoOf(error);
    throw unreadable(readFault(error), code === 'ENOENT' || code === 'ENOTDIR');
  } finally {
    await handle?.close();
  }
}

/** `undefined` when a pipe gave nothing for too long. */
async function readHandle(handle: FileHandle, size: number): Promise<Buffer | undefined> {
  const buffer = Buffer.alloc(size);
  let length = 0;
  let waitedMs = 0;
  while (length < buffer.length) {
    const bytesRead = await readOnce(handle, buffer, length);
    if (bytesRead === 0) break;
    if (bytesRead !== undefined) {
      length += bytesRead;
      waitedMs = 0;
      continue;
    }
    if (waitedMs >= pipePatienceMs) return undefined;
    await sleep(pipePollMs);
    waitedMs += pipePollMs;
  }
  return buffer.subarray(0, length);
}

/** `undefined` when a pipe is open for writing and has nothing to read yet. */
async function readOnce(handle: FileHandle, buffer: Buffer, offset: number): Promise<number | undefined> {
  try {
    return (await handle.read(buffer, offset, buffer.length - offset, null)).bytesRead;
  } catch (error) {
    if (errnoOf(error) === 'EAGAIN') return undefined;
    throw error;
  }
}
