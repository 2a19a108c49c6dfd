import type { ToolError } from '../../errors.ts';
import type { AddonChange, AssociationsChange, RoleChange } from '../../rrsa/plan.ts';
import type { PolicyChange } from '../../rrsa/role-policies.ts';
import { type Colour, plain } from '../colour.ts';
import { type FormatDocumentDiff, paintDiffLine } from '../diff.ts';
import { asIs, type Translate } from '../language.ts';
import { stripControl } from '../plain.ts';
import type { Presenter } from './presenter.ts';

/**
 * `rrsa plan`: each role with the diff of its trust policy and what else changes, stable from run to run, so that it can
 * be read in a pull request. Lines that begin with `+` are added, with `-` taken away, with `!` only said.
 */
export function planPresenter(formatDiff: FormatDocumentDiff, colour: Colour = plain): Presenter<AssociationsChange> {
  return {
    text(plan, { translate = asIs } = {}) {
      const { clusterId, changes, addon } = plan;
      const sections = [
        colour.bold(translate(`cluster ${clusterId}`)),
        ...changes.map((change) => planSection(change, { formatDiff, colour, translate })),
        ...(addon === null ? [] : [paintSection(translate(addonSection(addon)).split('\n'), colour)]),
        colour.bold(translate(summaryOf(plan))),
      ];
      return `${sections.join('\n\n')}\n`;
    },
    json: (plan) => toJson(plan, formatDiff),
  };
}

/** `rrsa apply`: one line for everything that was done, and for every role that was not. */
export function applyPresenter(formatDiff: FormatDocumentDiff, colour: Colour = plain): Presenter<AssociationsChange> {
  return {
    text(result, { dryRun = false, translate = asIs } = {}) {
      if (dryRun) return planPresenter(formatDiff, colour).text(result, { translate });
      const { clusterId, changes, addon } = result;
      const lines = [
        ...changes.flatMap(({ roleName, done, error }) => [
          ...done,
          ...(error === null ? [] : [`role ${roleName} failed: ${error.message}`]),
        ]),
        ...(addon === null ? [] : addonLines(addon)),
      ];
      if (lines.length === 0) lines.push(`nothing to change for cluster ${clusterId}`);
      return lines.map((line) => `${translate(stripControl(line))}\n`).join('');
    },
    json: (result) => toJson(result, formatDiff),
  };
}

function addonLines({ name, change, error }: AddonChange): string[] {
  if (error !== null) return [`addon ${name} failed: ${error.message}`];
  return change === 'install' ? [`addon ${name} installed`] : [];
}

interface PlanLook {
  formatDiff: FormatDocumentDiff;
  colour: Colour;
  translate: Translate;
}

function planSection(change: RoleChange, { formatDiff, colour, translate }: PlanLook): string {
  const { roleName, kind, serviceAccounts, policies, notes, error } = change;
  const verb = { create: 'create', update: 'update', none: 'no change' }[kind];
  const lines = [
    `role ${roleName}: ${error === null ? verb : 'cannot be planned'}`,
    ...serviceAccounts.flatMap(({ namespace, serviceAccount, change: what }) => {
      if (what === 'none') return [];
      return [`${what === 'add' ? '+' : '-'} service account ${namespace}/${serviceAccount}`];
    }),
    ...policies.flatMap(policyLines),
    ...notes.map((note) => `! ${note}`),
    ...(error === null ? [] : [`! ${error.message}`, ...(error.hint === undefined ? [] : [`! ${error.hint}`])]),
  ].map((line) => translate(stripControl(line)));
  const diff = diffOf(change, formatDiff, colour).trimEnd();
  return [paintSection(lines, colour), ...(diff === '' ? [] : [diff])].join('\n');
}

/** The heading, then what is added, taken away and only said. */
function paintSection([heading = '', ...lines]: readonly string[], colour: Colour): string {
  const painted = lines.map((line) => (line.startsWith('!') ? colour.yellow(line) : paintDiffLine(line, colour)));
  return [colour.bold(heading), ...painted].join('\n');
}

function policyLines({ name, type, change }: PolicyChange): string[] {
  const policy = `${type === 'System' ? 'system' : 'custom'} policy ${name}`;
  if (change === 'createAndAttach') return [`+ create ${policy}`, `+ attach ${policy}`];
  return change === 'attach' ? [`+ attach ${policy}`] : [];
}

function addonSection({ name, change, error }: AddonChange): string {
  if (error !== null) return `addon ${name}: it is not known whether it is installed\n! ${stripControl(error.message)}`;
  return `addon ${name}: ${change === 'install' ? 'install' : 'no change'}`;
}

function summaryOf({ changes, addon }: AssociationsChange): string {
  const count = (test: (change: RoleChange) => boolean): number => changes.filter(test).length;
  const fine = (kind: RoleChange['kind']) => count((change) => change.error === null && change.kind === kind);
  const failed = count(({ error }) => error !== null);
  const parts = [
    `${fine('create')} to create`,
    `${fine('update')} to update`,
    `${fine('none')} unchanged`,
    ...(failed === 0 ? [] : [`${failed} cannot be planned`]),
    ...(addon?.change === 'install' ? ['1 addon to install'] : []),
  ];
  return `roles: ${parts.join(', ')}`;
}

/** Of the trust policy; empty where it stays as it is. */
function diffOf({ roleName, before, after }: RoleChange, formatDiff: FormatDocumentDiff, colour?: Colour): string {
  if (after === null || before === after) return '';
  return formatDiff(`trust policy of role ${roleName}`, before ?? undefined, after, { colour });
}

function toJson({ clusterId, changes, addon, changed }: AssociationsChange, formatDiff: FormatDocumentDiff): object {
  return {
    clusterId,
    changes: changes.map((change) => ({
      roleName: change.roleName,
      kind: change.kind,
      diff: diffOf(change, formatDiff),
      serviceAccounts: change.serviceAccounts.map(({ namespace, serviceAccount, change: what }) => ({
        namespace,
        serviceAccount,
        change: what,
      })),
      policies: change.policies.map(({ name, type, change: what }) => ({ name, type, change: what })),
      error: errorFacts(change.error),
    })),
    addon: addon === null ? null : { name: addon.name, change: addon.change, error: errorFacts(addon.error) },
    changed,
  };
}

function errorFacts(error: ToolError | null): object | null {
  return error === null ? null : { code: error.code, message: error.message, hint: error.hint ?? null };
}
