import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder, and those above it that are missing, for its owner only; one that is there stays as it is. Throws what
 * the file system says. Node's own recursive mkdir never returns where a folder is there and yet says that there is no
 * such thing when one is to be made in it, as `/proc` does.
 */
export function makeFolder(folder: string): void {
  for (const each of missingOf(resolve(folder))) {
    try {
      mkdirSync(each, { mode: 0o700 });
    } catch (error) {
      // Somebody else may have made it a moment ago.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !isFolder(each)) throw error;
    }
  }
}

/** The folder and those above it that are missing, the uppermost first. */
function missingOf(folder: string): string[] {
  const missing: string[] = [];
  for (let each = folder; !isFolder(each); each = dirname(each)) {
    missing.unshift(each);
    if (dirname(each) === each) break;
  }
  return missing;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
