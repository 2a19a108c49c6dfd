import type { ConditionVerdict } from '../../policy/conditions.ts';
import type { ElementVerdict, StatementVerdict } from '../../policy/evaluate.ts';
import type { Finding } from '../../policy/lint.ts';
import type { Explanation } from '../../rrsa/explain.ts';
import type { Cure } from '../../rrsa/explain-cure.ts';
import type { Colour } from '../colour.ts';
import { asIs, type Translate } from '../language.ts';
import { escapeControl } from '../plain.ts';
import { columnsOf } from '../table.ts';
import { wrapText } from '../wrap.ts';
import type { Presenter } from './presenter.ts';

const width = 80;

const decisions: Record<Explanation['decision'], string> = {
  allowed: 'allowed',
  denied: 'denied',
  explicitlyDenied: 'denied by a Deny statement',
};

/** Why a statement has no say, or which. */
const verdicts: Record<StatementVerdict['verdict'], string> = {
  applies: 'applies',
  principal: 'does not apply, its principal is another',
  action: 'does not apply, its action is another',
  resource: 'does not apply, its resource is another',
  condition: 'does not apply, a condition is not met',
  malformed: 'cannot be read',
};

/** `rrsa explain`, in the colours of stdout. Values are never broken, so that they can be copied. */
export function explainPresenter(colour: Colour): Presenter<Explanation> {
  return { text: (explanation, { translate = asIs } = {}) => textOf(explanation, colour, translate), json: jsonOf };
}

function textOf(
  { source, clusterId, request, decision, policyDecision, statements, findings, cure }: Explanation,
  colour: Colour,
  translate: Translate,
): string {
  const paint = decision === 'allowed' ? colour.green : colour.red;
  const lines = [
    `${colour.bold(paint(translate(decisions[decision])))}: ${translate(escapeControl(source))}`,
    ...(decision === policyDecision ? [] : [translate('the trust policy would allow it, but the token does not fit')]),
    '',
    translate('request'),
    `  cluster   ${escapeControl(clusterId)}`,
    `  provider  ${escapeControl(request.providerArn)}`,
    ...field('oidc:iss', [request.issuer]),
    ...field('oidc:aud', request.audiences),
    ...field('oidc:sub', [request.subject]),
    ...(statements.length === 0 ? ['', translate('the trust policy has no statement')] : []),
    ...statements.flatMap((statement) => ['', ...statementLines(statement, request.providerArn, colour, translate)]),
    ...(findings.length === 0
      ? []
      : ['', translate('findings'), ...findings.flatMap((finding) => findingLines(finding, colour, translate))]),
    ...(cure.length === 0
      ? []
      : ['', translate('cure'), ...cure.flatMap((step) => cureLines(step, colour, translate))]),
  ];
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

function field(name: string, values: readonly string[]): string[] {
  const [first = '(none)', ...others] = values.map(escapeControl);
  return [`  ${name}  ${first}`, ...others.map((value) => `            ${value}`)];
}

function statementLines(
  statement: StatementVerdict,
  providerArn: string,
  colour: Colour,
  translate: Translate,
): string[] {
  const { index, effect, principal, action, conditions, verdict, malformed } = statement;
  const isGood = verdict === 'applies' && effect === 'Allow';
  const counts = verdict === 'applies' || (verdict === 'malformed' && effect !== 'Allow');
  const paint = isGood ? colour.green : counts ? colour.red : colour.dim;
  const outcome = verdict === 'applies' ? `applies, it ${effect === 'Allow' ? 'allows' : 'denies'}` : verdicts[verdict];
  return [
    `${colour.bold(`Statement[${index}]`)} ${escapeControl(effect || '(no Effect)')}: ${paint(translate(outcome))}`,
    ...(malformed === undefined ? [] : wrap(`  ! `, translate(escapeControl(malformed)))),
    ...(principal === undefined ? [] : elementLines('Principal', principal, providerArn, colour)),
    ...elementLines(action.negated ? 'NotAction' : 'Action', action, 'sts:AssumeRole', colour),
    ...conditions.flatMap((condition) => conditionLines(condition, colour, translate)),
  ];
}

function elementLines(name: string, { matched, expected }: ElementVerdict, actual: string, colour: Colour): string[] {
  return [`  ${mark(matched, colour)} ${name}`, ...(matched ? [] : comparison(expected, [actual]))];
}

function conditionLines(
  { operator, key, expected, actual, matched, problem }: ConditionVerdict,
  colour: Colour,
  translate: Translate,
): string[] {
  const title = `  ${mark(matched, colour)} ${escapeControl(operator)} ${escapeControl(key)}`;
  const why = problem === undefined ? [] : wrap('      ! ', translate(escapeControl(problem)));
  return [title, ...(matched ? [] : comparison(expected, actual)), ...why];
}

function mark(matched: boolean, colour: Colour): string {
  return matched ? colour.green('ok') : colour.red('no');
}

function comparison(expected: readonly string[], actual: readonly string[]): string[] {
  return [...labelled('expected', expected), ...labelled('actual', actual)];
}

function labelled(label: string, values: readonly string[]): string[] {
  const [first = '(none)', ...others] = values.map(escapeControl);
  return [`      ${label.padEnd(8)}  ${first}`, ...others.map((value) => `                ${value}`)];
}

function findingLines({ id, severity, message }: Finding, colour: Colour, translate: Translate): string[] {
  const paint = { error: colour.red, warning: colour.yellow, info: colour.cyan }[severity];
  const [first = '', ...others] = wrap(`  ${severity.padEnd(7)}  `, `${translate(escapeControl(message))} [${id}]`);
  return [first.replace(severity, paint(severity)), ...others];
}

function cureLines({ kind, text }: Cure, colour: Colour, translate: Translate): string[] {
  if (kind === 'run') return [`  ${colour.bold(escapeControl(text))}`];
  if (kind === 'do') return wrap('  ', translate(escapeControl(text)));
  const statement = JSON.stringify(JSON.parse(text), undefined, 2);
  return [
    translate('  add this statement:'),
    ...escapeControl(statement)
      .split('\n')
      .map((line) => `  ${line}`),
  ];
}

/** Lines of at most 80 columns under each other, the first behind `head`. */
function wrap(head: string, text: string): string[] {
  const indent = ' '.repeat(columnsOf(head));
  return wrapText(text, width - indent.length).map((line, index) => `${index === 0 ? head : indent}${line}`);
}

function jsonOf({ request, decision, statements, findings, cure }: Explanation): object {
  return {
    decision,
    statements: statements.map(({ index, effect, principal, action, conditions, verdict }) => ({
      index,
      effect,
      principal: { expected: principal?.expected ?? [], actual: [request.providerArn], matched: principal?.matched },
      action: {
        expected: action.expected,
        actual: ['sts:AssumeRole'],
        matched: action.matched,
        negated: action.negated === true,
      },
      conditions: conditions.map(({ operator, key, expected, actual, matched }) => ({
        operator,
        key,
        expected,
        actual,
        matched,
      })),
      verdict,
    })),
    findings: findings.map(({ id, severity, message }) => ({ id, severity, message })),
    cure: cure.length === 0 ? null : cure.map(({ text }) => text).join('\n'),
  };
}
