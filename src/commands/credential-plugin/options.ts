/** Flags that the commands of the credential plugin share, as values. */
import { resolve } from 'node:path';
import { expandHome } from '../../credentials/expand-home.ts';
import { usageError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import type { ExecApiVersion } from '../../kubernetes/exec-credential.ts';
import type { Flags } from '../options.ts';
import { defaultCacheFolder } from '../table/hot.ts';

/** Lives that ACK gives a temporary certificate. Source: DescribeClusterUserKubeconfig of the API's reference. */
const leastMinutes = 15;
const mostMinutes = 4320;

export function apiVersion(flags: Flags): ExecApiVersion {
  return flags.string('api-version') === 'v1' ? 'v1' : 'v1beta1';
}

/** Whole minutes of `--expiration`; `undefined` for 0s, the caller's long-lived certificate. Throws `USAGE`. */
export function temporaryMinutes(flags: Flags): number | undefined {
  const ms = flags.durationMs('expiration') ?? 0;
  if (ms === 0) return undefined;
  const minutes = Math.floor(ms / 60_000);
  if (minutes >= leastMinutes && minutes <= mostMinutes) return minutes;
  throw usageError(
    `--expiration is ${flags.string('expiration')}, and a temporary certificate lives from 15m to 72h`,
    'pass 0s for the long-lived certificate',
  );
}

/** Where certificates are kept, absolute; `undefined` where there is no home folder to stand for `~`. */
export function certificateFolder(flags: Flags, io: Pick<Io, 'cwd' | 'home'>): string | undefined {
  const named = flags.string('credential-cache-dir') || defaultCacheFolder;
  if (named.startsWith('~') && io.home === undefined) return undefined;
  return resolve(io.cwd, expandHome(named, io.home));
}
