import { randomBytes } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { quoted } from '../../policy/name.ts';
import { lockFile } from '../cache-lock.ts';
import { readProfileFile } from '../profile-file.ts';
import type { ProfilePorts } from '../profile-kinds.ts';
import { type Section, unusable } from '../profile-section.ts';
import { findSection, parseConfig, withProfileValues } from './config.ts';

/** Sets values of the profile. Where the file cannot be written it warns, and the work goes on. */
export type Save = (values: Record<string, string | number>) => Promise<void>;

/** `config.json` as something that changes. */
export interface ConfigStore {
  /** Runs `work` on the profile as it is now, while nobody else on this machine does the same to this file. */
  update<T>(name: string, work: (section: Section, save: Save) => Promise<T>): Promise<T>;
}

/**
 * The configuration at `path`, links followed. Written whole by rename, its mode and owner kept, everything but the
 * values that are set as it was. The lock is `<file>.lock` beside it; where none can be had there is none.
 */
export function configStore(
  path: string,
  ports: Pick<ProfilePorts, 'clock' | 'signal' | 'readTimeoutMs' | 'report'>,
): ConfigStore {
  const { report } = ports;
  return {
    async update(name, work) {
      const file = await realpath(path).catch(() => path);
      const release = await takeLock(file, ports);
      try {
        const section = findSection(parseConfig(await readText(file), path), name);
        if (section === undefined) throw unusable(path, `the profile ${quoted(name)} is not there any more`);
        return await work(section, async (values) => {
          try {
            await replace(file, withProfileValues(await readText(file), path, name, values));
          } catch (error) {
            const code = (error as { code?: unknown } | undefined)?.code;
            const reason = typeof code === 'string' ? ` (${code})` : '';
            report.warn(
              `the renewed login of ${section.place} could not be written back${reason}; it may have to be renewed at a browser next time`,
            );
          }
        });
      } finally {
        await release?.().catch(() => report.debug(`the lock of ${file} was not released`));
      }
    },
  };
}

async function takeLock(
  file: string,
  { clock, signal, readTimeoutMs, report }: Parameters<typeof configStore>[1],
): Promise<(() => Promise<void>) | undefined> {
  try {
    // A holder makes two calls.
    const release = await lockFile(file, {
      clock,
      signal,
      patienceMs: 3 * readTimeoutMs,
      debug: (message) => report.debug(message),
    });
    if (release === undefined) report.debug(`somebody holds the lock of ${file} for too long: going on without`);
    return release;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const code = (error as { code?: unknown } | undefined)?.code;
    report.debug(`no lock for ${file}: ${String(code)}`);
    return undefined;
  }
}

async function readText(path: string): Promise<string> {
  const file = await readProfileFile(path);
  if (file === undefined) throw unusable(path, 'it is not there any more');
  return file.text;
}

async function replace(file: string, text: string): Promise<void> {
  const { mode, uid, gid } = await stat(file);
  const unfinished = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const handle = await open(unfinished, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      // Only root can give a file away; anybody else owns it already.
      await handle.chown(uid, gid).catch(() => {});
      await handle.chmod(mode & 0o777);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
