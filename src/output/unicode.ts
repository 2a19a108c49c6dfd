import type { Io } from '../io.ts';

/**
 * Whether the locale is one of UTF-8, so that arrows, marks and blocks can be drawn. As in POSIX the first of `LC_ALL`,
 * `LC_CTYPE` and `LANG` that is set counts, and without any it is not; Windows and macOS set none and can.
 */
export function speaksUnicode({ env, platform }: Pick<Io, 'env' | 'platform'>): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  if (locale) return /utf-?8/i.test(locale);
  return platform === 'win32' || platform === 'darwin';
}
