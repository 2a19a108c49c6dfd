/** Permissions of the commands that are no part of `rrsa`. */
import { defaultPolicyName } from '../../eci/pass-role-policy.ts';
import type { Flags } from '../options.ts';
import {
  allClusters,
  allRoles,
  allUsers,
  type CommandLine,
  ofCluster,
  ofRole,
  onlyIf,
  type PermissionTable,
  policyResource,
  reads,
  userResource,
  writes,
} from './permission.ts';
import { roleSettingPermissions } from './role-settings.ts';

const describeCluster = reads('cs:DescribeClusterDetail', 'cluster', ofCluster);

const kubeconfig = { permissions: [reads('cs:DescribeClusterUserKubeconfig', 'cluster', ofCluster)] };

const fromCluster = {
  permissions: [onlyIf((flags) => flags.string('cluster-id') !== undefined, describeCluster, 'with --cluster-id')],
};

const isAll = (flags: Flags): boolean => flags.string('cluster-id') === 'all';
const chosenClusters = (line: CommandLine): string[] => (isAll(line.flags) ? [allClusters] : ofCluster(line));
const isOwnKubeconfig = (flags: Flags): boolean =>
  flags.string('kubeconfig') !== undefined || flags.string('context') !== undefined;

const directory = [
  reads('ram:ListUsers', 'account', () => [allUsers]),
  reads('ram:ListRoles', 'account', () => [allRoles]),
  onlyIf(
    isAll,
    reads('cs:DescribeClusters', 'account', () => [allClusters]),
    'with --cluster-id all',
  ),
  onlyIf(
    (flags) => !isAll(flags),
    reads('cs:DescribeClusterDetail', 'cluster', ofCluster, {
      without: 'the cluster is named by its id only, and not known to be running',
    }),
    'unless --cluster-id all',
  ),
];

const getsPolicy = (flags: Flags): boolean => flags.boolean('create');
const getsUser = (flags: Flags): boolean => getsPolicy(flags) && flags.string('attach-to-user') !== undefined;
const passRolePolicy = ({ flags }: CommandLine): string[] => [
  policyResource(flags.string('policy-name') ?? defaultPolicyName(flags.required('role-name'))),
];
const passRoleUser = ({ flags }: CommandLine): string[] => [userResource(flags.required('attach-to-user'))];

const ownKeys = 'No service is called but the one that issues the credentials.';

export const otherPermissions: PermissionTable = {
  'webhook serve': { ...fromCluster, note: 'The API server allows by its own rules; see webhook manifests.' },
  'webhook manifests': fromCluster,
  'export-credentials': { permissions: [], note: ownKeys },
  'auth whoami': { permissions: [], note: 'GetCallerIdentity is called, which needs no permission.' },
  'utils test-ecs-metadata': { permissions: [], note: 'The metadata service of the instance needs no permission.' },
  'rbac scan-user-permissions': {
    permissions: [
      ...directory,
      onlyIf(
        (flags) => !isOwnKubeconfig(flags),
        reads('cs:DescribeClusterUserKubeconfig', 'all', chosenClusters),
        'unless --kubeconfig or --context',
      ),
    ],
    note: 'GetCallerIdentity is called, which needs no permission. Bindings are read with the rights of the kubeconfig.',
  },
  'rbac cleanup-user-permissions': {
    permissions: [
      ...directory,
      reads('cs:DescribeClusterUserKubeconfig', 'all', chosenClusters),
      reads('cs:DescribeUserClusterActivityState', 'all', chosenClusters, {
        without: 'it is not known whether the user was active lately',
      }),
      writes('cs:CleanClusterUserPermissions', 'all', chosenClusters),
    ],
    note: 'GetCallerIdentity is called, which needs no permission. Bindings are read with the rights of the kubeconfig.',
  },
  'get-kubeconfig': kubeconfig,
  'credential-plugin get-kubeconfig': kubeconfig,
  'credential-plugin get-credential': kubeconfig,
  'credential-plugin get-token': { permissions: [], note: ownKeys },
  'rabbitmq get-credentials': { permissions: [], note: ownKeys },
  'rabbitmq ping': { permissions: [], note: 'What the broker allows its users is not checked here.' },
  'eci create-role': {
    permissions: [
      reads('ram:GetRole', 'role', ofRole),
      writes('ram:UpdateRole', 'role', ofRole),
      writes('ram:CreateRole', 'role', ofRole),
      ...roleSettingPermissions,
    ],
    note: 'GetCallerIdentity is called, which needs no permission.',
  },
  'eci pass-role-policy': {
    permissions: [
      onlyIf(getsPolicy, reads('ram:GetPolicy', 'policy', passRolePolicy), 'with --create'),
      onlyIf(getsPolicy, writes('ram:CreatePolicy', 'policy', passRolePolicy), 'with --create'),
      onlyIf(getsUser, reads('ram:ListPoliciesForUser', 'user', passRoleUser), 'with --attach-to-user'),
      onlyIf(
        getsUser,
        writes('ram:AttachPolicyToUser', 'user', (line) => [...passRoleUser(line), ...passRolePolicy(line)]),
        'with --attach-to-user',
      ),
    ],
  },
};
