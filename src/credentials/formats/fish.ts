import { staleVariables } from '../exported-variables.ts';
import type { Credentials } from '../provider.ts';
import { exportedLines } from './exported-values.ts';
import type { ExportContext } from './format.ts';

/**
 * Lines for `… | source` in fish: `set -gx NAME 'value'`, and `set -eg` of what earlier credentials may have left behind.
 * Throws `CREDENTIALS_SOURCE_BROKEN` for a value that no variable can hold.
 */
export function formatFish(credentials: Credentials, { regionId }: ExportContext): string {
  const stale = staleVariables(credentials);
  const lines = [
    // `set -gx` leaves the status alone, so that of erasing what is not there would be what `source` ends with.
    ...(stale.length > 0 ? ['# left over from other credentials', `set -eg ${stale.join(' ')}; or true`] : []),
    ...exportedLines(credentials, regionId, (name, value) => `set -gx ${name} ${quote(value)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** Within single quotes fish reads everything literally but `\` and the single quote itself. */
function quote(value: string): string {
  return `'${value.replaceAll(/[\\']/g, '\\$&')}'`;
}
