import { credentialsFolder, removeEntries } from '../../credentials/cache-files.ts';
import { messageOf, ToolError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { formatJson } from '../../output/json.ts';
import { cacheClearPresenter } from '../../output/results/cache-clear.ts';
import { cacheFolder } from '../../user-folders.ts';
import type { CommandInput } from '../spec.ts';

/** Needs no credentials and no cloud. Throws `FILE_UNREADABLE` when an entry is there and cannot be removed. */
export async function run({ flags, translate }: CommandInput, io: Io): Promise<number> {
  const result = { removed: clear(cacheFolder(io)) };
  const isJson = flags.string('output') === 'json';
  io.stdout.write(
    isJson ? formatJson(cacheClearPresenter.json(result)) : cacheClearPresenter.text(result, { translate }),
  );
  return 0;
}

function clear(folder: string | undefined): number {
  if (folder === undefined) return 0;
  try {
    return removeEntries(credentialsFolder(folder));
  } catch (error) {
    throw new ToolError('FILE_UNREADABLE', `cached credentials cannot be removed: ${messageOf(error)}`);
  }
}
