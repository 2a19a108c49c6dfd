import {
  entriesOf,
  formatJson,
  isList,
  isObject,
  type Json,
  type JsonObject,
  JsonSyntaxError,
  ownValue,
  parseJson,
  RawNumber,
  withValue,
} from '../../policy/json.ts';
import { quoted } from '../../policy/name.ts';
import { createSection, type Section, unusable } from '../profile-section.ts';

/** The aliyun CLI nests nothing deeper than a list of profiles; whoever else writes into its file may. */
const maxDepth = 32;

/** What `config.json` of the aliyun CLI holds: `{"current": …, "profiles": [{"name": …, "mode": …}]}`. */
export interface AliyunConfig {
  /** The file, for messages. */
  path: string;
  document: JsonObject;
  /** Absent when it is missing or empty. */
  current: string | undefined;
  /** Those that have a name, in the order of the file. */
  profiles: readonly { name: string; values: JsonObject }[];
}

/** Throws `CREDENTIALS_SOURCE_BROKEN`, naming line and column of what is no JSON, and never a value. */
export function parseConfig(text: string, path: string): AliyunConfig {
  const document = parse(text, path);
  if (!isObject(document)) throw unusable(path, 'it is not a JSON object');
  const profiles = ownValue(document, 'profiles') ?? null;
  if (profiles !== null && !isList(profiles)) throw unusable(path, 'profiles is not a list');
  const current = ownValue(document, 'current') ?? null;
  if (current !== null && typeof current !== 'string') throw unusable(path, 'current is not text');
  return {
    path,
    document,
    current: current || undefined,
    profiles: (profiles ?? []).flatMap((values) => {
      const name = isObject(values) ? ownValue(values, 'name') : undefined;
      return isObject(values) && typeof name === 'string' && name !== '' ? [{ name, values }] : [];
    }),
  };
}

/** The first profile of that name, as the aliyun CLI has it. */
export function findSection(config: AliyunConfig, name: string): Section | undefined {
  const found = config.profiles.find((profile) => profile.name === name);
  if (found === undefined) return undefined;
  return createSection(`profile ${quoted(name)} of ${config.path}`, (key) => {
    const value = ownValue(found.values, key);
    return value instanceof RawNumber ? Number(value.text) : value;
  });
}

/**
 * `text` with some values of the first profile of that name set; everything else stays as it is, in its order. White
 * space follows the file: its indent, its line ends, its last line end.
 */
export function withProfileValues(
  text: string,
  path: string,
  name: string,
  values: Record<string, string | number>,
): string {
  const config = parseConfig(text, path);
  const target = config.profiles.find((profile) => profile.name === name)?.values;
  if (target === undefined) throw unusable(path, `the profile ${quoted(name)} is not there any more`);
  const changed = Object.entries(values).reduce<JsonObject>(
    (object, [key, value]) => withValue(object, key, typeof value === 'number' ? new RawNumber(String(value)) : value),
    target,
  );
  const list = ownValue(config.document, 'profiles');
  const profiles = isList(list) ? list.map((profile) => (profile === target ? changed : profile)) : [];
  const indent = /\n([ \t]+)"/.exec(text)?.[1] ?? (text.includes('\n') ? '\t' : '');
  const written = formatJson(withValue(config.document, 'profiles', profiles), indent);
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = lineEnd === '\n' ? written : written.replaceAll('\n', lineEnd);
  return lines + (/\r?\n$/.test(text) ? lineEnd : '');
}

/** Whether anything at all is filled in beyond the name and the CLI's own settings. */
export function hasCredentials(config: AliyunConfig, name: string): boolean {
  const found = config.profiles.find((profile) => profile.name === name);
  if (found === undefined) return false;
  const mode = ownValue(found.values, 'mode');
  if (typeof mode === 'string' && mode !== '' && mode.toLowerCase() !== 'ak') return true;
  return entriesOf(found.values).some(([key, value]) => credentialKeys.has(key) && value !== '' && value !== null);
}

/** A new profile has none of these; in it the CLI has written mode AK at most. */
const credentialKeys = new Set([
  ...['access_key_id', 'access_key_secret', 'sts_token', 'ram_role_name', 'ram_role_arn', 'source_profile'],
  ...['private_key', 'key_pair_name', 'process_command', 'credentials_uri', 'oidc_provider_arn', 'oidc_token_file'],
  ...['cloud_sso_sign_in_url', 'oauth_refresh_token', 'oauth_access_token', 'bearer_token'],
]);

function parse(text: string, path: string): Json {
  try {
    return parseJson(text, maxDepth);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw unusable(path, `it is not valid JSON at line ${error.line}, column ${error.column}`);
  }
}
