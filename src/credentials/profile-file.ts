import { ToolError } from '../errors.ts';
import { readBoundedFile } from './bounded-file.ts';
import { unusable } from './profile-section.ts';

const limitBytes = 1024 * 1024;

export interface ProfileFile {
  path: string;
  /** Without a byte order mark. */
  text: string;
  /** False for a pipe: it cannot be read again, nor written. */
  isFile: boolean;
}

/**
 * A file that holds profiles, at most 1 MiB of UTF-8. `undefined` when there is no such file.
 * Throws `CREDENTIALS_SOURCE_BROKEN` for one that cannot be read.
 */
export async function readProfileFile(path: string): Promise<ProfileFile | undefined> {
  try {
    const { bytes, isFile } = await readBoundedFile(path, 'the profiles in', limitBytes);
    if (bytes.length > limitBytes) throw unusable(path, 'it is longer than 1 MiB');
    return { path, text: decode(bytes, path), isFile };
  } catch (error) {
    if (!(error instanceof ToolError) || error.code !== 'FILE_UNREADABLE') throw error;
    if (error.details?.missing === true) return undefined;
    throw new ToolError('CREDENTIALS_SOURCE_BROKEN', error.message, { cause: error });
  }
}

function decode(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw unusable(path, 'it is not UTF-8 text');
  }
}
