const readFaults: Record<string, string> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'its name is too long',
  ENXIO: 'it is neither a file nor a pipe',
  EISDIR: 'it is a folder',
};

/** What is wrong with a file, in words, from what opening or reading it threw. */
export function readFault(error: unknown): string {
  const code = errnoOf(error);
  return code === undefined ? 'the path cannot be opened' : (readFaults[code] ?? code);
}

/** `ENOENT` and the like; `undefined` for what the file system did not throw. */
export function errnoOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
