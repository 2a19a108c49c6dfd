import type { ProfileFile } from '../profile-file.ts';
import type { Configured, ProfilePorts } from '../profile-kinds.ts';
import { hasCredentials, parseConfig } from './config.ts';
import { configureProfile } from './modes.ts';
import { type OAuthSites, oauthSites } from './oauth.ts';
import { configStore } from './store.ts';

export interface AliyunProfileRequest {
  file: ProfileFile;
  /** Absent: the current one of the file, else `default`. */
  name: string | undefined;
  /** A profile is asked for outright, so that one without credentials is a fault. */
  isExplicit: boolean;
  ports: ProfilePorts;
  oauthSites?: OAuthSites | undefined;
}

/**
 * A profile of the aliyun CLI. `undefined` when the file has none, or when the current one is as new: nobody has
 * configured it. Throws `CREDENTIALS_SOURCE_BROKEN` for anything else that gives no credentials.
 */
export function aliyunCliProfile(request: AliyunProfileRequest): Configured | undefined {
  const { file, ports, isExplicit } = request;
  const config = parseConfig(file.text, file.path);
  if (config.profiles.length === 0 && !isExplicit && request.name === undefined) return undefined;
  const name = request.name ?? config.current ?? 'default';
  const found = config.profiles.filter((profile) => profile.name === name);
  if (found.length > 1)
    ports.report.warn(`${file.path} has profile ${JSON.stringify(name)} ${found.length} times; the first one counts`);
  if (found.length > 0 && request.name === undefined && !isExplicit && !hasCredentials(config, name)) return undefined;
  const store = file.isFile ? configStore(file.path, ports) : undefined;
  return configureProfile(name, { config, ports, store, oauthSites: request.oauthSites ?? oauthSites });
}
