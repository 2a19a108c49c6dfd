import type { CommandSpec, FlagSpec } from '../spec.ts';
import { associationCommands } from './associations.ts';
import { clusterId, namespace, roleName, serviceAccount, sessionFlags, timeout } from './flags.ts';

const outputs = ['text', 'json'];

const policyFlags = (verb: 'attach' | 'detach', preposition: 'to' | 'from'): readonly FlagSpec[] =>
  (['system', 'custom'] as const).map((type) => ({
    name: `${verb}-${type}-policy`,
    kind: 'strings',
    value: 'NAME',
    summary: `${verb} this ${type} policy ${preposition} the role; may be repeated`,
  }));

export const rrsaCommands: readonly CommandSpec[] = [
  {
    path: ['rrsa', 'status'],
    summary: 'show whether RRSA is on for a cluster, and its OIDC provider',
    examples: ['ack-ram-tool rrsa status -c c86fddxxxx', 'ack-ram-tool rrsa status -c c86fddxxxx -o json'],
    flags: [clusterId],
    outputs,
    cloud: true,
    load: () => import('../rrsa/status.ts'),
  },
  {
    path: ['rrsa', 'enable'],
    summary: 'turn RRSA on for a cluster and wait until it is',
    description:
      'Starts the change, waits for its task and then for the cluster. A change that is running already is joined. Pods that exist must be recreated afterwards.',
    examples: [
      'ack-ram-tool rrsa enable -c c86fddxxxx',
      'ack-ram-tool rrsa enable -c c86fddxxxx --assume-yes --timeout 30m',
    ],
    flags: [clusterId, timeout],
    outputs,
    cloud: true,
    changes: true,
    load: () => import('../rrsa/enable.ts'),
  },
  {
    path: ['rrsa', 'disable'],
    summary: 'turn RRSA off for a cluster and wait until it is',
    description:
      'Pods of the cluster can then no longer assume roles. What the service answers, a refusal included, is said as it is.',
    examples: ['ack-ram-tool rrsa disable -c c86fddxxxx', 'ack-ram-tool rrsa disable -c c86fddxxxx --dry-run'],
    flags: [clusterId, timeout],
    outputs,
    cloud: true,
    changes: true,
    load: () => import('../rrsa/disable.ts'),
  },
  {
    path: ['rrsa', 'install-helper-addon'],
    summary: 'install ack-pod-identity-webhook on a cluster and wait until it runs',
    examples: [
      'ack-ram-tool rrsa install-helper-addon -c c86fddxxxx',
      'ack-ram-tool rrsa install-helper-addon -c c86fddxxxx --assume-yes',
    ],
    flags: [clusterId, timeout],
    outputs,
    cloud: true,
    changes: true,
    load: () => import('../rrsa/install-helper-addon.ts'),
  },
  {
    path: ['rrsa', 'associate-role'],
    summary: 'let a service account assume a RAM role',
    description:
      'Adds the service account to the trust policy of the role and attaches policies to it. The change is shown as a diff and asked about once. A role that trusts the service account already is left alone.',
    examples: [
      'ack-ram-tool rrsa associate-role -c c86fddxxxx -r oss-reader -n reports -s reader',
      'ack-ram-tool rrsa associate-role -c c86fddxxxx -r oss-reader -n reports -s reader --create-role-if-not-exist --attach-system-policy AliyunOSSReadOnlyAccess',
    ],
    flags: [
      clusterId,
      roleName,
      namespace,
      serviceAccount,
      { name: 'create-role-if-not-exist', kind: 'boolean', summary: 'create the role when there is none of that name' },
      ...policyFlags('attach', 'to'),
      {
        name: 'policy-document',
        kind: 'strings',
        value: 'NAME=FILE',
        summary: 'create the custom policy NAME from FILE when it is missing; may be repeated',
      },
      { name: 'description', kind: 'string', value: 'TEXT', summary: 'description of a role that is created' },
      {
        name: 'max-session-duration',
        kind: 'duration',
        value: 'DURATION',
        summary: 'longest session of a role that is created, 1h to 12h',
      },
      {
        name: 'backup-dir',
        kind: 'path',
        value: 'FOLDER',
        summary: 'where the old trust policy is kept before it changes',
      },
    ],
    outputs,
    cloud: true,
    changes: true,
    load: () => import('../rrsa/associate-role.ts'),
  },
  {
    path: ['rrsa', 'dissociate-role'],
    summary: 'take policies away from a RAM role',
    examples: [
      'ack-ram-tool rrsa dissociate-role -c c86fddxxxx -r oss-reader --detach-system-policy AliyunOSSReadOnlyAccess',
      'ack-ram-tool rrsa dissociate-role -c c86fddxxxx -r oss-reader --detach-custom-policy reports-read --dry-run',
    ],
    flags: [clusterId, roleName, ...policyFlags('detach', 'from')],
    outputs,
    cloud: true,
    changes: true,
    load: () => import('../rrsa/dissociate-role.ts'),
  },
  ...associationCommands,
  {
    path: ['rrsa', 'assume-role'],
    summary: 'exchange an OIDC token for credentials of a RAM role and print them',
    examples: [
      'ack-ram-tool rrsa assume-role -r acs:ram::1000000000000001:role/oss-reader -p acs:ram::1000000000000001:oidc-provider/ack-rrsa-c86fddxxxx -t ./token',
      'kubectl create token reader -n reports --audience sts.aliyuncs.com | ack-ram-tool rrsa assume-role -r ROLE_ARN -p PROVIDER_ARN -t -',
    ],
    flags: [
      { name: 'role-arn', short: 'r', kind: 'string', value: 'ARN', summary: 'the RAM role', required: true },
      {
        name: 'oidc-provider-arn',
        short: 'p',
        kind: 'string',
        value: 'ARN',
        summary: 'the OIDC provider of the cluster',
        required: true,
      },
      {
        name: 'oidc-token-file',
        short: 't',
        kind: 'path',
        value: 'FILE',
        summary: 'file that holds the OIDC token; - reads stdin',
        required: true,
      },
      ...sessionFlags,
    ],
    outputs,
    cloud: true,
    load: () => import('../rrsa/assume-role.ts'),
  },
  {
    path: ['rrsa', 'demo'],
    summary: 'list the clusters with the credentials of this pod',
    description:
      'Shows that RRSA works. Goes on until it is stopped; a round that fails is reported and does not end it.',
    examples: ['ack-ram-tool rrsa demo', 'ack-ram-tool rrsa demo --no-loop --region cn-hangzhou'],
    flags: [
      { name: 'no-loop', kind: 'boolean', summary: 'do it once' },
      {
        name: 'region',
        kind: 'string',
        value: 'ID',
        summary: 'region whose endpoint is called; else --region-id, else the region of this machine',
      },
      { name: 'interval', kind: 'duration', value: 'DURATION', summary: 'pause between two rounds', default: '30s' },
    ],
    outputs,
    cloud: true,
    load: () => import('../rrsa/demo.ts'),
  },
];
