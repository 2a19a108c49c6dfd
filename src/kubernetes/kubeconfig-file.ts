/** The kubeconfig of a user on disk: which file it is, and how it is changed without anybody losing anything. */
import { randomBytes } from 'node:crypto';
import { chmod, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { messageOf, ToolError, usageError } from '../errors.ts';
import { makeFolder } from '../make-folder.ts';
import { readFault } from '../read-fault.ts';
import type { KubeconfigEntry } from './kubeconfig.ts';
import { type KubeconfigMerge, mergeKubeconfig } from './kubeconfig-merge.ts';

const maxBytes = 4 * 1024 * 1024;

/**
 * The file that kubectl would read: the first that `KUBECONFIG` names, else `~/.kube/config`.
 * Throws `USAGE` when there is neither.
 */
export function defaultKubeconfig(env: Readonly<Record<string, string | undefined>>, home: string | undefined): string {
  const named = env.KUBECONFIG?.split(delimiter).find((path) => path !== '');
  if (named !== undefined) return named;
  if (home === undefined) throw usageError('there is no home folder to merge into', 'pass --kubeconfig FILE');
  return join(home, '.kube', 'config');
}

export interface MergePorts {
  /** Returns when what is `replaced` may be; throws when not. */
  confirm(replaced: readonly string[]): Promise<void>;
  /**
   * Keeps others away from the file, kubectl included, until the returned function is called. `undefined` when somebody
   * has held it for too long.
   */
  lock(file: string): Promise<(() => Promise<void>) | undefined>;
  /** Nothing is asked, nothing is changed. */
  dryRun: boolean;
}

/**
 * Puts a context into a kubeconfig, see `mergeKubeconfig`; the file is made when there is none. It is replaced whole,
 * keeps its mode and stays behind a link. Somebody else's change meanwhile is read before it is written over.
 * Throws `FILE_UNREADABLE`, `FILE_INVALID`, `CONFLICT` when the file is locked, and what `confirm` throws.
 */
export async function mergeIntoFile(
  path: string,
  { name, entry }: { name: string; entry: KubeconfigEntry },
  ports: MergePorts,
): Promise<KubeconfigMerge> {
  const file = await behindLinks(path);
  const merge = async (): Promise<KubeconfigMerge> => mergeKubeconfig(await readText(file), { file, name, entry });
  let agreed: string[] = [];
  let planned = await merge();
  while (!planned.isUnchanged && !ports.dryRun) {
    const asked = planned.replaced.filter((each) => !agreed.includes(each));
    if (asked.length > 0) await ports.confirm(asked);
    agreed = [...agreed, ...asked];
    makeFolderOf(dirname(file));
    const release = await lock(file, ports);
    try {
      planned = await merge();
      if (planned.replaced.every((each) => agreed.includes(each))) {
        if (!planned.isUnchanged) await writeWhole(file, planned.text);
        break;
      }
    } finally {
      await release();
    }
  }
  return planned;
}

async function behindLinks(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return path;
  }
}

async function readText(file: string): Promise<string | undefined> {
  try {
    if ((await stat(file)).size > maxBytes) throw new ToolError('FILE_INVALID', `${file} is larger than 4 MiB`);
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof ToolError) throw error;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ToolError('FILE_UNREADABLE', `cannot read kubeconfig ${file}: ${readFault(error)}`, { cause: error });
  }
}

function makeFolderOf(folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    throw new ToolError('FILE_UNREADABLE', `cannot make folder ${folder}: ${messageOf(error)}`, { cause: error });
  }
}

/** Whole or not at all. A new file is for its owner only. */
async function writeWhole(file: string, text: string): Promise<void> {
  const unfinished = `${file}.${randomBytes(4).toString('hex')}.unfinished`;
  try {
    const mode = await stat(file).then(
      (found) => found.mode & 0o777,
      () => 0o600,
    );
    await writeFile(unfinished, text, { mode: 0o600, flag: 'wx' });
    await chmod(unfinished, mode);
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw new ToolError('FILE_UNREADABLE', `cannot write kubeconfig ${file}: ${messageOf(error)}`, { cause: error });
  }
}

async function lock(file: string, ports: MergePorts): Promise<() => Promise<void>> {
  const release = await ports.lock(file).catch((error: unknown) => {
    if (error instanceof ToolError) throw error;
    throw new ToolError('FILE_UNREADABLE', `cannot lock kubeconfig ${file}: ${messageOf(error)}`, { cause: error });
  });
  if (release !== undefined) return release;
  throw new ToolError('CONFLICT', `${file} is locked: somebody else is changing it`, {
    hint: `try again, or remove ${file}.lock when nobody is`,
  });
}
