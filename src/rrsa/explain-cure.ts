import { formatPolicy, type PolicyDocument, statementsOf } from '../policy/document.ts';
import { evaluateTrust, isEffective } from '../policy/evaluate.ts';
import { withValue } from '../policy/json.ts';
import { type ExpectedIssuer, nameStatements } from '../policy/lint.ts';
import { checkNamespace, checkServiceAccount, parseSubject } from '../policy/subject.ts';
import { planTrust, RRSA_AUDIENCE, type ServiceAccountTrust, trustStatement } from '../policy/trust.ts';
import { type ExplainedRequest, toTrustRequest } from './explain-request.ts';

/** One step on the way to "allowed". */
export interface Cure {
  /** `run`: a command. `add`: a statement, compact JSON. `do`: a sentence. */
  kind: 'run' | 'add' | 'do';
  text: string;
}

export interface CureQuestion {
  document: PolicyDocument;
  request: ExplainedRequest;
  expected: ExpectedIssuer;
  /** The token does not fit the cluster's OIDC provider. */
  misfit: boolean;
  /** Absent when the document is a file's. */
  roleName: string | undefined;
  clusterId: string;
}

/**
 * What has to be done so that the request is allowed, in order. A command or statement is only named when the policy that
 * it leads to allows the request.
 */
export function findCure({ document, request, expected, misfit, roleName, clusterId }: CureQuestion): Cure[] {
  const cures: Cure[] = [];
  const names = serviceAccountOf(request.subject);
  // What a token would say that the cluster makes today.
  const fresh = { ...request, issuer: expected.issuers[0] ?? request.issuer, audiences: [RRSA_AUDIENCE] };
  const isAllowed = (policy: PolicyDocument, asked: ExplainedRequest): boolean =>
    evaluateTrust(policy, toTrustRequest(asked)).decision === 'allowed';

  if (misfit || (!isAllowed(document, request) && isAllowed(document, fresh))) cures.push(freshToken(names));

  const denies = evaluateTrust(document, toTrustRequest(fresh)).statements.filter(
    (statement) => statement.effect !== 'Allow' && isEffective(statement),
  );
  const indexes = denies.map(({ index }) => index);
  if (indexes.length > 0) {
    const where = roleName === undefined ? 'the policy' : `the trust policy of role ${roleName}`;
    const text = `take ${nameStatements(indexes)} out of ${where}, or narrow what it denies: a Deny beats every Allow`;
    cures.push({ kind: 'do', text });
  }
  const kept = statementsOf(document).filter((_, index) => !indexes.includes(index));
  const undenied = withValue(document, 'Statement', kept);
  if (isAllowed(undenied, fresh)) return cures;

  if (names === undefined) {
    const text = 'ask with the token of a service account: this tool writes trust for nobody else';
    return [...cures, { kind: 'do', text }];
  }
  const want: ServiceAccountTrust = { providerArn: request.providerArn, issuer: fresh.issuer, ...names };
  if (!isAllowed(planTrust(undenied, want).document, fresh)) return cures;
  return [...cures, roleName === undefined ? addition(want) : command(roleName, clusterId, names)];
}

interface Names {
  namespace: string;
  serviceAccount: string;
}

/** The names in a subject, when they are such as a shell takes as they are. */
function serviceAccountOf(subject: string): Names | undefined {
  const names = parseSubject(subject);
  try {
    if (names === undefined) return undefined;
    checkNamespace(names.namespace);
    checkServiceAccount(names.serviceAccount);
    return names;
  } catch {
    return undefined;
  }
}

function freshToken(names: Names | undefined): Cure {
  if (names === undefined) return { kind: 'do', text: 'get a token of a service account of this cluster' };
  const { namespace, serviceAccount } = names;
  return { kind: 'run', text: `kubectl create token ${serviceAccount} -n ${namespace} --audience ${RRSA_AUDIENCE}` };
}

function command(roleName: string, clusterId: string, { namespace, serviceAccount }: Names): Cure {
  const text = `ack-ram-tool rrsa associate-role -c ${clusterId} -r ${roleName} -n ${namespace} -s ${serviceAccount}`;
  return { kind: 'run', text };
}

function addition(want: ServiceAccountTrust): Cure {
  return { kind: 'add', text: formatPolicy(trustStatement(want), 'compact') };
}
