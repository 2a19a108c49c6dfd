import type { CheckResult, CheckStatus, Diagnosis, Link } from '../../rrsa/doctor/check.ts';
import type { Colour } from '../colour.ts';
import { asIs, type Translate } from '../language.ts';
import { escapeControl, stripControl } from '../plain.ts';
import { formatTable } from '../table.ts';
import { type ChainLook, formatChain } from './doctor-chain.ts';
import type { Presenter } from './presenter.ts';

/**
 * `rrsa doctor`, in the look of stdout: the chain, then a line a check below its link of the chain, and below a fault
 * its cure.
 */
export function doctorPresenter(look: ChainLook): Presenter<Diagnosis> {
  return {
    text: (diagnosis, { translate = asIs } = {}) => textOf(diagnosis, look, translate),
    json: ({ healthy, checks }) => ({
      healthy,
      checks: checks.map(({ id, status, subject, message, cure }) => ({
        id,
        status,
        subject: subject ?? null,
        message,
        cure: cure ?? null,
      })),
    }),
  };
}

function textOf({ healthy, checks }: Diagnosis, look: ChainLook, translate: Translate): string {
  const { colour } = look;
  const groups = new Map<Link, CheckResult[]>();
  for (const check of checks) groups.set(check.link, [...(groups.get(check.link) ?? []), check]);
  const width = Math.max(...checks.map(({ id }) => id.length), 0);
  const lines = [...groups].flatMap(([link, members]) => [
    colour.bold(translate(link)),
    ...members.flatMap((check) => checkLines(check, width, colour, translate)),
  ]);
  const verdict = verdictOf(healthy, checks, colour, translate);
  return [...formatChain(checks, look, translate), '', ...lines, '', verdict].map((line) => `${line}\n`).join('');
}

function checkLines(
  { id, status, subject, message, cure }: CheckResult,
  width: number,
  colour: Colour,
  translate: Translate,
): string[] {
  const paint: Record<CheckStatus, (text: string) => string> = {
    ok: colour.green,
    fault: colour.red,
    warning: colour.yellow,
    skipped: colour.dim,
  };
  const said = subject === undefined || message.includes(subject) ? message : `${subject}: ${message}`;
  // Some list what was looked at.
  const [first = '', ...further] = translate(stripControl(said, '\n')).split('\n');
  const cures = cure === undefined ? [] : translate(escapeControl(cure)).split('\n');
  return [
    `  ${paint[status](status.padEnd('skipped'.length))}  ${id.padEnd(width)}  ${first}`,
    ...further.map((line) => `           ${line.trim()}`),
    ...cures.map((line) => `           ${colour.bold(line)}`),
  ];
}

function verdictOf(healthy: boolean, checks: readonly CheckResult[], colour: Colour, translate: Translate): string {
  const faults = checks.filter(({ status }) => status === 'fault');
  const [first] = faults;
  const skipped = checks.filter(({ status }) => status === 'skipped').length;
  if (healthy || first === undefined) {
    const none = 'no fault found';
    const verdict = skipped === 0 ? none : `no fault found (${skipped} of ${checks.length} checks skipped)`;
    return translate(verdict).replace(translate(none), (text) => colour.green(text));
  }
  const count = faults.length === 1 ? '1 fault found' : `${faults.length} faults found`;
  return translate(`${count}, the first is ${first.id}`).replace(translate(count), (text) => colour.red(text));
}

/** `rrsa doctor --list`. */
export const checkListPresenter: Presenter<readonly Pick<CheckResult, 'id' | 'link' | 'title'>[]> = {
  text: (checks, { translate = asIs } = {}) =>
    formatTable(
      checks.map(({ id, link, title }) => [id, link, translate(title)]),
      ['CHECK', 'LINK', 'LOOKS AT'],
    ),
  json: (checks) => ({ checks: checks.map(({ id, link, title }) => ({ id, link, title })) }),
};
