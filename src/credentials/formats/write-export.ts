import type { FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf, ToolError, usageError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import type { Credentials } from '../provider.ts';
import type { ExportContext, ExportFormat } from './format.ts';

/**
 * Prints the credentials to stdout and, for a format that says so, then appends to a file. Returns when everything is
 * out. Nothing is printed or appended when it throws what the format throws, `USAGE` when the variable that names the
 * file is not set, or `FILE_UNREADABLE` when that is no plain file that is there already.
 */
export async function writeExport(
  format: ExportFormat,
  credentials: Credentials,
  context: ExportContext,
  io: Pick<Io, 'stdout' | 'env' | 'cwd'>,
): Promise<void> {
  const text = format.format(credentials, context);
  if (format.append === undefined) return print(io, text);
  const { fileVariable } = format.append;
  const addition = format.append.format(credentials, context);
  const named = io.env[fileVariable];
  if (!named) {
    throw usageError(
      `format ${format.name} needs ${fileVariable}, which is not set`,
      'choose another format outside of a pipeline: `ack-ram-tool export-credentials -f env`',
    );
  }
  const path = resolve(io.cwd, named);
  const unwritable = (why: string, cause?: unknown): ToolError =>
    new ToolError('FILE_UNREADABLE', `cannot append to ${path}, which ${fileVariable} names: ${why}`, { cause });
  const file = await openPlainFile(path).catch((error) => {
    throw unwritable(openFault(error), error);
  });
  try {
    if (!(await file.stat()).isFile()) throw unwritable('it is no plain file');
    await print(io, text);
    await append(file, addition).catch((error) => {
      throw unwritable(messageOf(error), error);
    });
  } finally {
    await file.close();
  }
}

/** Neither makes a file, which whoever set the variable would not read, nor follows a link to one. */
async function openPlainFile(path: string): Promise<FileHandle> {
  const { constants, open } = await import('node:fs/promises');
  // Windows has no O_NOFOLLOW.
  return open(path, constants.O_RDWR | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0));
}

function openFault(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'ELOOP') return 'it is a symbolic link';
  if (code === 'EISDIR') return 'it is a folder';
  return messageOf(error);
}

/** In one write, on a line of its own. */
async function append(file: FileHandle, text: string): Promise<void> {
  const { size } = await file.stat();
  const last = Buffer.alloc(1, '\n');
  if (size > 0) await file.read(last, 0, 1, size - 1);
  await file.appendFile(last.toString('latin1') === '\n' ? text : `\n${text}`);
}

/** Returns when the text is out, so that a pipe that is slow to read loses nothing when the process ends. */
function print(io: Pick<Io, 'stdout'>, text: string): Promise<void> {
  return new Promise((done, failed) => {
    io.stdout.write(text, (error) => (error ? failed(error) : done()));
  });
}
