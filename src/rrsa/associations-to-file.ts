import { checkPolicyName, isRoleName } from '../policy/name.ts';
import { checkNamespace, checkServiceAccount } from '../policy/subject.ts';
import type { AssociationsFile, RoleAssociations, ServiceAccountName } from './associations-file.ts';
import type { AssociationList, TrustingRole } from './list-associations.ts';
import type { Trust } from './role-trusts.ts';

/** What CreateRole takes when it is told none. */
const defaultSessionSeconds = 3600;

/**
 * The associations file for what exists: planned on, it changes nothing. What such a file cannot say (further conditions,
 * subjects that are no service account, trusts without effect) becomes a comment, and so does what could not be read.
 * @param isPart the list was narrowed by a filter
 */
export function toAssociationsFile(
  { clusterId, helperAddon, roles, unreadable }: AssociationList,
  { isPart }: { isPart: boolean },
): AssociationsFile {
  const named = roles.filter(({ role }) => isRoleName(role.name));
  const others = roles.filter(({ role }) => !isRoleName(role.name));
  return {
    clusterId,
    helperAddon: helperAddon ?? false,
    roles: named.map(toRole),
    comments: [
      ...(isPart ? ['Only a part of what there is: --prune with this file would take the rest away'] : []),
      ...others.map(({ role }) => `Not in this file: role ${role.name}, which no file can name`),
      ...unreadable.map(({ roleName, error }) => `Not read: role ${roleName}: ${error}`),
    ],
  };
}

function toRole({ role, trusts, policies }: TrustingRole): RoleAssociations {
  const serviceAccounts = new Map<string, ServiceAccountName>();
  const comments: string[] = [];
  for (const trust of trusts) {
    const { subject, operator, namespace, serviceAccount: name } = trust;
    const where = `Statement[${trust.statement}]`;
    const reason = whyNot(trust);
    if (reason !== undefined) comments.push(`${where}, not in this file: ${subject} (${reason})`);
    else if (namespace !== null && name !== null) serviceAccounts.set(`${namespace}/${name}`, { namespace, name });
    if (reason === undefined && operator === '')
      comments.push(`${where} names no oidc:sub: it trusts every service account`);
    if (trust.effect === 'denied') comments.push(`${where} trusts ${subject}, but another statement denies it`);
  }
  const usable = policies.filter(({ name }) => isValid(() => checkPolicyName(name)));
  for (const policy of policies) if (!usable.includes(policy)) comments.push(`not in this file: policy ${policy.name}`);
  const { description, maxSessionDurationSeconds: seconds } = role;
  return {
    name: role.name,
    create: false,
    description: description === '' ? undefined : description,
    maxSessionDurationSeconds: seconds === defaultSessionSeconds ? undefined : seconds,
    serviceAccounts: [...serviceAccounts.values()],
    systemPolicies: usable.filter(({ type }) => type === 'System').map(({ name }) => name),
    customPolicies: usable.filter(({ type }) => type === 'Custom').map(({ name }) => name),
    policyDocuments: [],
    comments,
  };
}

/** Why a trust cannot be a line of the file; `undefined` when it can. */
function whyNot({ namespace, serviceAccount, operator, effect }: Trust): string | undefined {
  if (effect === 'conditional') return operator.includes('Not') ? `under ${operator}` : 'under further conditions';
  if (effect === 'none') return 'no token of the cluster meets the statement';
  if (namespace === null || serviceAccount === null) return 'no service account';
  const isName =
    isValid(() => checkNamespace(namespace, { wildcards: true })) &&
    isValid(() => checkServiceAccount(serviceAccount, { wildcards: true }));
  return isName ? undefined : 'no service account can have that name';
}

function isValid(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}
