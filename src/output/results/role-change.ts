import type { PolicyChange } from '../../rrsa/role-policies.ts';
import type { RoleResult } from '../../rrsa/trust-role.ts';
import { asIs } from '../language.ts';
import { stripControl } from '../plain.ts';
import type { Presenter } from './presenter.ts';

const policyVerbs: Record<Exclude<PolicyChange['change'], 'none'>, { verb: string; preposition: string }> = {
  attach: { verb: 'attached', preposition: 'to' },
  createAndAttach: { verb: 'created and attached', preposition: 'to' },
  detach: { verb: 'detached', preposition: 'from' },
};

function policySentence({ name, type, change }: PolicyChange, role: string, be: string): string[] {
  if (change === 'none') return [];
  const { verb, preposition } = policyVerbs[change];
  return [`${type === 'System' ? 'system' : 'custom'} policy ${name} ${be}${verb} ${preposition} ${role}`];
}

/** `rrsa associate-role` and `rrsa dissociate-role`: one line for each thing that was changed. */
export const roleChangePresenter: Presenter<RoleResult> = {
  text(
    { roleName, roleArn, created, changed, backup, before, after, policies },
    { dryRun = false, translate = asIs } = {},
  ) {
    const role = `RAM role ${roleName}`;
    if (!changed) return translate(stripControl(`nothing to change for ${role} (${roleArn})`)).concat('\n');
    const be = dryRun ? 'would be ' : '';
    const kept = backup === null ? '' : `, the one before is kept in ${backup}`;
    const deleted = after === null;
    const sentences = [
      ...(deleted
        ? [`${role} (${roleArn}) ${be}deleted${backup === null ? '' : `, its trust policy is kept in ${backup}`}`]
        : []),
      ...(created ? [`${role} (${roleArn}) ${be}created`] : []),
      ...(before !== null && !deleted && before !== after
        ? [`trust policy of ${role} (${roleArn}) ${be}changed${kept}`]
        : []),
      ...policies.flatMap((policy) => policySentence(policy, role, be)),
    ];
    return sentences.map((sentence) => `${translate(stripControl(sentence))}\n`).join('');
  },
  json: ({ roleName, roleArn, created, changed, backup, before, after, policies }) => ({
    roleName,
    roleArn,
    created,
    changed,
    backup,
    before,
    after,
    policies: policies.map(({ name, type, change }) => ({ name, type, change })),
  }),
};
