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
  {
    path: ['eci', 'annotate'],
    summary: 'give the pods of manifests a RAM role for when they run on ECI',
    description:
      'Puts the annotation k8s.aliyun.com/eci-ram-role-name into the metadata of Pods, and of the pod templates of Deployments, StatefulSets, DaemonSets, ReplicaSets, Jobs, CronJobs and Lists of them, and prints the manifests; comments, layout and everything else stay. It takes effect when a pod is created, so pods that run already must be recreated. A pod without the label alibabacloud.com/eci is pointed out on stderr.',
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
];
