/** Patterns of RAM policies: `*` is any run of characters (also none, also `/` and `:`), `?` exactly one. No escapes. */

/** At most quadratic in `text` and linear in `pattern`; never exponential. */
export function matchGlob(pattern: string, text: string, options: { ignoreCase?: boolean } = {}): boolean {
  const fold = (value: string): string[] => [...(options.ignoreCase ? value.toLowerCase() : value)];
  return matchTokens(fold(pattern), fold(text), () => true);
}

/**
 * True when every string that `narrow` matches is matched by `broad` too. False when that is not so, and in some odd
 * cases where it is so but this test does not see it (`?*` covers `*a`, for one): it errs on the side of "not covered".
 */
export function globCovers(broad: string, narrow: string): boolean {
  return matchTokens(normalize(broad), normalize(narrow), (token) => token !== '*');
}

/** Puts runs of wildcards into one form: first every `?`, then one `*` if there was any. */
function normalize(pattern: string): string[] {
  return [...pattern.replace(/[*?]{2,}/g, (run) => run.replaceAll('*', '') + (run.includes('*') ? '*' : ''))];
}

/** `isOne` says which tokens of the text a `?` may stand for. */
function matchTokens(pattern: readonly string[], text: readonly string[], isOne: (token: string) => boolean): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  let position = 0;
  while (position < text.length) {
    const wanted = pattern[at];
    const token = text[position] ?? '';
    if (wanted === '*') {
      star = at;
      resume = position;
      at += 1;
    } else if (wanted === token || (wanted === '?' && isOne(token))) {
      at += 1;
      position += 1;
    } else if (star >= 0) {
      resume += 1;
      position = resume;
      at = star + 1;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}
