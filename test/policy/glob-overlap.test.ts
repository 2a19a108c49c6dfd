import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchGlob } from '../../src/policy/glob.ts';
import { globsOverlap } from '../../src/policy/glob-overlap.ts';

const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });

describe('two patterns overlap', () => {
  it.each([
    ['', '', true],
    ['', '*', true],
    ['', '?', false],
    ['a', 'a', true],
    ['a', 'b', false],
    ['team-*', 'team-a', true],
    ['team-*', '*-a', true],
    ['team-*', 'crew-*', false],
    ['*a*', '*b*', true],
    ['a*', '*b', true],
    ['a?', '?b', true],
    ['a?', '?', false],
    ['*', '???', true],
    ['system:serviceaccount:*', 'system:serviceaccount:a:b', true],
    ['system:serviceaccount:team-*', 'system:serviceaccount:*:reader', true],
  ])('%j and %j: %s', (one, other, expected) => {
    expect(globsOverlap(one, other)).toBe(expected);
    expect(globsOverlap(other, one)).toBe(expected);
  });

  it('where the other is a plain text, exactly when the pattern matches it', () => {
    fc.assert(fc.property(pattern, text, (glob, plain) => globsOverlap(glob, plain) === matchGlob(glob, plain)));
  });

  it('whenever some text is matched by both, and in the same way from either side', () => {
    fc.assert(
      fc.property(pattern, pattern, text, (one, other, plain) => {
        expect(globsOverlap(one, other)).toBe(globsOverlap(other, one));
        if (matchGlob(one, plain) && matchGlob(other, plain)) expect(globsOverlap(one, other)).toBe(true);
      }),
    );
  });

  it('never where a short text would have to exist, and none does', () => {
    const texts = ['', ...combinations(6)];
    const small = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 3 });
    fc.assert(
      fc.property(small, small, (one, other) => {
        const both = texts.some((plain) => matchGlob(one, plain) && matchGlob(other, plain));
        expect(globsOverlap(one, other)).toBe(both);
      }),
    );
  });

  it('is decided for long patterns full of stars as well', () => {
    expect(globsOverlap('*a'.repeat(200), `${'*b'.repeat(200)}c`)).toBe(false);
  });
});

/** Every text of `a` and `b` of 1 to `length` characters: two patterns of 3 that meet do so within 6. */
function combinations(length: number): string[] {
  if (length === 0) return [];
  const shorter = ['', ...combinations(length - 1)];
  return [...new Set([...shorter, ...shorter.flatMap((tail) => [`a${tail}`, `b${tail}`])])].filter((one) => one !== '');
}
