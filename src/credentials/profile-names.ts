import { quoted } from '../policy/name.ts';

const mostShown = 20;

/** The names that a file has, for the hint of an error. */
export function knownNames(names: readonly string[]): string {
  if (names.length === 0) return 'the file has no profile at all';
  const shown = [...new Set(names)].slice(0, mostShown).map((name) => quoted(name));
  const rest = names.length > shown.length ? ', …' : '';
  return `it has ${shown.join(', ')}${rest}`;
}
