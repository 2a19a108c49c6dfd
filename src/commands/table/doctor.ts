import type { CommandSpec } from '../spec.ts';
import { backupDir, clusterId, namespace, roleName, serviceAccount } from './flags.ts';

export const doctorCommand: CommandSpec = {
  path: ['rrsa', 'doctor'],
  summary: 'find out why a pod gets no credentials',
  examples: [
    'ack-ram-tool rrsa doctor -c c86fddxxxx -n reports -s reader -r oss-reader',
    'ack-ram-tool rrsa doctor -c c86fddxxxx -n reports -s reader --fix',
    'ack-ram-tool rrsa doctor --oidc-token-file ./token',
    'kubectl exec deploy/reader -n reports -- ack-ram-tool rrsa doctor',
  ],
  flags: [
    { ...clusterId, required: false },
    {
      ...roleName,
      summary: 'the RAM role, by name or ARN; else the one that the service account names',
      required: false,
    },
    { ...namespace, summary: 'the Kubernetes namespace', required: false },
    { ...serviceAccount, summary: 'the Kubernetes service account', required: false },
    { name: 'pod', kind: 'string', value: 'NAME', summary: 'only this pod of the namespace' },
    {
      name: 'oidc-token-file',
      kind: 'path',
      value: 'FILE',
      summary: 'file that holds the token to look at; - reads stdin',
    },
    { name: 'assume', kind: 'boolean', summary: 'ask STS with that token, as --oidc-role-arn' },
    {
      name: 'kubeconfig',
      kind: 'path',
      value: 'FILE',
      summary: 'look into the cluster with this kubeconfig; else with that of --cluster-id',
    },
    { name: 'context', kind: 'string', value: 'NAME', summary: 'context of that kubeconfig' },
    { name: 'private-address', kind: 'boolean', summary: 'look into the cluster at its address within the VPC' },
    { name: 'fix', kind: 'boolean', summary: 'do what mends it, after one question, and look again' },
    { name: 'list', kind: 'boolean', summary: 'list the checks' },
    {
      name: 'timeout',
      kind: 'duration',
      value: 'DURATION',
      summary: 'how long all checks together may take',
      default: '30s',
      positive: true,
    },
    backupDir,
  ],
  outputs: ['text', 'json'],
  cloud: true,
  changes: true,
  load: () => import('../rrsa/doctor.ts'),
};
