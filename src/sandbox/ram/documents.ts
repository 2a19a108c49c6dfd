import { ToolError } from '../../errors.ts';
import { parsePolicy, type Statement } from '../../policy/document.ts';
import { isList, isObject, type Json } from '../../policy/json.ts';
import { ApiFault } from '../types.ts';

/**
 * Refuses with 400 `MalformedPolicyDocument` what RAM would not take as a trust policy: version 1, one statement or
 * several, each with Effect, Action and Principal and without Resource. Unknown keys and condition operators pass: RAM's
 * exact grammar is not published, and whatever is unknown grants nothing when it is evaluated.
 */
export function checkTrustPolicy(text: string): void {
  for (const statement of statementsOf(text)) {
    if (!isStringOrList(statement.Action)) throw malformed();
    if (!isPrincipal(statement.Principal)) throw malformed();
    if ('Resource' in statement || 'NotResource' in statement) throw malformed();
  }
}

/** The same for a permission policy: Effect, one of Action and NotAction, Resource, and no Principal. */
export function checkPermissionPolicy(text: string): void {
  for (const statement of statementsOf(text)) {
    if ('Action' in statement === 'NotAction' in statement) throw malformed();
    if (!isStringOrList(statement.Action ?? statement.NotAction)) throw malformed();
    if (!isStringOrList(statement.Resource)) throw malformed();
    if ('Principal' in statement) throw malformed();
  }
}

function statementsOf(text: string): Statement[] {
  const document = parse(text);
  if (document.Version !== '1') throw malformed();
  const statements = isList(document.Statement) ? document.Statement : [document.Statement];
  if (statements.length === 0) throw malformed();
  return statements.map((statement) => {
    if (!isObject(statement)) throw malformed();
    if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') throw malformed();
    if ('Condition' in statement && !isCondition(statement.Condition)) throw malformed();
    return statement;
  });
}

/** Read as it will be read when it is evaluated, so that nothing is stored that has no meaning then. */
function parse(text: string) {
  try {
    return parsePolicy(text, 'the document');
  } catch (error) {
    throw error instanceof ToolError ? malformed() : error;
  }
}

const principalKinds = ['RAM', 'Service', 'Federated'];

function isPrincipal(value: Json | undefined): boolean {
  if (!isObject(value)) return false;
  const entries = Object.entries(value);
  return entries.length > 0 && entries.every(([kind, names]) => principalKinds.includes(kind) && isStringOrList(names));
}

/** `{ operator: { key: value or values } }`; numbers and booleans must be written as strings. */
function isCondition(value: Json | undefined): boolean {
  if (!isObject(value)) return false;
  return Object.values(value).every((keys) => isObject(keys) && Object.values(keys).every(isStringOrList));
}

function isStringOrList(value: Json | undefined): boolean {
  if (isList(value)) return value.length > 0 && value.every((item) => typeof item === 'string');
  return typeof value === 'string';
}

function malformed(): ApiFault {
  return new ApiFault(400, 'MalformedPolicyDocument', 'The policy format is invalid.');
}
