import { requireAddonPreset } from '../../rrsa/addon-presets.ts';
import type { WantedRole } from '../../rrsa/read-associations.ts';
import { listWanted } from '../../rrsa/role-policies.ts';
import {
  allClusters,
  allRoles,
  type CommandLine,
  clusterResource,
  ofCluster,
  ofRole,
  onlyIf,
  type Permission,
  type PermissionTable,
  policyResource,
  reads,
  roleResource,
  writes,
} from './permission.ts';
import { attachment, roleSettingPermissions } from './role-settings.ts';

const describeCluster = reads('cs:DescribeClusterDetail', 'cluster', ofCluster);
const getRole = reads('ram:GetRole', 'role', ofRole);
const updateRole = writes('ram:UpdateRole', 'role', ofRole);

/** What waiting for a change of a cluster is the better for. */
function waitingFor(on: Permission['on']): readonly Permission[] {
  const unlessDry: Permission['on'] = (line) => (line.flags.boolean('dry-run') ? [] : on(line));
  return [
    reads('cs:DescribeTaskInfo', 'cluster', unlessDry, {
      when: 'unless --dry-run',
      without: 'the cluster is watched instead of the task',
    }),
    reads('cs:DescribeClusterLogs', 'cluster', unlessDry, {
      when: 'when the change fails',
      without: 'the log of the cluster is not quoted',
    }),
  ];
}

const switchRrsa: readonly Permission[] = [
  describeCluster,
  writes('cs:ModifyCluster', 'cluster', ofCluster),
  reads('cs:DescribeClusterTasks', 'cluster', (line) => (line.flags.boolean('dry-run') ? [] : ofCluster(line)), {
    when: 'unless --dry-run',
    without: 'a change that is running already may not be joined',
  }),
  ...waitingFor(ofCluster),
];

const detached = ({ flags }: CommandLine): string[] => [
  ...flags.strings('detach-system-policy'),
  ...flags.strings('detach-custom-policy'),
];

/** Role and policy of the addon of `--addon-name`. Throws `USAGE` for an unknown one. */
function addonOf({ flags }: CommandLine): { role: string; policy: string } {
  const { roleName, policy } = requireAddonPreset(flags.required('addon-name'));
  return { role: roleResource(roleName(flags.required('cluster-id'))), policy: policyResource(policy.name) };
}

const filterOrAll = (line: CommandLine): string[] => (line.flags.string('role-name') ? ofRole(line) : [allRoles]);

const rolesOfFile = ({ file }: CommandLine): readonly WantedRole[] => file?.roles ?? [];
const withPolicies = (line: CommandLine): WantedRole[] =>
  rolesOfFile(line).filter((role) => listWanted(role).length > 0);
const namesOf = (roles: readonly WantedRole[]): string[] => roles.map(({ name }) => roleResource(name));
const policiesOf = (roles: readonly WantedRole[]): string[] => [
  ...new Set(roles.flatMap((role) => listWanted(role).map(({ name }) => policyResource(name)))),
];
const clusterOfFile = ({ file }: CommandLine): string[] => (file ? [clusterResource(file.clusterId)] : []);
const addonOfFile = (line: CommandLine): string[] => (line.file?.helperAddon ? clusterOfFile(line) : []);
const isPruning = ({ flags }: CommandLine): boolean => flags.boolean('prune');
const rolesOrAll = (line: CommandLine): string[] => (isPruning(line) ? [allRoles] : namesOf(rolesOfFile(line)));

const planned: readonly Permission[] = [
  reads('cs:DescribeClusterDetail', 'cluster', clusterOfFile),
  reads('ram:GetRole', 'all', rolesOrAll),
  reads('ram:ListRoles', 'account', (line) => (isPruning(line) ? [allRoles] : []), { when: 'with --prune' }),
  reads('ram:ListPoliciesForRole', 'role', (line) => namesOf(withPolicies(line)), {
    when: 'for roles with policies in the file',
  }),
  reads('ram:GetPolicy', 'policy', (line) => policiesOf(rolesOfFile(line)), {
    when: 'for the policies in the file',
  }),
  reads('cs:GetClusterAddonInstance', 'cluster', addonOfFile, { when: 'with `helperAddon: true` in the file' }),
];

export const rrsaPermissions: PermissionTable = {
  'rrsa status': { permissions: [describeCluster] },
  'rrsa enable': { permissions: switchRrsa },
  'rrsa disable': { permissions: switchRrsa },
  'rrsa install-helper-addon': {
    permissions: [
      describeCluster,
      reads('cs:GetClusterAddonInstance', 'cluster', ofCluster),
      writes('cs:InstallClusterAddons', 'cluster', ofCluster),
      ...waitingFor(ofCluster),
    ],
  },
  'rrsa associate-role': {
    permissions: [
      describeCluster,
      getRole,
      updateRole,
      onlyIf(
        (flags) => flags.boolean('create-role-if-not-exist'),
        writes('ram:CreateRole', 'role', ofRole),
        'with --create-role-if-not-exist',
      ),
      ...roleSettingPermissions,
    ],
  },
  'rrsa dissociate-role': {
    permissions: [
      onlyIf((flags) => flags.string('namespace') !== undefined, describeCluster, 'with --namespace'),
      getRole,
      onlyIf((flags) => flags.string('namespace') !== undefined, updateRole, 'with --namespace'),
      reads(
        'ram:ListPoliciesForRole',
        'role',
        (line) => (detached(line).length > 0 || line.flags.boolean('delete-role-if-unused') ? ofRole(line) : []),
        { when: 'with --detach-system-policy, --detach-custom-policy or --delete-role-if-unused' },
      ),
      writes('ram:DetachPolicyFromRole', 'role', (line) => attachment(line, detached(line)), {
        when: 'with --detach-system-policy or --detach-custom-policy',
      }),
      onlyIf(
        (flags) => flags.boolean('delete-role-if-unused'),
        writes('ram:DeleteRole', 'role', ofRole),
        'with --delete-role-if-unused',
      ),
    ],
  },
  'rrsa restore-trust-policy': { permissions: [getRole, updateRole] },
  'rrsa explain': {
    permissions: [
      describeCluster,
      onlyIf((flags) => flags.string('role-name') !== undefined, getRole, 'with --role-name'),
    ],
  },
  'rrsa setup-addon': {
    permissions: [
      describeCluster,
      reads('ram:GetRole', 'role', (line) => [addonOf(line).role]),
      writes('ram:UpdateRole', 'role', (line) => [addonOf(line).role]),
      writes('ram:CreateRole', 'role', (line) => [addonOf(line).role]),
      reads('ram:ListPoliciesForRole', 'role', (line) => [addonOf(line).role]),
      reads('ram:GetPolicy', 'policy', (line) => [addonOf(line).policy]),
      writes('ram:CreatePolicy', 'policy', (line) => [addonOf(line).policy]),
      writes('ram:AttachPolicyToRole', 'role', (line) => [addonOf(line).role, addonOf(line).policy]),
    ],
  },
  'rrsa list-associations': {
    permissions: [
      describeCluster,
      onlyIf(
        (flags) => !flags.string('role-name'),
        reads('ram:ListRoles', 'account', () => [allRoles]),
        'without --role-name',
      ),
      reads('ram:GetRole', 'all', filterOrAll),
      reads('ram:ListPoliciesForRole', 'all', filterOrAll),
      onlyIf(
        (flags) => flags.string('output') === 'yaml',
        reads('cs:GetClusterAddonInstance', 'cluster', ofCluster, { without: 'the file says nothing of the addon' }),
        'with -o yaml',
      ),
    ],
  },
  'rrsa plan': { permissions: planned },
  'rrsa apply': {
    permissions: [
      ...planned,
      writes('ram:UpdateRole', 'all', rolesOrAll),
      writes('ram:CreateRole', 'role', (line) => namesOf(rolesOfFile(line).filter(({ create }) => create)), {
        when: 'for roles with `create: true` in the file',
      }),
      writes(
        'ram:CreatePolicy',
        'policy',
        (line) =>
          rolesOfFile(line).flatMap(({ policyDocuments }) => policyDocuments.map(({ name }) => policyResource(name))),
        { when: 'for policyDocuments in the file' },
      ),
      writes(
        'ram:AttachPolicyToRole',
        'role',
        (line) => [...namesOf(withPolicies(line)), ...policiesOf(rolesOfFile(line))],
        { when: 'for the policies in the file' },
      ),
      writes('cs:InstallClusterAddons', 'cluster', addonOfFile, { when: 'with `helperAddon: true` in the file' }),
      ...waitingFor(addonOfFile),
    ],
  },
  'rrsa assume-role': { permissions: [], note: 'STS is asked without credentials; the token alone decides.' },
  'rrsa demo': { permissions: [reads('cs:DescribeClusters', 'account', () => [allClusters])] },
  'rrsa inject': {
    permissions: [onlyIf((flags) => flags.string('cluster-id') !== undefined, describeCluster, 'with --cluster-id')],
    note: 'The API server of the kubeconfig, where it is asked, allows by its own rules.',
  },
};
