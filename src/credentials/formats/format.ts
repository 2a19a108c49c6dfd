import { usageError } from '../../errors.ts';
import type { Credentials } from '../provider.ts';
import { formatAliyunCliConfigJson } from './aliyun-cli-config-json.ts';
import { formatAliyunCliUriJson } from './aliyun-cli-uri-json.ts';
import { formatCredentialFileIni } from './credential-file-ini.ts';
import { formatEcsMetadataJson } from './ecs-metadata-json.ts';
import { formatEnvironmentVariables } from './environment-variables.ts';

export interface ExportContext {
  /** Absent when not known. */
  regionId?: string | undefined;
}

export interface ExportFormat {
  readonly name: string;
  readonly shortName: string;
  /** The whole text, its last line ended. */
  readonly format: (credentials: Credentials, context: ExportContext) => string;
}

/** The first is the default. */
export const exportFormats: readonly ExportFormat[] = [
  { name: 'aliyun-cli-config-json', shortName: 'aliyuncli-json', format: formatAliyunCliConfigJson },
  { name: 'aliyun-cli-uri-json', shortName: 'aliyuncli-uri', format: formatAliyunCliUriJson },
  { name: 'ecs-metadata-json', shortName: 'ecs', format: formatEcsMetadataJson },
  { name: 'credential-file-ini', shortName: 'ini', format: formatCredentialFileIni },
  { name: 'environment-variables', shortName: 'env', format: formatEnvironmentVariables },
];

/** By long or short name, in any case. Throws `USAGE` when there is none of that name. */
export function findExportFormat(name: string): ExportFormat {
  const wanted = name.toLowerCase();
  const found = exportFormats.find((format) => format.name === wanted || format.shortName === wanted);
  if (found !== undefined) return found;
  const known = exportFormats.map((format) => `${format.name} (${format.shortName})`).join(', ');
  throw usageError(`unknown format ${JSON.stringify(name.slice(0, 80))}`, `choose one of ${known}`);
}

/** `credentials` in the format of that name, ready to be written. Throws `USAGE` for an unknown format. */
export function formatCredentials(name: string, credentials: Credentials, context: ExportContext = {}): string {
  return findExportFormat(name).format(credentials, context);
}
