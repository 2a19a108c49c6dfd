/** What the cloud answered to the last TABs, in files of mode 0600. */
import { join } from 'node:path';
import { readOwnFile } from '../../credentials/cache-entry.ts';
import { entryFile, makePrivateFolder, removeEntries, writeWhole } from '../../credentials/cache-files.ts';
import { sha256 } from '../../credentials/cache-key.ts';
import type { Candidate } from './complete.ts';

/** How long an answer counts, in milliseconds: enough to write a command line, too short to miss what was just made. */
const lifeMs = 60_000;

interface Place {
  /** The folder of this tool's caches. Absent: nothing is kept. */
  folder: string | undefined;
  uid: number | undefined;
}

/** @param parts everything that decides what the answer is, as JSON can hold it; no secrets but as hashes */
export function valuesKey(parts: readonly unknown[]): string {
  return sha256(JSON.stringify(['completion', ...parts]));
}

/** `undefined` when nothing is kept, it is too old, or the file is not as `keepValues` writes it. */
export function keptValues({ folder, uid }: Place, key: string, now: number): Candidate[] | undefined {
  if (folder === undefined) return undefined;
  try {
    const text = readOwnFile(entryFile(folderIn(folder), key), uid);
    const { savedAt, values } = JSON.parse(text ?? '{}') as { savedAt?: unknown; values?: unknown };
    if (typeof savedAt !== 'number' || savedAt > now || now - savedAt >= lifeMs || !Array.isArray(values))
      return undefined;
    return values.every(isCandidate) ? values : undefined;
  } catch {
    return undefined;
  }
}

/** Where it cannot be written, the next TAB asks again. */
export function keepValues({ folder, uid }: Place, key: string, now: number, values: readonly Candidate[]): void {
  if (folder === undefined) return;
  try {
    makePrivateFolder(folderIn(folder), uid);
    removeEntries(folderIn(folder), now - lifeMs);
    writeWhole(entryFile(folderIn(folder), key), `${JSON.stringify({ savedAt: now, values })}\n`);
  } catch {
    // It only saves a call.
  }
}

const folderIn = (cacheFolder: string): string => join(cacheFolder, 'completion');

function isCandidate(value: unknown): value is Candidate {
  const { value: word, description } = (value ?? {}) as Partial<Record<keyof Candidate, unknown>>;
  return typeof word === 'string' && typeof description === 'string';
}
