import { emptyTrustPolicy, type PolicyDocument, type Statement, statementsOf } from './document.ts';
import { isEffective, type TrustRequest, trustVerdict } from './evaluate.ts';
import { objectOf, ownValue, withValue } from './json.ts';
import type { TrustPlan } from './trust.ts';

const assumeRole = 'sts:AssumeRole';

/**
 * Plans the trust of a cloud service such as `ecs.aliyuncs.com`; `document` is absent where there is no role yet. A
 * statement with conditions does not count as trusting. Everything that need not change stays in its place and form,
 * but a `Statement` that is one object becomes a list when another statement joins it.
 */
export function planServiceTrust(document: PolicyDocument | undefined, service: string): TrustPlan {
  if (document === undefined) {
    return { kind: 'create', document: withValue(emptyTrustPolicy(), 'Statement', [serviceStatement(service)]) };
  }
  const request: TrustRequest = { principal: { kind: 'Service', name: service }, action: assumeRole, context: {} };
  const statements = statementsOf(document);
  const effective = statements.map((statement, index) => isEffective(trustVerdict(statement, index, request)));
  const findEffective = (isAllow: boolean): number =>
    statements.findIndex((item, index) => effective[index] && (ownValue(item, 'Effect') === 'Allow') === isAllow);
  const denying = findEffective(false);
  const denial = denying < 0 ? {} : { deniedBy: denying };
  const trusting = findEffective(true);
  if (trusting >= 0) {
    return { kind: 'unchanged', document, coveredBy: { index: trusting, broader: false }, ...denial };
  }
  const appended = [...statements, serviceStatement(service)];
  return { kind: 'append', document: withValue(document, 'Statement', appended), ...denial };
}

/** As the RAM console writes it. */
function serviceStatement(service: string): Statement {
  return objectOf([
    ['Action', assumeRole],
    ['Effect', 'Allow'],
    ['Principal', objectOf([['Service', [service]]])],
  ]);
}
