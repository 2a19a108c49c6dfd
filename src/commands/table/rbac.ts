import type { CommandSpec, FlagSpec } from '../spec.ts';
import { clusterId } from './flags.ts';

const outputs = ['text', 'json'];

const clusterIdOrAll: FlagSpec = { ...clusterId, summary: 'the ACK cluster, or all' };

const userId: FlagSpec = {
  name: 'user-id',
  short: 'u',
  kind: 'string',
  value: 'UID',
  summary: 'the id of a RAM user or role',
};

const privateAddress: FlagSpec = {
  name: 'private-address',
  kind: 'boolean',
  summary: 'reach the API server by its address within the VPC',
};

/** Who may do what in Kubernetes. */
export const rbacCommands: readonly CommandSpec[] = [
  {
    path: ['rbac', 'scan-user-permissions'],
    summary: 'list the RBAC bindings of RAM users and roles',
    examples: [
      'ack-ram-tool rbac scan-user-permissions -c c86fddxxxx',
      'ack-ram-tool rbac scan-user-permissions -c all --all-users -o json',
    ],
    flags: [
      clusterIdOrAll,
      { name: 'all-users', short: 'A', kind: 'boolean', summary: 'also list users and roles that are not deleted' },
      userId,
      privateAddress,
      {
        name: 'kubeconfig',
        kind: 'path',
        value: 'FILE',
        summary: 'reach the cluster by this file, and not by a kubeconfig of 15 minutes from ACK',
      },
      {
        name: 'context',
        kind: 'string',
        value: 'NAME',
        summary: 'reach the cluster by this context of your kubeconfig',
      },
    ],
    outputs,
    cloud: true,
    load: () => import('../rbac/scan-user-permissions.ts'),
  },
  {
    path: ['rbac', 'cleanup-user-permissions'],
    summary: 'take the kubeconfig and the RBAC bindings of a RAM user or role away',
    examples: [
      'ack-ram-tool rbac cleanup-user-permissions -c c86fddxxxx -u 243212345678901234',
      'ack-ram-tool rbac cleanup-user-permissions -c all -u 243212345678901234 --dry-run',
    ],
    flags: [
      clusterIdOrAll,
      { ...userId, required: true },
      { name: 'force', kind: 'boolean', summary: 'also when the user was active lately, or that is not known' },
      privateAddress,
      {
        name: 'backup-dir',
        kind: 'path',
        value: 'FOLDER',
        summary: 'where the bindings are kept before they are deleted; else ~/.local/state/ack-ram-tool/rbac',
      },
    ],
    outputs,
    cloud: true,
    changes: true,
    load: () => import('../rbac/cleanup-user-permissions.ts'),
  },
];
