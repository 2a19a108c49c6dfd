import type { RamPort } from '../cloud/ports.ts';
import { ToolError, usageError } from '../errors.ts';
import { checkPolicyName, checkRoleName } from '../policy/name.ts';
import type { RoleResult } from './associate.ts';
import { reportHalfDone } from './half-done.ts';
import type { Confirm, Report } from './report.ts';
import { describe, describeChanges, detachPolicies, isSame, listWanted, type PolicyChange } from './role-policies.ts';

export interface DissociateRoleInput {
  roleName: string;
  /** Names of system policies that are to be detached. */
  systemPolicies: readonly string[];
  customPolicies: readonly string[];
  dryRun: boolean;
}

export interface DissociateRolePorts {
  ram: Pick<RamPort, 'getRole' | 'listPoliciesForRole' | 'detachPolicyFromRole'>;
  report: Report;
  confirm: Confirm;
  signal: AbortSignal;
}

/**
 * Detaches policies from a role. Looks first, asks once; what is not attached is left alone and said so.
 * Throws `USAGE` when no policy is named, `ROLE_NOT_FOUND`, what `confirm` throws, and the API's refusals.
 */
export async function dissociateRole(input: DissociateRoleInput, ports: DissociateRolePorts): Promise<RoleResult> {
  const { ram, report } = ports;
  checkRoleName(input.roleName);
  const wanted = listWanted(input);
  if (wanted.length === 0) {
    throw usageError(
      'nothing to take away is named',
      'pass --detach-system-policy NAME or --detach-custom-policy NAME',
    );
  }
  for (const { name } of wanted) checkPolicyName(name);

  const role = await ram.getRole(input.roleName);
  if (role === undefined) throw new ToolError('ROLE_NOT_FOUND', `there is no role ${input.roleName}`);
  const attached = await ram.listPoliciesForRole(role.name);
  const policies = wanted.map((policy): PolicyChange => {
    const isAttached = attached.some((other) => isSame(other, policy));
    if (!isAttached) report.info(`${describe(policy)} is not attached to role ${role.name}`);
    return { ...policy, change: isAttached ? 'detach' : 'none' };
  });
  const notes = describeChanges(policies);
  const result: RoleResult = {
    roleName: role.name,
    roleArn: role.arn,
    created: false,
    changed: notes.length > 0,
    backup: null,
    before: role.trustPolicy,
    after: role.trustPolicy,
    policies,
  };
  if (notes.length === 0) return result;

  report.show({ summary: `detach policies from role ${role.name}`, notes });
  if (input.dryRun) return result;
  await ports.confirm(`Change role ${role.name}?`);
  return reportHalfDone(report, async (done) => {
    await detachPolicies(role.name, policies, done, ports);
    return { ...result, changed: done.length > 0 };
  });
}
