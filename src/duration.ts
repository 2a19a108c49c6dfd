/** Durations as Go writes them: `3h0m0s`, `90s`, `1.5h`. */

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** The longest that Go has a duration for: 2^63-1 nanoseconds, some 292 years. */
const longestMs = 9_223_372_036_854;

/** What a timer of node takes of a limit that nobody waits for: one that is set for longer fires at once. */
export function timerMs(ms: number): number {
  return Math.min(ms, 2 ** 31 - 1);
}

/** Milliseconds; `undefined` for anything that is no duration, a bare number included, and for more than 292 years. */
export function parseDuration(text: string): number | undefined {
  if (text.length > 64 || !/^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    total += Number(amount) * (unitMs[unit ?? ''] ?? 0);
  }
  return total <= longestMs ? total : undefined;
}

/** Whole seconds without parts that are zero: 5400 is `1h30m`, 0 is `0s`. */
export function formatDuration(seconds: number): string {
  const parts = [
    { amount: Math.floor(seconds / 3600), unit: 'h' },
    { amount: Math.floor(seconds / 60) % 60, unit: 'm' },
    { amount: seconds % 60, unit: 's' },
  ];
  const text = parts.map(({ amount, unit }) => (amount === 0 ? '' : `${amount}${unit}`)).join('');
  return text === '' ? '0s' : text;
}
