/** The commands that are run most: by every kubectl, in every step of a pipeline. They start without the other ones. */
import type { CommandSpec, CommandTable, FlagSpec } from '../spec.ts';
import { clusterId, sessionFlags } from './flags.ts';

/** The Go tool's folder for client certificates. */
export const defaultCacheFolder = '~/.kube/cache/ack-ram-tool/credential-plugin';

export const apiVersion: FlagSpec = {
  name: 'api-version',
  kind: 'string',
  value: 'VERSION',
  summary: 'version of client.authentication.k8s.io',
  default: 'v1beta1',
  choices: ['v1', 'v1beta1'],
};

export const credentialCacheDir: FlagSpec = {
  name: 'credential-cache-dir',
  kind: 'path',
  value: 'FOLDER',
  summary: 'where client certificates are kept between runs',
  default: defaultCacheFolder,
};

export const certificateFlags: readonly FlagSpec[] = [
  {
    name: 'expiration',
    kind: 'duration',
    value: 'DURATION',
    summary: 'life of a client certificate, 15m to 72h; 0s takes the long-lived one',
    default: '3h',
  },
  credentialCacheDir,
];

export const exportCredentials: CommandSpec = {
  path: ['export-credentials'],
  summary: 'print the current credentials, or run a command with them',
  examples: ['ack-ram-tool export-credentials -- terraform apply', 'eval "$(ack-ram-tool export-credentials -f env)"'],
  flags: [
    {
      name: 'format',
      short: 'f',
      kind: 'string',
      value: 'FORMAT',
      summary: 'what to print; without effect when COMMAND is given',
      default: 'aliyun-cli-config-json',
      choices: [
        'aliyun-cli-config-json',
        'aliyuncli-json',
        'aliyun-cli-uri-json',
        'aliyuncli-uri',
        'ecs-metadata-json',
        'ecs',
        'credential-file-ini',
        'ini',
        'environment-variables',
        'env',
        'dotenv',
        'powershell',
        'fish',
        'docker-env-file',
        'github-actions',
        'gitlab-dotenv',
      ],
    },
    { name: 'refresh', kind: 'boolean', summary: 'keep the credentials of COMMAND fresh for as long as it runs' },
    {
      name: 'serve',
      short: 's',
      kind: 'string',
      value: 'ADDRESS',
      summary: 'serve fresh credentials as a credentials URI until stopped; port 0 takes a free one',
    },
    { name: 'allow-remote', kind: 'boolean', summary: 'let --serve listen beyond this machine' },
    { name: 'imds', kind: 'boolean', summary: 'let --serve answer as ECS metadata, version 2, for every local user' },
    { name: 'imds-v1', kind: 'boolean', summary: 'let --serve answer as ECS metadata, both versions' },
    ...sessionFlags,
  ],
  args: { usage: '[[--] COMMAND [ARGS...]]', max: Number.POSITIVE_INFINITY },
  passThrough: true,
  cloud: true,
  hot: true,
  load: () => import('../export-credentials.ts'),
};

export const getCredential: CommandSpec = {
  path: ['credential-plugin', 'get-credential'],
  summary: 'print a client certificate for kubectl, as an ExecCredential',
  examples: [
    'ack-ram-tool credential-plugin get-credential -c c86fddxxxx',
    'ack-ram-tool credential-plugin get-credential -c c86fddxxxx --api-version v1 --expiration 1h',
  ],
  flags: [clusterId, apiVersion, ...certificateFlags],
  cloud: true,
  hot: true,
  load: () => import('../credential-plugin/get-credential.ts'),
};

export const getToken: CommandSpec = {
  path: ['credential-plugin', 'get-token'],
  summary: 'print a token of ack-ram-authenticator for kubectl, as an ExecCredential',
  examples: [
    'ack-ram-tool credential-plugin get-token -c c86fddxxxx',
    'ack-ram-tool credential-plugin get-token -c c86fddxxxx --api-version v1',
  ],
  flags: [clusterId, apiVersion],
  cloud: true,
  hot: true,
  load: () => import('../credential-plugin/get-token.ts'),
};

const hotTable: CommandTable = { groups: [], commands: [exportCredentials, getCredential, getToken] };

/** A table of the command that `argv` starts with, when that is one of these. */
export function hotTableFor(argv: readonly string[]): CommandTable | undefined {
  const isNamed = ({ path }: CommandSpec): boolean => path.every((word, index) => argv[index] === word);
  return hotTable.commands.some(isNamed) ? hotTable : undefined;
}
