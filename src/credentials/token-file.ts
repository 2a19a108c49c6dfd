import type { Readable } from 'node:stream';
import { ToolError } from '../errors.ts';
import { readBoundedFile, readFault } from './bounded-file.ts';
import { expandHome } from './expand-home.ts';

/** Source: OIDCToken of STS AssumeRoleWithOIDC. */
const shortestToken = 4;
const longestToken = 20_000;
/** More than the longest token in any encoding, with some white space around it. */
const readLimitBytes = 128 * 1024;

export interface TokenFileOptions {
  /** For a leading `~`. */
  home: string | undefined;
  /** What `-` stands for. Absent: `-` is the name of a file. */
  stdin?: Readable | undefined;
}

export interface TokenFile {
  token: string;
  /** When the file was last written, in milliseconds since the epoch. Absent for a pipe and standard input. */
  modifiedAt?: number | undefined;
}

/**
 * The OIDC token in a file, read afresh at every call, without white space around it. A pipe is read to its end, and
 * waited for no longer than 10 s while nothing is written to it; folders and devices are refused.
 * Throws `FILE_UNREADABLE`, or `FILE_INVALID` when what was read cannot be a token. No message holds any of it.
 */
export async function readOidcToken(path: string, options: TokenFileOptions): Promise<string> {
  return (await readTokenFile(path, options)).token;
}

/** As `readOidcToken`, with what the file system says of the file. */
export async function readTokenFile(path: string, options: TokenFileOptions): Promise<TokenFile> {
  if (path === '-' && options.stdin !== undefined) {
    const name = 'the OIDC token on standard input';
    return { token: parseOidcToken(await readStream(options.stdin, name), name) };
  }
  const file = expandHome(path, options.home);
  const { bytes, isFile, modifiedAt } = await readBoundedFile(file, 'OIDC token file', readLimitBytes);
  const token = parseOidcToken(bytes, `OIDC token file ${file}`);
  return isFile ? { token, modifiedAt } : { token };
}

/**
 * The OIDC token in what was read, without white space around it.
 * @param name where it comes from, for the message: `OIDC token file /run/token`
 * @throws ToolError `FILE_INVALID` for what cannot be a token. The message holds none of it.
 */
export function parseOidcToken(bytes: Uint8Array, name: string): string {
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
  if (!/^[\x21-\x7e]+$/.test(text)) throw invalid('holds characters that no token has');
  return text;
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
