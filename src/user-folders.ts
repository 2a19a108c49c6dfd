/** Where this tool keeps files of its own. Pure. A relative path in a variable is ignored, as XDG asks. */
import { posix, win32 } from 'node:path';
import type { Env } from './io.ts';

interface Where {
  env: Env;
  platform: NodeJS.Platform;
  home: string | undefined;
}

/**
 * What is kept between runs and cannot be made anew (backups, locks): `$XDG_STATE_HOME/ack-ram-tool`, else
 * `~/.local/state/ack-ram-tool`; on Windows `%LOCALAPPDATA%\ack-ram-tool`. `undefined` when the user has no home folder
 * and the variable is not set.
 */
export function stateFolder(where: Where): string | undefined {
  return folder(where, where.env.XDG_STATE_HOME, ['.local', 'state']);
}

/** What can be had anew: `$XDG_CACHE_HOME/ack-ram-tool`, else `~/.cache/ack-ram-tool`; otherwise as `stateFolder`. */
export function cacheFolder(where: Where): string | undefined {
  return folder(where, where.env.XDG_CACHE_HOME, ['.cache']);
}

function folder(
  { env, platform, home }: Where,
  named: string | undefined,
  below: readonly string[],
): string | undefined {
  const { isAbsolute, join } = platform === 'win32' ? win32 : posix;
  const variable = platform === 'win32' ? env.LOCALAPPDATA : named;
  const inHome = platform === 'win32' ? ['AppData', 'Local'] : below;
  const base = variable !== undefined && isAbsolute(variable) ? variable : home && join(home, ...inHome);
  return base ? join(base, 'ack-ram-tool') : undefined;
}
