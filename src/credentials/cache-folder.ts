import { posix, win32 } from 'node:path';
import type { Env } from '../io.ts';

/**
 * The folder for what is kept between runs and can be had anew: `$XDG_CACHE_HOME/ack-ram-tool`, else
 * `~/.cache/ack-ram-tool`; on Windows `%LOCALAPPDATA%\ack-ram-tool`. `undefined` when the user has no home folder and
 * the variable is not set. A relative path in the variable is ignored, as the XDG specification asks.
 */
export function cacheFolder(where: {
  env: Env;
  platform: NodeJS.Platform;
  home: string | undefined;
}): string | undefined {
  const { env, platform, home } = where;
  if (platform === 'win32') {
    const base = absolute(env.LOCALAPPDATA, win32) ?? (home && win32.join(home, 'AppData', 'Local'));
    return base ? win32.join(base, 'ack-ram-tool') : undefined;
  }
  const base = absolute(env.XDG_CACHE_HOME, posix) ?? (home && posix.join(home, '.cache'));
  return base ? posix.join(base, 'ack-ram-tool') : undefined;
}

function absolute(path: string | undefined, { isAbsolute }: { isAbsolute(path: string): boolean }): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}
