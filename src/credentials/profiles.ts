import { statSync } from 'node:fs';
import { join } from 'node:path';
import { ToolError } from '../errors.ts';
import { parseConfig } from './aliyun-cli/config.ts';
import type { OAuthSites } from './aliyun-cli/oauth.ts';
import { aliyunCliProfile } from './aliyun-cli/profile.ts';
import { expandHome } from './expand-home.ts';
import { parseIni } from './ini/parse-ini.ts';
import { iniProfile } from './ini/profile.ts';
import { readProfileFile } from './profile-file.ts';
import type { Configured, ProfilePorts } from './profile-kinds.ts';
import { unusable } from './profile-section.ts';
import type { Source } from './provider.ts';

export interface ProfileOptions extends Omit<ProfilePorts, 'platform' | 'allowHttp'> {
  /** Decides how a helper's command line is split. Default `linux`. */
  platform?: NodeJS.Platform | undefined;
  /** `--profile-file`: the only file then; `.json` is one of the aliyun CLI, any other name an ini file. */
  profileFile?: string | undefined;
  /** `--profile-name` or its variables. Absent: the file's current one, else `default`. */
  profileName?: string | undefined;
  /** `--ignore-aliyun-cli-credentials`: `~/.aliyun/config.json` is not looked at. Default false. */
  ignoreAliyunCli?: boolean | undefined;
  /** `--allow-insecure-http`. Default false. */
  allowInsecureHttp?: boolean | undefined;
  /** Default: where the aliyun CLI logs in. */
  oauthSites?: OAuthSites | undefined;
}

/**
 * The names of all profiles in those files, each once, in the order in which they are asked. Nothing is made of them: no
 * program is run and nothing is called. A file that cannot be read or understood has none, nor has a pipe, which is left
 * to whoever needs it.
 */
export async function listProfileNames(
  options: Pick<ProfileOptions, 'env' | 'home' | 'profileFile' | 'ignoreAliyunCli'>,
): Promise<string[]> {
  const names = new Set<string>();
  for (const place of placesOf(options)) {
    try {
      for (const name of await namesIn(place, options.home)) names.add(name);
    } catch {
      // Whoever uses it is told what is wrong with it.
    }
  }
  return [...names];
}

async function namesIn(place: Place, home: string | undefined): Promise<string[]> {
  if (place.path === undefined) return [];
  const path = resolvePath(place, home);
  if (!statSync(path).isFile()) return [];
  const file = await readProfileFile(path);
  if (file === undefined) return [];
  if (!place.isAliyunCli) return [...parseIni(file.text).keys()];
  return parseConfig(file.text, path).profiles.map(({ name }) => name);
}

interface Place {
  name: string;
  lookedAt: string;
  /** Absent: there is no such place. */
  path: string | undefined;
  isAliyunCli: boolean;
  /** Somebody said that it is to be this file. */
  isExplicit: boolean;
}

const fileVariable = 'ALIBABA_CLOUD_CREDENTIALS_FILE';

/**
 * The files that hold profiles, as sources in the order they are asked: the one of `--profile-file`, or else the one of
 * `ALIBABA_CLOUD_CREDENTIALS_FILE`, `~/.aliyun/config.json`, `~/.alibabacloud/credentials`. A file of the defaults that
 * is not there, or in which nobody has configured anything, is "not configured here"; a profile that is not in its
 * file, or lacks a key, is broken. Each file is read once. Messages name file, profile and key, and hold no value.
 */
export function profileSources(options: ProfileOptions): Source[] {
  return placesOf(options).map((place) => toSource(place, options));
}

function placesOf({
  env,
  home,
  profileFile,
  ignoreAliyunCli,
}: Pick<ProfileOptions, 'env' | 'home' | 'profileFile' | 'ignoreAliyunCli'>): Place[] {
  if (profileFile) return [explicitPlace('--profile-file', profileFile)];
  const places: Place[] = [];
  const named = env[fileVariable];
  places.push(
    named
      ? explicitPlace(fileVariable, named)
      : {
          name: 'credentials file',
          lookedAt: `${fileVariable} is not set`,
          path: undefined,
          isAliyunCli: false,
          isExplicit: false,
        },
  );
  if (!ignoreAliyunCli) places.push(homePlace('aliyun CLI', home, ['.aliyun', 'config.json'], true));
  places.push(homePlace('SDK credentials file', home, ['.alibabacloud', 'credentials'], false));
  return places;
}

function explicitPlace(name: string, path: string): Place {
  return { name, lookedAt: path, path, isAliyunCli: /\.json$/i.test(path), isExplicit: true };
}

function homePlace(name: string, home: string | undefined, parts: readonly string[], isAliyunCli: boolean): Place {
  const path = home === undefined ? undefined : join(home, ...parts);
  const lookedAt = path === undefined ? 'there is no home folder' : `nothing is configured in ${path}`;
  return { name, lookedAt, path, isAliyunCli, isExplicit: false };
}

function toSource(place: Place, options: ProfileOptions): Source {
  let found: Promise<Configured | undefined> | undefined;
  // A pipe can be read only once.
  const once = (): Promise<Configured | undefined> => {
    found ??= configure(place, options);
    return found;
  };
  return {
    name: place.name,
    lookedAt: place.lookedAt,
    resolve: async () => (await once())?.provider,
    async identity() {
      const configured = await once();
      return configured === undefined || configured.isStatic ? undefined : configured.identity();
    },
  };
}

async function configure(place: Place, options: ProfileOptions): Promise<Configured | undefined> {
  if (place.path === undefined) return undefined;
  const file = await readProfileFile(resolvePath(place, options.home));
  if (file === undefined) {
    if (!place.isExplicit) return undefined;
    throw unusable(`the file of ${place.name}`, `there is no ${place.path}`);
  }
  const request = {
    file,
    name: options.profileName || undefined,
    isExplicit: place.isExplicit,
    ports: { ...options, platform: options.platform ?? 'linux', allowHttp: options.allowInsecureHttp ?? false },
  };
  return place.isAliyunCli ? aliyunCliProfile({ ...request, oauthSites: options.oauthSites }) : iniProfile(request);
}

function resolvePath({ name, path = '' }: Place, home: string | undefined): string {
  try {
    return expandHome(path, home);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    throw unusable(`the file of ${name}`, error.message, { cause: error });
  }
}
