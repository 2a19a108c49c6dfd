import { parseOidcProviderArn } from '../../policy/arn.ts';
import type { StatementVerdict } from '../../policy/evaluate.ts';
import { quoted } from '../../policy/name.ts';
import { type Explanation, explainTrust } from '../explain.ts';
import { shellWord } from '../shell-word.ts';
import type { Check } from './check.ts';
import type { CloudPatient, RoleAsked } from './patient.ts';

/** The role, and whom it trusts. */
export const roleChecks: readonly Check<CloudPatient>[] = [
  {
    id: 'role-account',
    link: 'role',
    title: 'the role is in the account of the OIDC provider',
    after: ['cluster-found'],
    async run(patient) {
      const asked = await patient.roleAsked();
      if (asked?.accountId === undefined) return undefined;
      const { name, accountId } = asked;
      const subject = `role ${name}`;
      const { rrsa } = await patient.cluster();
      const own = parseOidcProviderArn(rrsa.providerArn ?? '')?.accountId ?? (await patient.caller()).accountId;
      if (accountId === own) return { status: 'ok', subject, message: `role ${name} is of account ${own}` };
      return {
        status: 'fault',
        subject,
        message: `role ${name} is of account ${accountId}, and the OIDC provider of the cluster is of ${own}: it trusts roles of its own account only`,
        cure: `let the service account assume a role of account ${own}, and let that one assume role ${name} (sts:AssumeRole)`,
      };
    },
  },
  {
    id: 'role-exists',
    link: 'role',
    title: 'the role exists',
    after: ['role-account'],
    async run(patient) {
      const asked = await patient.roleAsked();
      if (asked === undefined) return { status: 'skipped', message: 'pass --role-name' };
      const { name } = asked;
      const subject = `role ${name}`;
      if ((await patient.role()) !== undefined) return { status: 'ok', subject, message: `there is a role ${name}` };
      return {
        status: 'fault',
        subject,
        message: `there is no role ${name} in this account`,
        cure: association(patient, asked, '--create-role-if-not-exist'),
      };
    },
  },
  {
    id: 'role-policies',
    link: 'role',
    title: 'policies are attached to the role',
    after: ['role-exists'],
    async run(patient) {
      const asked = await patient.roleAsked();
      if (asked === undefined) return undefined;
      const { name } = asked;
      const subject = `role ${name}`;
      const policies = await patient.policies();
      if (policies.length > 0) {
        const names = policies.map((policy) => policy.name).join(', ');
        return { status: 'ok', subject, message: `role ${name} has ${names}` };
      }
      return {
        status: 'warning',
        subject,
        message: `no policy is attached to role ${name}: whoever assumes it may do nothing`,
        cure: association(patient, asked, '--attach-system-policy POLICY'),
      };
    },
  },
  {
    id: 'trust-allows',
    link: 'trust',
    title: 'the trust policy of the role allows the service account',
    after: ['rrsa-on', 'role-exists'],
    async run(patient) {
      const { clusterId = '', namespace, serviceAccount } = patient.asked;
      const asked = await patient.roleAsked();
      if (asked === undefined) return undefined;
      if (namespace === undefined || serviceAccount === undefined) {
        return { status: 'skipped', message: 'pass --namespace and --service-account' };
      }
      const subject = `role ${asked.name}`;
      const explanation = await explainTrust(
        { clusterId, roleName: asked.name, namespace, serviceAccount },
        {
          ack: { getCluster: () => patient.cluster() },
          ram: { getRole: () => patient.role() },
          clock: { now: () => patient.now() },
        },
      );
      if (explanation.decision === 'allowed') {
        const message = `role ${asked.name} trusts service account ${namespace}/${serviceAccount}`;
        return { status: 'ok', subject, message };
      }
      const [cure, ...others] = explanation.cure;
      const isMended = cure?.kind === 'run' && others.length === 0;
      const names = { clusterId, roleName: asked.name, namespace, serviceAccount };
      return {
        status: 'fault',
        subject,
        message: `role ${asked.name} does not trust service account ${namespace}/${serviceAccount}: ${whyDenied(explanation)}`,
        cure: explanation.cure.map(({ text }) => text).join('\n') || undefined,
        fix: isMended
          ? {
              title: `let service account ${namespace}/${serviceAccount} assume role ${asked.name}`,
              run: () => patient.mend.associate(names),
            }
          : undefined,
      };
    },
  },
];

/** The command that would let the service account that is asked about assume the role. */
function association({ asked }: CloudPatient, { name }: RoleAsked, option: string): string {
  const { clusterId = '', namespace, serviceAccount } = asked;
  const whom = `-n ${namespace ?? 'NAMESPACE'} -s ${serviceAccount ?? 'SERVICE_ACCOUNT'}`;
  return `ack-ram-tool rrsa associate-role -c ${clusterId} -r ${shellWord(name)} ${whom} ${option}`;
}

/** What keeps the statement that comes closest from allowing it. */
function whyDenied({ decision, statements, findings }: Explanation): string {
  if (decision === 'explicitlyDenied') {
    const denying = statements.find((statement) => statement.effect !== 'Allow' && isInTheWay(statement));
    return `Statement[${denying?.index ?? 0}] denies it`;
  }
  const failed = (statement: StatementVerdict): number => statement.conditions.filter(({ matched }) => !matched).length;
  const closest = statements
    .filter((statement) => statement.effect === 'Allow' && statement.verdict === 'condition')
    .sort((a, b) => failed(a) - failed(b))[0];
  const condition = closest?.conditions.find(({ matched }) => !matched);
  if (closest !== undefined && condition !== undefined) {
    const { operator, key, expected, actual } = condition;
    return `Statement[${closest.index}] wants ${operator} ${key} ${listed(expected)}, and the token has ${listed(actual)}`;
  }
  const named = statements.find(({ effect, principal }) => effect === 'Allow' && principal?.matched);
  if (named?.malformed !== undefined) return `Statement[${named.index}] cannot be read: ${named.malformed}`;
  if (named !== undefined) return `Statement[${named.index}] allows another action than sts:AssumeRole`;
  return findings.find(({ id }) => id === 'provider-not-named')?.message ?? 'the trust policy has no statement';
}

function isInTheWay({ verdict }: StatementVerdict): boolean {
  return verdict === 'applies' || verdict === 'malformed';
}

function listed(values: readonly string[]): string {
  return values.length === 0
    ? 'nothing'
    : values.slice(0, 3).map(quoted).join(' or ') + (values.length > 3 ? ' or …' : '');
}
