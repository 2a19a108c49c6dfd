/** Every place where credentials can be configured, each with secrets of its own. */
import { chmodSync } from 'node:fs';
import { readFamilies } from '../../src/credentials/key-variables.ts';
import { type Env, podRoleArn, providerArn, roleArn, type Scene } from './scene.ts';

export interface Kind {
  name: string;
  env?: Env;
  /** Files of the home folder, 0600. */
  files?: Readonly<Record<string, string>>;
  flags?: readonly string[];
  /** The credentials cannot be used, even where nothing fails. */
  unusable?: true;
}

export const configFile = '.aliyun/config.json';
export const iniFile = '.alibabacloud/credentials';

export function kindsOf(scene: Scene): Kind[] {
  return [...environmentKinds(scene), ...pipelineKinds(scene), ...configKinds(scene), ...iniKinds(scene)];
}

function environmentKinds(scene: Scene): Kind[] {
  const triple = scene.session('STS triple of the environment');
  return [
    ...readFamilies.map(({ id, secret }): Kind => {
      const key = scene.key(`AccessKey secret beside ${id}`);
      return { name: `environment, ${id}`, env: { [id]: key.id, [secret]: key.secret } };
    }),
    ...readFamilies.map(({ id, secret, tokens }): Kind => {
      const made = scene.session(`STS token beside ${id}`);
      return {
        name: `environment, ${tokens[0]}`,
        env: { [id]: made.id, [secret]: made.secret, [tokens[0] ?? '']: made.token },
      };
    }),
    {
      name: 'environment, a token that STS does not know',
      unusable: true,
      env: {
        ALIBABA_CLOUD_ACCESS_KEY_ID: triple.id,
        ALIBABA_CLOUD_ACCESS_KEY_SECRET: triple.secret,
        ALIBABA_CLOUD_SECURITY_TOKEN: scene.plant('unknown security token'),
      },
    },
    { name: 'environment, OIDC token file', env: oidcVariables(scene) },
    { name: 'environment, credentials URI', env: { ALIBABA_CLOUD_CREDENTIALS_URI: scene.credentialsUri } },
    { name: 'environment, role of the instance', env: { ALIBABA_CLOUD_ECS_METADATA: 'deploy' } },
    { name: 'metadata', flags: ['--credential-type', 'imds'] },
    {
      name: 'metadata, version 1',
      flags: ['--credential-type', 'imds'],
      env: { ALIBABA_CLOUD_IMDSV2_DISABLED: 'true' },
    },
  ];
}

export function oidcVariables(scene: Scene): Env {
  return {
    ALIBABA_CLOUD_ROLE_ARN: podRoleArn,
    ALIBABA_CLOUD_OIDC_PROVIDER_ARN: providerArn,
    ALIBABA_CLOUD_OIDC_TOKEN_FILE: scene.file('token', scene.token),
  };
}

function pipelineKinds(scene: Scene): Kind[] {
  const flags = ['--oidc-provider-arn', providerArn, '--oidc-role-arn', podRoleArn, '--oidc-token-source'];
  return [
    { name: 'pipeline, a variable', flags: [...flags, 'env:JOB_TOKEN'], env: { JOB_TOKEN: scene.token } },
    { name: 'pipeline, a file', flags: [...flags, `file:${scene.file('token', scene.token)}`] },
    {
      name: 'pipeline, GitHub',
      flags: [...flags, 'github-actions'],
      env: { ACTIONS_ID_TOKEN_REQUEST_URL: scene.githubUrl, ACTIONS_ID_TOKEN_REQUEST_TOKEN: scene.githubBearer },
    },
    {
      name: 'pipeline, a variable that holds no token',
      unusable: true,
      flags: [...flags, 'env:JOB_TOKEN'],
      env: { JOB_TOKEN: scene.plant('what is no OIDC token') },
    },
  ];
}

function configKinds(scene: Scene): Kind[] {
  const profile = (mode: string, values: object, more: Partial<Kind> = {}, others: object[] = []): Kind => ({
    name: `config.json, ${mode}`,
    files: { [configFile]: JSON.stringify({ current: 'p', profiles: [{ name: 'p', mode, ...values }, ...others] }) },
    ...more,
  });
  const keys = (name: string) => {
    const { id, secret } = scene.key(name);
    return { access_key_id: id, access_key_secret: secret };
  };
  const kept = (name: string) => {
    const { id, secret, token } = scene.session(name);
    return { access_key_id: id, access_key_secret: secret, sts_token: token };
  };
  const role = { ram_role_arn: roleArn, ram_session_name: 'planted' };
  const later = Math.floor(Date.now() / 1000) + 7 * 3600;
  const helper = (name: string, text: string): string => {
    const path = scene.file(name, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o700);
    return path;
  };
  const printed = JSON.stringify({ mode: 'AK', ...keys('AK printed by a helper') });
  const words = scene.plant('words of a helper', '-_');
  const sso = {
    cloud_sso_sign_in_url: scene.cloudSso,
    cloud_sso_account_id: '1',
    cloud_sso_access_config: 'ac-1',
    access_token: scene.plant('access token of CloudSSO'),
  };
  const oauth = (name: string) => ({
    oauth_site_type: 'CN',
    oauth_access_token: scene.plant(`access token of ${name}`),
    oauth_refresh_token: scene.plant(`refresh token of ${name}`),
  });
  const throughProxy = {
    HTTPS_PROXY: `http://user:${scene.plant('password of the proxy to OAuth', '-_')}@${scene.proxy}`,
  };
  return [
    profile('AK', keys('AK of config.json')),
    profile('StsToken', kept('StsToken of config.json')),
    profile('RamRoleArn', { ...keys('RamRoleArn of config.json'), ...role, external_id: 'no-secret' }),
    profile(
      'RamRoleArn',
      { ...kept('RamRoleArn with a token'), ...role },
      { name: 'config.json, RamRoleArn with a token' },
    ),
    profile('EcsRamRole', { ram_role_name: 'deploy' }),
    profile('RamRoleArnWithRoleName', { ram_role_name: 'deploy', ...role }),
    profile('ChainableRamRoleArn', { source_profile: 'q', ...role }, {}, [
      { name: 'q', mode: 'AK', ...keys('AK below ChainableRamRoleArn') },
    ]),
    profile('External', { process_command: helper('helper', `echo '${printed}'`) }),
    profile(
      'External',
      { process_command: helper('helper-fails', `echo ${words}; echo ${words} >&2; exit 1`) },
      {
        name: 'config.json, a helper that fails',
        unusable: true,
      },
    ),
    profile(
      'External',
      { process_command: `/no/such/helper --password=${words}` },
      {
        name: 'config.json, a helper that is not there',
        unusable: true,
      },
    ),
    profile('CredentialsURI', { credentials_uri: scene.credentialsUri }),
    profile('OIDC', {
      oidc_provider_arn: providerArn,
      oidc_token_file: scene.file('token', scene.token),
      ram_role_arn: podRoleArn,
      ram_session_name: 'planted',
    }),
    profile('CloudSSO', { ...sso, cloud_sso_access_token_expire: later }),
    profile(
      'CloudSSO',
      { ...sso, cloud_sso_access_token_expire: 1 },
      { name: 'config.json, CloudSSO that is over', unusable: true },
    ),
    profile('OAuth', {
      ...oauth('OAuth'),
      ...kept('OAuth of config.json'),
      sts_expiration: later,
      oauth_access_token_expire: later,
    }),
    profile(
      'OAuth',
      { ...oauth('OAuth that is renewed'), oauth_access_token_expire: 1 },
      {
        name: 'config.json, OAuth that is renewed',
        env: throughProxy,
        unusable: true,
      },
    ),
    profile('BearerToken', { bearer_token: scene.plant('bearer token') }, { unusable: true }),
    profile(
      'RsaKeyPair',
      { key_pair_name: 'k', private_key: scene.plant('private key of RsaKeyPair') },
      { unusable: true },
    ),
    profile('', keys('AK without a mode'), { name: 'config.json, no mode', unusable: true }),
  ];
}

function iniKinds(scene: Scene): Kind[] {
  const section = (type: string, values: Record<string, string>, more: Partial<Kind> = {}): Kind => ({
    name: `ini, ${type}`,
    files: {
      [iniFile]: [
        '[default]',
        `type = ${type}`,
        ...Object.entries(values).map(([key, value]) => `${key} = ${value}`),
      ].join('\n'),
    },
    ...more,
  });
  const keys = (name: string) => {
    const { id, secret } = scene.key(name);
    return { access_key_id: id, access_key_secret: secret };
  };
  const sts = scene.session('sts of the ini file');
  const role = { role_arn: roleArn, role_session_name: 'planted' };
  return [
    section('access_key', keys('access_key of the ini file')),
    section('sts', { access_key_id: sts.id, access_key_secret: sts.secret, security_token: sts.token }),
    section('ram_role_arn', { ...keys('ram_role_arn of the ini file'), ...role }),
    section('ecs_ram_role', { role_name: 'deploy' }),
    section('oidc_role_arn', {
      oidc_provider_arn: providerArn,
      oidc_token_file_path: scene.file('token', scene.token),
      ...role,
      role_arn: podRoleArn,
    }),
    section('credentials_uri', { credentials_uri: scene.credentialsUri }),
    section('bearer', { bearer_token: scene.plant('bearer token of the ini file', '-_') }, { unusable: true }),
    section(
      'rsa_key_pair',
      { public_key_id: 'k', private_key_file: '/k', private_key: scene.plant('key of the ini file', '-_') },
      {
        unusable: true,
      },
    ),
  ];
}
