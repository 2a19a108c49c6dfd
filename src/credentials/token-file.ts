import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { ToolError } from '../errors.ts';
import { expandHome } from './expand-home.ts';

/** Source: OIDCToken of STS AssumeRoleWithOIDC. */
const shortestToken = 4;
const longestToken = 20_000;
/** More than the longest token in any encoding, with some white space around it. */
const readLimitBytes = 128 * 1024;
const pipePollMs = 20;
const pipePatienceMs = 10_000;

export interface TokenFileOptions {
  /** For a leading `~`. */
  home: string | undefined;
  /** What `-` stands for. Absent: `-` is the name of a file. */
  stdin?: Readable | undefined;
}

/**
 * The OIDC token in a file, read afresh at every call, without white space around it. A pipe is read to its end, and
 * waited for no longer than 10 s while nothing is written to it; folders and devices are refused.
 * Throws `FILE_UNREADABLE`, or `FILE_INVALID` when what was read cannot be a token. No message holds any of it.
 */
export async function readOidcToken(path: string, options: TokenFileOptions): Promise<string> {
  if (path === '-' && options.stdin !== undefined) {
    const name = 'the OIDC token on standard input';
    return parseToken(await readStream(options.stdin, name), name);
  }
  const file = expandHome(path, options.home);
  return parseToken(await readFile(file), `OIDC token file ${file}`);
}

function parseToken(bytes: Buffer, name: string): string {
  const invalid = (fault: string): ToolError => new ToolError('FILE_INVALID', `${name} ${fault}`);
  if (bytes.length === 0) throw invalid('is empty');
  if (bytes.length > readLimitBytes) throw invalid(`is longer than ${longestToken} characters`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim();
  } catch {
    throw invalid('is not UTF-8 text');
  }
  if (text === '') throw invalid('holds nothing but white space');
  if (text.length < shortestToken) throw invalid(`is shorter than ${shortestToken} characters`);
  if (text.length > longestToken) throw invalid(`is longer than ${longestToken} characters`);
  if (/[\s\0]/.test(text)) throw invalid('does not hold one token: there is white space within');
  return text;
}

async function readFile(file: string): Promise<Buffer> {
  let handle: FileHandle | undefined;
  try {
    // Without O_NONBLOCK the open of a pipe that nobody writes to would never return.
    handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stat = await handle.stat();
    if (stat.isDirectory()) throw unreadable(file, 'it is a folder');
    if (!stat.isFile() && !stat.isFIFO()) throw unreadable(file, 'it is neither a file nor a pipe');
    return await readHandle(handle, file);
  } catch (error) {
    throw error instanceof ToolError ? error : unreadable(file, readFault(error));
  } finally {
    await handle?.close();
  }
}

async function readHandle(handle: FileHandle, file: string): Promise<Buffer> {
  const buffer = Buffer.alloc(readLimitBytes + 1);
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
    if (waitedMs >= pipePatienceMs) throw unreadable(file, `nothing was written to the pipe for ${waitedMs / 1000} s`);
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

async function readStream(stream: Readable, name: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of stream) {
      const bytes = Buffer.from(chunk);
      chunks.push(bytes);
      length += bytes.length;
      if (length > readLimitBytes) break;
    }
  } catch (error) {
    throw new ToolError('FILE_UNREADABLE', `cannot read ${name}: ${readFault(error)}`, { cause: error });
  }
  return Buffer.concat(chunks);
}

function unreadable(file: string, fault: string): ToolError {
  return new ToolError('FILE_UNREADABLE', `cannot read OIDC token file ${file}: ${fault}`);
}

const readFaults: Record<string, string> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'its name is too long',
  ENXIO: 'it is neither a file nor a pipe',
  EISDIR: 'it is a folder',
};

function readFault(error: unknown): string {
  const code = errnoOf(error);
  return code === undefined ? 'the path cannot be opened' : (readFaults[code] ?? code);
}

function errnoOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
