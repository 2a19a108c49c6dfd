import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, ToolError } from './errors.ts';

/**
 * Makes a folder for its owner only, whose name begins with `ack-ram-tool-` and `name`, and returns its path. Whoever asks
 * for it removes it. Throws a `ToolError` with `FILE_UNREADABLE` where nothing can be written, as in a container whose
 * root filesystem is read-only.
 */
export async function makeTemporaryFolder(name: string): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), `ack-ram-tool-${name}-`));
  } catch (cause) {
    throw new ToolError('FILE_UNREADABLE', `cannot make a temporary folder: ${messageOf(cause)}`, {
      hint: 'set TMPDIR to a folder that can be written',
      cause,
    });
  }
}
