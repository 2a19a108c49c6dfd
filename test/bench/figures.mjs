const middle = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Of several runs the median of each figure. */
export function mediansOf(runs) {
  const of = (key) => middle(runs.map((run) => run[key]));
  return { ms: of('ms'), cpuMs: of('cpuMs'), peakMiB: of('peakMiB') };
}

/** Whether half of the runs took about the same: else something else was at work, and ratios are chance. */
export function isSteady(runs) {
  const sorted = runs.map(({ ms }) => ms).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.75)] <= 1.3 * sorted[Math.floor(sorted.length * 0.25)];
}

/** `over`: more than its budget. `fault`: more than twice. */
export function verdictOf(value, budget) {
  const over = budget !== undefined && value > budget;
  return { over, fault: over && value > 2 * budget };
}

export function round(value, digits) {
  return value === undefined ? undefined : Number(value.toFixed(digits));
}
