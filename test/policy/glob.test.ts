import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globCovers, matchGlob } from '../../src/policy/glob.ts';

/** Slow and plain: what `*` and `?` mean, word by word. */
function naiveMatch(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  const [first, rest] = [pattern[0], pattern.slice(1)];
  if (first === '*') return naiveMatch(rest, text) || (text !== '' && naiveMatch(pattern, text.slice(1)));
  return text !== '' && (first === '?' || first === text[0]) && naiveMatch(rest, text.slice(1));
}

const words = (alphabet: string, maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...alphabet), { maxLength }).map((letters) => letters.join(''));

describe('matchGlob', () => {
  it('agrees with a plain reference', () => {
    fc.assert(
      fc.property(words('ab:*?', 8), words('ab:*?', 8), (pattern, text) => {
        expect(matchGlob(pattern, text)).toBe(naiveMatch(pattern, text));
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['*', 'a/b:c\n', true],
    ['a**b', 'ab', true],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-b-b-', false],
    ['?', '😀', true],
    ['??', '😀', false],
    ['.+', 'ab', false],
    ['[ab]', 'a', false],
    ['é', 'e\u0301', false],
  ])('%j on %j: %j', (pattern, text, matched) => {
    expect(matchGlob(pattern, text)).toBe(matched);
  });

  it('minds case unless told otherwise', () => {
    expect(matchGlob('STS:*role', 'sts:AssumeRole')).toBe(false);
    expect(matchGlob('STS:*role', 'sts:AssumeRole', { ignoreCase: true })).toBe(true);
  });

  it('finishes on patterns made to be slow', () => {
    const text = 'a'.repeat(2_000);
    expect(matchGlob(`${'*a'.repeat(1_000)}b`, text)).toBe(false);
    expect(matchGlob(`${'*?a'.repeat(500)}*b`, text)).toBe(false);
    expect(matchGlob('*'.repeat(500_000), text)).toBe(true);
    expect(matchGlob(`*${'a'.repeat(500_000)}`, text)).toBe(false);
    expect(globCovers(`${'*a?'.repeat(500)}b`, `${'?*'.repeat(500)}a`)).toBe(false);
  });
});

describe('globCovers', () => {
  it.each([
    ['*', '*', true],
    ['*', 'a?*', true],
    ['a*', 'a', true],
    ['a', 'a*', false],
    ['a?', 'a*', false],
    ['?', '*', false],
    ['?*', '*?', true],
    ['*?', '?*', true],
    ['**', '*', true],
    ['*', '**', true],
    ['a*b', 'a**b', true],
    ['system:serviceaccount:*:*', 'system:serviceaccount:dev-*:sa?', true],
    ['system:serviceaccount:dev-*:*', 'system:serviceaccount:*:*', false],
    ['system:serviceaccount:*', 'system:serviceaccount:*:*', true],
    ['a*c', 'abc', true],
    ['*b*', 'a?c', false],
  ])('%j covers %j: %j', (broad, narrow, covered) => {
    expect(globCovers(broad, narrow)).toBe(covered);
  });

  it('never says so of a pattern that matches more', () => {
    fc.assert(
      fc.property(words('ab*?', 6), words('ab*?', 6), words('abc*?', 8), (broad, narrow, text) => {
        if (globCovers(broad, narrow) && naiveMatch(narrow, text)) expect(naiveMatch(broad, text)).toBe(true);
      }),
      { numRuns: 10_000 },
    );
  });

  it('covers itself, and whatever its stars may stand for', () => {
    fc.assert(
      fc.property(words('ab*?', 8), words('ab*', 8), words('ab*?', 4), (pattern, stars, insert) => {
        expect(globCovers(pattern, pattern)).toBe(true);
        expect(globCovers(stars, stars.replaceAll('*', insert))).toBe(true);
      }),
    );
  });

  it('is matching where nothing is a pattern', () => {
    fc.assert(
      fc.property(words('ab*?', 8), words('ab', 8), (broad, name) => {
        expect(globCovers(broad, name)).toBe(matchGlob(broad, name));
      }),
    );
  });
});
