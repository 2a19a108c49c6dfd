import { checkClusterId, checkRoleName } from '../policy/name.ts';
import { requireAddonPreset } from './addon-presets.ts';
import { type AssociateRolePorts, associateRole } from './associate.ts';
import type { RoleResult } from './trust-role.ts';

export interface SetupAddonInput {
  clusterId: string;
  addonName: string;
  dryRun: boolean;
}

/**
 * Gives an addon of a cluster what it needs of RAM: a policy, a role with that policy, and the trust of its service
 * account. What is there already stays as it is. Throws `USAGE` for an unknown addon, and what `associateRole` throws.
 */
export async function setupAddon(input: SetupAddonInput, ports: AssociateRolePorts): Promise<RoleResult> {
  const { clusterId, addonName, dryRun } = input;
  const { roleName, namespace, serviceAccount, policy } = requireAddonPreset(addonName);
  return associateRole(
    {
      clusterId,
      roleName: checkRoleName(roleName(checkClusterId(clusterId)), 'role'),
      namespace,
      serviceAccount,
      createRole: true,
      systemPolicies: [],
      customPolicies: [],
      policyDocuments: [policy],
      dryRun,
    },
    ports,
  );
}
