import type { CommandSpec } from '../spec.ts';
import { credentialCacheDir, exportCredentials } from './hot.ts';

export const credentialCommands: readonly CommandSpec[] = [
  exportCredentials,
  {
    path: ['auth', 'whoami'],
    summary: 'show who the credentials belong to',
    examples: [
      'ack-ram-tool auth whoami',
      'ack-ram-tool auth whoami --role-arn acs:ram::1000000000000001:role/deploy -o json',
    ],
    flags: [],
    outputs: ['text', 'json'],
    cloud: true,
    load: () => import('../auth/whoami.ts'),
  },
  {
    path: ['utils', 'test-ecs-metadata'],
    summary: 'show what the metadata service of this ECS instance says',
    examples: ['ack-ram-tool utils test-ecs-metadata', 'ack-ram-tool utils test-ecs-metadata --no-loop'],
    flags: [
      { name: 'no-loop', kind: 'boolean', summary: 'do it once' },
      {
        name: 'interval',
        kind: 'duration',
        value: 'DURATION',
        summary: 'pause between two rounds',
        default: '30s',
        positive: true,
      },
      {
        name: 'credential-type',
        kind: 'string',
        value: 'TYPE',
        summary: 'always the credentials of this ECS instance',
        default: 'imds',
        choices: ['imds', 'ecs-role'],
      },
    ],
    outputs: ['text', 'json'],
    cloud: true,
    load: () => import('../utils/test-ecs-metadata.ts'),
  },
  {
    path: ['cache', 'clear'],
    summary: 'remove the credentials and client certificates that were kept between runs',
    examples: ['ack-ram-tool cache clear', 'ack-ram-tool cache clear -o json'],
    flags: [credentialCacheDir],
    outputs: ['text', 'json'],
    load: () => import('../cache/clear.ts'),
  },
];
