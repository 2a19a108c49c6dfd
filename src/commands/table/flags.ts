/** Flags that several commands share, and which command has which. */
import { langOfLocale } from '../../lang.ts';
import { langVariables } from '../lang.ts';
import type { CommandSpec, CommandTable, FlagSpec } from '../spec.ts';

export const helpFlag: FlagSpec = { name: 'help', short: 'h', kind: 'boolean', summary: 'show help' };
export const versionFlag: FlagSpec = { name: 'version', short: 'V', kind: 'boolean', summary: 'print the version' };

export const clusterId: FlagSpec = {
  name: 'cluster-id',
  short: 'c',
  kind: 'string',
  value: 'ID',
  summary: 'the ACK or ACS cluster',
  required: true,
};

export const roleName: FlagSpec = {
  name: 'role-name',
  short: 'r',
  kind: 'string',
  value: 'NAME',
  summary: 'the RAM role',
  required: true,
};

export const namespace: FlagSpec = {
  name: 'namespace',
  short: 'n',
  kind: 'string',
  value: 'NAMESPACE',
  summary: 'the Kubernetes namespace; `*` and `?` are wildcards',
  required: true,
};

export const serviceAccount: FlagSpec = {
  name: 'service-account',
  short: 's',
  kind: 'string',
  value: 'NAME',
  summary: 'the Kubernetes service account; `*` and `?` are wildcards',
  required: true,
};

export const timeout: FlagSpec = {
  name: 'timeout',
  kind: 'duration',
  value: 'DURATION',
  summary: 'how long to wait',
  default: '15m',
  positive: true,
};

export const backupDir: FlagSpec = {
  name: 'backup-dir',
  kind: 'path',
  value: 'FOLDER',
  summary: 'where the old trust policy is kept before it changes; else ~/.local/state/ack-ram-tool/backups',
};

/** The session that an assumed role gives. */
export const sessionFlags: readonly FlagSpec[] = [
  {
    name: 'duration',
    kind: 'duration',
    value: 'DURATION',
    summary: 'life of the session, 15m up to the limit of the role',
  },
  {
    name: 'session-name',
    kind: 'string',
    value: 'NAME',
    summary: 'name of the session, seen in audit logs; else ALIBABA_CLOUD_ROLE_SESSION_NAME, else ack-ram-tool',
  },
  {
    name: 'policy',
    kind: 'string',
    value: 'JSON',
    summary: 'session policy that narrows the rights of the role further',
  },
];

const globalFlags: readonly FlagSpec[] = [
  {
    name: 'assume-yes',
    short: 'y',
    kind: 'boolean',
    summary: 'answer every question with yes',
    env: ['ACK_RAM_TOOL_ASSUME_YES'],
  },
  {
    name: 'log-level',
    kind: 'string',
    value: 'LEVEL',
    summary: 'least level of log lines on stderr',
    env: ['ACK_RAM_TOOL_LOG_LEVEL'],
    default: 'info',
    choices: ['debug', 'info', 'warn', 'warning', 'error'],
  },
  { name: 'verbose', short: 'v', kind: 'boolean', summary: 'same as --log-level debug', env: ['ACK_RAM_TOOL_VERBOSE'] },
  {
    name: 'lang',
    kind: 'string',
    value: 'LANGUAGE',
    summary: 'language of messages and hints',
    env: langVariables,
    fromEnv: langOfLocale,
    default: 'en',
    choices: ['en', 'zh'],
  },
];

const cloudFlags: readonly FlagSpec[] = [
  {
    name: 'region-id',
    kind: 'string',
    value: 'ID',
    summary: 'region whose endpoints are called',
    env: ['ACK_RAM_TOOL_REGION_ID'],
  },
  {
    name: 'profile-file',
    kind: 'path',
    value: 'FILE',
    summary: 'take the credentials from this file: config.json of the aliyun CLI when it ends in .json, else ini',
    env: ['ACK_RAM_TOOL_PROFILE_FILE'],
  },
  {
    name: 'profile-name',
    kind: 'string',
    value: 'NAME',
    summary: 'profile of that file, or of ~/.aliyun/config.json; else its current one',
    env: [
      'ACK_RAM_TOOL_PROFILE_NAME',
      'ACK_RAM_TOOL_PROFIL_ENAME',
      'ALIBABA_CLOUD_PROFILE',
      'ALIBABACLOUD_PROFILE',
      'ALICLOUD_PROFILE',
    ],
  },
  {
    name: 'ignore-env-credentials',
    kind: 'boolean',
    summary: 'do not take credentials from environment variables',
    env: ['ACK_RAM_TOOL_IGNORE_ENV_CREDENTIALS'],
  },
  {
    name: 'ignore-aliyun-cli-credentials',
    kind: 'boolean',
    summary: 'do not take credentials from ~/.aliyun/config.json',
    env: ['ACK_RAM_TOOL_IGNORE_ALIYUN_CLI_CREDENTIALS', 'ALIBABACLOUD_IGNORE_PROFILE'],
  },
  {
    name: 'credential-type',
    kind: 'string',
    value: 'TYPE',
    summary: 'imds and ecs-role take the credentials of this ECS instance and no others',
    env: ['ACK_RAM_TOOL_CREDENTIAL_TYPE'],
    default: 'auto',
    choices: ['auto', 'imds', 'ecs-role'],
  },
  {
    name: 'oidc-token-source',
    kind: 'string',
    value: 'SOURCE',
    summary: "credentials from a pipeline's own token: github-actions, env:NAME or file:PATH",
    env: ['ACK_RAM_TOOL_OIDC_TOKEN_SOURCE'],
  },
  {
    name: 'oidc-provider-arn',
    kind: 'string',
    value: 'ARN',
    summary: 'OIDC provider that trusts that token',
    env: ['ACK_RAM_TOOL_OIDC_PROVIDER_ARN'],
  },
  {
    name: 'oidc-role-arn',
    kind: 'string',
    value: 'ARN',
    summary: 'role that the token is exchanged for',
    env: ['ACK_RAM_TOOL_OIDC_ROLE_ARN'],
  },
  {
    name: 'oidc-audience',
    kind: 'string',
    value: 'AUDIENCE',
    summary: 'audience to ask for',
    env: ['ACK_RAM_TOOL_OIDC_AUDIENCE'],
    default: 'sts.aliyuncs.com',
  },
  { name: 'role-arn', kind: 'string', value: 'ARN', summary: 'assume this role first' },
  {
    name: 'expect-account',
    kind: 'string',
    value: 'ID',
    summary: 'refuse to go on with credentials of any other account',
    env: ['ACK_RAM_TOOL_EXPECT_ACCOUNT'],
  },
  {
    name: 'cache',
    kind: 'boolean',
    summary: 'keep temporary credentials between runs',
    env: ['ACK_RAM_TOOL_CACHE'],
  },
  ...(['sts', 'ram', 'cs', 'ims'] as const).map((product) => ({
    name: `${product}-endpoint`,
    kind: 'string' as const,
    value: 'ENDPOINT',
    summary: `endpoint of ${product.toUpperCase()}: host[:port] over https, or a URL`,
    env: [`ACK_RAM_TOOL_${product.toUpperCase()}_ENDPOINT`],
  })),
  {
    name: 'use-vpc-endpoint',
    kind: 'boolean',
    summary: 'call the endpoints inside the VPC',
    env: ['ACK_RAM_TOOL_USE_VPC_ENDPOINT', 'ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED'],
  },
  { name: 'allow-insecure-http', kind: 'boolean', summary: 'allow http endpoints beyond this machine' },
  {
    name: 'emit-policy',
    kind: 'boolean',
    summary: 'print the least RAM policy that this command line needs, and do nothing else',
  },
];

const dryRun: FlagSpec = { name: 'dry-run', kind: 'boolean', summary: 'show what would change, change nothing' };

function outputFlag(choices: readonly string[]): FlagSpec {
  return {
    name: 'output',
    short: 'o',
    kind: 'string',
    value: 'FORMAT',
    summary: 'format of what is printed on stdout',
    env: ['ACK_RAM_TOOL_OUTPUT'],
    default: 'text',
    choices,
  };
}

/** Flags of the command's own, then the shared ones. A flag of its own replaces a shared one of that name. */
export function flagsOf(spec: CommandSpec): readonly FlagSpec[] {
  const shared = [
    ...(spec.changes ? [dryRun] : []),
    ...(spec.outputs ? [outputFlag(spec.outputs)] : []),
    ...globalFlags,
    ...(spec.cloud ? cloudFlags : []),
  ];
  return [...spec.flags, ...shared.filter(({ name }) => !spec.flags.some((own) => own.name === name))];
}

/** Every flag that some command has; the first of each name. */
export function allFlags(table: CommandTable): readonly FlagSpec[] {
  const known = flagsOfTables.get(table);
  if (known !== undefined) return known;
  const all = new Map<string, FlagSpec>();
  for (const spec of table.commands)
    for (const flag of flagsOf(spec)) if (!all.has(flag.name)) all.set(flag.name, flag);
  const flags = [...all.values()];
  flagsOfTables.set(table, flags);
  return flags;
}

/** A table does not change, and every command line asks more than once. */
const flagsOfTables = new WeakMap<CommandTable, readonly FlagSpec[]>();
