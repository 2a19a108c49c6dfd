import { ToolError } from '../../errors.ts';
import { exportedVariables } from '../exported-variables.ts';
import type { KeyFamily } from '../key-variables.ts';
import type { Credentials } from '../provider.ts';

/**
 * The variables that hand `credentials` over, in order.
 * Throws `CREDENTIALS_SOURCE_BROKEN` for a value that no environment variable can hold.
 */
export function exportedValues(
  credentials: Credentials,
  regionId: string | undefined,
  families?: readonly KeyFamily[],
): Array<readonly [name: string, value: string]> {
  const all = exportedVariables(credentials, regionId, families).flatMap(({ variables }) => variables);
  for (const [name, value] of all) checkHoldable(name, value);
  return all;
}

/**
 * A `# heading` for each consumer, then the line that `line` makes of each of its variables.
 * Throws `CREDENTIALS_SOURCE_BROKEN` for a value that no environment variable can hold, and what `line` throws.
 */
export function exportedLines(
  credentials: Credentials,
  regionId: string | undefined,
  line: (name: string, value: string) => string,
): string[] {
  return exportedVariables(credentials, regionId).flatMap(({ heading, variables }) => [
    `# ${heading}`,
    ...variables.map(([name, value]) => {
      checkHoldable(name, value);
      return line(name, value);
    }),
  ]);
}

/** What takes every value, whatever the format cannot hold. */
export const runInsteadHint = 'hand the credentials to a command instead: `ack-ram-tool export-credentials -- COMMAND`';

/** For a value that a format cannot hold; `why` is a clause that follows "the value for NAME", and shows nothing of it. */
export function unwritableValue(name: string, why: string): ToolError {
  return new ToolError('CREDENTIALS_SOURCE_BROKEN', `the value for ${name} ${why}`, {
    hint: runInsteadHint,
  });
}

function checkHoldable(name: string, value: string): void {
  if (value.includes('\0')) throw unwritableValue(name, 'has a NUL, which no variable can hold');
  if (!value.isWellFormed()) throw unwritableValue(name, 'is no valid Unicode text');
}
