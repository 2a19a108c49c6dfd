import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';

/**
 * The paths of those of `names` that are installed. A missing one stands among the tests as skipped, and fails them all
 * where CI is set: a pipeline must test with the real readers.
 */
export function findPrograms(names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const path = ['/usr/bin', '/bin', '/usr/local/bin', '/opt/homebrew/bin']
      .map((folder) => join(folder, name))
      .find(isExecutable);
    if (path !== undefined) return [path];
    if (process.env.CI) throw new Error(`${name} is missing, and a pipeline must test with it`);
    test.skip(`${name} IS NOT INSTALLED, nothing is tested with it`, () => {});
    return [];
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
