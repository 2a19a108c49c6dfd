import { ToolError } from '../../errors.ts';
import { exportedVariables, staleVariables } from '../exported-variables.ts';
import type { Credentials } from '../provider.ts';

/**
 * Lines for `eval "$(…)"` in bash, dash, zsh and ksh: `export NAME='value'` under a `#` heading for each consumer, and
 * `unset` of what earlier credentials may have left behind.
 * Throws `CREDENTIALS_SOURCE_BROKEN` for a value with a NUL, which no variable can hold.
 */
export function formatEnvironmentVariables(
  credentials: Credentials,
  context: { regionId?: string | undefined },
): string {
  const lines: string[] = [];
  const stale = staleVariables(credentials);
  if (stale.length > 0) lines.push('# left over from other credentials', `unset ${stale.join(' ')}`);
  for (const { heading, variables } of exportedVariables(credentials, context.regionId)) {
    lines.push(`# ${heading}`, ...variables.map(([name, value]) => `export ${name}=${quote(name, value)}`));
  }
  return `${lines.join('\n')}\n`;
}

/** Within single quotes a shell reads everything literally but the single quote itself. */
function quote(name: string, value: string): string {
  if (value.includes('\0')) {
    throw new ToolError('CREDENTIALS_SOURCE_BROKEN', `the value for ${name} has a NUL, which no variable can hold`);
  }
  return `'${value.replaceAll("'", "'\\''")}'`;
}
