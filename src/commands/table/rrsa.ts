import type { CommandSpec } from '../spec.ts';
import { associationCommands } from './associations.ts';
import { backupDir, clusterId, namespace, roleName, serviceAccount, sessionFlags, timeout } from './flags.ts';
import { policyFlags, roleSettingFlags } from './role-settings.ts';

const outputs = ['text', 'json'];

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
      ...roleSettingFlags,
      backupDir,
    ],
    outputs,
    cloud: true,
    changes: true,
    load: () => import('../rrsa/associate-role.ts'),
  },
  {
    path: ['rrsa', 'dissociate-role'],
    summary: 'take the trust of a service account, and policies, away from a RAM role',
    description:
      'Takes exactly what is named: the subject out of its statement, or the statement when it names no other. A statement that trusts more than that, by a wildcard say, is not narrowed: it is said so and nothing is changed. Without -n and -s only the policies are detached. Works when RRSA is off or the cluster is gone, too.',
    examples: [
      'ack-ram-tool rrsa dissociate-role -c c86fddxxxx -r oss-reader -n reports -s reader',
      'ack-ram-tool rrsa dissociate-role -c c86fddxxxx -r oss-reader -n reports -s reader --detach-system-policy AliyunOSSReadOnlyAccess --delete-role-if-unused',
      'ack-ram-tool rrsa dissociate-role -c c86fddxxxx -r oss-reader --detach-custom-policy reports-read --dry-run',
    ],
    flags: [
      clusterId,
      roleName,
      { ...namespace, required: false },
      { ...serviceAccount, required: false },
      ...policyFlags('detach', 'from'),
      {
        name: 'delete-role-if-unused',
        kind: 'boolean',
        summary: 'delete the role when nobody is trusted and no policy is attached any more',
      },
      backupDir,
    ],
    outputs,
    cloud: true,
    changes: true,
    load: () => import('../rrsa/dissociate-role.ts'),
  },
  {
    path: ['rrsa', 'restore-trust-policy'],
    summary: 'put the trust policy of a role back as a backup file has it',
    description:
      'Every change of a trust policy keeps the one before in a file and says where. The document becomes exactly the one of that file; the one that it replaces is kept as well. When somebody else changes it after the change was shown, nothing is written.',
    examples: [
      'ack-ram-tool rrsa restore-trust-policy -r oss-reader --from ~/.local/state/ack-ram-tool/backups/20260102T030405Z-1000000000000001-oss-reader-1a2b3c4d.json',
      'ack-ram-tool rrsa restore-trust-policy -r oss-reader --from ./backup.json --dry-run',
    ],
    flags: [
      roleName,
      { name: 'from', kind: 'path', value: 'FILE', summary: 'the backup file', required: true },
      { name: 'force', kind: 'boolean', summary: 'take the backup of another role or account, too' },
      backupDir,
    ],
    outputs,
    cloud: true,
    changes: true,
    load: () => import('../rrsa/restore-trust-policy.ts'),
  },
  {
    path: ['rrsa', 'explain'],
    summary: 'say whether a role trusts a service account, statement by statement, and what would have it do so',
    description:
      'Evaluates the trust policy of a role, or of a file, for a service account or for a real token. Says of every statement whether its principal, its action and each of its conditions fit, what is wrong or broader than it need be, and the command or statement that would make it allowed. Exits with 3 when it is not. A token is decoded here and neither sent anywhere nor shown.',
    examples: [
      'ack-ram-tool rrsa explain -c c86fddxxxx -r oss-reader -n reports -s reader',
      'ack-ram-tool rrsa explain -c c86fddxxxx -r oss-reader --oidc-token-file ./token',
      'ack-ram-tool rrsa explain -c c86fddxxxx --policy-file ./trust.json -n reports -s reader -o json',
    ],
    flags: [
      clusterId,
      { ...roleName, required: false },
      { ...namespace, summary: 'the Kubernetes namespace', required: false },
      { ...serviceAccount, summary: 'the Kubernetes service account', required: false },
      {
        name: 'oidc-token-file',
        kind: 'path',
        value: 'FILE',
        summary: 'file that holds the token that is asked for, instead of -n and -s; - reads stdin',
      },
      {
        name: 'policy-file',
        kind: 'path',
        value: 'FILE',
        summary: 'trust policy to evaluate, instead of that of a role',
      },
    ],
    outputs,
    cloud: true,
    load: () => import('../rrsa/explain.ts'),
  },
  {
    path: ['rrsa', 'setup-addon'],
    summary: 'give an addon of a cluster the RAM policy and role it needs',
    description:
      'Creates a custom policy and a role of the cluster for the addon, attaches one to the other, and lets the service account of the addon assume the role. What is there already stays as it is. Known addons: kritis-validation-hook and ack-erdma-controller.',
    examples: [
      'ack-ram-tool rrsa setup-addon -c c86fddxxxx -a kritis-validation-hook',
      'ack-ram-tool rrsa setup-addon -c c86fddxxxx -a ack-erdma-controller --dry-run',
    ],
    flags: [
      clusterId,
      {
        name: 'addon-name',
        short: 'a',
        kind: 'string',
        value: 'NAME',
        summary: 'kritis-validation-hook or ack-erdma-controller',
        required: true,
      },
      backupDir,
    ],
    outputs,
    cloud: true,
    changes: true,
    load: () => import('../rrsa/setup-addon.ts'),
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
