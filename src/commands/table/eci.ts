import type { CommandSpec } from '../spec.ts';
import { backupDir, roleName } from './flags.ts';
import { roleSettingFlags } from './role-settings.ts';

const outputs = ['text', 'json'];

/** RAM roles of pods on Elastic Container Instance. */
export const eciCommands: readonly CommandSpec[] = [
  {
    path: ['eci', 'create-role'],
    summary: 'create a RAM role that ECI pods can have',
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
  {
    path: ['eci', 'annotate'],
    summary: 'give the pods of manifests a RAM role for when they run on ECI',
    examples: [
      'ack-ram-tool eci annotate -f deployment.yaml -r ECIRamRoleTest | kubectl apply -f -',
      'helm template app ./chart | ack-ram-tool eci annotate -f - -r ECIRamRoleTest',
    ],
    flags: [
      {
        name: 'file',
        short: 'f',
        kind: 'path',
        value: 'FILE',
        summary: 'the manifests, YAML or JSON, any number of documents; - reads stdin',
        required: true,
      },
      roleName,
    ],
    load: () => import('../eci/annotate.ts'),
  },
  {
    path: ['eci', 'pass-role-policy'],
    summary: 'print, or create and attach, the policy that lets a RAM user give a role to pods',
    examples: [
      'ack-ram-tool eci pass-role-policy -r ECIRamRoleTest',
      'ack-ram-tool eci pass-role-policy -r ECIRamRoleTest --create --attach-to-user deployer',
    ],
    flags: [
      roleName,
      { name: 'create', kind: 'boolean', summary: 'create the custom policy when there is none' },
      {
        name: 'attach-to-user',
        kind: 'string',
        value: 'NAME',
        summary: 'attach it to this RAM user; goes with --create',
      },
      {
        name: 'policy-name',
        kind: 'string',
        value: 'NAME',
        summary: 'name of the custom policy; else pass-role- and the name of the role',
      },
    ],
    outputs,
    cloud: true,
    changes: true,
    load: () => import('../eci/pass-role-policy.ts'),
  },
];
