import { staleVariables } from '../exported-variables.ts';
import type { Credentials } from '../provider.ts';
import { exportedValues, unwritableValue } from './exported-values.ts';
import type { ExportContext } from './format.ts';

/** Names the file whose variables GitHub's runner sets for the steps that follow. */
export const githubEnvVariable = 'GITHUB_ENV';

/** Commands to the runner, on stdout, to mask secret and token in every log from here on: one for each of their lines. */
export function formatGithubMasks({ accessKeySecret, securityToken }: Credentials): string {
  const lines = `${accessKeySecret}\n${securityToken ?? ''}`.split('\n');
  // The runner warns about a mask of nothing, and unescapes %0A, %0D and %25.
  const masks = lines.filter((line) => line.trim()).map((line) => `::add-mask::${line.replaceAll('%', '%25')}\n`);
  return masks.join('');
}

/**
 * What is appended to the file that `GITHUB_ENV` names: `NAME<<DELIMITER`, the value, and the delimiter again, so that no
 * value can end early and set variables of its own. A variable cannot be unset there: what earlier credentials may have
 * left behind is set to nothing.
 * Throws `CREDENTIALS_SOURCE_BROKEN` for a value that the runner would change.
 */
export function formatGithubEnv(credentials: Credentials, { regionId }: ExportContext): string {
  const stale = staleVariables(credentials).map((name) => [name, ''] as const);
  const variables = [...stale, ...exportedValues(credentials, regionId)];
  for (const [name, value] of variables) {
    if (value.includes('\r')) throw unwritableValue(name, 'has a carriage return, which not every runner keeps');
  }
  const delimiter = unguessableDelimiter(variables.map(([, value]) => value));
  return variables.map(([name, value]) => `${name}<<${delimiter}\n${value}\n${delimiter}\n`).join('');
}

/** A line that is part of none of `values`. */
function unguessableDelimiter(values: readonly string[]): string {
  const delimiter = `ghadelimiter_${crypto.randomUUID()}`;
  return values.some((value) => value.includes(delimiter)) ? unguessableDelimiter(values) : delimiter;
}
