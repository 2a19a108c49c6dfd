/** One context put into a kubeconfig that somebody has already. Pure: text in, text out. */
import { isDeepStrictEqual } from 'node:util';
import { type Document, isSeq, type YAMLMap } from 'yaml';
import { asYaml, itemsOf, type KubeconfigEntry, parseKubeconfig, settingsOf, yamlStyle } from './kubeconfig.ts';

export interface KubeconfigMerge {
  /** The whole file as it will be. */
  text: string;
  /** Entries that say something else now, as `cluster dev`; somebody has to be asked about them. */
  replaced: string[];
  /** Context that was current before; absent when there was none, or it is the same. */
  previousContext?: string | undefined;
  /** The file says all of it already. */
  isUnchanged: boolean;
}

const kinds = [
  { list: 'clusters', kind: 'cluster' },
  { list: 'users', kind: 'user' },
  { list: 'contexts', kind: 'context' },
] as const;

const emptyText = 'apiVersion: v1\nkind: Config\npreferences: {}\nclusters: []\ncontexts: []\nusers: []\n';

/**
 * Puts a context, its cluster and its user into a kubeconfig, all three under `name`, and makes the context the current
 * one. Other entries, unknown fields and comments stay; entries of that name are replaced, and named in `replaced` when
 * they differ.
 * @param text `undefined`, or blank, when there is none yet
 * @param file its name for messages
 * Throws `FILE_INVALID` for a text that is no kubeconfig.
 */
export function mergeKubeconfig(
  text: string | undefined,
  { file, name, entry }: { file: string; name: string; entry: KubeconfigEntry },
): KubeconfigMerge {
  const before = text === undefined || text.trim() === '' ? emptyText : text;
  return asYaml(file, 'FILE_INVALID', () => merged(before, { file, name, entry }));
}

function merged(
  before: string,
  { file, name, entry }: { file: string; name: string; entry: KubeconfigEntry },
): KubeconfigMerge {
  const document = parseKubeconfig(before, file, 'FILE_INVALID');
  const wanted = {
    cluster: entry.cluster.value,
    user: entry.user.value,
    context: { ...entry.context.value, cluster: name, user: name },
  };
  const states = kinds.map(({ list, kind }) => ({ kind, state: put(document, { list, kind, name }, wanted[kind]) }));
  const previous = document.get('current-context');
  const wasCurrent = previous === name;
  if (!wasCurrent) document.set('current-context', name);
  const isUnchanged = wasCurrent && states.every(({ state }) => state === 'same');
  return {
    text: isUnchanged ? before : document.toString({ ...yamlStyle, indentSeq: !hasFlatLists(before) }),
    replaced: states.flatMap(({ kind, state }) => (state === 'replaced' ? [`${kind} ${name}`] : [])),
    ...(typeof previous === 'string' && previous !== '' && !wasCurrent ? { previousContext: previous } : {}),
    isUnchanged,
  };
}

function put(
  document: Document<YAMLMap>,
  { list, kind, name }: { list: string; kind: string; name: string },
  value: Record<string, unknown>,
): 'added' | 'replaced' | 'same' {
  const existing = itemsOf(document, list).find((item) => item.get('name') === name);
  if (existing !== undefined) {
    if (isDeepStrictEqual(settingsOf(document, existing, kind), value)) return 'same';
    existing.set(kind, document.createNode(value));
    return 'replaced';
  }
  const item = document.createNode({ name, [kind]: value });
  const node = document.get(list, true);
  if (isSeq(node)) {
    // An empty list is written `[]`, and would go on in that style.
    if (node.items.length === 0) node.flow = false;
    node.items.push(item);
  } else document.set(list, document.createNode([item]));
  return 'added';
}

/** Whether the lists of a kubeconfig start in the column of their key, as kubectl writes them. */
function hasFlatLists(text: string): boolean {
  return /^(?:clusters|contexts|users):[^\n]*\n(?:[ \t]*#[^\n]*\n)*-/m.test(text);
}
