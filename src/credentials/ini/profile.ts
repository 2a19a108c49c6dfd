import { quoted } from '../../policy/name.ts';
import { helperProgram } from '../helper-program.ts';
import type { ProfileFile } from '../profile-file.ts';
import {
  assumedRole,
  type Configured,
  credentialsUri,
  ecsRole,
  notUsableHere,
  oidcRole,
  type ProfilePorts,
  type RoleKeys,
  staticKeys,
} from '../profile-kinds.ts';
import { knownNames } from '../profile-names.ts';
import { createSection, type Section, unusable } from '../profile-section.ts';
import { type Ini, IniSyntaxError, parseIni } from './parse-ini.ts';

export interface IniProfileRequest {
  file: ProfileFile;
  /** Absent: `default`. */
  name: string | undefined;
  /** A profile is asked for outright, so that one without credentials is a fault. */
  isExplicit: boolean;
  ports: ProfilePorts;
}

const keyPair = { id: 'access_key_id', secret: 'access_key_secret' };
/** The SDKs have the first, the Go tool has the second. */
const tokenKeys = ['security_token', 'sts_token'];
const roleKeys: RoleKeys = {
  roleArn: 'role_arn',
  sessionName: 'role_session_name',
  seconds: 'role_session_expiration',
  policy: 'policy',
  externalId: 'external_id',
};
const oidcKeys = {
  ...roleKeys,
  providerArn: 'oidc_provider_arn',
  tokenFile: ['oidc_token_file_path', 'oidc_token_file'],
};

/** Every type of the SDKs' credentials file, and what the Go tool has beside them. */
const types: Readonly<Record<string, (section: Section, ports: ProfilePorts) => Configured>> = {
  access_key: (section) => staticKeys(section, keyPair),
  sts: (section) => staticKeys(section, { ...keyPair, token: tokenKeys }),
  ecs_ram_role: (section, ports) => ecsRole(section, 'role_name', ports),
  ram_role_arn: (section, ports) => {
    const hasToken = tokenKeys.some((key) => section.text(key) !== undefined);
    const base = staticKeys(section, hasToken ? { ...keyPair, token: tokenKeys } : keyPair);
    return assumedRole(section, base, roleKeys, ports);
  },
  oidc_role_arn: (section, ports) => oidcRole(section, oidcKeys, ports),
  credentials_uri: (section, ports) => credentialsUri(section, 'credentials_uri', ports),
  external: (section, ports) => helperProgram(section, 'process_command', ports),
  bearer: (section) => {
    throw notUsableHere(section, 'bearer');
  },
  rsa_key_pair: (section) => {
    throw notUsableHere(section, 'rsa_key_pair');
  },
};

/**
 * A section of the SDKs' credentials file. `undefined` when nobody has configured it: the file has no section, or
 * `default` is empty or switched off by `enable = false`. Throws `CREDENTIALS_SOURCE_BROKEN` for anything else that
 * gives no credentials.
 */
export function iniProfile({ file, name: asked, isExplicit, ports }: IniProfileRequest): Configured | undefined {
  const ini = parse(file);
  const mustBe = isExplicit || asked !== undefined;
  if (ini.size === 0 && !mustBe) return undefined;
  const name = asked ?? 'default';
  const values = ini.get(name);
  if (values === undefined)
    throw unusable(file.path, `it has no profile ${quoted(name)}; ${knownNames([...ini.keys()])}`);
  const section = createSection(`profile ${quoted(name)} of ${file.path}`, (key) => values.get(key));
  const isOff = /^(?:0|f|false|off|no)$/i.test(values.get('enable') ?? '');
  if (!mustBe && (isOff || [...values.keys()].every((key) => key === 'enable'))) return undefined;
  if (isOff) throw section.broken('enable switches it off');
  const type = section.required('type').toLowerCase();
  const build = Object.hasOwn(types, type) ? types[type] : undefined;
  if (build === undefined) throw section.broken(`type is none of ${Object.keys(types).join(', ')}`);
  return build(section, ports);
}

function parse({ text, path }: ProfileFile): Ini {
  try {
    return parseIni(text);
  } catch (error) {
    if (!(error instanceof IniSyntaxError)) throw error;
    throw unusable(path, `line ${error.line}: ${error.message}`);
  }
}
