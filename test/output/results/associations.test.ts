import { describe, expect, it } from 'vitest';
import { formatDot, formatMermaid } from '../../../src/output/results/association-graphs.ts';
import { associationsPresenter } from '../../../src/output/results/associations.ts';
import type { AssociationList, TrustingRole } from '../../../src/rrsa/list-associations.ts';
import type { Trust } from '../../../src/rrsa/role-trusts.ts';

const trust = (more: Partial<Trust> = {}): Trust => ({
  subject: 'system:serviceaccount:reports:reader',
  namespace: 'reports',
  serviceAccount: 'reader',
  operator: 'StringEquals',
  statement: 0,
  effect: 'allowed',
  ...more,
});

function role(name: string, trusts: Trust[], policies: TrustingRole['policies'] = []): TrustingRole {
  return {
    role: {
      id: '1',
      name,
      arn: `acs:ram::1:role/${name}`,
      description: '',
      trustPolicy: '',
      maxSessionDurationSeconds: 3600,
    },
    trusts,
    policies,
  };
}

const listOf = (...roles: TrustingRole[]): AssociationList => ({ clusterId: 'c1', roles, unreadable: [] });
const hostile = 'a"b\\c&d;<script>`#%{}[]()|>\n\u001b[31m漢';
const hostileTrust = trust({ subject: hostile, namespace: null, serviceAccount: null, effect: 'conditional' });

describe('the table of associations', () => {
  it('has a line for each service account, and notes only where there is something to note', () => {
    const plain = listOf(
      role(
        'oss-reader',
        [trust()],
        [
          { type: 'System', name: 'A' },
          { type: 'Custom', name: 'b' },
        ],
      ),
    );
    expect(associationsPresenter.text(plain)).toBe(
      'ROLE        NAMESPACE  SERVICE ACCOUNT  POLICIES\n' + 'oss-reader  reports    reader           A,b\n',
    );
    const odd = listOf(
      role('r', [
        trust({ namespace: '*', serviceAccount: '*', operator: '' }),
        trust({ operator: 'StringNotLike', effect: 'conditional' }),
        trust({ effect: 'none' }),
        trust({ effect: 'denied' }),
        trust({ subject: 'system:node:a', namespace: null, serviceAccount: null }),
      ]),
    );
    expect(associationsPresenter.text(odd).split('\n')).toEqual([
      'ROLE  NAMESPACE  SERVICE ACCOUNT  POLICIES  NOTE',
      'r     *          *                -         no oidc:sub',
      'r     reports    reader           -         StringNotLike, under further conditions',
      'r     reports    reader           -         without effect',
      'r     reports    reader           -         denied by another statement',
      'r     -          system:node:a    -',
      '',
    ]);
  });

  it('says that there is none, and when that is not sure', () => {
    expect(associationsPresenter.text(listOf())).toBe('no role trusts a service account of cluster c1\n');
    expect(associationsPresenter.text({ ...listOf(), unreadable: [{ roleName: 'x', error: 'y' }] })).toContain(
      'as far as that is known',
    );
  });

  it('lets no control character through to a terminal', () => {
    expect(associationsPresenter.text(listOf(role('r', [hostileTrust])))).not.toContain('\u001b');
  });
});

describe('the JSON of associations', () => {
  it('has the documented keys first to last, and empty lists where there is nothing', () => {
    const list = listOf(role('oss-reader', [trust()], [{ type: 'System', name: 'A' }]));
    expect(associationsPresenter.json(list)).toEqual({
      clusterId: 'c1',
      associations: [
        {
          roleName: 'oss-reader',
          roleArn: 'acs:ram::1:role/oss-reader',
          namespace: 'reports',
          serviceAccount: 'reader',
          subject: 'system:serviceaccount:reports:reader',
          operator: 'StringEquals',
          statement: 0,
          effect: 'allowed',
          policies: [{ name: 'A', type: 'System' }],
        },
      ],
      unreadable: [],
    });
    expect(associationsPresenter.json(listOf())).toEqual({ clusterId: 'c1', associations: [], unreadable: [] });
  });
});

describe('a picture of associations', () => {
  const list = listOf(
    role('oss-reader', [trust(), trust({ statement: 1 }), trust({ namespace: 'a*', effect: 'conditional' })]),
    role('writer', [trust()]),
  );

  it('is a Mermaid flowchart with each service account, role and arrow once', () => {
    expect(formatMermaid(list)).toBe(
      [
        'flowchart LR',
        '  s0(["a#42;/reader"])',
        '  s1(["reports/reader"])',
        '  r0["oss-reader"]',
        '  r1["writer"]',
        '  s1 --> r0',
        '  s0 -.->|"under further conditions"| r0',
        '  s1 --> r1',
        '',
      ].join('\n'),
    );
  });

  it('is a digraph of Graphviz with each service account, role and arrow once', () => {
    expect(formatDot(list)).toBe(
      [
        'digraph associations {',
        '  rankdir=LR;',
        '  s0 [label="a*/reader", shape=oval];',
        '  s1 [label="reports/reader", shape=oval];',
        '  r0 [label="oss-reader", shape=box];',
        '  r1 [label="writer", shape=box];',
        '  s1 -> r0;',
        '  s0 -> r0 [label="under further conditions", style=dashed];',
        '  s1 -> r1;',
        '}',
        '',
      ].join('\n'),
    );
  });

  it('keeps what others named within its quotes', () => {
    const odd = listOf(role(hostile, [hostileTrust]));
    const mermaid = formatMermaid(odd);
    for (const line of mermaid.split('\n').slice(1, 3)) {
      expect(line).toMatch(/^ {2}(?:s0\(\[|r0\[)"(?:[A-Za-z0-9 .:/@,-]|#\d+;)*"(?:\]\)|\])$/);
    }
    const dot = formatDot(odd);
    for (const line of dot.split('\n').slice(2, 4)) {
      expect(line).toMatch(/^ {2}[sr]0 \[label="(?:[^"\\]|\\\\|\\")*", shape=(?:oval|box)\];$/);
    }
    expect(dot).toContain('a\\"b\\\\c&amp;d;<script>');
    expect(mermaid + dot).not.toContain('\u001b');
  });

  it('is a valid one when there is nothing to show', () => {
    expect(formatMermaid(listOf())).toBe('flowchart LR\n');
    expect(formatDot(listOf())).toBe('digraph associations {\n  rankdir=LR;\n}\n');
  });
});
