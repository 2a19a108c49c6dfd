import type { CommandSpec, FlagSpec } from '../spec.ts';
import { backupDir, clusterId, namespace, roleName, serviceAccount } from './flags.ts';

const outputs = ['text', 'json'];

const fileFlags: readonly FlagSpec[] = [
  {
    name: 'file',
    short: 'f',
    kind: 'path',
    value: 'FILE',
    summary: 'the associations of a cluster, YAML or JSON',
    required: true,
  },
  {
    name: 'prune',
    kind: 'boolean',
    summary: 'look at every role, and take away the service accounts of this cluster that the file does not name',
  },
  {
    name: 'compact',
    kind: 'boolean',
    summary: 'merge statements that differ in their service accounts only; what they mean stays the same',
  },
];

/** The associations of a cluster: as they are, and as a file. */
export const associationCommands: readonly CommandSpec[] = [
  {
    path: ['rrsa', 'list-associations'],
    summary: 'list the roles that trust service accounts of a cluster, and which',
    examples: [
      'ack-ram-tool rrsa list-associations -c c86fddxxxx',
      'ack-ram-tool rrsa list-associations -c c86fddxxxx -n reports -s reader',
      'ack-ram-tool rrsa list-associations -c c86fddxxxx -o yaml > associations.yaml',
    ],
    flags: [
      clusterId,
      { ...roleName, summary: 'only this role', required: false },
      {
        ...namespace,
        summary: 'only what trusts service accounts of this namespace; `*` and `?` are wildcards',
        required: false,
      },
      {
        ...serviceAccount,
        summary: 'only what trusts service accounts of this name; `*` and `?` are wildcards',
        required: false,
      },
    ],
    outputs: ['text', 'json', 'yaml', 'mermaid', 'dot'],
    cloud: true,
    load: () => import('../rrsa/list-associations.ts'),
  },
  {
    path: ['rrsa', 'plan'],
    summary: 'show what has to change so that the associations of a cluster are as a file wants them',
    examples: [
      'ack-ram-tool rrsa plan -f associations.yaml',
      'ack-ram-tool rrsa plan -f associations.yaml --prune --detailed-exitcode -o json',
    ],
    flags: [
      ...fileFlags,
      { name: 'detailed-exitcode', kind: 'boolean', summary: 'exit with 3 when something has to change' },
    ],
    outputs,
    cloud: true,
    load: () => import('../rrsa/plan.ts'),
  },
  {
    path: ['rrsa', 'apply'],
    summary: 'bring the associations of a cluster to what a file wants',
    examples: [
      'ack-ram-tool rrsa apply -f associations.yaml',
      'ack-ram-tool rrsa apply -f associations.yaml --prune --assume-yes -o json',
    ],
    flags: [...fileFlags, backupDir],
    outputs,
    cloud: true,
    changes: true,
    load: () => import('../rrsa/apply.ts'),
  },
];
