import type { CommandSpec, FlagSpec } from '../spec.ts';

const ownerFlags: readonly FlagSpec[] = [
  { name: 'instance-id', kind: 'string', value: 'ID', summary: 'the ApsaraMQ for RabbitMQ instance' },
  {
    name: 'uid',
    kind: 'string',
    value: 'UID',
    summary: "the account that owns the instance, in the instance id's place",
  },
];

export const rabbitMqCommands: readonly CommandSpec[] = [
  {
    path: ['rabbitmq', 'get-credentials'],
    summary: 'print a user name and a password for ApsaraMQ for RabbitMQ',
    description:
      'Both are made of the current credentials, and are good for as long as those. They hold the security token: treat them as a secret.',
    examples: [
      'ack-ram-tool rabbitmq get-credentials --instance-id rabbitmq-cn-abc123',
      'eval "$(ack-ram-tool rabbitmq get-credentials --instance-id rabbitmq-cn-abc123 -o env)"',
    ],
    flags: ownerFlags,
    outputs: ['text', 'json', 'env'],
    cloud: true,
    load: () => import('../rabbitmq/get-credentials.ts'),
  },
];
