import type { Credentials } from '../provider.ts';
import { exportedLines, unwritableValue } from './exported-values.ts';
import type { ExportContext } from './format.ts';

/** Go's `bufio.Scanner`, which docker reads lines with, gives up on one of 64 KiB with its end. */
const longestLine = 64 * 1024 - 2;

/**
 * A file for `docker run --env-file`: `NAME=value`, where everything after `=` is the value, without quotes or escapes.
 * Throws `CREDENTIALS_SOURCE_BROKEN` for a value that a line cannot hold.
 */
export function formatDockerEnvFile(credentials: Credentials, { regionId }: ExportContext): string {
  return `${exportedLines(credentials, regionId, line).join('\n')}\n`;
}

function line(name: string, value: string): string {
  if (/[\r\n]/.test(value)) throw unwritableValue(name, 'has a line break, which a docker env file cannot hold');
  // docker keeps quotes around a value, podman takes them away.
  if (/^["']/.test(value))
    throw unwritableValue(name, 'begins with a quote, which readers of env files do not agree on');
  const text = `${name}=${value}`;
  if (Buffer.byteLength(text) > longestLine)
    throw unwritableValue(name, 'is longer than docker reads from an env file');
  return text;
}
