import type { CommandSpec } from '../spec.ts';
import { backupDir, roleName } from './flags.ts';
import { roleSettingFlags } from './role-settings.ts';

const outputs = ['text', 'json'];

/** RAM roles of pods on Elastic Container Instance. */
export const eciCommands: readonly CommandSpec[] = [
  {
    path: ['eci', 'create-role'],
    summary: 'create a RAM role that ECI pods can have',
    description:
      'Creates the role, has it trust the service ecs.aliyuncs.com, and attaches policies to it. A role that exists keeps what it has: only what is missing is added, after a diff and one question.',
    examples: [
      'ack-ram-tool eci create-role -r ECIRamRoleTest --attach-system-policy AliyunOSSReadOnlyAccess',
      'ack-ram-tool eci create-role -r ECIRamRoleTest --policy-document reports-read=./reports-read.json --dry-run',
    ],
    flags: [roleName, ...roleSettingFlags, backupDir],
    outputs,
    cloud: true,
    changes: true,
    load: () => import('../eci/create-role.ts'),
  },
];
