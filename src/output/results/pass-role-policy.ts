import type { PassRoleDocument, PassRoleResult } from '../../eci/pass-role-policy.ts';
import { asIs } from '../language.ts';
import { stripControl } from '../plain.ts';
import type { Presenter } from './presenter.ts';

/** `eci pass-role-policy`: the document alone. */
export const passRoleDocumentPresenter: Presenter<{ roleName: string; document: PassRoleDocument }> = {
  text: ({ document }) => `${JSON.stringify(document, null, 2)}\n`,
  json: ({ roleName, document }) => ({
    ...{ roleName, policyName: null, userName: null, created: false, attached: false, changed: false },
    document,
  }),
};

/** `eci pass-role-policy --create`: one line for each thing that was changed. */
export const passRolePolicyPresenter: Presenter<PassRoleResult> = {
  text({ policyName, userName, created, attached, changed }, { dryRun = false, translate = asIs } = {}) {
    const policy = `custom policy ${policyName}`;
    if (!changed) return translate(stripControl(`nothing to change for ${policy}`)).concat('\n');
    const be = dryRun ? 'would be ' : '';
    const sentences = [
      ...(created ? [`${policy} ${be}created`] : []),
      ...(attached ? [`${policy} ${be}attached to RAM user ${userName}`] : []),
    ];
    return sentences.map((sentence) => `${translate(stripControl(sentence))}\n`).join('');
  },
  json: ({ roleName, policyName, userName, created, attached, changed, document }) => ({
    roleName,
    policyName,
    userName,
    created,
    attached,
    changed,
    document,
  }),
};
