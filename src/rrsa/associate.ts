import type { AckPort, Role } from '../cloud/ports.ts';
import { ToolError } from '../errors.ts';
import { parseOidcProviderArn, roleArn } from '../policy/arn.ts';
import { checkClusterId, checkRoleName } from '../policy/name.ts';
import { checkNamespace, checkServiceAccount } from '../policy/subject.ts';
import { planTrust, type ServiceAccountTrust } from '../policy/trust.ts';
import { requireCluster, requireRrsa, requireSupported } from './cluster.ts';
import { checkRoleSettings, type RoleResult, type RoleSettings, type TrustRolePorts, trustRole } from './trust-role.ts';

export interface AssociateRoleInput extends RoleSettings {
  clusterId: string;
  roleName: string;
  /** `*` and `?` stand for any characters, as in `serviceAccount`. */
  namespace: string;
  serviceAccount: string;
  /** Create the role when there is none; otherwise a missing role is an error. */
  createRole: boolean;
  dryRun: boolean;
}

export interface AssociateRolePorts extends TrustRolePorts {
  ack: Pick<AckPort, 'getCluster'>;
}

/**
 * Lets a service account of a cluster assume a role: trust policy, and policies attached. Looks first, shows the change,
 * asks once, changes nothing before. Something that is so already is left as it is.
 *
 * Throws `USAGE`, `CLUSTER_NOT_FOUND`, `CLUSTER_UNSUPPORTED`, `RRSA_DISABLED`, `ROLE_NOT_FOUND`, and what `trustRole`
 * throws.
 */
export async function associateRole(input: AssociateRoleInput, ports: AssociateRolePorts): Promise<RoleResult> {
  checkInput(input);
  const { clusterId, roleName, namespace, serviceAccount, dryRun } = input;
  const { role, want } = await look(input, ports);
  return trustRole(
    {
      roleName,
      whom: `service account ${namespace}/${serviceAccount}`,
      of: `cluster ${clusterId}`,
      plan: (document) => planTrust(document, want),
      settings: input,
      reason: 'associate-role',
      dryRun,
    },
    role,
    roleArn(parseOidcProviderArn(want.providerArn)?.accountId ?? '', roleName),
    ports,
  );
}

function checkInput(input: AssociateRoleInput): void {
  checkClusterId(input.clusterId);
  checkRoleName(input.roleName);
  checkNamespace(input.namespace, { wildcards: true });
  checkServiceAccount(input.serviceAccount, { wildcards: true });
  checkRoleSettings(input);
}

/** Reads cluster and role at the same time. */
async function look(
  input: AssociateRoleInput,
  { ack, ram, report }: AssociateRolePorts,
): Promise<{ role: Role | undefined; want: ServiceAccountTrust }> {
  const [clusterRead, roleRead] = await Promise.allSettled([
    requireCluster(ack, input.clusterId),
    ram.getRole(input.roleName),
  ]);
  const cluster = settledValue(clusterRead);
  requireSupported(cluster, report);
  const { namespace, serviceAccount } = input;
  const want = { ...requireRrsa(cluster), namespace, serviceAccount };
  const role = settledValue(roleRead);
  if (role === undefined && !input.createRole) {
    throw new ToolError('ROLE_NOT_FOUND', `there is no role ${input.roleName}`, {
      hint: 'to create it, run this command again with --create-role-if-not-exist',
    });
  }
  return { role, want };
}

function settledValue<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
}
