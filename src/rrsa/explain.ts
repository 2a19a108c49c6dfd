import type { AckPort, RamPort } from '../cloud/ports.ts';
import { ToolError, usageError } from '../errors.ts';
import { type PolicyDocument, parsePolicy, statementsOf } from '../policy/document.ts';
import { type Evaluation, evaluateTrust, type StatementVerdict } from '../policy/evaluate.ts';
import { type Finding, lintTrust } from '../policy/lint.ts';
import { checkClusterId, checkRoleName } from '../policy/name.ts';
import { checkNamespace, checkServiceAccount, subjectOf } from '../policy/subject.ts';
import { RRSA_AUDIENCE } from '../policy/trust.ts';
import { requireCluster, requireRrsa } from './cluster.ts';
import { type Cure, findCure } from './explain-cure.ts';
import { type ExplainedRequest, toTrustRequest } from './explain-request.ts';
import type { Clock } from './report.ts';
import { readTokenClaims } from './token-claims.ts';
import { tokenFindings } from './token-findings.ts';

export interface ExplainInput {
  clusterId: string;
  /** The role whose trust policy is evaluated. Absent: `policy` is. */
  roleName?: string | undefined;
  /** A file with a document to evaluate instead of a role's. */
  policy?: { path: string; read: () => Promise<string> } | undefined;
  /** The service account that asks, with a token as the cluster makes it. Absent, both: the token of `readToken`. */
  namespace?: string | undefined;
  serviceAccount?: string | undefined;
}

export interface ExplainPorts {
  ack: Pick<AckPort, 'getCluster'>;
  ram: Pick<RamPort, 'getRole'>;
  clock: Pick<Clock, 'now'>;
  /** A real token. It is decoded, and neither sent anywhere nor shown. */
  readToken?: (() => Promise<string>) | undefined;
}

export interface Explanation {
  /** `role oss-reader`, or `policy file ./trust.json`. */
  source: string;
  clusterId: string;
  request: ExplainedRequest;
  /** `denied` also when the policy would allow it and the token does not fit the cluster's OIDC provider. */
  decision: Evaluation['decision'];
  /** What the policy alone decides. */
  policyDecision: Evaluation['decision'];
  statements: StatementVerdict[];
  /** Of the token first, then of the policy. */
  findings: Finding[];
  /** What would make it allowed, in order; empty when it is. */
  cure: Cure[];
}

/**
 * Would this service account, or this token, be allowed to assume the role, and why not? Changes nothing.
 *
 * Throws `USAGE`, `CLUSTER_NOT_FOUND`, `RRSA_DISABLED`, `ROLE_NOT_FOUND`, `TRUST_POLICY_UNREADABLE`, `FILE_INVALID` for a
 * policy file or token that cannot be read, and the API's refusals.
 */
export async function explainTrust(input: ExplainInput, ports: ExplainPorts): Promise<Explanation> {
  const asks = checkInput(input, ports);
  const { policy, roleName } = input;
  const given = policy && parsePolicy(await policy.read(), `policy file ${policy.path}`, 'FILE_INVALID');
  const token = asks ? undefined : await ports.readToken?.().then(readTokenClaims);
  const [cluster, document] = await Promise.all([
    requireCluster(ports.ack, input.clusterId),
    given ?? readTrust(roleName ?? '', input, ports),
  ]);
  const expected = { ...requireRrsa(cluster), issuers: cluster.rrsa.issuers };
  const { issuer, audiences, subject } = token ?? {
    issuer: expected.issuer,
    audiences: [RRSA_AUDIENCE],
    subject: asks ?? '',
  };
  const request: ExplainedRequest = { providerArn: expected.providerArn, issuer, audiences, subject };

  const evaluation = evaluateTrust(document, toTrustRequest(request));
  const ofToken = token === undefined ? [] : tokenFindings(token, expected.issuers, cluster.id, ports.clock.now());
  const misfit = ofToken.some(({ severity }) => severity === 'error');
  const decision = evaluation.decision === 'allowed' && misfit ? 'denied' : evaluation.decision;
  return {
    source: policy === undefined ? `role ${roleName}` : `policy file ${policy.path}`,
    clusterId: cluster.id,
    request,
    decision,
    policyDecision: evaluation.decision,
    statements: evaluation.statements,
    findings: [
      ...ofToken,
      ...providerFinding(document, evaluation, request.providerArn, cluster.id),
      ...lintTrust(document, expected),
    ],
    cure:
      decision === 'allowed' ? [] : findCure({ document, request, expected, misfit, roleName, clusterId: cluster.id }),
  };
}

/** The subject that is asked for by name; `undefined` when a token is given instead. */
function checkInput(input: ExplainInput, { readToken }: ExplainPorts): string | undefined {
  const { roleName, policy, namespace, serviceAccount } = input;
  checkClusterId(input.clusterId);
  if ((roleName === undefined) === (policy === undefined)) {
    throw usageError('pass either --role-name or --policy-file: one trust policy is explained');
  }
  if (roleName !== undefined) checkRoleName(roleName);
  const isNamed = namespace !== undefined || serviceAccount !== undefined;
  if (isNamed === (readToken !== undefined)) {
    throw usageError('pass either --namespace and --service-account, or --oidc-token-file');
  }
  if (readToken !== undefined) return undefined;
  if (namespace === undefined || serviceAccount === undefined) {
    throw usageError('--namespace and --service-account go together');
  }
  return subjectOf(checkNamespace(namespace), checkServiceAccount(serviceAccount));
}

async function readTrust(roleName: string, input: ExplainInput, ports: ExplainPorts): Promise<PolicyDocument> {
  const role = await ports.ram.getRole(roleName);
  if (role === undefined) {
    const { clusterId, namespace: ns, serviceAccount: sa } = input;
    const create = `ack-ram-tool rrsa associate-role -c ${clusterId} -r ${roleName} -n ${ns} -s ${sa} --create-role-if-not-exist`;
    throw new ToolError(
      'ROLE_NOT_FOUND',
      `there is no role ${roleName}`,
      ns === undefined ? {} : { hint: `to create it, run: ${create}` },
    );
  }
  return parsePolicy(role.trustPolicy, `the trust policy of role ${roleName}`);
}

/** A role that was made for another cluster is the commonest reason, and hard to see among long ARNs. */
function providerFinding(
  document: PolicyDocument,
  { statements }: Evaluation,
  providerArn: string,
  clusterId: string,
): Finding[] {
  const named = statements.some(({ effect, principal }) => effect === 'Allow' && principal?.matched);
  if (named || statementsOf(document).length === 0) return [];
  const message = `no statement trusts the OIDC provider of cluster ${clusterId} (${providerArn})`;
  return [{ id: 'provider-not-named', severity: 'error', message }];
}
