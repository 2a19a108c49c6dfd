import { randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../make-folder.ts';

/** An entry, or what a process that was killed left of one. */
const ours = /^[0-9a-f]{64}\.json(?:\.[0-9a-f]{8}\.unfinished)?$/;

/** Where credentials lie within the folder of this tool's caches. */
export function credentialsFolder(cacheFolder: string): string {
  return join(cacheFolder, 'credentials');
}

/** The file of the entry with that key. */
export function entryFile(folder: string, key: string): string {
  return join(folder, `${key}.json`);
}

/**
 * Makes the folder where it is missing, and shuts it to others where it is open to them. Throws what the file system
 * says, or that it is not a folder of this user.
 */
export function makePrivateFolder(folder: string, uid: number | undefined): void {
  makeFolder(folder);
  const stat = lstatSync(folder);
  if (!stat.isDirectory()) throw new Error(`${folder} is not a folder`);
  if (uid === undefined) return;
  if (stat.uid !== uid) throw new Error(`${folder} belongs to another user`);
  if ((stat.mode & 0o077) !== 0) chmodSync(folder, 0o700);
}

/** Writes a file of mode 0600, whole or not at all, over whatever is there. Throws what the file system says. */
export function writeWhole(file: string, text: string): void {
  const unfinished = `${file}.${randomBytes(4).toString('hex')}.unfinished`;
  try {
    writeFileSync(unfinished, text, { mode: 0o600, flag: 'wx' });
    // A link, a pipe or a file of another user is replaced; a folder in its place has to go first.
    if (lstatSync(file, { throwIfNoEntry: false })?.isDirectory()) rmSync(file, { recursive: true });
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}

/**
 * Removes the entries in `folder`, only those last written before `before` (milliseconds since the epoch) when that is
 * given, and tells how many there were. Nothing that this tool did not write is touched; a folder that is not there
 * holds none. Throws what the file system says.
 */
export function removeEntries(folder: string, before = Number.POSITIVE_INFINITY): number {
  let removed = 0;
  for (const name of namesIn(folder)) {
    if (!ours.test(name)) continue;
    const file = join(folder, name);
    const stat = lstatSync(file, { throwIfNoEntry: false });
    if (stat === undefined || stat.isDirectory() || stat.mtimeMs >= before) continue;
    rmSync(file, { force: true });
    if (name.endsWith('.json')) removed += 1;
  }
  return removed;
}

function namesIn(folder: string): string[] {
  return lstatSync(folder, { throwIfNoEntry: false }) === undefined ? [] : readdirSync(folder);
}
