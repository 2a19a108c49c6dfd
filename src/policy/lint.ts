/**
 * What is wrong with a trust policy, or broader than it need be, whoever asks. Pure. About statements for OIDC providers
 * it knows most: what else a role trusts (RAM identities, services, SAML) is somebody else's to judge.
 *
 * `error`: it cannot work as it is written, or lets in who is not meant. `warning`: it trusts more than most roles
 * should, or a part has no effect. `info`: it could be written better.
 */
import { parseOidcProviderArn } from './arn.ts';
import { mergeableStatements } from './compact.ts';
import { type Condition, readConditions } from './conditions.ts';
import { type PolicyDocument, type Statement, statementsOf } from './document.ts';
import { readStrings, trustVerdict } from './evaluate.ts';
import { globCovers, matchGlob } from './glob.ts';
import { entriesOf, isObject, ownValue, RawNumber } from './json.ts';
import { statementMeaning } from './meaning.ts';
import { quoted } from './name.ts';
import { conditionOperators } from './operators.ts';
import { isPattern, parseSubject, subjectOf } from './subject.ts';
import { covers, isAllow, RRSA_AUDIENCE, trustedSubjects } from './trust-statement.ts';

export type FindingSeverity = 'error' | 'warning' | 'info';

export interface Finding {
  /** Stable name of the rule: `subject-missing`. */
  id: string;
  severity: FindingSeverity;
  /** Index of the statement; absent when it is about the document, or about something else than the document. */
  statement?: number;
  /** One sentence that names the statement. */
  message: string;
}

/** What a cluster's own statements have to name. */
export interface ExpectedIssuer {
  providerArn: string;
  /** The first is the `iss` of new tokens. */
  issuers: readonly string[];
}

type Say = (id: string, severity: FindingSeverity, message: string) => void;

/** What the checks of one statement look at. */
interface Reading {
  statement: Statement;
  conditions: readonly Condition[];
  /** ARNs of OIDC providers that it trusts. */
  providers: readonly string[];
  expected: ExpectedIssuer | undefined;
}

/** Findings in the order of the statements, then those about several. `expected`: issuers are compared with these. */
export function lintTrust(document: PolicyDocument, expected?: ExpectedIssuer): Finding[] {
  const findings: Finding[] = [];
  const statements = statementsOf(document);
  const version = ownValue(document, 'Version');
  if (version !== '1') {
    const found = version instanceof RawNumber ? version.text : JSON.stringify(version);
    const message = version === undefined ? 'there is no Version' : `Version is ${found}`;
    findings.push({ id: 'version', severity: 'warning', message: `${message}, and RAM knows only "1"` });
  }
  for (const [index, statement] of statements.entries()) {
    const say: Say = (id, severity, message) =>
      void findings.push({ id, severity, statement: index, message: `Statement[${index}] ${message}` });
    const reading = readingOf(statement, expected);
    checkForm(reading, say);
    checkPrincipals(reading, say);
    if (isAllow(statement) && reading.providers.length > 0) checkTokenTrust(reading, say);
  }
  findings.push(...shadowed(statements), ...duplicates(statements), ...mergeable(document));
  return findings;
}

function readingOf(statement: Statement, expected: ExpectedIssuer | undefined): Reading {
  const principal = ownValue(statement, 'Principal');
  const federated = isObject(principal) ? (readStrings(ownValue(principal, 'Federated')) ?? []) : [];
  return {
    statement,
    conditions: readConditions(ownValue(statement, 'Condition')) ?? [],
    providers: federated.filter((name) => parseOidcProviderArn(name) !== undefined),
    expected,
  };
}

function checkForm({ statement, conditions }: Reading, say: Say): void {
  const effect = isAllow(statement) ? 'so it allows nobody' : 'so it is taken to deny whatever else it matches';
  if (Object.hasOwn(statement, 'NotPrincipal')) {
    say('not-principal', 'error', `has NotPrincipal, which a trust policy cannot have, ${effect}`);
  } else {
    const request = { principal: { kind: 'Federated', arn: '' }, action: '', context: {} } as const;
    const { malformed } = trustVerdict(statement, 0, request);
    if (malformed !== undefined) say('malformed', 'error', `cannot be read (${malformed}), ${effect}`);
  }
  for (const { operator, key } of conditions) {
    if (!conditionOperators.has(operator)) {
      say(
        'unknown-operator',
        'error',
        `compares ${quoted(key)} by ${quoted(operator)}, which RAM does not know, ${effect}`,
      );
    }
    if (/^oidc:/i.test(key) && !tokenKeys.includes(key)) {
      say('unknown-key', 'error', `asks for ${quoted(key)}; a token has ${tokenKeys.join(', ')} and nothing else`);
    }
  }
}

const tokenKeys: readonly string[] = ['oidc:iss', 'oidc:aud', 'oidc:sub'];

function checkPrincipals({ statement }: Reading, say: Say): void {
  const principal = ownValue(statement, 'Principal');
  if (!isAllow(statement) || !isObject(principal)) return;
  for (const [kind, value] of entriesOf(principal)) {
    for (const name of new Set(readStrings(value) ?? [])) {
      if (name === '*')
        say('principal-wildcard', 'warning', `trusts the ${kind} principal "*", which RAM does not document`);
      else if (kind === 'RAM' && /^acs:ram::\d+:root$/.test(name)) {
        say('account-root', 'warning', `trusts ${name}: every identity of that account that may call sts:AssumeRole`);
      }
    }
  }
}

/** An Allow for an OIDC provider. */
function checkTokenTrust({ statement, conditions, providers, expected }: Reading, say: Say): void {
  const actions = readStrings(ownValue(statement, 'Action'));
  if (actions !== undefined && !actions.some((action) => matchGlob(action, 'sts:AssumeRole', { ignoreCase: true }))) {
    say('action', 'error', `allows ${actions.map(quoted).join(', ')}, and tokens need "sts:AssumeRole"`);
  }
  const isOurs = expected !== undefined && providers.includes(expected.providerArn);
  checkClaim('issuer', 'oidc:iss', conditions, isOurs ? expected.issuers : undefined, say);
  checkClaim('audience', 'oidc:aud', conditions, [RRSA_AUDIENCE], say);
  checkSubjects(conditions, say);
  for (const { operator, key, expected: values = [] } of conditions) {
    const isExact = operator === 'StringEquals' || operator === 'StringEqualsIgnoreCase';
    for (const value of isExact && tokenKeys.includes(key) ? new Set(values.filter(isPattern)) : []) {
      say(
        'wildcard-never-matches',
        'error',
        `has ${quoted(value)} under ${operator}, where a wildcard is no wildcard and never matches`,
      );
    }
  }
}

/** `wanted`: the values of which the statement must name one; the first is the usual one. Absent: any. */
function checkClaim(
  name: 'issuer' | 'audience',
  key: string,
  conditions: readonly Condition[],
  wanted: readonly string[] | undefined,
  say: Say,
): void {
  const own = conditions.filter((condition) => condition.key === key);
  if (own.length === 0) {
    say(
      `${name}-missing`,
      'error',
      `does not ask for ${key}, so it trusts tokens of any ${name} that its provider takes`,
    );
  }
  for (const { operator, expected: values } of own) {
    if (operator !== 'StringEquals') {
      say(`${name}-operator`, 'warning', `compares ${key} by ${operator}, and RAM asks for StringEquals`);
    } else if (wanted !== undefined && values !== undefined && !values.some((value) => wanted.includes(value))) {
      const usual = wanted[0] ?? '';
      const slash = values.some((value) => withoutSlash(value) === withoutSlash(usual));
      const why = slash ? ' (they differ in the last "/")' : '';
      say(
        `${name}-other`,
        'error',
        `asks for ${key} ${values.map(quoted).join(', ')}, and tokens have ${quoted(usual)}${why}`,
      );
    }
  }
}

function withoutSlash(url: string): string {
  return url.endsWith('/') ? url.slice(0, -1) : url;
}

const everySubject = subjectOf('*', '*');

function checkSubjects(conditions: readonly Condition[], say: Say): void {
  const own = conditions.filter(({ key }) => key === 'oidc:sub');
  if (own.length === 0)
    say('subject-missing', 'error', 'does not ask for oidc:sub, so it trusts every service account of the cluster');
  for (const { operator, expected: values = [] } of own) {
    if (conditionOperators.get(operator)?.negated === true) {
      say('subject-negated', 'warning', `says by ${operator} only which service accounts it does not trust`);
    }
    if (operator !== 'StringLike') continue;
    for (const value of new Set(values)) {
      if (globCovers(value, everySubject)) {
        say(
          'subject-wildcard',
          'warning',
          `has ${quoted(value)} for oidc:sub, which is every service account of the cluster`,
        );
      } else if (isPattern(value)) {
        say(
          'subject-pattern',
          'info',
          `has ${quoted(value)} for oidc:sub, which may be more service accounts than there are today`,
        );
      }
    }
  }
}

/** Denies that take back all that an Allow gives to a subject. */
function shadowed(statements: readonly Statement[]): Finding[] {
  const denies = statements.flatMap((statement, index) => (isAllow(statement) ? [] : [{ statement, index }]));
  if (denies.length === 0) return [];
  const found = new Map<string, Finding>();
  for (const [allowing, statement] of statements.entries()) {
    for (const want of wantsOf(statement)) {
      const denial = denies.find((deny) => covers(deny.statement, want));
      if (denial === undefined) continue;
      const subject = subjectOf(want.namespace, want.serviceAccount);
      const pair = `${denial.index} ${allowing}`;
      if (found.has(pair)) continue;
      found.set(pair, {
        id: 'deny-shadows',
        severity: 'warning',
        statement: denial.index,
        message: `Statement[${denial.index}] denies what Statement[${allowing}] allows ${quoted(subject)}`,
      });
    }
  }
  return [...found.values()];
}

/** The service accounts that a statement trusts, with an issuer and audience that it asks for. */
function wantsOf(statement: Statement) {
  const { providers, conditions } = readingOf(statement, undefined);
  const firstOf = (key: string): string =>
    conditions.find((condition) => condition.key === key)?.expected?.[0] ?? (key === 'oidc:aud' ? RRSA_AUDIENCE : '');
  return providers.flatMap((providerArn) =>
    trustedSubjects(statement, providerArn).flatMap(({ subject }) => {
      const names = parseSubject(subject === '*' ? everySubject : subject);
      return names ? [{ providerArn, issuer: firstOf('oidc:iss'), audience: firstOf('oidc:aud'), ...names }] : [];
    }),
  );
}

function duplicates(statements: readonly Statement[]): Finding[] {
  const seen = new Map<string, number>();
  return statements.flatMap((statement, index): Finding[] => {
    const meaning = statementMeaning(statement);
    const first = seen.get(meaning);
    if (first === undefined) {
      seen.set(meaning, index);
      return [];
    }
    const message = `Statement[${index}] says the same as Statement[${first}]`;
    return [{ id: 'duplicate', severity: 'info', statement: index, message }];
  });
}

/** Statements that say the very same are duplicates, and said so. */
function mergeable(document: PolicyDocument): Finding[] {
  const meanings = statementsOf(document).map(statementMeaning);
  const groups = mergeableStatements(document).filter((group) => new Set(group.map((at) => meanings[at])).size > 1);
  return groups.map((group) => ({
    id: 'mergeable',
    severity: 'info',
    statement: group[0] ?? 0,
    message: `${nameStatements(group)} differ only in their subjects and could be one`,
  }));
}

/** `Statement[0], Statement[2] and Statement[3]` */
export function nameStatements(indexes: readonly number[]): string {
  const names = indexes.map((index) => `Statement[${index}]`);
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
