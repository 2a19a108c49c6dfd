import type { Credentials } from '../provider.ts';
import { exportedLines, unwritableValue } from './exported-values.ts';
import type { ExportContext } from './format.ts';

/**
 * A `.env` file that npm's dotenv, `node --env-file` and docker compose read alike. They agree on three spellings, of
 * which the first that fits is used; a value that fits none is refused with `CREDENTIALS_SOURCE_BROKEN`.
 * - bare: letters, digits and `_+/=.:@,-`, which is what real keys and tokens consist of
 * - single quotes, which keep all but `'` literally, line feeds included; compose takes a `\` before the end for an escape
 * - double quotes, for `'`: without `"`, the escapes that each reads its own way, and the `$` that compose expands
 * A carriage return is lost to all of them.
 */
export function formatDotenv(credentials: Credentials, { regionId }: ExportContext): string {
  const lines = exportedLines(credentials, regionId, (name, value) => `${name}=${spell(name, value)}`);
  return `${lines.join('\n')}\n`;
}

function spell(name: string, value: string): string {
  if (/^[\w+/=.:@,-]+$/.test(value)) return value;
  if (/^[^'\r]*$/.test(value) && !value.endsWith('\\')) return `'${value}'`;
  if (/^[^"\\$\r]*$/.test(value)) return `"${value}"`;
  throw unwritableValue(name, 'has characters that the readers of a .env file do not agree on');
}
