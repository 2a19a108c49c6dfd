import { resolve } from 'node:path';
import { readBoundedFile } from '../credentials/bounded-file.ts';
import { ToolError } from '../errors.ts';
import type { Io } from '../io.ts';
import { maxManifestBytes } from '../kubernetes/manifest-stream.ts';
import { readStdin } from './read-stdin.ts';

/**
 * Manifests of a file, `-` for stdin; `name` is for messages. Throws `FILE_UNREADABLE`, and `FILE_INVALID` for more than
 * `maxManifestBytes` or what is not UTF-8.
 */
export async function readManifests(
  file: string,
  { stdin, cwd }: Pick<Io, 'stdin' | 'cwd'>,
): Promise<{ text: string; name: string }> {
  const name = file === '-' ? 'standard input' : file;
  const bytes = file === '-' ? await readStdin(stdin, maxManifestBytes) : await readFile(resolve(cwd, file));
  if (bytes.length > maxManifestBytes) {
    throw new ToolError('FILE_INVALID', `${name} is too large: manifests may have ${maxManifestBytes} bytes`);
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), name };
  } catch {
    throw new ToolError('FILE_INVALID', `${name} is not UTF-8 text`);
  }
}

async function readFile(path: string): Promise<Buffer> {
  return (await readBoundedFile(path, 'manifest file', maxManifestBytes)).bytes;
}
