import { staleVariables } from '../exported-variables.ts';
import type { Credentials } from '../provider.ts';
import { exportedLines } from './exported-values.ts';
import type { ExportContext } from './format.ts';

/**
 * Lines for `… | Invoke-Expression` in PowerShell: `$env:NAME = 'value'`, and `$null` for what earlier credentials may
 * have left behind. Throws `CREDENTIALS_SOURCE_BROKEN` for a value that no variable can hold.
 */
export function formatPowershell(credentials: Credentials, { regionId }: ExportContext): string {
  const stale = staleVariables(credentials);
  const lines = [
    ...(stale.length > 0 ? ['# left over from other credentials', ...stale.map((name) => `$env:${name} = $null`)] : []),
    ...exportedLines(credentials, regionId, (name, value) => `$env:${name} = ${quote(value)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * Characters beyond printable ASCII are spelt by number: PowerShell hands a program's output on line by line and decodes
 * it by the console's code page, and to it `’` ends a string as `'` does.
 */
function quote(value: string): string {
  const parts = value.match(/[ -~]+|[^ -~]/g) ?? [];
  const spelt = parts.map((part) =>
    /^[ -~]/.test(part) ? `'${part.replaceAll("'", "''")}'` : `[char]${part.charCodeAt(0)}`,
  );
  // `+` joins strings only when a string stands first.
  if (!spelt[0]?.startsWith("'")) spelt.unshift("''");
  return spelt.join(' + ');
}
