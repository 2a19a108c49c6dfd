import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stripControl } from '../../../src/output/plain.ts';
import { formatDot, formatMermaid } from '../../../src/output/results/association-graphs.ts';
import { trustedName, trustNote } from '../../../src/output/results/associations.ts';
import type { AssociationList } from '../../../src/rrsa/list-associations.ts';
import type { Trust } from '../../../src/rrsa/role-trusts.ts';

interface Drawn {
  /** Texts by id. */
  nodes: Map<string, string>;
  /** `s0 r1`, and the text on it. */
  edges: { ends: string; text: string }[];
}

/** Nodes and edges in whole lines between the first and the last, as both languages are written here. */
function readLines(lines: readonly string[], node: RegExp, edge: RegExp, decode: (text: string) => string): Drawn {
  const drawn: Drawn = { nodes: new Map(), edges: [] };
  for (const line of lines) {
    const [, id, text] = node.exec(line) ?? [];
    const { from, to, label = '' } = edge.exec(line)?.groups ?? {};
    if (id !== undefined && text !== undefined) drawn.nodes.set(id, decode(text));
    else if (from !== undefined) drawn.edges.push({ ends: `${from} ${to}`, text: decode(label) });
    else throw new Error(`no node and no edge: ${line}`);
  }
  return drawn;
}

/** Graphviz: a quoted string ends at the first quotation mark without a backslash; then escapes, then entities. */
function readDot(text: string): Drawn {
  const [head, direction, ...lines] = text.split('\n');
  expect([head, direction, ...lines.splice(-2)]).toEqual(['digraph associations {', '  rankdir=LR;', '}', '']);
  const quoted = String.raw`"((?:[^"\\]|\\["\\])*)"`;
  return readLines(
    lines,
    new RegExp(`^ {2}([sr]\\d+) \\[label=${quoted}, shape=(?:oval|box)\\];$`, 'u'),
    new RegExp(
      `^ {2}(?<from>s\\d+) -> (?<to>r\\d+)(?: \\[(?:label=${quoted.replace('(', '(?<label>')})?(?:, )?(?:style=dashed)?\\])?;$`,
      'u',
    ),
    (label) => label.replace(/\\(["\\])/g, '$1').replaceAll('&amp;', '&'),
  );
}

/** Mermaid: what stands between quotes is letters, digits, a few signs that mean nothing there, and codes of characters. */
function readMermaid(text: string): Drawn {
  const [head, ...lines] = text.split('\n');
  expect([head, ...lines.splice(-1)]).toEqual(['flowchart LR', '']);
  const quoted = String.raw`"((?:[A-Za-z0-9 .:/@,-]|#\d+;)+)"`;
  return readLines(
    lines,
    new RegExp(`^ {2}([sr]\\d+)(?:\\(\\[|\\[)${quoted}(?:\\]\\)|\\])$`),
    new RegExp(`^ {2}(?<from>s\\d+) (?:-->|-\\.->)(?:\\|${quoted.replace('(', '(?<label>')}\\|)? (?<to>r\\d+)$`),
    (label) => label.replace(/#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code))),
  );
}

const hostile = [
  '',
  '\u200b',
  '"',
  '\\',
  '\\"',
  '&amp;',
  '#34;',
  '"]; x -> y [label="',
  '-->',
  'end',
  '%%{init}%%',
  '`*a*`',
];
const name = fc.oneof(fc.constantFrom(...hostile), fc.string(), fc.string({ unit: 'binary' }));
const trust: fc.Arbitrary<Trust> = fc.record({
  subject: name,
  namespace: fc.option(name),
  serviceAccount: fc.option(name),
  operator: fc.oneof(fc.constantFrom('', 'StringEquals', 'StringLike'), name),
  statement: fc.nat(),
  effect: fc.constantFrom<Trust['effect']>('allowed', 'conditional', 'denied', 'none'),
});
const list: fc.Arbitrary<AssociationList> = fc
  .array(fc.record({ name, trusts: fc.array(trust, { minLength: 1, maxLength: 3 }) }), { maxLength: 3 })
  .map((roles) => ({
    clusterId: 'c1',
    unreadable: [],
    roles: roles.map(({ name, trusts }) => ({
      role: { id: '1', name, arn: '', description: '', trustPolicy: '', maxSessionDurationSeconds: 3600 },
      trusts,
      policies: [],
    })),
  }));

describe('a picture of associations', () => {
  it.each([
    ['Graphviz', formatDot, readDot, ''],
    ['Mermaid', formatMermaid, readMermaid, ' '],
  ])('is %s whatever others named, and says who may assume what', (_, format, read, nothing) => {
    fc.assert(
      fc.property(list, (associations) => {
        const { nodes, edges } = read(format(associations));
        const shown = (text: string): string => stripControl(text) || nothing;
        const wanted = associations.roles.flatMap(({ role, trusts }) =>
          trusts.map((trust) => [trustedName(trust), role.name, trustNote(trust)]),
        );
        const said = edges.map(({ ends, text }) => {
          const [from = '', to = ''] = ends.split(' ');
          return JSON.stringify([nodes.get(from), nodes.get(to), text]);
        });
        for (const [from = '', to = '', note = ''] of wanted) {
          expect(said).toContain(JSON.stringify([shown(from), shown(to), note === '' ? '' : shown(note)]));
        }
        expect(edges.length).toBeLessThanOrEqual(wanted.length);
      }),
    );
  });
});
