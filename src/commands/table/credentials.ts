import type { CommandSpec } from '../spec.ts';
import { sessionFlags } from './flags.ts';

export const credentialCommands: readonly CommandSpec[] = [
  {
    path: ['export-credentials'],
    summary: 'print the current credentials, or run a command with them',
    description:
      'With COMMAND the credentials go into its environment and nothing is printed; its exit code is passed on. Every variable that could make it pick other credentials is removed first.',
    examples: [
      'ack-ram-tool export-credentials -- terraform apply',
      'eval "$(ack-ram-tool export-credentials -f env)"',
    ],
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
    load: () => import('../export-credentials.ts'),
  },
];
