import type { StsPort } from '../cloud/ports.ts';
import { roleArn } from '../policy/arn.ts';
import { checkRoleName } from '../policy/name.ts';
import { planServiceTrust } from '../policy/service-trust.ts';
import {
  checkRoleSettings,
  type RoleResult,
  type RoleSettings,
  type TrustRolePorts,
  trustRole,
} from '../rrsa/trust-role.ts';

/** The service that gives its instances, ECI pods among them, the credentials of their role. Source: "Assign a RAM role to a pod" of the ECI documentation. */
const ecsService = 'ecs.aliyuncs.com';

export interface CreateEciRoleInput extends RoleSettings {
  roleName: string;
  dryRun: boolean;
}

export interface CreateEciRolePorts extends TrustRolePorts {
  /** Asked for the account of a role that does not exist yet. */
  sts: Pick<StsPort, 'getCallerIdentity'>;
}

/**
 * Makes a role that ECI pods can have: created when it is missing, trusted by ECS, policies attached. Looks first, shows
 * the change, asks once. A role that is there keeps everything it has.
 *
 * Throws `USAGE`, and what `trustRole` throws.
 */
export async function createEciRole(input: CreateEciRoleInput, ports: CreateEciRolePorts): Promise<RoleResult> {
  const { roleName, dryRun } = input;
  checkRoleName(roleName);
  checkRoleSettings(input);
  const role = await ports.ram.getRole(roleName);
  const accountId = role === undefined ? (await ports.sts.getCallerIdentity()).accountId : '';
  return trustRole(
    {
      roleName,
      whom: `service ${ecsService}`,
      plan: (document) => planServiceTrust(document, ecsService),
      settings: input,
      reason: 'eci-create-role',
      dryRun,
    },
    role,
    role?.arn ?? roleArn(accountId, roleName),
    ports,
  );
}
