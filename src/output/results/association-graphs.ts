/** Who may assume what, as a picture: service accounts on the left, roles on the right. */
import type { AssociationList } from '../../rrsa/list-associations.ts';
import { stripControl } from '../plain.ts';
import { trustedName, trustNote } from './associations.ts';

interface Graph {
  subjects: readonly string[];
  roles: readonly string[];
  /** Indexes of the two lists. Dashed: nobody may assume the role by it, or not always. */
  edges: readonly { from: number; to: number; label: string; dashed: boolean }[];
}

function toGraph({ roles }: AssociationList): Graph {
  const trusts = roles.flatMap(({ trusts }, to) => trusts.map((trust) => ({ trust, to })));
  const subjects = [...new Set(trusts.map(({ trust }) => trustedName(trust)))].sort();
  const places = new Map(subjects.map((name, index) => [name, index]));
  const edges = new Map<string, Graph['edges'][number]>();
  for (const { trust, to } of trusts) {
    const edge = {
      from: places.get(trustedName(trust)) ?? 0,
      to,
      label: trustNote(trust),
      dashed: trust.effect !== 'allowed',
    };
    edges.set(JSON.stringify(edge), edge);
  }
  return { subjects, roles: roles.map(({ role }) => role.name), edges: [...edges.values()] };
}

/** `-o mermaid`: a flowchart, also as GitHub and GitLab show it in a fenced block. */
export function formatMermaid(list: AssociationList): string {
  const { subjects, roles, edges } = toGraph(list);
  const lines = [
    'flowchart LR',
    ...subjects.map((name, index) => `  s${index}(["${mermaidText(name)}"])`),
    ...roles.map((name, index) => `  r${index}["${mermaidText(name)}"]`),
    ...edges.map(({ from, to, label, dashed }) => {
      const text = label === '' ? '' : `|"${mermaidText(label)}"|`;
      return `  s${from} ${dashed ? '-.->' : '-->'}${text} r${to}`;
    }),
  ];
  return `${lines.join('\n')}\n`;
}

/** `-o dot`: a digraph of Graphviz. */
export function formatDot(list: AssociationList): string {
  const { subjects, roles, edges } = toGraph(list);
  const lines = [
    'digraph associations {',
    '  rankdir=LR;',
    ...subjects.map((name, index) => `  s${index} [label="${dotText(name)}", shape=oval];`),
    ...roles.map((name, index) => `  r${index} [label="${dotText(name)}", shape=box];`),
    ...edges.map(({ from, to, label, dashed }) => {
      const attributes = [
        ...(label === '' ? [] : [`label="${dotText(label)}"`]),
        ...(dashed ? ['style=dashed'] : []),
      ].join(', ');
      return `  s${from} -> r${to}${attributes === '' ? '' : ` [${attributes}]`};`;
    }),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * Everything that could end the quotes, or be taken for HTML, Markdown or an entity, as Mermaid's own entity code:
 * `#34;` is a quotation mark. Between quotes there must be something.
 */
function mermaidText(text: string): string {
  const shown = stripControl(text) || ' ';
  return shown.replace(/[^A-Za-z0-9 .:/@,-]/gu, (character) => `#${character.codePointAt(0)};`);
}

/** In a quoted label a backslash begins an escape, and an ampersand an HTML entity. */
function dotText(text: string): string {
  return stripControl(text).replaceAll('&', '&amp;').replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}
