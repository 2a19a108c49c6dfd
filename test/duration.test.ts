import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../src/duration.ts';

describe('durations', () => {
  it.each([
    ['3h0m0s', 10_800_000],
    ['90s', 90_000],
    ['1.5h', 5_400_000],
    ['.5s', 500],
    ['1h30m', 5_400_000],
    ['100ms', 100],
    ['3h', 10_800_000],
    ['0s', 0],
    ['1µs', 0.001],
    ['2562047h', 9_223_369_200_000],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    '',
    '90',
    's',
    '1 h',
    '-1h',
    '1h ',
    '1d',
    '90',
    '0',
    '1h30',
    '1e3s',
    'NaNs',
    '1s\n',
    '1h,5m',
    '9'.repeat(70),
    `${'9'.repeat(60)}h`,
    '2562048h',
  ])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('are read in linear time, whatever they are', () => {
    fc.assert(fc.property(fc.string({ maxLength: 5_000 }), (text) => void parseDuration(text)));
    expect(parseDuration('1'.repeat(100_000))).toBeUndefined();
  });

  it('are read as they were written', () => {
    expect([0, 59, 60, 3600, 5400, 43_200, 3661].map(formatDuration)).toEqual([
      '0s',
      '59s',
      '1m',
      '1h',
      '1h30m',
      '12h',
      '1h1m1s',
    ]);
    fc.assert(
      fc.property(fc.nat({ max: 1_000_000 }), (seconds) => {
        expect(parseDuration(formatDuration(seconds))).toBe(seconds * 1000);
      }),
    );
  });
});
