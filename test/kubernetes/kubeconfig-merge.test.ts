import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { KubeconfigEntry } from '../../src/kubernetes/kubeconfig.ts';
import { mergeKubeconfig } from '../../src/kubernetes/kubeconfig-merge.ts';

const entry: KubeconfigEntry = {
  context: { name: '272-c1', value: { cluster: 'kubernetes', user: '272', namespace: 'dev' } },
  cluster: { name: 'kubernetes', value: { server: 'https://1.2.3.4:6443', 'certificate-authority-data': 'Q0E=' } },
  user: { name: '272', value: { exec: { command: 'ack-ram-tool', args: ['a', 'b'] } } },
};

const merge = (text: string | undefined, name = 'dev', wanted = entry) =>
  mergeKubeconfig(text, { file: '/k', name, entry: wanted });

/** As kubectl writes it, with comments that people put into theirs. */
const existing = `apiVersion: v1
clusters:
# the old one
- cluster:
    server: https://old:6443
  name: kubernetes # every cluster of ACK is called that
contexts:
- context: {cluster: kubernetes, user: "272"}
  name: prod
current-context: prod
kind: Config
preferences: {}
users:
- name: "272"
  user:
    token: "000123" # keep the zeros
`;

describe('a context put into a kubeconfig', () => {
  it('makes one where there is none', () => {
    for (const text of [undefined, '', ' \n']) {
      const { text: made, ...facts } = merge(text);
      expect(parse(made)).toEqual({
        apiVersion: 'v1',
        kind: 'Config',
        preferences: {},
        clusters: [{ name: 'dev', cluster: entry.cluster.value }],
        contexts: [{ name: 'dev', context: { cluster: 'dev', user: 'dev', namespace: 'dev' } }],
        users: [{ name: 'dev', user: entry.user.value }],
        'current-context': 'dev',
      });
      expect(facts).toEqual({ replaced: [], isUnchanged: false });
    }
  });

  it('leaves every other line as it was', () => {
    const { text, previousContext } = merge(existing);
    expect(previousContext).toBe('prod');
    const lines = existing.replace('current-context: prod', 'current-context: dev').split('\n');
    const made = text.split('\n');
    for (const line of lines)
      expect(made).toContain(
        line.replace('{cluster: kubernetes, user: "272"}', '{ cluster: kubernetes, user: "272" }'),
      );
    expect(parse(text).contexts.map(({ name }: { name: string }) => name)).toEqual(['prod', 'dev']);
  });

  it('is not there twice', () => {
    const once = merge(existing).text;
    expect(merge(once)).toEqual({ text: once, replaced: [], isUnchanged: true });
  });

  it('becomes the current one again without anything else', () => {
    const once = merge(existing).text.replace('current-context: dev', 'current-context: prod');
    const again = merge(once);
    expect(again).toMatchObject({ replaced: [], isUnchanged: false, previousContext: 'prod' });
    expect(parse(again.text)).toEqual(parse(merge(existing).text));
  });

  it('names what it replaces', () => {
    const other = { ...entry, user: { name: 'x', value: { token: 't' } } };
    const { text, replaced } = merge(merge(existing).text, 'dev', other);
    expect(replaced).toEqual(['user dev']);
    expect(parse(text).users).toEqual([
      { name: '272', user: { token: '000123' } },
      { name: 'dev', user: { token: 't' } },
    ]);
    expect(merge(merge(existing).text, 'prod').replaced).toEqual(['context prod']);
  });

  it('takes lists that are null, missing, in another style, or JSON', () => {
    for (const text of [
      'clusters: null\nusers:\ncontexts: []\n',
      'kind: Config\n',
      '{"kind":"Config","clusters":[]}',
    ]) {
      const made = parse(merge(text).text);
      expect([made.clusters, made.contexts, made.users].map((list) => list.length)).toEqual([1, 1, 1]);
    }
  });

  it('is refused where there is something else, without showing it', () => {
    for (const text of ['secret-password', '- 1', 'users: secret-password', 'a: secret-password: b', 'users: [1]']) {
      expect(() => merge(text)).toThrow(/^\/k is no/);
      expect(() => merge(text)).not.toThrow(/secret-password/);
    }
  });

  it('changes no value of anybody else, whatever the file holds', () => {
    const name = fc.stringMatching(/^[a-z0-9:/@. -]{1,20}$/);
    const value = fc.dictionary(fc.stringMatching(/^[a-z-]{1,12}$/), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });
    const list = (kind: string) =>
      fc.uniqueArray(
        fc.tuple(name, value).map(([own, settings]) => ({ name: own, [kind]: settings })),
        { selector: (item) => item.name as string, maxLength: 4 },
      );
    const file = fc.record({ clusters: list('cluster'), users: list('user'), contexts: list('context'), other: value });
    fc.assert(
      fc.property(file, name, (config, target) => {
        const before = parse(stringify(config));
        const { text } = merge(stringify(config), target);
        const after = parse(text);
        for (const kind of ['clusters', 'users', 'contexts']) {
          const others = (items: { name: string }[]) => items.filter((item) => item.name !== target);
          expect(others(after[kind])).toEqual(others(before[kind]));
          expect(after[kind].filter((item: { name: string }) => item.name === target)).toHaveLength(1);
        }
        expect(after.other).toEqual(before.other);
        expect(merge(text, target).isUnchanged).toBe(true);
      }),
    );
  });
});
