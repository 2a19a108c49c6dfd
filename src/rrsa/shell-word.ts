/** A word of a command that can be pasted into a POSIX shell: quoted where it has to be. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9._/:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
