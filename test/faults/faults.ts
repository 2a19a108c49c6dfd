/** The faults of the sweep, and what a command may make of each. */

export interface Fault {
  /** Column of the matrix. */
  name: string;
  /** As in `--fault`. */
  what: string;
  /** Which calls of an API it is tried at: each one, only the first, or all together. */
  at: 'each' | 'first' | 'all';
  /**
   * `mended`: it is asked again, or found to have happened, and the command ends as if nothing had been. `refused`: it
   * ends as if nothing had been, or with one error.
   */
  expected: 'mended' | 'refused';
}

/** How long such a cell waits for an answer. */
export const slowReadTimeout = '700ms';

export const faults: readonly Fault[] = [
  { name: 'throttle', what: 'throttle', at: 'each', expected: 'mended' },
  { name: '500', what: '500', at: 'first', expected: 'mended' },
  { name: '503', what: '503', at: 'each', expected: 'mended' },
  { name: 'reset-before', what: 'reset-before', at: 'each', expected: 'mended' },
  { name: 'reset-after', what: 'reset-after', at: 'each', expected: 'mended' },
  { name: 'slow', what: 'slow(1500ms)', at: 'first', expected: 'mended' },
  { name: 'truncate', what: 'truncate', at: 'each', expected: 'mended' },
  { name: 'html', what: 'html', at: 'first', expected: 'mended' },
  { name: 'wrong-content-type', what: 'wrong-content-type', at: 'first', expected: 'mended' },
  { name: 'portal', what: 'portal', at: 'each', expected: 'refused' },
  { name: 'wrong-type', what: 'wrong-type', at: 'each', expected: 'refused' },
  { name: 'huge', what: 'huge', at: 'first', expected: 'refused' },
  { name: 'throttle, always', what: 'throttle', at: 'all', expected: 'refused' },
  { name: 'reset-after, always', what: 'reset-after', at: 'all', expected: 'refused' },
  { name: 'portal, always', what: 'portal', at: 'all', expected: 'refused' },
];
