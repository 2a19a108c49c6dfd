import type { CommandSpec } from '../spec.ts';

export const helpCommands: readonly CommandSpec[] = [
  {
    path: ['help', 'permissions'],
    summary: 'list the RAM permissions that each command needs',
    examples: ['ack-ram-tool help permissions', 'ack-ram-tool help permissions -o json'],
    flags: [],
    outputs: ['text', 'json'],
    load: () => import('../help/permissions.ts'),
  },
];
