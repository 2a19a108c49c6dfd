import { parseRoleArn } from '../../policy/arn.ts';
import {
  allRoles,
  type CommandLine,
  ofCluster,
  onlyIf,
  type Permission,
  type PermissionTable,
  reads,
  roleResource,
  writes,
} from './permission.ts';

/** The role of `--role-name`, which may be an ARN here; else whichever the service account is annotated with. */
function roleAsked({ flags }: CommandLine): string[] {
  if (!flags.string('cluster-id')) return [];
  const name = flags.string('role-name');
  if (name) return [roleResource(parseRoleArn(name)?.roleName ?? name)];
  return flags.string('service-account') ? [allRoles] : [];
}

/** The OIDC provider that RRSA makes for a cluster. */
function providerOf({ flags }: CommandLine): string[] {
  const clusterId = flags.string('cluster-id');
  return clusterId ? [`acs:ram:*:*:oidc-provider/ack-rrsa-${clusterId}`] : [];
}

const unlessListing = ({ on, ...row }: Permission): Permission => ({
  ...row,
  on: (line) => (line.flags.boolean('list') ? [] : on(line)),
});

const fixes = (row: Permission): Permission =>
  onlyIf((flags) => flags.boolean('fix') && !flags.boolean('dry-run'), row, 'with --fix');

export const doctorPermissions: PermissionTable = {
  'rrsa doctor': {
    permissions: [
      reads('cs:DescribeClusterDetail', 'cluster', ofCluster),
      reads('cs:GetClusterAddonInstance', 'cluster', ofCluster),
      onlyIf(
        (flags) => flags.string('kubeconfig') === undefined && flags.string('context') === undefined,
        reads(
          'cs:DescribeClusterUserKubeconfig',
          'cluster',
          (line) => (line.flags.string('namespace') ? ofCluster(line) : []),
          { without: 'namespace, service account and pods are not looked at' },
        ),
        'unless --kubeconfig or --context',
      ),
      reads('ram:GetOIDCProvider', 'provider', providerOf, { without: 'the OIDC provider is not looked at' }),
      reads('ram:GetRole', 'role', roleAsked),
      reads('ram:ListPoliciesForRole', 'role', roleAsked),
      fixes(writes('cs:InstallClusterAddons', 'cluster', ofCluster)),
      fixes(writes('ram:UpdateRole', 'role', roleAsked)),
      fixes(
        reads('cs:DescribeTaskInfo', 'cluster', ofCluster, { without: 'the addon is watched instead of the task' }),
      ),
    ].map(unlessListing),
    note: 'GetCallerIdentity is called, which needs no permission. What is in the cluster is read and changed with the rights of the kubeconfig.',
  },
};
