import { CloudApiError, isApiError } from '../errors.ts';
import { mergeableStatements } from '../policy/compact.ts';
import { parsePolicy } from '../policy/document.ts';

/** True for RAM's refusal of a trust policy because of its length, when a role is created or changed. */
export function isTooLong(error: unknown): error is CloudApiError {
  return (
    isApiError(error, 'InvalidParameter.NewAssumeRolePolicyDocument.Length') ||
    isApiError(error, 'InvalidParameter.AssumeRolePolicyDocument.Length')
  );
}

/** `TRUST_POLICY_TOO_LONG` with what would make it shorter. RAM publishes no limit, so only its refusal tells. */
export function tooLong(roleName: string, document: string, error: CloudApiError): CloudApiError {
  return new CloudApiError(
    `the trust policy of role ${roleName} would be ${document.length} characters long, which RAM refuses`,
    error.api,
    { code: 'TRUST_POLICY_TOO_LONG', cause: error, hint: howToShorten(document) },
  );
}

/** A sentence: statements that could be one, where there are any. `document` is the one that is too long. */
function howToShorten(document: string): string {
  const [first, ...others] = mergeable(document);
  if (first === undefined) {
    return "use a role of its own for some of the service accounts, or one statement with a '*' in the service account";
  }
  const groups = [first, ...others].map(namesOf).join(', and so could ');
  return `${groups} could be one statement each: \`ack-ram-tool rrsa apply --compact\` with the role in a file merges them`;
}

function namesOf(indexes: readonly number[]): string {
  const names = indexes.map((index) => `Statement[${index}]`);
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function mergeable(document: string): number[][] {
  try {
    return mergeableStatements(parsePolicy(document, 'it'));
  } catch {
    return [];
  }
}
