/** Taking the trust of one service account out of the trust policy of a role. */
import type { Cluster, Role } from '../cloud/ports.ts';
import { CloudApiError, isApiError, ToolError } from '../errors.ts';
import { oidcProviderArn } from '../policy/arn.ts';
import { formatPolicy, type PolicyDocument, parsePolicy, statementsOf } from '../policy/document.ts';
import { nameStatements } from '../policy/lint.ts';
import { isPattern, parseSubject } from '../policy/subject.ts';
import { listTrusts, planUntrust, type UntrustPlan, type UnwantedTrust } from '../policy/trust.ts';
import { writeNotedTrust } from './noted-write.ts';
import type { Report } from './report.ts';
import { shellWord } from './shell-word.ts';
import type { TrustWritePorts, TrustWriteResult } from './trust-write.ts';

/** Whose trust in which role is to be taken away. */
export interface Untrust {
  role: Pick<Role, 'name' | 'arn'>;
  clusterId: string;
  unwanted: UnwantedTrust;
}

/**
 * The trust of a service account of a cluster, recognised by the OIDC provider alone: the issuer is not known when RRSA
 * is off, and neither is the cluster when it is gone. The name of the provider is then the one that ACK gives it, in the
 * account of the role.
 */
export function unwantedTrust(
  role: Pick<Role, 'arn'>,
  cluster: Cluster | undefined,
  names: { clusterId: string; namespace: string; serviceAccount: string },
): UnwantedTrust {
  const { clusterId, namespace, serviceAccount } = names;
  const account = /^acs:ram::(\d+):/.exec(role.arn)?.[1] ?? '';
  const providerArn = cluster?.rrsa.providerArn ?? oidcProviderArn(account, `ack-rrsa-${clusterId}`);
  return { providerArn, namespace, serviceAccount };
}

export function parseTrust(roleName: string, document: string): PolicyDocument {
  return parsePolicy(document, `the trust policy of role ${roleName}`);
}

/** Throws `NOT_AS_IT_SHOULD_BE`, with exit code 1, when the service account would still be trusted afterwards. */
export function planWholeUntrust(document: PolicyDocument, untrust: Untrust): UntrustPlan {
  const plan = planUntrust(document, untrust.unwanted);
  if (plan.broader.length > 0) throw stillTrusted(document, plan.broader, untrust);
  return plan;
}

function stillTrusted(document: PolicyDocument, broader: readonly number[], untrust: Untrust): ToolError {
  const { role, clusterId, unwanted } = untrust;
  const { providerArn, namespace, serviceAccount } = unwanted;
  const entries = listTrusts(document, providerArn).filter(({ index }) => broader.includes(index));
  const conditional = entries.some(({ furtherConditions }) => furtherConditions);
  const names = nameStatements(broader);
  const more = conditional ? 'more, or under further conditions' : 'more than that';
  const verb = broader.length === 1 ? 'trusts' : 'trust';
  const pattern = entries.find(({ operator, subject }) => operator === 'StringLike' && isPattern(subject));
  const whole = pattern && !conditional ? parseSubject(pattern.subject) : undefined;
  const target = `-c ${clusterId} -r ${role.name}`;
  const see = `ack-ram-tool rrsa explain ${target} -n ${namespace} -s ${serviceAccount}`;
  const byHand = `change ${names} by hand${isPattern(namespace + serviceAccount) ? '' : `, and see what is trusted: ${see}`}`;
  const hint =
    whole === undefined
      ? byHand
      : `to take all of it away, run: ack-ram-tool rrsa dissociate-role ${target} -n ${shellWord(whole.namespace)} -s ${shellWord(whole.serviceAccount)}`;
  return new ToolError(
    'NOT_AS_IT_SHOULD_BE',
    `role ${role.name} trusts service account ${namespace}/${serviceAccount} by ${names}, which ${verb} ${more}: nothing was changed`,
    { hint, exitCode: 1 },
  );
}

/** Says so when there is nothing to take away. */
export function tellAbsent(
  plan: UntrustPlan,
  { role, clusterId, unwanted }: Untrust,
  report: Pick<Report, 'info'>,
): void {
  if (plan.kind !== 'absent') return;
  const { namespace, serviceAccount } = unwanted;
  report.info(
    `role ${role.name} does not trust service account ${namespace}/${serviceAccount} of cluster ${clusterId}`,
  );
}

/**
 * Writes the document without the trust, and notes it in `done`. A broader trust that somebody adds meanwhile stays, with
 * a warning.
 */
export async function writeUntrust(
  untrust: Untrust,
  done: string[],
  ports: TrustWritePorts & { report: Pick<Report, 'debug' | 'warn'> },
): Promise<TrustWriteResult> {
  const { role, unwanted } = untrust;
  const planFor = (document: string): UntrustPlan => planUntrust(parseTrust(role.name, document), unwanted);
  let isEmpty = false;
  const plan = (document: string): string | undefined => {
    const planned = planFor(document);
    if (planned.kind !== 'removed') return undefined;
    isEmpty = statementsOf(planned.document).length === 0;
    return formatPolicy(planned.document, 'compact');
  };
  try {
    const written = await writeNotedTrust(role, plan, 'dissociate-role', done, ports);
    const { remaining } = planFor(written.after);
    if (remaining.length > 0) {
      const names = nameStatements(remaining);
      ports.report.warn(`role ${role.name} trusts it again: somebody else added ${names} meanwhile`);
    }
    return written;
  } catch (error) {
    throw isEmpty && isApiError(error, 'MalformedPolicyDocument') ? lastStatement(role.name, error) : error;
  }
}

/** Whether RAM takes a trust policy without statements is not documented, so only its refusal tells. */
function lastStatement(roleName: string, error: CloudApiError): CloudApiError {
  return new CloudApiError(
    `role ${roleName} would trust nobody any more, and RAM refuses a trust policy without statements: nothing was changed`,
    error.api,
    {
      cause: error,
      hint: 'to delete the role with its last trust, detach its policies too and pass --delete-role-if-unused; to keep it, let it trust another first',
    },
  );
}
