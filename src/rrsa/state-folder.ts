import { posix, win32 } from 'node:path';
import type { Env } from '../io.ts';

/**
 * The folder for what is kept between runs and cannot be made anew (backups, locks): `$XDG_STATE_HOME/ack-ram-tool`,
 * else `~/.local/state/ack-ram-tool`; on Windows `%LOCALAPPDATA%\ack-ram-tool`. `undefined` when the user has no home
 * folder and the variable is not set. A relative path in the variable is ignored, as the XDG specification asks.
 */
export function stateFolder(where: {
  env: Env;
  platform: NodeJS.Platform;
  home: string | undefined;
}): string | undefined {
  const { env, platform, home } = where;
  if (platform === 'win32') {
    const base = absolute(env.LOCALAPPDATA, win32) ?? (home && win32.join(home, 'AppData', 'Local'));
    return base ? win32.join(base, 'ack-ram-tool') : undefined;
  }
  const base = absolute(env.XDG_STATE_HOME, posix) ?? (home && posix.join(home, '.local', 'state'));
  return base ? posix.join(base, 'ack-ram-tool') : undefined;
}

function absolute(path: string | undefined, { isAbsolute }: { isAbsolute(path: string): boolean }): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}
