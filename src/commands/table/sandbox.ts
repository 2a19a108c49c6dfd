import type { CommandSpec, FlagSpec } from '../spec.ts';
import { clusterId, namespace, serviceAccount } from './flags.ts';

const serverFlags: readonly FlagSpec[] = [
  {
    name: 'listen',
    kind: 'string',
    value: 'ADDRESS',
    summary: 'loopback address and port; port 0 takes a free one',
    default: '127.0.0.1:0',
  },
  { name: 'tls', kind: 'boolean', summary: 'serve https with a CA made on the spot' },
  { name: 'seed', kind: 'path', value: 'FILE', summary: 'accounts, users, roles, policies and clusters to begin with' },
  { name: 'latency', kind: 'duration', value: 'DURATION', summary: 'wait this long before every answer' },
  { name: 'fault', kind: 'strings', value: 'SPEC', summary: 'plan a fault, such as GetRole:2=503; may be repeated' },
  {
    name: 'update-time',
    kind: 'duration',
    value: 'DURATION',
    summary: 'how long a change of a cluster takes',
    default: '2s',
  },
  { name: 'session-ttl', kind: 'duration', value: 'DURATION', summary: 'shorten every session to this' },
  { name: 'access-log', kind: 'path', value: 'FILE', summary: 'append one JSON line a request' },
];

export const sandboxCommands: readonly CommandSpec[] = [
  {
    path: ['sandbox', 'start'],
    summary: 'serve a local ACK, RAM, IMS, STS, OIDC issuer and ECS metadata until stopped',
    examples: [
      'ack-ram-tool sandbox start',
      'ack-ram-tool sandbox start --tls --seed ./seed.yaml --access-log ./access.jsonl',
    ],
    flags: serverFlags,
    load: () => import('../sandbox/start.ts'),
  },
  {
    path: ['sandbox', 'run'],
    summary: 'start a sandbox, run a command in its environment, end with its exit code',
    examples: [
      'ack-ram-tool sandbox run -- ack-ram-tool rrsa demo --no-loop',
      'ack-ram-tool sandbox run --latency 30ms -- bash',
    ],
    flags: serverFlags,
    args: { usage: '-- COMMAND [ARGS...]', max: Number.POSITIVE_INFINITY },
    passThrough: true,
    load: () => import('../sandbox/run.ts'),
  },
  {
    path: ['sandbox', 'token'],
    summary: 'print a projected service-account token of a cluster of the running sandbox',
    examples: [
      'ack-ram-tool sandbox token -c c86fddxxxx -n reports -s reader',
      'ack-ram-tool sandbox token -c c86fddxxxx -n reports -s reader --audience sts.aliyuncs.com --expires-in 10m > token',
    ],
    flags: [
      clusterId,
      { ...namespace, summary: 'the Kubernetes namespace' },
      { ...serviceAccount, summary: 'the Kubernetes service account' },
      {
        name: 'audience',
        kind: 'string',
        value: 'AUDIENCE',
        summary: 'audience of the token',
        default: 'sts.aliyuncs.com',
      },
      {
        name: 'expires-in',
        kind: 'duration',
        value: 'DURATION',
        summary: 'life of the token, up to 12h',
        default: '1h',
      },
    ],
    load: () => import('../sandbox/token.ts'),
  },
  {
    path: ['sandbox', 'tour'],
    summary: 'the main job from beginning to end on a sandbox, narrated',
    examples: ['ack-ram-tool sandbox tour', 'NO_COLOR=1 ack-ram-tool sandbox tour'],
    flags: [],
    load: () => import('../sandbox/tour.ts'),
  },
];
