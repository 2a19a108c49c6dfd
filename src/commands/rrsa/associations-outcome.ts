/** What `rrsa plan` and `rrsa apply` say of a result on stderr. */
import { ToolError } from '../../errors.ts';
import type { AssociationsChange } from '../../rrsa/plan.ts';
import type { Report } from '../../rrsa/report.ts';

/** Notes of roles, which the JSON document has no key for. */
export function tellNotes({ changes }: AssociationsChange, report: Pick<Report, 'info'>): void {
  for (const { roleName, notes } of changes) for (const note of notes) report.info(`role ${roleName}: ${note}`);
}

/** Says of every role that failed why it did, then throws the first code with exit code 1. */
export function requireSuccess(
  { changes, addon }: AssociationsChange,
  what: 'planned' | 'applied',
  report: Pick<Report, 'warn'>,
): void {
  const failures = [
    ...changes.flatMap(({ roleName, error }) => (error === null ? [] : [{ name: `role ${roleName}`, error }])),
    ...(addon === null || addon.error === null ? [] : [{ name: `addon ${addon.name}`, error: addon.error }]),
  ];
  const [first] = failures;
  if (first === undefined) return;
  for (const { name, error } of failures) {
    const hint = error.hint === undefined ? '' : ` (hint: ${error.hint})`;
    report.warn(`${name} could not be ${what}: ${error.message}${hint}`);
  }
  const names = failures.map(({ name }) => name).join(', ');
  throw new ToolError(first.error.code, `not everything could be ${what}: ${names}`, {
    exitCode: 1,
    cause: first.error,
    hint:
      what === 'planned'
        ? 'everything else is planned above'
        : 'everything else is done; mend what failed, then run the same command again',
  });
}
