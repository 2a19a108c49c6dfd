/** Where the client certificates of the credential plugin are kept: a file a key, in the Go tool's folder. */
import { readOwnFile } from '../../credentials/cache-entry.ts';
import { entryFile, makePrivateFolder, removeEntries, writeWhole } from '../../credentials/cache-files.ts';
import { sha256 } from '../../credentials/cache-key.ts';
import { lockFile } from '../../credentials/cache-lock.ts';
import { messageOf, ToolError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import type { CertificateCachePorts } from '../../kubernetes/certificate-cache.ts';
import { makeFolder } from '../../make-folder.ts';
import type { Log } from '../../output/log.ts';

/** Everything that decides which certificate a run gets. */
export interface CertificateFacts {
  /** `Context.credentialsKey()`. */
  credentialsKey: string;
  clusterId: string;
  /** Absent: the long-lived certificate. */
  minutes: number | undefined;
  /** As the user named it, empty when not. */
  endpoint: string;
}

/** Longer than one call of ACK with a retry or two takes. */
const lockPatienceMs = 20_000;
/** The longest life of a temporary certificate: what was written before that is of no more use, or soon had anew. */
const longestLifeMs = 72 * 3_600_000;
/** Part of every key: a change of what goes into it, or of what is kept, makes old entries unfindable. */
const keyVersion = 1;

/** 64 hexadecimal digits, equal for equal facts and for no others. */
export function certificateKey({ credentialsKey, clusterId, minutes, endpoint }: CertificateFacts): string {
  return sha256(JSON.stringify(['client-certificate', keyVersion, credentialsKey, clusterId, minutes, endpoint]));
}

/**
 * The entry of `key` in `folder`, 0600. A folder that is made is 0700; `isOwn` says that it is this tool's, and is to be
 * shut when it is open to others. Nothing about keeping is ever a failure: debug lines say what did not work.
 */
export function certificateFiles(
  where: { folder: string; isOwn: boolean; key: string },
  { io, log }: { io: Io; log: Log },
): CertificateCachePorts {
  const { folder, isOwn, key } = where;
  const file = entryFile(folder, key);
  const debug = (message: string): void => log.debug(message);
  return {
    now: io.now,
    debug,
    warn: (message) => log.warn(message),
    isInterruption: (error) => io.signal.aborted || (error instanceof ToolError && error.code === 'INTERRUPTED'),
    read: () => readOwnFile(file, io.uid),
    write(text) {
      removeEntries(folder, io.now() - longestLifeMs);
      writeWhole(file, text);
    },
    async lock() {
      const without = (reason: string): (() => Promise<void>) => {
        debug(`no lock for the cached client certificate: ${reason}`);
        return async () => {};
      };
      try {
        if (isOwn) makePrivateFolder(folder, io.uid);
        else makeFolder(folder);
        const release = await lockFile(file, { clock: io, signal: io.signal, patienceMs: lockPatienceMs, debug });
        if (release === undefined) return without(`somebody else has held it for ${lockPatienceMs / 1000} s`);
        return () => release().catch((error: unknown) => debug(`${file}.lock was not removed: ${messageOf(error)}`));
      } catch (error) {
        if (io.signal.aborted) throw io.signal.reason;
        return without(messageOf(error));
      }
    },
  };
}
