import { credentialsFolder, removeEntries } from '../../credentials/cache-files.ts';
import { messageOf, ToolError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { formatJson } from '../../output/json.ts';
import { cacheClearPresenter } from '../../output/results/cache-clear.ts';
import { cacheFolder } from '../../user-folders.ts';
import { certificateFolder } from '../credential-plugin/options.ts';
import type { CommandInput } from '../spec.ts';

/** Needs no credentials and no cloud. Throws `FILE_UNREADABLE` when an entry is there and cannot be removed. */
export async function run({ flags, translate }: CommandInput, io: Io): Promise<number> {
  const own = cacheFolder(io);
  const certificates = certificateFolder(flags, io);
  const result = {
    removed: clear(own && credentialsFolder(own), (why) => `cached credentials cannot be removed: ${why}`),
    certificates: clear(certificates, (why) => `cached client certificates cannot be removed: ${why}`),
  };
  const isJson = flags.string('output') === 'json';
  io.stdout.write(
    isJson ? formatJson(cacheClearPresenter.json(result)) : cacheClearPresenter.text(result, { translate }),
  );
  return 0;
}

function clear(folder: string | undefined, failure: (why: string) => string): number {
  if (folder === undefined) return 0;
  try {
    return removeEntries(folder);
  } catch (error) {
    throw new ToolError('FILE_UNREADABLE', failure(messageOf(error)));
  }
}
