import { join } from 'node:path';
import { ToolError } from '../errors.ts';

/**
 * `path` with a leading `~` (alone, or before a separator) replaced by the home folder; any other path as it is,
 * `~somebody` included. Throws `FILE_UNREADABLE` when there is no home folder.
 */
export function expandHome(path: string, home: string | undefined): string {
  if (path !== '~' && !path.startsWith('~/') && !path.startsWith('~\\')) return path;
  if (home === undefined) throw new ToolError('FILE_UNREADABLE', `${path}: there is no home folder to stand for ~`);
  return path === '~' ? home : join(home, path.slice(2));
}
