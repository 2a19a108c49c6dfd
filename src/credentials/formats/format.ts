import { usageError } from '../../errors.ts';
import type { Credentials } from '../provider.ts';
import { formatAliyunCliConfigJson } from './aliyun-cli-config-json.ts';
import { formatAliyunCliUriJson } from './aliyun-cli-uri-json.ts';
import { formatCredentialFileIni } from './credential-file-ini.ts';
import { formatDockerEnvFile } from './docker-env-file.ts';
import { formatDotenv } from './dotenv.ts';
import { formatEcsMetadataJson } from './ecs-metadata-json.ts';
import { formatEnvironmentVariables } from './environment-variables.ts';
import { formatFish } from './fish.ts';
import { formatGithubEnv, formatGithubMasks, githubEnvVariable } from './github-actions.ts';
import { formatGitlabDotenv } from './gitlab-dotenv.ts';
import { formatPowershell } from './powershell.ts';

export interface ExportContext {
  /** Absent when not known. */
  regionId?: string | undefined;
}

export interface ExportFormat {
  readonly name: string;
  readonly shortName?: string;
  /** The whole text for stdout, its last line ended. */
  readonly format: (credentials: Credentials, context: ExportContext) => string;
  /** What goes to the end of a file as well, after the text is out. */
  readonly append?: {
    /** The environment variable that names the file. */
    readonly fileVariable: string;
    readonly format: (credentials: Credentials, context: ExportContext) => string;
  };
}

/** The first is the default. */
export const exportFormats: readonly ExportFormat[] = [
  { name: 'aliyun-cli-config-json', shortName: 'aliyuncli-json', format: formatAliyunCliConfigJson },
  { name: 'aliyun-cli-uri-json', shortName: 'aliyuncli-uri', format: formatAliyunCliUriJson },
  { name: 'ecs-metadata-json', shortName: 'ecs', format: formatEcsMetadataJson },
  { name: 'credential-file-ini', shortName: 'ini', format: formatCredentialFileIni },
  { name: 'environment-variables', shortName: 'env', format: formatEnvironmentVariables },
  { name: 'dotenv', format: formatDotenv },
  { name: 'powershell', format: formatPowershell },
  { name: 'fish', format: formatFish },
  { name: 'docker-env-file', format: formatDockerEnvFile },
  {
    name: 'github-actions',
    format: formatGithubMasks,
    append: { fileVariable: githubEnvVariable, format: formatGithubEnv },
  },
  { name: 'gitlab-dotenv', format: formatGitlabDotenv },
];

/** By long or short name, in any case. Throws `USAGE` when there is none of that name. */
export function findExportFormat(name: string): ExportFormat {
  const wanted = name.toLowerCase();
  const found = exportFormats.find((format) => format.name === wanted || format.shortName === wanted);
  if (found !== undefined) return found;
  const known = exportFormats.map(({ name, shortName }) => (shortName ? `${name} (${shortName})` : name)).join(', ');
  throw usageError(`unknown format ${JSON.stringify(name.slice(0, 80))}`, `choose one of ${known}`);
}

/** What goes to stdout in the format of that name. Throws `USAGE` for an unknown format, and what the format throws. */
export function formatCredentials(name: string, credentials: Credentials, context: ExportContext = {}): string {
  return findExportFormat(name).format(credentials, context);
}
