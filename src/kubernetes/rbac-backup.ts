import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf, ToolError } from '../errors.ts';
import { makeFolder } from '../make-folder.ts';
import type { KubernetesObject } from './api-client.ts';
import { rbacApi, type UserBinding } from './rbac-bindings.ts';

/** Keeps the bindings of a cluster as files, all of them or it throws, and returns their folder. */
export type SaveBindings = (clusterId: string, bindings: readonly UserBinding[]) => Promise<string>;

/**
 * Files `<folder>/<cluster>/<UTC time>/<kind>/<namespace>/<name>.json`, of mode 0600 in folders of 0700, each on the disk
 * before it has its name. The namespace of a cluster-wide binding is `-`. Everything of one call is in a folder of its own.
 * Saving throws `FILE_UNREADABLE`, or the signal's reason.
 */
export function bindingBackups(folder: string, ports: { now: () => number; signal: AbortSignal }): SaveBindings {
  return async (clusterId, bindings) => {
    try {
      const place = await makeFolderForTime(join(folder, safeName(clusterId)), ports.now());
      for (const binding of bindings) {
        ports.signal.throwIfAborted();
        await writeWhole(join(place, ...segmentsOf(binding)), `${JSON.stringify(toRecreate(binding), null, 2)}\n`);
      }
      return place;
    } catch (error) {
      ports.signal.throwIfAborted();
      throw new ToolError(
        'FILE_UNREADABLE',
        `the bindings of cluster ${clusterId} cannot be kept in ${folder}, so nothing of it is cleaned up: ${messageOf(error)}`,
        { cause: error, hint: 'pass --backup-dir DIR to keep them elsewhere' },
      );
    }
  };
}

/** What `kubectl create -f` takes: the binding without what the API server gave it. */
export function toRecreate({ kind, object }: Pick<UserBinding, 'kind' | 'object'>): KubernetesObject {
  const { apiVersion: _version, kind: _kind, status: _status, metadata, ...rest } = object;
  const { resourceVersion: _resource, uid: _uid, managedFields: _fields, ...kept } = metadata as KubernetesObject;
  return { apiVersion: rbacApi, kind, metadata: kept, ...rest };
}

/** The path of a binding's file within the folder of its backup. */
export function segmentsOf(binding: Pick<UserBinding, 'kind' | 'namespace' | 'name'>): string[] {
  const { kind, namespace, name } = binding;
  return [kind, namespace === null ? '-' : safeName(namespace), `${safeName(name)}.json`];
}

/**
 * The name where it may be part of a path on every system, else its sha256. RBAC takes almost any character; upper case is
 * no difference on some file systems, and others keep device names for themselves.
 */
function safeName(name: string): string {
  const isSafe =
    /^[a-z0-9](?:[a-z0-9._-]{0,126}[a-z0-9])?$/.test(name) && !/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/.test(name);
  return isSafe ? name : createHash('sha256').update(name).digest('hex');
}

/** A new folder named for the time. */
async function makeFolderForTime(parent: string, now: number): Promise<string> {
  makeFolder(parent);
  const time = new Date(now).toISOString().replaceAll(/[-:]/g, '');
  for (let number = 1; ; number += 1) {
    const path = join(parent, number === 1 ? time : `${time}-${number}`);
    try {
      await mkdir(path, { mode: 0o700 });
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || number === 100) throw error;
    }
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  makeFolder(dirname(path));
  const unfinished = `${path}.unfinished`;
  try {
    const file = await open(unfinished, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {});
    throw error;
  }
}
