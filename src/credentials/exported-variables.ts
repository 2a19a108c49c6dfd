import { exportedFamilies, type KeyFamily } from './key-variables.ts';
import type { Credentials } from './provider.ts';

/** Carries the true expiry, `2006-01-02T15:04:05Z`. A name of this tool's own: no SDK reads it, scripts may. */
export const expirationVariable = 'ALIBABA_CLOUD_CREDENTIALS_EXPIRATION';

/** Region of the aliyun CLI, the SDKs and Terraform. The CLI's plain `REGION_ID` and `REGION` are too common to touch. */
const regionVariables = [
  'ALIBABA_CLOUD_REGION_ID',
  'ALIBABACLOUD_REGION_ID',
  'ALICLOUD_REGION_ID',
  'ALIBABA_CLOUD_REGION',
  'ALICLOUD_REGION',
];

/** The aliyun CLI prefers the keys in its config file to those in the environment unless told to ignore it. */
export const profileSwitch: ReadonlyArray<readonly [name: string, value: string]> = [
  ['ALIBABACLOUD_IGNORE_PROFILE', 'TRUE'],
];

/** The variables that hand over a region; none when it is not known. */
export function regionOf(regionId: string | undefined): Array<readonly [name: string, value: string]> {
  return regionId ? regionVariables.map((name) => [name, regionId] as const) : [];
}

export interface ExportedGroup {
  /** Who reads these. */
  heading: string;
  variables: ReadonlyArray<readonly [name: string, value: string]>;
}

/** The form that every known reader takes: 20 characters, UTC, whole seconds, rounded down. */
export function formatExpiration(expiration: Date): string {
  return `${expiration.toISOString().slice(0, 19)}Z`;
}

/** The variables that hand `credentials` to every known consumer, or to those of `families`. No name occurs twice. */
export function exportedVariables(
  credentials: Credentials,
  regionId?: string | undefined,
  families: readonly KeyFamily[] = exportedFamilies,
): ExportedGroup[] {
  const { accessKeyId, accessKeySecret, securityToken, expiration } = credentials;
  const groups: ExportedGroup[] = [];
  const seen = new Set<string>();
  for (const family of families) {
    const variables: Array<[string, string]> = [
      [family.id, accessKeyId],
      [family.secret, accessKeySecret],
    ];
    if (securityToken) for (const name of family.tokens) variables.push([name, securityToken]);
    groups.push({ heading: family.readBy, variables: variables.filter(([name]) => !seen.has(name)) });
    for (const [name] of variables) seen.add(name);
  }
  groups.push({ heading: 'aliyun CLI: no profile', variables: profileSwitch });
  if (regionId) groups.push({ heading: 'region', variables: regionOf(regionId) });
  if (expiration) {
    groups.push({ heading: 'expiry', variables: [[expirationVariable, formatExpiration(expiration)]] });
  }
  return groups;
}

/** Variables that would spoil these credentials if left over from earlier ones: a token beside keys that have none. */
export function staleVariables(credentials: Credentials): string[] {
  const stale: string[] = [];
  if (!credentials.securityToken) stale.push(...new Set(exportedFamilies.flatMap((family) => family.tokens)));
  if (!credentials.expiration) stale.push(expirationVariable);
  return stale;
}
