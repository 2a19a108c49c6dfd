import { ToolError } from '../../errors.ts';
import { exportedFamilies } from '../key-variables.ts';
import type { Credentials } from '../provider.ts';
import { exportedValues, runInsteadHint, unwritableValue } from './exported-values.ts';
import type { ExportContext } from './format.ts';

/** In bytes: a file must be smaller than GitLab's default `dotenv_size`, 5 KiB. */
const longestReport = 5119;

/**
 * The SDKs', the aliyun CLI's and Terraform's. With every family a session would be past GitLab's default limits of 20
 * variables and 5 KiB.
 */
const families = exportedFamilies.slice(0, 2);

/** What GitLab strips, splits at or expands (`$NAME`, `%NAME%`), and the spaces that its documentation rules out. */
const unwritable = /[\p{Cc}\s$%]/u;

/**
 * A report of GitLab's `artifacts:reports:dotenv`: `NAME=value` lines, without comments, quotes or escapes.
 * Throws `CREDENTIALS_SOURCE_BROKEN` for a value that a line cannot hold, or when the whole is too large for GitLab.
 * Source: docs.gitlab.com, ci/yaml/artifacts_reports; `Ci::ParseDotenvArtifactService`.
 */
export function formatGitlabDotenv(credentials: Credentials, { regionId }: ExportContext): string {
  const text = exportedValues(credentials, regionId, families).map(line).join('');
  if (Buffer.byteLength(text) <= longestReport) return text;
  throw new ToolError(
    'CREDENTIALS_SOURCE_BROKEN',
    `the credentials are longer than the ${longestReport} bytes that GitLab takes as a dotenv report`,
    { hint: runInsteadHint },
  );
}

function line([name, value]: readonly [name: string, value: string]): string {
  if (!unwritable.test(value)) return `${name}=${value}\n`;
  throw unwritableValue(name, 'has characters that a GitLab dotenv report cannot hold');
}
