import { quoted } from '../../policy/name.ts';
import { helperProgram } from '../helper-program.ts';
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
import { type Section, unusable } from '../profile-section.ts';
import { cloudSso } from './cloud-sso.ts';
import { type AliyunConfig, findSection } from './config.ts';
import { type OAuthSites, oauth } from './oauth.ts';
import type { ConfigStore } from './store.ts';

export interface ModeContext {
  config: AliyunConfig;
  ports: ProfilePorts;
  /** Absent when the configuration came through a pipe. */
  store: ConfigStore | undefined;
  oauthSites: OAuthSites;
}

/** `chain`: the profiles on top of this one, and its own name last. */
type Mode = (section: Section, context: ModeContext, chain: readonly string[]) => Configured;

/** Profiles on top of one another; more is a mistake. */
const longestChain = 10;

const keyPair = { id: 'access_key_id', secret: 'access_key_secret' };
const roleKeys: RoleKeys = {
  roleArn: 'ram_role_arn',
  sessionName: 'ram_session_name',
  seconds: 'expired_seconds',
  externalId: 'external_id',
  stsRegion: 'sts_region',
};
const oidcKeys = { ...roleKeys, providerArn: 'oidc_provider_arn', tokenFile: ['oidc_token_file'] };

const onEcsRole: Mode = (section, { ports }) =>
  assumedRole(section, ecsRole(section, 'ram_role_name', ports), roleKeys, ports);

const onSourceProfile: Mode = (section, context, chain) => {
  const name = section.required('source_profile');
  const longer = [...chain, name];
  const shown = longer.map((part) => quoted(part)).join(' -> ');
  if (chain.includes(name)) throw section.broken(`source_profile leads in a circle: ${shown}`);
  if (longer.length > longestChain)
    throw section.broken(`source_profile is nested deeper than ${longestChain} profiles`);
  const source = findSection(context.config, name);
  if (source === undefined) {
    throw section.broken(`source_profile ${quoted(name)} is no profile of the file; ${known(context.config)}`);
  }
  return assumedRole(section, configure(source, context, longer), roleKeys, context.ports);
};

const refused =
  (kind: string): Mode =>
  (section) => {
    throw notUsableHere(section, kind);
  };

/** Every mode of the aliyun CLI, as it spells it. */
const modes: Readonly<Record<string, Mode>> = {
  AK: (section) => staticKeys(section, keyPair),
  StsToken: (section) => staticKeys(section, { ...keyPair, token: ['sts_token'] }),
  RamRoleArn: (section, { ports }) => {
    const keys = section.text('sts_token') === undefined ? keyPair : { ...keyPair, token: ['sts_token'] };
    return assumedRole(section, staticKeys(section, keys), roleKeys, ports);
  },
  EcsRamRole: (section, { ports }) => ecsRole(section, 'ram_role_name', ports),
  RamRoleArnWithRoleName: onEcsRole,
  RamRoleArnWithEcs: onEcsRole,
  ChainableRamRoleArn: onSourceProfile,
  External: (section, { ports }) => helperProgram(section, 'process_command', ports),
  CredentialsURI: (section, { ports }) => credentialsUri(section, 'credentials_uri', ports),
  OIDC: (section, { ports }) => oidcRole(section, oidcKeys, ports),
  CloudSSO: (section, { ports }) => cloudSso(section, ports),
  OAuth: (section, { ports, store, oauthSites }, chain) =>
    oauth(section, { ports, store, sites: oauthSites, name: chain.at(-1) ?? '' }),
  BearerToken: refused('BearerToken'),
  RsaKeyPair: refused('RsaKeyPair'),
  Anonymous: refused('Anonymous'),
};

const byLowerCase = new Map(Object.entries(modes).map(([name, mode]) => [name.toLowerCase(), mode]));

/** The profile `name`. Throws `CREDENTIALS_SOURCE_BROKEN` when it is not there, or cannot be what its mode says. */
export function configureProfile(name: string, context: ModeContext): Configured {
  const section = findSection(context.config, name);
  if (section === undefined)
    throw unusable(context.config.path, `it has no profile ${quoted(name)}; ${known(context.config)}`);
  return configure(section, context, [name]);
}

function configure(section: Section, context: ModeContext, chain: readonly string[]): Configured {
  const named = section.text('mode') ?? recognize(section);
  if (named === undefined) throw section.broken('mode is missing, and nothing in the profile tells it');
  const mode = byLowerCase.get(named.toLowerCase());
  if (mode === undefined) throw section.broken(`mode is none of ${Object.keys(modes).join(', ')}`);
  return mode(section, context, chain);
}

/** What the aliyun CLI makes of a profile without a mode. */
function recognize(section: Section): string | undefined {
  const has = (...keys: string[]): boolean => keys.every((key) => section.text(key) !== undefined);
  if (has('access_key_id', 'access_key_secret')) {
    if (has('sts_token')) return 'StsToken';
    return has('ram_role_arn') ? 'RamRoleArn' : 'AK';
  }
  if (has('private_key', 'key_pair_name')) return 'RsaKeyPair';
  if (has('ram_role_name')) return 'EcsRamRole';
  if (has('process_command')) return 'External';
  if (has('oidc_provider_arn', 'oidc_token_file', 'ram_role_arn')) return 'OIDC';
  if (has('cloud_sso_sign_in_url')) return 'CloudSSO';
  return has('bearer_token') ? 'BearerToken' : undefined;
}

function known({ profiles }: AliyunConfig): string {
  return knownNames(profiles.map((profile) => profile.name));
}
