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
    examples: [
      'ack-ram-tool rabbitmq get-credentials --instance-id rabbitmq-cn-abc123',
      'eval "$(ack-ram-tool rabbitmq get-credentials --instance-id rabbitmq-cn-abc123 -o env)"',
    ],
    flags: ownerFlags,
    outputs: ['text', 'json', 'env'],
    cloud: true,
    load: () => import('../rabbitmq/get-credentials.ts'),
  },
  {
    path: ['rabbitmq', 'ping'],
    summary: 'send messages through ApsaraMQ for RabbitMQ and take them back',
    examples: [
      'ack-ram-tool rabbitmq ping --host rabbitmq-cn-abc123.net.mq.amqp.aliyuncs.com --vhost test --instance-id rabbitmq-cn-abc123',
      'ack-ram-tool rabbitmq ping --host broker.example --instance-id rabbitmq-cn-abc123 --tls --duration 5m --refresh 15s -o json',
    ],
    flags: [
      { name: 'host', kind: 'string', value: 'HOST', summary: 'the endpoint of the broker', required: true },
      { name: 'port', kind: 'string', value: 'PORT', summary: 'its port; 5672, or 5671 with --tls, unless given' },
      { name: 'vhost', kind: 'string', value: 'NAME', summary: 'the virtual host', default: '/' },
      ...ownerFlags,
      {
        name: 'queue',
        kind: 'string',
        value: 'NAME',
        summary: 'use this durable queue, which must be empty and is kept; else one of its own, deleted at the end',
      },
      {
        name: 'allow-existing',
        kind: 'boolean',
        summary: 'use --queue though it holds messages, which are put back, or has consumers',
      },
      {
        name: 'exchange',
        kind: 'string',
        value: 'NAME',
        summary: "send to this exchange, under the queue's name; else to the default exchange",
      },
      { name: 'tls', kind: 'boolean', summary: 'connect by AMQPS' },
      { name: 'duration', kind: 'duration', value: 'DURATION', summary: 'how long to send; else one message' },
      {
        name: 'interval',
        kind: 'duration',
        value: 'DURATION',
        summary: 'from one message to the next',
        default: '1s',
      },
      {
        name: 'refresh',
        kind: 'duration',
        value: 'DURATION',
        summary: 'how often to connect with fresh credentials; else after two thirds of their life',
      },
    ],
    outputs: ['text', 'json'],
    cloud: true,
    load: () => import('../rabbitmq/ping.ts'),
  },
];
