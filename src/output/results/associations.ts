import type { AssociationList } from '../../rrsa/list-associations.ts';
import type { Trust } from '../../rrsa/role-trusts.ts';
import { asIs } from '../language.ts';
import { stripControl } from '../plain.ts';
import { formatTable } from '../table.ts';
import type { Presenter } from './presenter.ts';

const effects: Record<Trust['effect'], string> = {
  allowed: '',
  conditional: 'under further conditions',
  denied: 'denied by another statement',
  none: 'without effect',
};

/** Whom a trust means, as a person reads it: `reports/reader`, or the subject where that is no service account. */
export function trustedName({ subject, namespace, serviceAccount }: Trust): string {
  return namespace === null || serviceAccount === null ? subject : `${namespace}/${serviceAccount}`;
}

/** What is to be known of a trust beside whom it means; empty when it is what it seems. */
export function trustNote({ operator, effect }: Trust): string {
  const naming = operator === 'StringEquals' || operator === 'StringLike';
  const how = operator === '' ? 'no oidc:sub' : naming ? '' : operator;
  return [how, effects[effect]].filter((part) => part !== '').join(', ');
}

/** `rrsa list-associations`: a line for each role and service account. */
export const associationsPresenter: Presenter<AssociationList> = {
  text({ clusterId, roles, unreadable }, { translate = asIs } = {}) {
    if (roles.length === 0) {
      const others = unreadable.length === 0 ? '' : ', as far as that is known';
      return translate(`no role trusts a service account of cluster ${clusterId}${others}\n`);
    }
    const rows = roles.flatMap(({ role, trusts, policies }) =>
      trusts.map((trust) =>
        [
          role.name,
          trust.namespace ?? '-',
          trust.serviceAccount ?? (trust.namespace === null ? trust.subject : '-'),
          policies.map(({ name }) => name).join(',') || '-',
          translate(trustNote(trust)),
        ].map((cell) => stripControl(cell)),
      ),
    );
    return formatTable(rows, [
      'ROLE',
      'NAMESPACE',
      'SERVICE ACCOUNT',
      'POLICIES',
      rows.some((row) => row[4]) ? 'NOTE' : '',
    ]);
  },
  json: ({ clusterId, roles, unreadable }) => ({
    clusterId,
    associations: roles.flatMap(({ role, trusts, policies }) =>
      trusts.map(({ namespace, serviceAccount, subject, operator, statement, effect }) => ({
        roleName: role.name,
        roleArn: role.arn,
        namespace,
        serviceAccount,
        subject,
        operator,
        statement,
        effect,
        policies: policies.map(({ name, type }) => ({ name, type })),
      })),
    ),
    unreadable: unreadable.map(({ roleName, error }) => ({ roleName, error })),
  }),
};
