import { staleVariables } from '../exported-variables.ts';
import type { Credentials } from '../provider.ts';
import { exportedLines } from './exported-values.ts';
import type { ExportContext } from './format.ts';

/**
 * Lines for `eval "$(…)"` in bash, dash, zsh and ksh: `export NAME='value'` under a `#` heading for each consumer, and
 * `unset` of what earlier credentials may have left behind.
 * Throws `CREDENTIALS_SOURCE_BROKEN` for a value that no variable can hold.
 */
export function formatEnvironmentVariables(credentials: Credentials, { regionId }: ExportContext): string {
  const stale = staleVariables(credentials);
  const lines = [
    ...(stale.length > 0 ? ['# left over from other credentials', `unset ${stale.join(' ')}`] : []),
    ...exportedLines(credentials, regionId, (name, value) => `export ${name}=${quote(value)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** Within single quotes a shell reads everything literally but the single quote itself. */
function quote(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}
