/** What the flags of `roleSettingFlags` have a command call. */
import type { Flags } from '../options.ts';
import { type CommandLine, ofRole, type Permission, policyResource, reads, writes } from './permission.ts';

/** Names of the custom policies that come with a document. */
function documentsOf(flags: Flags): string[] {
  return flags.strings('policy-document').map((text) => text.split('=', 1)[0] ?? '');
}

function policiesOf(flags: Flags): string[] {
  const attached = [...flags.strings('attach-system-policy'), ...flags.strings('attach-custom-policy')];
  return [...new Set([...attached, ...documentsOf(flags)])];
}

const withPolicies = 'with --attach-system-policy, --attach-custom-policy or --policy-document';

/** Policies of the role `--role-name`. */
export const roleSettingPermissions: readonly Permission[] = [
  reads('ram:ListPoliciesForRole', 'role', (line) => (policiesOf(line.flags).length > 0 ? ofRole(line) : []), {
    when: withPolicies,
  }),
  reads('ram:GetPolicy', 'policy', ({ flags }) => policiesOf(flags).map(policyResource), { when: withPolicies }),
  writes('ram:CreatePolicy', 'policy', ({ flags }) => documentsOf(flags).map(policyResource), {
    when: 'with --policy-document',
  }),
  writes('ram:AttachPolicyToRole', 'role', (line) => attachment(line, policiesOf(line.flags)), { when: withPolicies }),
];

/** RAM checks an attachment on both: the role, and the policy. */
export function attachment(line: CommandLine, policies: readonly string[]): string[] {
  return policies.length === 0 ? [] : [...ofRole(line), ...policies.map(policyResource)];
}
