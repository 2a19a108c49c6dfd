import { ApiFault } from '../types.ts';

type JsonObject = Record<string, unknown>;

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

function statementsOf(text: string): JsonObject[] {
  const document = parse(text);
  if (!isObject(document) || document.Version !== '1') throw malformed();
  const statements = Array.isArray(document.Statement) ? document.Statement : [document.Statement];
  if (statements.length === 0 || !statements.every(isObject)) throw malformed();
  for (const statement of statements) {
    if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') throw malformed();
    if ('Condition' in statement && !isCondition(statement.Condition)) throw malformed();
  }
  return statements;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed();
  }
}

const principalKinds = ['RAM', 'Service', 'Federated'];

function isPrincipal(value: unknown): boolean {
  if (!isObject(value)) return false;
  const entries = Object.entries(value);
  return entries.length > 0 && entries.every(([kind, names]) => principalKinds.includes(kind) && isStringOrList(names));
}

/** `{ operator: { key: value or values } }`; numbers and booleans must be written as strings. */
function isCondition(value: unknown): boolean {
  if (!isObject(value)) return false;
  return Object.values(value).every((keys) => isObject(keys) && Object.values(keys).every(isStringOrList));
}

function isStringOrList(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0 && value.every((item) => typeof item === 'string');
  return typeof value === 'string';
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function malformed(): ApiFault {
  return new ApiFault(400, 'MalformedPolicyDocument', 'The policy format is invalid.');
}
